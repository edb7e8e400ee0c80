"""Spelling: a query that finds next to nothing is answered as it stands, with another one proposed. Never another query in its place.

A word is replaced where a much commoner one of the index begins with the same letter and is one or two edits away (letters left
out, put in, changed, or two neighbours swapped). Both engines give the same words, so the same query is proposed by both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from api.search.base import SearchEngine, Word
from api.search.tree import All, Any, Quoted, Text, Tree
from nlp.analyser import Token, tokens

FEW = 5
"""Below this total another spelling is looked for."""
COMMONER = 10
"""Times as many articles a proposed word must stand in."""
SHORTEST, LONG = 4, 6
"""Letters a word needs to be looked at, and to be allowed two edits."""

Count = Callable[[Word], int]
"""How many articles a word stands in."""


def edits(word: str) -> int:
    """How many edits away from `word` a proposal may be."""
    return 0 if len(word) < SHORTEST or not word.isalpha() else 2 if len(word) >= LONG else 1


def close(word: str, known: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """Those of the known words, with their counts, that are another spelling of `word`: nearest first, then commonest."""
    most = edits(word)
    found = []
    for other, count in known:
        if other != word and _may_be_close(word, other, most) and (apart := distance(word, other)) <= most:
            found.append((apart, -count, other))
    return [(other, -count) for _, count, other in sorted(found)]


def _may_be_close(one: str, other: str, most: int) -> bool:
    """A cheap look before `distance`: an edit changes the length by one at most, and the set of letters by two."""
    return abs(len(other) - len(one)) <= most and len(set(one).symmetric_difference(other)) <= 2 * most and other.isalpha()


def distance(one: str, other: str) -> int:
    """Edits between two words, neighbours swapped counting as one (optimal string alignment)."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, wanted in enumerate(other, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]


def proposal(query: str, tree: Tree | None, engine: SearchEngine, count: Count) -> str | None:
    """`query` with its rare words spelt as commoner ones; None where there is nothing to propose.

    Raises:
        EngineDown: the engine does not answer.
    """
    out, at = [], 0
    for start, token in sorted(_words(query, tree), key=lambda found: found[0]):
        if better := _better(token, engine, count):
            out += [query[at:start], better]
            at = start + token.end - token.start
    return "".join([*out, query[at:]]) if out else None


def _better(token: Token, engine: SearchEngine, count: Count) -> str | None:
    if not edits(token.exact):
        return None
    own = count(Word(token.exact, token.stem))
    if own >= FEW:
        return None
    return next((word for word, articles in engine.words_like(token.exact) if articles >= max(1, own) * COMMONER or not own), None)


def _words(query: str, tree: Tree | None) -> Iterator[tuple[int, Token]]:
    """The words that must stand in an article, with their places in the query."""
    match tree:
        case Text() | Quoted():
            for token in tokens(query[tree.start : tree.end]):
                yield tree.start + token.start, token
        case All() | Any():
            for part in tree.parts:
                yield from _words(query, part)
        case _:
            return
