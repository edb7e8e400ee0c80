"""What a hit shows: its title and its best stretch of text, with the words of the query marked, also where only the stem matches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from api.records import Snippet
from nlp.analyser import Token, matching
from nlp.sentences import sentences

LENGTH = 280
"""Code points a snippet shows at most, give or take a word."""
SCANNED = 20_000
"""Code points of a text looked at for the best stretch."""


Runs = Sequence[tuple[str, ...]]
"""Words in a row, in exact form, that are marked together."""


@dataclass(frozen=True, slots=True)
class _Mark:
    start: int
    end: int
    stem: str
    exact: str


def marked(text: str, words: Sequence[Token], runs: Runs = ()) -> Snippet:
    """All of `text`, with every word of the query marked, and every one of `runs`."""
    return Snippet(text, tuple((t.start, t.end) for t in _matching(text, words, runs)))


def snippet(text: str, words: Sequence[Token], runs: Runs = (), *, at: tuple[int, int] | None = None) -> Snippet:
    """The sentence of `text` that holds most different words of the query, as written before by stem; the lead where none does.

    `at` names a stretch instead (the chunk a search by meaning found): its best sentence is shown.
    """
    scope = text[:SCANNED]
    spans = [s for s in sentences(scope) if at is None or (s[0] < at[1] and at[0] < s[1])] or [(0, len(scope))]
    found = _matching(scope, words, runs)
    best = max(spans, key=lambda s: (_worth([t for t in found if s[0] <= t.start < s[1]], words), -s[0]))
    start, end = _grow(scope, best, spans)
    shown = scope[start:end].rstrip()
    return Snippet(shown, tuple((t.start - start, t.end - start) for t in found if start <= t.start and t.end <= start + len(shown)))


def _matching(text: str, words: Sequence[Token], runs: Runs) -> list[_Mark]:
    """Words and runs of the query in the text, in order; a run is one mark."""
    exact, stems = {w.exact for w in words}, {w.stem for w in words}
    said = matching(text, exact.union(*runs), stems) if words or runs else []
    found, at = [], 0
    while at < len(said):
        token = said[at]
        run = next((run for run in runs if token.exact == run[0] and _stands_at(run, said, at, text)), ())
        if run:
            found.append(_Mark(token.start, said[at + len(run) - 1].end, " ".join(run), " ".join(run)))
        elif token.exact in exact or token.stem in stems:
            found.append(_Mark(token.start, token.end, token.stem, token.exact))
        at += len(run) or 1
    return found


def _stands_at(run: tuple[str, ...], said: Sequence[Token], at: int, text: str) -> bool:
    """Whether these are the words of a run, with nothing but signs between them."""
    here = said[at : at + len(run)]
    gaps = (text[one.end : next_.start] for one, next_ in pairwise(here))
    return tuple(t.exact for t in here) == run and not any(c.isalnum() for gap in gaps for c in gap)


def _worth(found: Sequence[_Mark], words: Sequence[Token]) -> float:
    exact = {w.exact for w in words}
    return len({t.stem for t in found}) + 0.5 * len({t.exact for t in found if t.exact in exact})


def _grow(text: str, best: tuple[int, int], spans: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Sentences after the best one while they fit; a sentence that is too long is cut at a word."""
    start, end = best
    for low, high in spans:
        if low >= end and high - start <= LENGTH:
            end = high
        elif low >= end:
            break
    if end - start > LENGTH:
        cut = text.rfind(" ", start, start + LENGTH)
        end = cut if cut > start else start + LENGTH
    return start, end
