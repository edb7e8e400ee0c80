"""Keeps the engine in step with the store: drains the index queue, and rebuilds the whole while everything goes on.

A queue row is deleted only after the engine has committed what it asks for, so a kill costs at most work done twice. While a rebuild
runs, rows that the present generation has done are kept for the next one; its last look for such rows and the switch are one write
transaction of the store, so that every row is either replayed or queued after the switch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, select

from api.errors import EngineDown
from api.search.base import IndexInfo, SearchEngine, Vector
from api.search.documents import documents
from api.store import queue
from api.store.database import Database
from api.store.schema import articles
from api.store.vectors import of_articles

BATCH = 400
"""Articles read from the store at once."""
COMMIT = 4_000
"""Articles a commit of the engine: each costs a fifth of a second, however little it holds."""
ROUNDS = 5
"""Looks for rows that came meanwhile before a rebuild makes the store's writers wait for the last one."""

Progress = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True)
class IndexReport:
    """Articles put into the engine and deleted from it, and what was tried again because the engine's server had no room."""

    put: int = 0
    deleted: int = 0
    retried: int = 0


class Indexer:
    """Moves articles of one store into one engine.

    Args:
        model: id of the embedding model whose vectors the engine holds; "none" for words alone.
        now: the present, aware.
    """

    def __init__(
        self, database: Database, engine: SearchEngine, model: str, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.database = database
        self.engine = engine
        self.model = model
        self._now = now

    def drain(self, *, limit: int | None = None, progress: Progress | None = None) -> IndexReport:
        """Index what is queued, until nothing is (or `limit` rows were taken)."""
        report, taken, before = IndexReport(), 0, self.engine.retried
        while limit is None or taken < limit:
            with self.database.read() as connection:
                tasks = queue.pending(connection, COMMIT if limit is None else min(COMMIT, limit - taken))
                waiting = queue.index_backlog(connection) if progress else 0
            if not tasks:
                break
            ids = list(dict.fromkeys(task.article_id for task in tasks))
            present = self.engine.present()
            try:
                put = sum(self._put(ids[start : start + BATCH]) for start in range(0, len(ids), BATCH))
                self.engine.commit()
            except EngineDown:
                if self.engine.present() == present:
                    raise
                continue  # a rebuild took the generation away while it was written; the rows are still queued
            with self.database.write() as connection:
                queue.done(connection, [t.seq for t in tasks], self._now())
            taken += len(tasks)
            report = IndexReport(report.put + put, report.deleted + len(ids) - put, self.engine.retried - before)
            if progress:
                progress(taken, taken + waiting - len(tasks))
        return report

    def rebuild(self, *, progress: Progress | None = None) -> IndexReport:
        """Fill a new generation from the store, replay what changed meanwhile, then switch; searching and indexing go on throughout."""
        fresh = self.engine.begin_rebuild(IndexInfo(model=self.model))
        with self.database.write() as connection:
            start = queue.begin_rebuild(connection, fresh.present(), self._now())
        try:
            with self.database.read() as connection:
                ids = list(connection.scalars(select(articles.c.article_id).order_by(articles.c.number)))
            copier = Indexer(self.database, fresh, self.model, now=self._now)
            for offset in range(0, len(ids), BATCH):
                copier._put(ids[offset : offset + BATCH])
                if offset % COMMIT == 0:
                    fresh.commit()
                if progress:
                    progress(min(offset + BATCH, len(ids)), len(ids))
            copier._catch_up(start)
        finally:
            with self.database.write() as connection:
                queue.end_rebuild(connection, start)
            fresh.close()
        return IndexReport(put=len(ids), retried=fresh.retried)

    def _put(self, ids: Sequence[str]) -> int:
        """Put these articles into the engine as the store has them now, and take out those it has no longer; how many were put."""
        with self.database.read() as connection:
            found = documents(connection, ids, self._vectors)
        self.engine.delete(set(ids) - {d.id for d in found})
        self.engine.put(found)
        return len(found)

    def _catch_up(self, after: int) -> None:
        """Replay rows above `after` until there are none, and switch before another can come or be called done."""
        for _ in range(ROUNDS):
            after = self._replay(after)
            self.engine.commit()
            with self.database.write() as connection:
                if not queue.since(connection, after, 1):
                    self.engine.switch()
                    return
        with self.database.write():
            self._replay(after)
            self.engine.commit()
            self.engine.switch()

    def _replay(self, after: int) -> int:
        while True:
            with self.database.read() as connection:
                tasks = queue.since(connection, after, BATCH)
            if not tasks:
                return after
            self._put(list(dict.fromkeys(t.article_id for t in tasks)))
            after = tasks[-1].seq

    def _vectors(self, connection: Connection, ids: Sequence[str]) -> Mapping[str, Sequence[Vector]]:
        if self.model == "none":
            return {}
        return {article: [row.vector for row in rows] for article, rows in of_articles(connection, ids, self.model).items()}
