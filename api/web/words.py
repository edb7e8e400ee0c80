"""The words of the pages, in both languages (`i18n/*.yml`)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from api.wording import Lang

LANGUAGES: tuple[Lang, ...] = ("id", "en")


@cache
def catalogue(lang: Lang) -> Mapping[str, Any]:
    """Dotted key → text, or {one, other} where it depends on a number."""
    content = yaml.safe_load((files("api.web") / "i18n" / f"{lang}.yml").read_text(encoding="utf-8"))
    return {f"{group}.{key}": value for group, entries in content.items() for key, value in entries.items()}


def say(lang: Lang, key: str, n: int | None = None, **values: Any) -> str:
    """The text of `key`, filled in.

    Args:
        n: the number that decides between singular and plural; written with separators it is {count}.

    Raises:
        KeyError: there is no such key (a test walks the templates).
    """
    text = catalogue(lang)[key]
    if isinstance(text, dict):
        text = text["one" if n == 1 else "other"]
    if n is not None:
        values["count"] = number(n, lang)
    return str(text).format(**values) if values else str(text)


def known(lang: Lang, group: str, code: str) -> str:
    """The word for a code of a closed list; the code itself where the list has none."""
    return str(catalogue(lang).get(f"{group}.{code}", code))


def number(value: int, lang: Lang) -> str:
    """ "7.486" in Indonesian, "7,486" in English."""
    text = f"{value:,}"
    return text.replace(",", ".") if lang == "id" else text
