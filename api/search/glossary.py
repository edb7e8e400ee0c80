"""English terms as Indonesian words, so that an English question has words too: "unhusked rice" also looks for "gabah".

Terms are data: `glossary.tsv`, curated for this field, and `dictionary.tsv`, the words of Indonesian news at large; where both have a
term the glossary's counts. The longest one that fits is taken, by stems (Porter's English stemmer, 1980, of the Snowball project).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from snowballstemmer import stemmer

from nlp.analyser import Token, tokens

NOTHING = "-"
"""In place of a translation: a word too general to search by."""
Entries = dict[tuple[str, ...], tuple[tuple[Token, ...], ...]]


@dataclass(frozen=True, slots=True)
class Term:
    """A stretch of a query that has Indonesian words.

    Attributes:
        start, end: which words of the query, by number.
        alternatives: Indonesian words or phrases for it, each as its tokens, the most usual first; none for a word too
            general to search by.
        telling: the words say that the query is English: curated ones only, for Indonesian has "air" and "main", and "Link and Match".
    """

    start: int
    end: int
    alternatives: tuple[tuple[Token, ...], ...]
    telling: bool = True

    def foreign(self, words: Sequence[Token]) -> bool:
        """Whether the term is said otherwise in Indonesian: none of its alternatives has one of its words."""
        own = {word.exact for word in words[self.start : self.end]}
        return not any(token.exact in own for alternative in self.alternatives for token in alternative)


@cache
def curated() -> Entries:
    """glossary.tsv: stems of the English words → alternatives."""
    return _read("glossary.tsv")


@cache
def general() -> Entries:
    """dictionary.tsv, in the same form."""
    return _read("dictionary.tsv")


@cache
def entries() -> Entries:
    """Both as one."""
    return general() | curated()


def _read(name: str) -> Entries:
    found: dict[tuple[str, ...], dict[str, tuple[Token, ...]]] = {}
    for line in (files("api.search") / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            english, indonesian = line.split("\t")
            said = found.setdefault(_forms(tokens(english)), {})
            said.update((part, tuple(tokens(part))) for part in indonesian.split(", ") if part != NOTHING)
    return {forms: tuple(said.values()) for forms, said in found.items()}


@cache
def _longest() -> int:
    return max(map(len, entries()))


def terms(words: Sequence[Token]) -> tuple[Term, ...]:
    """The terms in a query of these words, from left to right, without overlap."""
    forms, known = _forms(words), entries()
    found: list[Term] = []
    start = 0
    while start < len(forms):
        ends = range(min(len(forms), start + _longest()), start, -1)
        end = next((end for end in ends if forms[start:end] in known), None)
        if end is not None:
            found.append(Term(start, end, known[forms[start:end]], telling=forms[start:end] in curated()))
        start = end or start + 1
    return tuple(found)


def _forms(words: Sequence[Token]) -> tuple[str, ...]:
    return tuple(_stemmer().stemWord(word.exact) for word in words)


@cache
def _stemmer() -> stemmer:
    return stemmer("english")
