"""What is said to people where a request cannot be understood, in both languages (`refusals.yml`).

An error made here carries its code and what fills it in, so that a page says it in the page's language; as text it is English.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

from api.errors import CursorError, QueryError
from api.wording import Lang


class Wrong(ValueError):  # noqa: N818 - read as what it says
    """Something typed is wrong. `code` and `values` say what, in any language."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(text(code, "en", values))
        self.code = code
        self.values = values


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """Code → language → text."""
    content: Mapping[str, Mapping[str, str]] = yaml.safe_load((Path(__file__).parent / "refusals.yml").read_text(encoding="utf-8"))
    return content


def text(code: str, lang: Lang, values: Mapping[str, object]) -> str:
    """The text of a code; what a person typed is set in quotation marks, and of a value in several languages the right one is taken.

    Raises:
        KeyError: there is no such code, or a value is missing.
    """
    said = {name: value[lang] if isinstance(value, Mapping) else value for name, value in values.items()}
    shown = {name: f"“{value}”" if name == "value" and isinstance(value, str) else value for name, value in said.items()}
    return catalogue()[code][lang].format(**shown)


def query_error(code: str, *, at: int | None = None, suggestion: str | None = None, **values: object) -> QueryError:
    """The error of a query, or of another part of a request.

    Args:
        at: where in the query, code points.
        suggestion: a query that would work.
    """
    return QueryError(text(code, "en", values), at=at, suggestion=suggestion, code=code, values=values)


def cursor_error(code: str) -> CursorError:
    """The error of a cursor."""
    return CursorError(text(code, "en", {}), code=code)


def told(error: Exception, lang: Lang) -> str:
    """What an error says in a language; as it is, where it was not made here."""
    code = getattr(error, "code", "")
    return text(code, lang, getattr(error, "values", {})) if code else str(error)
