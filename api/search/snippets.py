"""What a hit shows: its title and its best stretch of text, with the words of the query marked, also where only the stem matches."""

from __future__ import annotations

from collections.abc import Sequence

from api.records import Snippet
from nlp.analyser import Token, matching
from nlp.sentences import sentences

LENGTH = 280
"""Code points a snippet shows at most, give or take a word."""
SCANNED = 20_000
"""Code points of a text looked at for the best stretch."""


def marked(text: str, words: Sequence[Token]) -> Snippet:
    """All of `text`, with every word of the query marked."""
    return Snippet(text, tuple((t.start, t.end) for t in _matching(text, words)))


def snippet(text: str, words: Sequence[Token], *, at: tuple[int, int] | None = None) -> Snippet:
    """The sentence of `text` that holds most different words of the query, as written before by stem; the lead where none does.

    `at` names a stretch instead (the chunk a search by meaning found): its best sentence is shown.
    """
    scope = text[:SCANNED]
    spans = [s for s in sentences(scope) if at is None or (s[0] < at[1] and at[0] < s[1])] or [(0, len(scope))]
    found = _matching(scope, words)
    best = max(spans, key=lambda s: (_worth([t for t in found if s[0] <= t.start < s[1]], words), -s[0]))
    start, end = _grow(scope, best, spans)
    shown = scope[start:end].rstrip()
    return Snippet(shown, tuple((t.start - start, t.end - start) for t in found if start <= t.start and t.end <= start + len(shown)))


def _matching(text: str, words: Sequence[Token]) -> list[Token]:
    return matching(text, {w.exact for w in words}, {w.stem for w in words}) if words else []


def _worth(found: Sequence[Token], words: Sequence[Token]) -> float:
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
