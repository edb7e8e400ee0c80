"""A text with what was found in it, as pieces that a template can print: evidence sentences outside, marked words inside.

Everything stays plain text until the template escapes it; no HTML is made here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from api.store.annotations import Annotations


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch to mark. `kind` is money or name; `code` the role or type; `identity` a registry id to link to."""

    start: int
    end: int
    kind: str
    code: str
    identity: str | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """Text with at most one mark."""

    text: str
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """Pieces that share the facts they are evidence of; `first` are the facts whose evidence begins here."""

    pieces: tuple[Piece, ...]
    facts: tuple[int, ...] = ()
    first: tuple[int, ...] = ()


def marks_of(found: Annotations, field: str) -> list[Mark]:
    """The amounts and names of `field` (title or text), without overlaps: amounts win, then longer names."""
    money = [Mark(m.start, m.end, "money", m.role) for m in found.money if m.field == field]
    names = [Mark(start, end, "name", e.type, e.registry_id) for e in found.entities for where, start, end in e.mentions if where == field]
    kept: list[Mark] = []
    for mark in [*money, *sorted(names, key=lambda m: (m.start - m.end, m.start))]:
        if mark.start < mark.end and all(mark.end <= k.start or k.end <= mark.start for k in kept):
            kept.append(mark)
    return sorted(kept, key=lambda m: m.start)


def paragraphs(text: str, found: Annotations) -> list[tuple[Run, ...]]:
    """The text by paragraphs, each as runs."""
    marks = marks_of(found, "text")
    evidence = [(c.evidence_start, c.evidence_end, c.fact_id) for c in found.commitments if c.evidence_field == "text"]
    told: set[int] = set()
    made, at = [], 0
    for line in text.split("\n"):
        if line.strip():
            made.append(_runs(text, at, at + len(line), marks, evidence, told))
        at += len(line) + 1
    return made


def plain(text: str, marks: Iterable[tuple[int, int]]) -> tuple[Piece, ...]:
    """A snippet's text as pieces, the words of the query marked."""
    return tuple(_pieces(text, 0, len(text), [Mark(start, end, "hit", "") for start, end in marks]))


def title(text: str, found: Annotations) -> tuple[Piece, ...]:
    """A title as pieces."""
    return tuple(_pieces(text, 0, len(text), marks_of(found, "title")))


def _runs(
    text: str, start: int, end: int, marks: Sequence[Mark], evidence: Sequence[tuple[int, int, int]], told: set[int]
) -> tuple[Run, ...]:
    here = [(max(low, start), min(high, end), fact) for low, high, fact in evidence if low < end and start < high]
    inside = [m for m in marks if start <= m.start and m.end <= end]
    edges = {start, end, *(e for low, high, _ in here for e in (low, high))}
    cuts = sorted(e for e in edges if not any(m.start < e < m.end for m in inside))  # a marked word is never torn
    runs = []
    for low, high in pairwise(cuts):
        facts = tuple(fact for first, last, fact in here if first < high and low < last)
        first = tuple(f for f in facts if f not in told)
        told.update(first)
        runs.append(Run(tuple(_pieces(text, low, high, [m for m in inside if low <= m.start and m.end <= high])), facts, first))
    return tuple(runs)


def _pieces(text: str, start: int, end: int, marks: Iterable[Mark]) -> list[Piece]:
    pieces, at = [], start
    for mark in sorted(marks, key=lambda m: m.start):
        low, high = max(mark.start, at), min(mark.end, end)
        if low >= high:
            continue
        if low > at:
            pieces.append(Piece(text[at:low]))
        pieces.append(Piece(text[low:high], mark))
        at = high
    if at < end:
        pieces.append(Piece(text[at:end]))
    return pieces
