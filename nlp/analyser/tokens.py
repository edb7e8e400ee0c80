"""Words of a text and their forms."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from nlp.analyser.stems import stem

_WORD = re.compile(r"\d+(?:[.,]\d+)+|[^\W_]+(?:['’ʼ][^\W_]+)*")
"""A number with its separators ("4.0", "1.000"), else letters and digits, an apostrophe inside kept in the word ("Jum'at").

A hyphen parts words, so that "anak-anak" and "pro-UMKM" are found by their parts.
"""
_APOSTROPHES = str.maketrans("", "", "'’ʼ")
REMEMBERED = 200_000
"""Words whose forms are kept in memory."""
MAX_LENGTH = 100
"""Longer "words" are noise (URLs glued together, base64): cut, so that an engine never refuses a document for one."""


@dataclass(frozen=True, slots=True)
class Token:
    """One word: `start` and `end` are code points of the text as given."""

    exact: str
    stem: str
    start: int
    end: int


@lru_cache(maxsize=REMEMBERED)
def _forms(word: str) -> tuple[str, str]:
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", word).casefold()).translate(_APOSTROPHES)
    exact = "".join(c for c in folded if not unicodedata.combining(c))[:MAX_LENGTH]
    exact = re.sub(r"\s+", "", exact)  # a few characters normalise to words with spaces; one token stays one token
    return exact, stem(exact)


class _Memo(dict[str, str]):
    """Remembers one of a word's two forms, so that a whole text is looked up without a Python call a word."""

    def __init__(self, which: int) -> None:
        self._which = which

    def __missing__(self, word: str) -> str:
        form = _forms(word)[self._which]
        if len(self) >= REMEMBERED:
            self.clear()
        self[word] = form
        return form


_EXACT, _STEM = _Memo(0), _Memo(1)


def tokens(text: str) -> list[Token]:
    """Every word of `text` in order. Pure; never raises."""
    found = []
    for match in _WORD.finditer(text):
        exact, root = _forms(match.group())
        if exact:
            found.append(Token(exact, root, match.start(), match.end()))
    return found


def matching(text: str, exact: Collection[str], stems: Collection[str]) -> list[Token]:
    """Those of `tokens(text)` whose exact form or stem is among the given ones; a third of its cost, since few words are."""
    surfaces = {word: forms for word in set(_WORD.findall(text)) if (forms := _forms(word))[0] in exact or forms[1] in stems}
    found = []
    for word, forms in surfaces.items():
        at = text.find(word)
        while at >= 0:
            begins = _begins_word(text, at)
            if begins is None:  # glued to a figure or an apostrophe: only reading from the beginning tells
                return [t for t in tokens(text) if t.exact in exact or t.stem in stems]
            whole = _WORD.match(text, at) if begins else None
            if whole is not None and whole.group() == word and forms[0]:
                found.append(Token(*forms, at, whole.end()))
            at = text.find(word, at + len(word))
    return sorted(found, key=lambda token: token.start)


def _begins_word(text: str, at: int) -> bool | None:
    """Whether a word begins at `at`, judged by the two characters before it; None where they do not tell."""
    before, further = text[at - 1 : at], text[max(0, at - 2) : max(0, at - 1)]
    figure = text[at].isdecimal()
    if before and before in "'’ʼ":
        return None if further.isalnum() else True
    if before and before in ".,":
        return None if figure and further.isdecimal() else True
    if before.isdecimal():
        return False if figure else None
    return not before.isalnum()


def lines(text: str) -> tuple[str, str]:
    """The exact forms and the stems of all words, each joined by spaces: what the `exact` and `stem` fields hold."""
    words = _WORD.findall(text)
    return " ".join(filter(None, map(_EXACT.__getitem__, words))), " ".join(filter(None, map(_STEM.__getitem__, words)))


def exact_line(text: str) -> str:
    """The exact forms joined by spaces."""
    return lines(text)[0]


def stem_line(text: str) -> str:
    """The stems joined by spaces."""
    return lines(text)[1]
