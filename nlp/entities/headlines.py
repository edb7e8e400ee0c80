"""Stretches where capitals are no sign of a name: headlines in title case, links to other articles, bylines.

Registered names count there as everywhere; the open rules do not look there.
"""

from __future__ import annotations

import re

from nlp.analysis import EntityType
from nlp.entities.hits import Claims, Hit
from nlp.entities.tokens import Tokens

BYLINE = re.compile(r"\b(?:Reporter|Penulis|Editor|Pewarta|Fotografer|Uploader|Copyright|Foto|Sumber) ?: ?[^|()\n]{2,40}")
LINK = re.compile(r"\b(?:Baca juga|Baca Juga|BACA JUGA|Lihat juga|Lihat Juga|Simak juga|Simak Video|Saksikan video|Baca) ?:? ?", re.UNICODE)
TITLE_CASE = 0.6
SMALL = frozenset(
    "dan di ke dari yang untuk dengan pada atau per of the for vs saat soal bagi akan".split()  # noqa: SIM905
)


def close_headlines(tokens: Tokens, closed: Claims) -> None:
    """Take the bylines and links of a text, and a whole title whose words are nearly all capitalised."""
    view = tokens.view
    if view.field == "title":
        words = [word for word in tokens.words if word[0].isalpha() and word not in SMALL]
        if words and sum(word[0].isupper() for word in words) >= TITLE_CASE * len(words):
            _close(tokens, 0, len(tokens.words), closed)
        return
    for found in BYLINE.finditer(view.text):
        closed.take(Hit(view, *found.span(), EntityType.PERSON, "", ""))
    for found in LINK.finditer(view.text):
        first = next((index for index, start in enumerate(tokens.starts) if start >= found.end()), len(tokens))
        _close(tokens, first, _headline_end(tokens, first), closed)


def _headline_end(tokens: Tokens, start: int) -> int:
    """The token after a headline: it runs on while its words are capitals, numbers, signs or small words."""
    index = start
    while index < len(tokens) and tokens.word(index) != "\n":
        word = tokens.word(index)
        if word[0].islower() and word not in SMALL:
            return max(start, index - 1)
        index += 1
    return index


def _close(tokens: Tokens, start: int, end: int, closed: Claims) -> None:
    if start < end:
        closed.take(Hit(tokens.view, tokens.starts[start], tokens.ends[end - 1], EntityType.PERSON, "", ""))
