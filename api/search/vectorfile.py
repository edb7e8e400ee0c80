"""Chunk vectors of the embedded engine: int8 rows in sealed segments, searched exactly.

`SEGMENTS` names the segments that count, in order; it is replaced atomically, so that a reader sees all of a commit or none of it. A
segment is one `.npz` file, never changed; of an article that stands in several, the last one counts, and an empty entry deletes. Rows
are unit vectors times 127, all of which a search scans: no graph to build or lose.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from api.errors import EngineDown
from api.search.base import Vector
from api.search.vectorrows import SCALE, Entry, Rows, Snapshot

MERGE_AT = 32
"""Segments before they are merged into one."""
TRIES = 20
"""Times a reader looks again at which segments count, where one of them was merged away under its hands."""


class VectorFile:
    """The vectors of one generation. One process writes, others call `refresh`; `snapshot` may be searched by any thread."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._loaded: tuple[str, ...] = ()
        self._rows = Rows()
        self._pending: dict[str, Entry] = {}
        self.snapshot: Snapshot = self._rows.snapshot()
        self.refresh()

    def put(self, article: str, key: int, vectors: Sequence[Vector]) -> None:
        """Replace an article's vectors; none deletes them. `key` is the number the words' side knows it by. Durable after `commit`."""
        if not vectors and article not in self._pending and article not in self._rows:
            return
        rows = np.clip(np.rint(np.asarray(vectors, dtype=np.float32) * SCALE), -127, 127).astype(np.int8)
        self._pending[article] = Entry(key, rows.reshape(len(vectors), rows.shape[-1] if vectors else 0))

    def commit(self) -> None:
        """Seal what was put."""
        if not self._pending:
            return
        self._rows.add(self._pending)
        names = self._names()
        if len(names) + 1 >= MERGE_AT:
            names, sealed = (), dict(self._rows.entries())
        else:
            sealed = self._pending
        names = (*names, self._seal(sealed))
        self._point_to(names)
        self._loaded, self._pending = names, {}
        self.snapshot = self._rows.snapshot()
        for path in self.folder.glob("*.npz"):
            if path.name not in names:
                path.unlink(missing_ok=True)

    def rollback(self) -> None:
        """Forget what was put since the last commit."""
        self._pending = {}

    def refresh(self) -> None:
        """Read segments that came since; all of them where some were merged away."""
        for _ in range(TRIES):
            names = self._names()
            if names == self._loaded:
                return
            grown = names[: len(self._loaded)] == self._loaded
            rows = self._rows if grown else Rows()
            try:
                for name in names[len(self._loaded) :] if grown else names:
                    rows.add(_read(self.folder / name))
                    if grown:
                        self._loaded = (*self._loaded, name)
            except FileNotFoundError:
                continue
            self._rows, self._loaded = rows, names
            self.snapshot = rows.snapshot()
            return
        raise EngineDown(f"{self.folder}: vectors are merged faster than they can be read; try again")

    def _names(self) -> tuple[str, ...]:
        try:
            return tuple(json.loads((self.folder / "SEGMENTS").read_text(encoding="ascii")))
        except FileNotFoundError:
            return ()

    def _seal(self, entries: dict[str, Entry]) -> str:
        number = max((int(path.stem) for path in self.folder.glob("*.npz")), default=-1) + 1
        target, part = self.folder / f"{number:08d}.npz", self.folder / f"{number:08d}.part"
        filled = [entry.rows for entry in entries.values() if len(entry.rows)]
        with part.open("wb") as handle:
            np.savez(
                handle,
                ids=np.array(list(entries), dtype=np.str_),
                keys=np.array([entry.key for entry in entries.values()], dtype=np.int64),
                counts=np.array([len(entry.rows) for entry in entries.values()], dtype=np.int32),
                rows=np.concatenate(filled) if filled else np.zeros((0, 1), dtype=np.int8),
            )
            handle.flush()
            os.fsync(handle.fileno())
        part.replace(target)
        return target.name

    def _point_to(self, names: tuple[str, ...]) -> None:
        part = self.folder / "SEGMENTS.part"
        with part.open("w", encoding="ascii") as handle:
            handle.write(json.dumps(names))
            handle.flush()
            os.fsync(handle.fileno())
        part.replace(self.folder / "SEGMENTS")


def _read(path: Path) -> dict[str, Entry]:
    with np.load(path, allow_pickle=False) as stored:
        ids, keys, counts, rows = stored["ids"], stored["keys"], stored["counts"], stored["rows"]
    ends: NDArray[np.int64] = np.cumsum(counts, dtype=np.int64)
    spans = zip(ids.tolist(), keys.tolist(), (ends - counts).tolist(), ends.tolist(), strict=True)
    return {article: Entry(key, rows[start:end]) for article, key, start, end in spans}
