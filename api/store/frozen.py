"""Ranked lists kept for their cursors: found again by any process of the store for 30 minutes, then gone.

A list is named by its content, so that the same search asked again is kept once. What is here may be lost: a cursor then says that
it has expired.
"""

from __future__ import annotations

import hashlib
import threading
import time
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import datetime, timedelta

import numpy as np
from sqlalchemy import Insert, Table, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from api.store.database import Database
from api.store.schema import frozen_results

KEPT = timedelta(minutes=30)
KEPT_LISTS = 2_000
"""Lists kept at most (30 kB each at 1,000 hits); the oldest go first, looked at once in `SWEEP_EVERY` lists or seconds."""
SWEEP_EVERY = 60

Hits = tuple[tuple[str, float, bool], ...]
"""(article id, score, found by meaning only) in order."""


def _keep(insert: Callable[[Table], sqlite.Insert | postgresql.Insert]) -> Insert:
    """Keep a list, or let one that is kept already live longer; other processes may do the same at the same time."""
    made = insert(frozen_results)
    return made.on_conflict_do_update(index_elements=["cursor_id"], set_={"expires_at": made.excluded.expires_at})


_KEEP = {"sqlite": _keep(sqlite.insert), "postgresql": _keep(postgresql.insert)}


class FrozenLists:
    """The frozen lists of one store.

    Args:
        now: the present, aware; its steps are what lists age by.
    """

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now
        self._lock = threading.Lock()
        self._since = 0
        self._swept = float("-inf")

    def keep(self, hits: Hits, digest: str) -> str:
        """Keep a ranked list for the request that `digest` stands for; the list's name.

        Raises:
            StoreError: it cannot be kept.
        """
        packed = _pack(hits)
        name = hashlib.sha256("\0".join((digest, *packed)).encode()).hexdigest()[:24]
        row = {"cursor_id": name, "digest": digest, "ids": packed, "expires_at": self._now() + KEPT}
        with self._database.aside() as connection:
            connection.execute(_KEEP[self._database.dialect], row)
        self._sweep_at_times()
        return name

    def find(self, name: str, digest: str) -> Hits | None:
        """The list kept under `name` for that request; None where it has expired or never was."""
        query = select(frozen_results.c.ids, frozen_results.c.expires_at)
        with self._database.aside() as connection:
            row = connection.execute(query.where(frozen_results.c.cursor_id == name, frozen_results.c.digest == digest)).first()
        return _unpack(row.ids) if row is not None and row.expires_at >= self._now() else None

    def sweep(self) -> None:
        """Delete lists that have expired, and the oldest beyond `KEPT_LISTS`."""
        c = frozen_results.c
        with self._database.aside() as connection:
            connection.execute(delete(frozen_results).where(c.expires_at < self._now()))
            too_many = (connection.scalar(select(func.count()).select_from(frozen_results)) or 0) - KEPT_LISTS
            if too_many > 0:
                oldest = select(c.cursor_id).order_by(c.expires_at, c.cursor_id).limit(too_many)
                connection.execute(delete(frozen_results).where(c.cursor_id.in_(oldest)))

    def _sweep_at_times(self) -> None:
        with self._lock:
            self._since += 1
            if self._since < SWEEP_EVERY and time.monotonic() - self._swept < SWEEP_EVERY:
                return
            self._since, self._swept = 0, time.monotonic()
        self.sweep()


def _pack(hits: Hits) -> tuple[str, str, str]:
    """Three texts instead of 3,000 JSON values: a list is kept at every ranked search, so it must cost little."""
    scores = np.array([score for _, score, _ in hits], dtype="<f8")
    alone = np.packbits(np.array([only for _, _, only in hits], dtype=bool))
    return "\n".join(article for article, _, _ in hits), b64encode(scores.tobytes()).decode(), b64encode(alone.tobytes()).decode()


def _unpack(packed: list[str]) -> Hits:
    names, scores, alone = packed
    ids = names.split("\n") if names else []
    marks = np.unpackbits(np.frombuffer(b64decode(alone), dtype=np.uint8), count=len(ids)).astype(bool)
    return tuple(zip(ids, np.frombuffer(b64decode(scores), dtype="<f8").tolist(), marks.tolist(), strict=True))
