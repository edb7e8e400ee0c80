"""The type of an article by rule: news, release, document, disclosure, opinion, market_note, advertorial."""

from __future__ import annotations

import re
from functools import cache

from nlp.commitments.tables import type_table, words

_HEAD = 400


@cache
def _compiled() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    return tuple((rule.type, rule.where, words(rule.words)) for rule in type_table().rules)


def article_type(title: str, text: str) -> str:
    """The first rule of types.yml that holds, else "news"."""
    stretches = {"title": title, "head": text[:_HEAD], "text": text}
    return next((kind for kind, where, pattern in _compiled() if pattern.search(stretches[where])), "news")
