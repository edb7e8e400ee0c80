"""Words of a text and their forms."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache

from nlp.analyser.stems import stem

_WORD = re.compile(r"\d+(?:[.,]\d+)+|[^\W_]+(?:['’ʼ][^\W_]+)*")
"""A number with its separators ("4.0", "1.000"), else letters and digits, an apostrophe inside kept in the word ("Jum'at").

A hyphen parts words, so that "anak-anak" and "pro-UMKM" are found by their parts.
"""
_EDGES = ".,;:!?…()\"“”'‘’-"
"""What stands around most words; white space parts them all."""
_APOSTROPHES = str.maketrans("", "", "'’ʼ")
REMEMBERED = 200_000
"""Words, and stretches without white space, whose forms are kept in memory."""
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
    exact = (word.lower().replace("'", "") if word.isascii() else _folded(word))[:MAX_LENGTH]
    return exact, stem(exact)


def _folded(word: str) -> str:
    """Compatible forms made one, case folded, accents and apostrophes removed."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", word).casefold()).translate(_APOSTROPHES)
    exact = "".join(c for c in folded if not unicodedata.combining(c))[:MAX_LENGTH]
    return re.sub(r"\s+", "", exact)  # a few characters normalise to words with spaces; one token stays one token


class _Memo(dict[str, str]):
    """Stretch without white space → one form of its words, joined by spaces: a whole text is looked up without a Python call a word."""

    def __init__(self, which: int) -> None:
        self._which = which

    def __missing__(self, stretch: str) -> str:
        bare = stretch.strip(_EDGES)
        words = [bare] if bare.isalnum() else _WORD.findall(stretch)
        form = " ".join(filter(None, (_forms(word)[self._which] for word in words)))
        if len(stretch) <= MAX_LENGTH:
            if len(self) >= REMEMBERED:
                self.clear()
            self[stretch] = form
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
    wanted = {*stems, *map(stem, exact)}
    found = []
    for stretch in set(text.split()):
        said = _STEM[stretch]
        if said in wanted or (" " in said and not wanted.isdisjoint(said.split())):
            here = [token for token in tokens(stretch) if token.exact in exact or token.stem in stems]
            found += [Token(t.exact, t.stem, at + t.start, at + t.end) for at in _places(text, stretch) for t in here]
    return sorted(found, key=lambda token: token.start)


def _places(text: str, stretch: str) -> Iterator[int]:
    """Where a stretch without white space stands between white space."""
    at = text.find(stretch)
    while at >= 0:
        end = at + len(stretch)
        if text[at - 1 : at].strip() == text[end : end + 1].strip() == "":
            yield at
        at = text.find(stretch, end)


def lines(text: str) -> tuple[str, str]:
    """The exact forms and the stems of all words, each joined by spaces: what the `exact` and `stem` fields hold."""
    stretches = text.split()
    return " ".join(filter(None, map(_EXACT.__getitem__, stretches))), " ".join(filter(None, map(_STEM.__getitem__, stretches)))


def exact_line(text: str) -> str:
    """The exact forms joined by spaces."""
    return lines(text)[0]


def stem_line(text: str) -> str:
    """The stems joined by spaces."""
    return lines(text)[1]
