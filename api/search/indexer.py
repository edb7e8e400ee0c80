"""Keeps the engine in step with the store: drains the index queue, and rebuilds the whole while everything goes on.

A queue row is deleted only after the engine has committed what it asks for, so a kill costs at most work done twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from api.search.base import IndexInfo, SearchEngine, Vector
from api.search.documents import documents
from api.store import queue
from api.store.database import Database
from api.store.schema import articles
from api.store.vectors import of_articles

BATCH = 400
"""Articles a commit of the engine."""

Progress = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True)
class IndexReport:
    """Articles put into the engine and deleted from it."""

    put: int = 0
    deleted: int = 0


class Indexer:
    """Moves articles of one store into one engine.

    Args:
        model: id of the embedding model whose vectors the engine holds; "none" for words alone.
    """

    def __init__(self, database: Database, engine: SearchEngine, model: str) -> None:
        self.database = database
        self.engine = engine
        self.model = model

    def drain(self, *, limit: int | None = None, progress: Progress | None = None) -> IndexReport:
        """Index what is queued, until nothing is (or `limit` rows were taken)."""
        report, taken = IndexReport(), 0
        while limit is None or taken < limit:
            with self.database.read() as connection:
                tasks = queue.pending(connection, BATCH)
                waiting = queue.index_backlog(connection) if progress else 0
                found = documents(connection, list(dict.fromkeys(t.article_id for t in tasks)), self._vectors) if tasks else []
            if not tasks:
                break
            gone = {t.article_id for t in tasks} - {d.id for d in found}
            self.engine.delete(gone)
            self.engine.put(found)
            self.engine.commit()
            with self.database.write() as connection:
                queue.done(connection, [t.seq for t in tasks])
            taken += len(tasks)
            report = IndexReport(report.put + len(found), report.deleted + len(gone))
            if progress:
                progress(taken, taken + waiting - len(tasks))
        return report

    def rebuild(self, *, progress: Progress | None = None) -> IndexReport:
        """Fill a new generation from the store, replay what changed meanwhile, then switch; searching goes on throughout."""
        with self.database.read() as connection:
            start = queue.last_seq(connection)
            ids = list(connection.scalars(select(articles.c.article_id).order_by(articles.c.number)))
        fresh = self.engine.begin_rebuild(IndexInfo(model=self.model))
        copier = Indexer(self.database, fresh, self.model)
        for offset in range(0, len(ids), BATCH):
            copier._copy(ids[offset : offset + BATCH])
            if progress:
                progress(min(offset + BATCH, len(ids)), len(ids))
        copier._replay(start)
        fresh.switch()
        fresh.close()
        return IndexReport(put=len(ids))

    def _copy(self, ids: Sequence[str]) -> None:
        with self.database.read() as connection:
            found = documents(connection, ids, self._vectors)
        self.engine.put(found)
        self.engine.delete(set(ids) - {d.id for d in found})
        self.engine.commit()

    def _replay(self, after: int) -> None:
        """Rows queued since the rebuild began; they stay queued, for the generation that answers now."""
        while True:
            with self.database.read() as connection:
                tasks = queue.pending(connection, BATCH, after=after)
            if not tasks:
                return
            self._copy(list(dict.fromkeys(t.article_id for t in tasks)))
            after = tasks[-1].seq

    def _vectors(self, connection: Connection, ids: Sequence[str]) -> Mapping[str, Sequence[Vector]]:
        if self.model == "none":
            return {}
        return {article: [row.vector for row in rows] for article, rows in of_articles(connection, ids, self.model).items()}
