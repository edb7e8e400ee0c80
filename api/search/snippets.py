"""What a hit shows: its title and its best stretch of text, with the words of the query marked, also where only the stem matches."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence, Set
from itertools import pairwise

from api.records import Snippet
from nlp.analyser import Token, matching
from nlp.sentences import each_sentence

LENGTH = 280
"""Code points a snippet shows at most, give or take a word."""
SCANNED = 20_000
"""Code points of a text looked at for the best stretch."""


Runs = Sequence[tuple[str, ...]]
"""Words in a row, in exact form, that are marked together."""


def marked(text: str, words: Sequence[Token], runs: Runs = ()) -> Snippet:
    """All of `text`, with every word of the query marked, and every one of `runs`."""
    return Snippet(text, tuple((t.start, t.end) for t in _matching(text, words, runs)))


def snippet(text: str, words: Sequence[Token], runs: Runs = (), *, at: tuple[int, int] | None = None) -> Snippet:
    """The sentence of `text` that holds most different words of the query, as written before by stem; the lead where none does.

    `at` names a stretch instead (the chunk a search by meaning found): its best sentence is shown.
    """
    scope = text[:SCANNED]
    found = _matching(scope, words, runs)
    spans = _spans(scope, at, enough=0 if found else LENGTH)
    start, end = _grow(scope, _best(spans, found, words), spans)
    shown = scope[start:end].rstrip()
    return Snippet(shown, tuple((t.start - start, t.end - start) for t in found if start <= t.start and t.end <= start + len(shown)))


def _spans(text: str, at: tuple[int, int] | None, enough: int) -> list[tuple[int, int]]:
    """The sentences to choose from (those that touch `at`), or the whole text; only those of the first `enough` code points, if any."""
    spans: list[tuple[int, int]] = []
    for span in each_sentence(text):
        if at is None or (span[0] < at[1] and at[0] < span[1]):
            if enough and spans and span[0] - spans[0][0] > enough:
                break
            spans.append(span)
    return spans or [(0, len(text))]


def _matching(text: str, words: Sequence[Token], runs: Runs) -> list[Token]:
    """Words and runs of the query in the text, in order; a run is one token."""
    exact, stems = {w.exact for w in words}, {w.stem for w in words}
    said = matching(text, exact.union(*runs), stems) if words or runs else []
    return _joined(text, said, runs, exact, stems) if runs else said


def _joined(text: str, said: Sequence[Token], runs: Runs, exact: Set[str], stems: Set[str]) -> list[Token]:
    """The runs among what the text says, and the words that are no part of one."""
    found, at = [], 0
    while at < len(said):
        token = said[at]
        run = next((run for run in runs if token.exact == run[0] and _stands_at(run, said, at, text)), ())
        if run:
            found.append(Token(" ".join(run), " ".join(run), token.start, said[at + len(run) - 1].end))
        elif token.exact in exact or token.stem in stems:
            found.append(token)
        at += len(run) or 1
    return found


def _stands_at(run: tuple[str, ...], said: Sequence[Token], at: int, text: str) -> bool:
    """Whether these are the words of a run, with nothing but signs between them."""
    here = said[at : at + len(run)]
    gaps = (text[one.end : next_.start] for one, next_ in pairwise(here))
    return tuple(t.exact for t in here) == run and not any(c.isalnum() for gap in gaps for c in gap)


def _best(spans: Sequence[tuple[int, int]], found: Sequence[Token], words: Sequence[Token]) -> tuple[int, int]:
    """The first of the sentences that are worth most; the first of all where none holds anything that was found."""
    starts, exact = [start for start, _ in spans], {w.exact for w in words}
    held: dict[int, list[Token]] = defaultdict(list)
    for token in found:
        number = bisect_right(starts, token.start) - 1
        if number >= 0 and token.start < spans[number][1]:
            held[number].append(token)
    return spans[max(held, key=lambda number: (_worth(held[number], exact), -number), default=0)]


def _worth(found: Sequence[Token], exact: Set[str]) -> float:
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
