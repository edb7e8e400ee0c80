"""What the rules find before it is put together into entities."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from nlp.analysis import EntityType
from nlp.entities.view import View

ORGANISATIONS = frozenset({EntityType.COMPANY, EntityType.PUBLIC_BODY, EntityType.ASSOCIATION, EntityType.ORGANISATION})
MentionKind = Literal["name", "short", "ticker", "reference", "role"]


@dataclass(frozen=True, slots=True)
class Hit:
    """One stretch of a view that names something.

    Attributes:
        start, end: offsets in `view.text`.
        id: registry id, "" where not registered.
        key: what hits of one entity share: the id, or the comparable name.
        name: the words as they stand.
        rule: which rule found it. weight: confidence of that rule.
    """

    view: View
    start: int
    end: int
    type: EntityType
    name: str
    key: str
    id: str = ""
    kind: MentionKind = "name"
    rule: str = ""
    weight: float = 1.0
    role: str = ""
    affiliation: str = ""

    def overlaps(self, other: Hit) -> bool:
        """Whether the two share a letter."""
        return self.view is other.view and self.start < other.end and other.start < self.end

    def contains(self, other: Hit) -> bool:
        """Whether the other lies within this one."""
        return self.view is other.view and self.start <= other.start and other.end <= self.end

    def keyed(self, key: str) -> Hit:
        """The same hit for another entity."""
        return replace(self, key=key)


class Claims:
    """The stretches of the views already taken, so that a later rule does not read them again."""

    def __init__(self) -> None:
        """Nothing taken yet."""
        self._taken: dict[int, bytearray] = {}

    def take(self, hit: Hit) -> None:
        """Mark the hit's letters as taken."""
        self._cells(hit.view)[hit.start : hit.end] = b"\x01" * (hit.end - hit.start)

    def free(self, view: View, start: int, end: int) -> bool:
        """Whether no letter of the stretch is taken."""
        return not any(self._cells(view)[start:end])

    def full(self, view: View, start: int, end: int) -> bool:
        """Whether every letter of the stretch is taken, spaces aside."""
        cells = self._cells(view)
        return all(cells[place] or view.text[place] == " " for place in range(start, end))

    def _cells(self, view: View) -> bytearray:
        cells = self._taken.get(id(view))
        if cells is None:
            cells = self._taken[id(view)] = bytearray(len(view.text))
        return cells
