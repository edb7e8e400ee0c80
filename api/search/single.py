"""Whether one article, in memory, satisfies a `Node`: the same answer an engine would give, before the article is indexed.

For alerts, which match inside the transaction that stores an article.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from api.search.base import And, Days, EngineDocument, Ids, Keyword, Node, Not, Or, Phrase, Prefix, Weaker, Word
from nlp.analyser import lines


@dataclass(frozen=True)
class Single:
    """One article ready to be asked: its words are made once for all queries."""

    id: str
    title: str
    text: str
    keywords: Mapping[str, Sequence[str]] = field(default_factory=dict)
    day: int = 0

    @classmethod
    def of(cls, document: EngineDocument) -> Single:
        """The article of an engine document."""
        return cls(document.id, document.title, document.text, document.keywords, document.day)

    @cached_property
    def _fields(self) -> tuple[tuple[tuple[str, ...], frozenset[str]], ...]:
        """For title and text: exact forms in order, and the set of stems."""
        made = []
        for text in (self.title, self.text):
            exact, stems = lines(text)
            made.append((tuple(exact.split()), frozenset(stems.split())))
        return tuple(made)

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(word for exact, _ in self._fields for word in exact)

    def satisfies(self, node: Node) -> bool:
        """Whether the article is among what an engine would find for `node`."""
        match node:
            case And(children):
                return all(self.satisfies(child) for child in children)
            case Or(children):
                return any(self.satisfies(child) for child in children)
            case Weaker(child):
                return self.satisfies(child)
            case Not(child):
                return not self.satisfies(child)
            case Keyword(name, values):
                return not set(values).isdisjoint(self.keywords.get(name, ()))
            case Days(low, high):
                return low <= self.day <= high
            case Ids(ids):
                return self.id in ids
            case _:
                return self._says(node)

    def _says(self, node: Word | Phrase | Prefix) -> bool:
        match node:
            case Word(exact, stem):
                return exact in self._words or any(stem in stems for _, stems in self._fields)
            case Prefix(start):
                return any(word.startswith(start) for word in self._words)
            case Phrase(wanted):
                return any(_stands_in(wanted, exact) for exact, _ in self._fields)


def _stands_in(wanted: Sequence[str], words: tuple[str, ...]) -> bool:
    size = len(wanted)
    if not size:
        return False
    first = wanted[0]
    return any(words[at] == first and words[at : at + size] == tuple(wanted) for at in range(len(words) - size + 1))
