"""Work that is still to be done in the search engine and by the embedder. A row leaves only after its work is durable."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, select, update

from api.store.schema import articles, embed_queue, index_queue

_SLICE = 500
"""Ids in one statement: below every database's limit of parameters."""

REBUILD = "rebuild"
REBUILD_KEPT = timedelta(days=1)
"""For how long a rebuild that never came to its end (killed) keeps tasks from being deleted."""

Operation = Literal["put", "delete"]


@dataclass(frozen=True, slots=True)
class IndexTask:
    """One article to put into the engine, or to take out of it."""

    seq: int
    article_id: str
    op: Operation


@dataclass(frozen=True, slots=True)
class EmbedTask:
    """One version whose chunks want vectors. `attempts` counts the failures so far."""

    seq: int
    version_id: str
    attempts: int


def enqueue(connection: Connection, article_ids: Iterable[str], op: Operation, now: datetime) -> None:
    """Ask for articles to be indexed (again) or taken out."""
    rows = [{"article_id": article_id, "op": op, "at": now} for article_id in article_ids]
    if rows:
        connection.execute(insert(index_queue), rows)


def enqueue_all(connection: Connection, now: datetime) -> None:
    """Ask for every article to be indexed again."""
    enqueue(connection, connection.execute(select(articles.c.article_id).order_by(articles.c.number)).scalars().all(), "put", now)


def pending(connection: Connection, limit: int) -> list[IndexTask]:
    """The oldest tasks that the present index wants. Several may name the same article: the last one wins."""
    return _tasks(connection, index_queue.c.done_at.is_(None), limit)


def since(connection: Connection, seq: int, limit: int) -> list[IndexTask]:
    """The tasks above `seq`, also those that the present index has done: what a rebuild that began there has missed."""
    return _tasks(connection, and_(index_queue.c.seq > seq, index_queue.c.op != REBUILD), limit)


def _tasks(connection: Connection, wanted: ColumnElement[bool], limit: int) -> list[IndexTask]:
    query = select(index_queue.c.seq, index_queue.c.article_id, index_queue.c.op).where(wanted).order_by(index_queue.c.seq).limit(limit)
    return [IndexTask(row.seq, row.article_id, row.op) for row in connection.execute(query)]


def done(connection: Connection, seqs: Sequence[int], now: datetime) -> None:
    """Take tasks out by number, after the engine's commit; while a rebuild runs they are only marked, for it to see them."""
    fresh = index_queue.c.at > now - REBUILD_KEPT
    kept = connection.scalar(select(index_queue.c.seq).where(index_queue.c.op == REBUILD, fresh).limit(1)) is not None
    for start in range(0, len(seqs), _SLICE):
        these = index_queue.c.seq.in_(seqs[start : start + _SLICE])
        connection.execute(update(index_queue).where(these).values(done_at=now) if kept else delete(index_queue).where(these))


def begin_rebuild(connection: Connection, generation: str, now: datetime) -> int:
    """From now on, keep what is done; the number after which a rebuild has to look. Traces of killed ones are cleared away."""
    connection.execute(delete(index_queue).where(index_queue.c.op == REBUILD, index_queue.c.at <= now - REBUILD_KEPT))
    _forget_done(connection)
    row = insert(index_queue).values(article_id=generation, op=REBUILD, at=now, done_at=now).returning(index_queue.c.seq)
    return int(connection.execute(row).scalar_one())


def end_rebuild(connection: Connection, seq: int) -> None:
    """Forget the rebuild that began at `seq`, and what was kept for it."""
    connection.execute(delete(index_queue).where(index_queue.c.seq == seq))
    _forget_done(connection)


def _forget_done(connection: Connection) -> None:
    """Unless a rebuild runs that may still want them."""
    if connection.scalar(select(index_queue.c.seq).where(index_queue.c.op == REBUILD).limit(1)) is None:
        connection.execute(delete(index_queue).where(index_queue.c.done_at.is_not(None)))


def index_backlog(connection: Connection) -> int:
    """Tasks that wait for the engine."""
    return int(connection.execute(select(func.count()).where(index_queue.c.done_at.is_(None))).scalar_one())


def embed_enqueue(connection: Connection, version_id: str, sort_key: int, now: datetime) -> None:
    """Ask for a version's vectors; asking twice is asking once."""
    if connection.execute(select(embed_queue.c.seq).where(embed_queue.c.version_id == version_id)).first() is None:
        connection.execute(insert(embed_queue).values(version_id=version_id, sort_key=sort_key, attempts=0, at=now))


def embed_enqueue_all(connection: Connection, now: datetime) -> None:
    """Ask for the vectors of every current version that is not waiting already."""
    waiting = select(embed_queue.c.version_id)
    query = select(articles.c.current_version, articles.c.sort_key).where(articles.c.current_version.not_in(waiting))
    rows = [{"version_id": r.current_version, "sort_key": r.sort_key, "attempts": 0, "at": now} for r in connection.execute(query)]
    if rows:
        connection.execute(insert(embed_queue), rows)


def embed_pending(connection: Connection, limit: int, *, max_attempts: int = 5) -> list[EmbedTask]:
    """The versions to embed next, newest articles first; those that failed too often are left."""
    query = select(embed_queue.c.seq, embed_queue.c.version_id, embed_queue.c.attempts).where(embed_queue.c.attempts < max_attempts)
    rows = connection.execute(query.order_by(embed_queue.c.sort_key.desc(), embed_queue.c.seq.desc()).limit(limit))
    return [EmbedTask(row.seq, row.version_id, row.attempts) for row in rows]


def embed_done(connection: Connection, seqs: Sequence[int]) -> None:
    """Delete tasks whose vectors are stored."""
    connection.execute(delete(embed_queue).where(embed_queue.c.seq.in_(seqs)))


def embed_failed(connection: Connection, seqs: Sequence[int]) -> None:
    """Count one failure for each task."""
    connection.execute(update(embed_queue).where(embed_queue.c.seq.in_(seqs)).values(attempts=embed_queue.c.attempts + 1))


def embed_backlog(connection: Connection) -> int:
    """Versions that wait for vectors."""
    return int(connection.execute(select(func.count()).select_from(embed_queue)).scalar_one())
