"""English terms as Indonesian words, so that an English question has words too: "unhusked rice" also looks for "gabah".

Terms are data (`glossary.tsv`); the longest one that fits is taken, by forms without plural endings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from nlp.analyser import Token, tokens

_ENDINGS = (("ies", "i"), ("sses", "ss"), ("shes", "sh"), ("ches", "ch"), ("xes", "x"), ("y", "i"), ("s", ""))
_KEEP = ("ss", "us", "is")
"""Endings whose s is no plural."""


@dataclass(frozen=True, slots=True)
class Term:
    """A stretch of a query that has Indonesian words.

    Attributes:
        start, end: which words of the query, by number.
        alternatives: Indonesian words or phrases for it, each as its tokens.
    """

    start: int
    end: int
    alternatives: tuple[tuple[Token, ...], ...]

    def foreign(self, words: Sequence[Token]) -> bool:
        """Whether the term is said otherwise in Indonesian: none of its alternatives has one of its words."""
        own = {word.exact for word in words[self.start : self.end]}
        return not any(token.exact in own for alternative in self.alternatives for token in alternative)


@cache
def entries() -> dict[tuple[str, ...], tuple[tuple[Token, ...], ...]]:
    """The glossary as shipped: forms of the English words → alternatives."""
    found: dict[tuple[str, ...], tuple[tuple[Token, ...], ...]] = {}
    for line in (files("api.search") / "glossary.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            english, indonesian = line.split("\t")
            found[_forms(tokens(english))] = tuple(tuple(tokens(part)) for part in indonesian.split(", "))
    return found


@cache
def _longest() -> int:
    return max(map(len, entries()))


def terms(words: Sequence[Token]) -> tuple[Term, ...]:
    """The glossary's terms in a query of these words, from left to right, without overlap."""
    forms, known = _forms(words), entries()
    found: list[Term] = []
    start = 0
    while start < len(forms):
        ends = range(min(len(forms), start + _longest()), start, -1)
        end = next((end for end in ends if forms[start:end] in known), None)
        if end is not None:
            found.append(Term(start, end, known[forms[start:end]]))
        start = end or start + 1
    return tuple(found)


def _forms(words: Sequence[Token]) -> tuple[str, ...]:
    return tuple(_form(word.exact) for word in words)


def _form(word: str) -> str:
    """A word without its plural ending; a final y is written as in the plural."""
    if len(word) > 3 and not word.endswith(_KEEP):
        for ending, kept in _ENDINGS:
            if word.endswith(ending):
                return word[: -len(ending)] + kept
    return word
