"""Which words of a passage name the parties of an undertaking, as the encoder of amounts sees it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from nlp.analysis import Source

POINTERS, WIDTH = ("payer", "receiver", "programme"), 64
"""What words can be to an undertaking, and the width of the vectors that tell."""


class Placed(Protocol):
    """What stands somewhere in title or text."""

    @property
    def field(self) -> Source:
        """Title or text."""

    @property
    def start(self) -> int:
        """Where it begins."""

    @property
    def end(self) -> int:
        """Behind its last letter."""


@dataclass(frozen=True, slots=True)
class Run:
    """Words in a row that are pointed to: where they stand and how likely they are, on average of their pieces."""

    field: Source
    start: int
    end: int
    likely: float

    def touches(self, others: Iterable[Placed]) -> bool:
        """Whether it shares a letter with one of these."""
        return any(other.field == self.field and self.start < other.end and other.start < self.end for other in others)

    def within(self, others: Iterable[Placed]) -> bool:
        """Whether one of these holds all of it."""
        return any(other.field == self.field and other.start <= self.start and self.end <= other.end for other in others)


@dataclass(frozen=True, slots=True, eq=False)
class Pointers:
    """What the pieces of one window are to one amount.

    Attributes:
        written: where each piece stands as (start, end): in the title for those before `body`, behind it in the text.
        body: the first piece of the text.
        likely: probabilities by piece (first axis) and pointer (second, in the order of `POINTERS`).
    """

    written: Sequence[tuple[int, int]]
    body: int
    likely: NDArray[np.float32] = field(repr=False)

    def said(self, pointer: str, where: Source, start: int, end: int) -> float | None:
        """How likely the words of a stretch are pointed to, on average of its pieces; None where the window holds none of them."""
        column = self.likely[:, POINTERS.index(pointer)]
        inside = [float(column[piece]) for piece, (first, stop) in self._pieces(where) if first < end and start < stop]
        return sum(inside) / len(inside) if inside else None

    def runs(self, pointer: str, least: float, rim: float) -> Iterator[Run]:
        """The longest rows of pieces that are each at least `rim` likely and one of them `least`, in the order of the window; a run is as
        likely as those pieces are on average that are `least` likely.
        """
        column = self.likely[:, POINTERS.index(pointer)]
        sources: tuple[Source, ...] = ("title", "text")
        for where in sources:
            row: list[int] = []
            for piece, _ in (*self._pieces(where), (-1, (0, 0))):
                if row and (piece != row[-1] + 1 or column[piece] < rim):
                    sure = [place for place in row if column[place] >= least]
                    if sure:
                        yield Run(where, self.written[row[0]][0], self.written[row[-1]][1], float(column[sure].mean()))
                    row = []
                if piece >= 0 and column[piece] >= rim:
                    row.append(piece)

    def _pieces(self, where: Source) -> Iterator[tuple[int, tuple[int, int]]]:
        for piece, (first, stop) in enumerate(self.written):
            if stop > first and (piece < self.body) == (where == "title"):
                yield piece, (first, stop)
