"""Chunk vectors of the embedded engine: int8 rows in sealed segments, searched exactly.

A segment is one `.npz` file, written whole and renamed into place; of an article that stands in several, the last one counts, and
an empty entry deletes. Rows are unit vectors times 127; usearch scans them all (14 ms at 221,000 rows), no graph to build or lose.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from api.search.base import Vector

SCALE = 127.0
MERGE_AT = 32
"""Segments before they are merged into one."""
OVERSAMPLE = 8
"""Rows fetched for each article wanted, since several chunks of one article may lead."""


class VectorFile:
    """The vectors of one generation. One process writes, others call `refresh`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._loaded: tuple[str, ...] = ()
        self._rows: dict[str, NDArray[np.int8]] = {}
        self._pending: dict[str, NDArray[np.int8]] = {}
        self._build()

    def put(self, article: str, vectors: Sequence[Vector]) -> None:
        """Replace an article's vectors; none deletes them. Durable after `commit`."""
        if vectors or article in self._rows or article in self._pending:
            rows = np.clip(np.rint(np.asarray(vectors, dtype=np.float32) * SCALE), -127, 127).astype(np.int8)
            self._pending[article] = rows.reshape(len(vectors), rows.shape[-1] if vectors else 0)

    def commit(self) -> None:
        """Seal what was put."""
        if not self._pending:
            return
        names = self._names()
        if len(names) + 1 >= MERGE_AT:
            self._seal({**self._rows, **self._pending}, names)
        else:
            self._seal(self._pending, [])
        self._pending = {}
        self.refresh()

    def _names(self) -> list[str]:
        return sorted(path.name for path in self.folder.glob("*.npz"))

    def _seal(self, rows: dict[str, NDArray[np.int8]], replaced: Iterable[str]) -> None:
        names = self._names()
        number = int(names[-1].split(".")[0]) + 1 if names else 0
        target, part = self.folder / f"{number:08d}.npz", self.folder / f"{number:08d}.part"
        filled = [r for r in rows.values() if len(r)]
        with part.open("wb") as handle:
            np.savez(
                handle,
                ids=np.array(list(rows), dtype=np.str_),
                counts=np.array([len(r) for r in rows.values()], dtype=np.int32),
                rows=np.concatenate(filled) if filled else np.zeros((0, 1), dtype=np.int8),
            )
            handle.flush()
            os.fsync(handle.fileno())
        part.replace(target)
        for name in replaced:
            (self.folder / name).unlink(missing_ok=True)

    def refresh(self) -> None:
        """Read segments that came since; all of them where some were merged away."""
        names = tuple(self._names())
        if names == self._loaded:
            return
        fresh = names[len(self._loaded) :]
        if names[: len(self._loaded)] != self._loaded:
            self._rows, fresh = {}, names
        for name in fresh:
            self._read(self.folder / name)
        self._loaded = names
        self._build()

    def _read(self, path: Path) -> None:
        with np.load(path, allow_pickle=False) as stored:
            ids, counts, rows = stored["ids"], stored["counts"], stored["rows"]
        start = 0
        for article, count in zip(ids.tolist(), counts.tolist(), strict=True):
            self._rows.pop(article, None)
            if count:
                self._rows[article] = rows[start : start + count]
                start += count

    def _build(self) -> None:
        self._ids = list(self._rows)
        lengths = [len(r) for r in self._rows.values()]
        self._owner = np.repeat(np.arange(len(lengths)), lengths)
        self._matrix = np.concatenate(list(self._rows.values())) if lengths else np.zeros((0, 0), dtype=np.int8)

    def near(self, vector: Vector, limit: int, among: set[str] | None = None) -> list[tuple[str, float]]:
        """The articles whose best chunk is nearest, best first: (id, cosine); only those in `among` where given."""
        matrix, owner = self._matrix, self._owner
        if among is not None:
            kept = np.fromiter((name in among for name in self._ids), dtype=bool, count=len(self._ids))
            mask = kept[owner] if len(owner) else np.zeros(0, dtype=bool)
            matrix, owner = matrix[mask], owner[mask]
        if not len(matrix) or limit <= 0:
            return []
        found: dict[int, float] = {}
        wanted = min(len(matrix), limit * OVERSAMPLE)
        for row in _nearest(matrix, vector, wanted).tolist():
            index = int(owner[row])
            cosine = _cosine(matrix[row], vector)
            if cosine > found.get(index, -2.0):
                found[index] = cosine
        best = sorted(((self._ids[index], cosine) for index, cosine in found.items()), key=lambda p: (-p[1], p[0]))
        return best[:limit]

    def closeness(self, vector: Vector, ids: Sequence[str]) -> dict[str, float]:
        """The cosine of each article's best chunk; articles without vectors are missing."""
        found = {}
        for article in ids:
            rows = self._rows.get(article)
            if rows is not None:
                found[article] = max(_cosine(row, vector) for row in rows)
        return found


def _cosine(row: NDArray[np.int8], vector: Vector) -> float:
    values = row.astype(np.float32)
    return float(values @ vector / (np.linalg.norm(values) or 1.0))


def _nearest(matrix: NDArray[np.int8], vector: Vector, wanted: int) -> NDArray[np.int64]:
    """Rows nearest to `vector` by int8 dot product, exactly, nearest first; rescored by the caller."""
    from usearch.index import MetricKind, search  # type: ignore[attr-defined]  # re-exported without saying so

    probe = np.clip(np.rint(vector * SCALE), -127, 127).astype(np.int8)
    keys: NDArray[np.int64] = search(matrix, probe, wanted, MetricKind.Cos, exact=True).keys
    return keys
