"""Genre of an article (`ArticleType`) by rule: `genre.yml`, first rule that fits wins, else news."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from crawler.items import ArticleType, Frozen
from crawler.sources.model import Pattern
from crawler.sources.yamlfile import parse_mapping

RULES = Path(__file__).with_name("genre.yml")
_LEAD = 600
"""Characters of the text that a rule may look at: genre is said at the start or nowhere."""


class GenreRule(Frozen):
    """`type`, where every pattern given is found in its field (without case)."""

    type: ArticleType
    outlet: Pattern | None = None
    url: Pattern | None = None
    section: Pattern | None = None
    title: Pattern | None = None
    lead: Pattern | None = None
    end: Pattern | None = None


class _File(Frozen):
    rules: tuple[GenreRule, ...]


_Compiled = tuple[ArticleType, tuple[tuple[str, re.Pattern[str]], ...]]


@cache
def _rules() -> tuple[_Compiled, ...]:
    rules = _File.model_validate(parse_mapping(RULES.read_text(encoding="utf-8"), RULES)).rules
    return tuple(
        (rule.type, tuple((name, re.compile(value, re.IGNORECASE)) for name, value in rule if name != "type" and value)) for rule in rules
    )


def article_type(*, title: str, text: str, url: str = "", outlet: str = "", section: str = "") -> ArticleType:
    """The genre by the first rule of `genre.yml` all of whose patterns are found."""
    fields = {"title": title, "lead": text[:_LEAD], "end": text[-_LEAD:], "url": url, "outlet": outlet, "section": section}
    for genre, patterns in _rules():
        if all(pattern.search(fields[name]) for name, pattern in patterns):
            return genre
    return ArticleType.NEWS
