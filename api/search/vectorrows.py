"""Vectors in memory: one matrix of int8 rows that grows at its end, and snapshots of it that searches read without a lock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from api.search.base import Vector

SCALE = 127.0
OVERSAMPLE = 8
"""Rows fetched for each article wanted, since several chunks of one article may lead; more where they do not suffice."""
GROWTH = 1.25
"""How much room is made when the matrix is full."""
DEAD = 0.25
"""Share of replaced rows at which the matrix is written anew without them."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An article's rows (none: it has no vectors) and the number that the words' side knows it by."""

    key: int
    rows: NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The vectors as of one commit; later commits do not change it.

    Attributes:
        matrix: the rows; those of replaced articles stay until the matrix is written anew.
        owner: row → number of its article in `ids` and `keys`, -1 for a replaced row.
        spans: article → its first row and the one after its last.
    """

    matrix: NDArray[np.int8]
    owner: NDArray[np.int32]
    ids: tuple[str, ...]
    keys: NDArray[np.int64]
    spans: Mapping[str, tuple[int, int]]

    def key_of(self, article: str) -> int:
        """The key of an article that has rows."""
        return int(self.keys[self.owner[self.spans[article][0]]])

    def near(self, vector: Vector, limit: int, among: NDArray[np.int64] | None = None) -> list[tuple[str, float]]:
        """The articles whose best chunk is nearest, best first: (id, cosine); only those with a key in `among` where given."""
        if among is None:
            return self._nearest(self.matrix, self.owner, vector, limit)
        allowed = np.append(np.isin(self.keys, among), False)  # the last one is what -1 points at
        rows = np.flatnonzero(allowed[self.owner])
        return self._nearest(self.matrix[rows], self.owner[rows], vector, limit)

    def closeness(self, vector: Vector, ids: Sequence[str]) -> dict[str, float]:
        """The cosine of each article's best chunk; articles without vectors are missing."""
        known = [(article, *self.spans[article]) for article in ids if article in self.spans]
        if not known:
            return {}
        rows = np.concatenate([np.arange(start, end) for _, start, end in known])
        firsts = np.cumsum([0] + [end - start for _, start, end in known[:-1]])
        best = np.maximum.reduceat(_cosines(self.matrix[rows], vector), firsts)
        return {article: float(cosine) for (article, _, _), cosine in zip(known, best.tolist(), strict=True)}

    def _nearest(self, matrix: NDArray[np.int8], owner: NDArray[np.int32], vector: Vector, limit: int) -> list[tuple[str, float]]:
        wanted = min(len(matrix), limit * OVERSAMPLE)
        while wanted > 0:
            rows = _by_dot_product(matrix, vector, wanted)
            found = self._best(owner[rows], _cosines(matrix[rows], vector))
            if len(found) >= limit or wanted == len(matrix):
                return found[:limit]
            wanted = min(len(matrix), wanted * 4)
        return []

    def _best(self, owners: NDArray[np.int32], cosines: NDArray[np.float32]) -> list[tuple[str, float]]:
        best: dict[int, float] = {}
        for index, cosine in zip(owners.tolist(), cosines.tolist(), strict=True):
            if index >= 0 and cosine > best.get(index, -2.0):
                best[index] = cosine
        return sorted(((self.ids[index], cosine) for index, cosine in best.items()), key=lambda p: (-p[1], p[0]))


class Rows:
    """The growing matrix. Not safe for two threads at once; what `snapshot` gave stays as it was."""

    def __init__(self) -> None:
        self._matrix = np.zeros((0, 0), dtype=np.int8)
        self._owner = np.zeros(0, dtype=np.int32)
        self._used = 0
        self._dead = 0
        self._ids: list[str] = []
        self._keys: list[int] = []
        self._spans: dict[str, tuple[int, int]] = {}
        self._number: dict[str, int] = {}

    def __contains__(self, article: str) -> bool:
        return article in self._spans

    def add(self, entries: Mapping[str, Entry]) -> None:
        """Replace these articles' rows."""
        for article in entries:
            self._remove(article)
        filled = {article: entry for article, entry in entries.items() if len(entry.rows)}
        self._make_room(sum(len(entry.rows) for entry in filled.values()), filled)
        for article, entry in filled.items():
            start, end = self._used, self._used + len(entry.rows)
            self._matrix[start:end] = entry.rows
            self._owner[start:end] = len(self._ids)
            self._used = end
            self._spans[article], self._number[article] = (start, end), len(self._ids)
            self._ids.append(article)
            self._keys.append(entry.key)
        if self._dead > DEAD * self._used:
            self._compact()

    def entries(self) -> Iterator[tuple[str, Entry]]:
        """All articles that have rows."""
        for article, (start, end) in self._spans.items():
            yield article, Entry(self._keys[self._number[article]], self._matrix[start:end])

    def snapshot(self) -> Snapshot:
        """What is in it now."""
        return Snapshot(
            matrix=self._matrix[: self._used],
            owner=self._owner[: self._used].copy(),
            ids=tuple(self._ids),
            keys=np.array(self._keys, dtype=np.int64),
            spans=dict(self._spans),
        )

    def _remove(self, article: str) -> None:
        if span := self._spans.pop(article, None):
            start, end = span
            self._owner[start:end] = -1
            self._dead += end - start
            del self._number[article]

    def _make_room(self, more: int, entries: Mapping[str, Entry]) -> None:
        needed = self._used + more
        if more and needed > len(self._matrix):
            room = max(needed, int(len(self._matrix) * GROWTH))
            matrix = np.zeros((room, next(iter(entries.values())).rows.shape[1]), dtype=np.int8)
            owner = np.full(room, -1, dtype=np.int32)
            if self._used:
                matrix[: self._used], owner[: self._used] = self._matrix[: self._used], self._owner[: self._used]
            self._matrix, self._owner = matrix, owner

    def _compact(self) -> None:
        """Begin anew with the rows that count; the old matrix lives on in snapshots that are being read."""
        anew = Rows()
        anew.add(dict(self.entries()))
        self.__dict__.update(anew.__dict__)


def _cosines(rows: NDArray[np.int8], vector: Vector) -> NDArray[np.float32]:
    """Without BLAS: its threads and usearch's wait for each other spinning, which doubles the time of both."""
    values = rows.astype(np.float32)
    lengths = np.sqrt(np.einsum("ij,ij->i", values, values))
    return np.asarray(np.einsum("ij,j->i", values, vector) / np.where(lengths == 0, 1.0, lengths), dtype=np.float32)


def _by_dot_product(matrix: NDArray[np.int8], vector: Vector, wanted: int) -> NDArray[np.int64]:
    """Rows nearest to `vector` by int8 dot product, exactly, nearest first; rescored by the caller."""
    from usearch.index import MetricKind, search  # type: ignore[attr-defined]  # re-exported without saying so

    probe = np.clip(np.rint(vector * SCALE), -127, 127).astype(np.int8)
    keys: NDArray[np.int64] = search(matrix, probe, wanted, MetricKind.Cos, exact=True).keys
    return keys
