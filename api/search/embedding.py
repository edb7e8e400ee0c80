"""Gives articles their meaning: drains the embed queue, newest first, into vectors in SQL.

Vectors are kept by chunk (sha256 of chunk text and model), so that no chunk is embedded twice: copies, new versions that changed one
paragraph, and rebuilds reuse what is there. An article is found by words long before; when its vectors are stored it goes back into
the index queue, and the engine takes them up. Everything of one article happens in one transaction, so a kill loses at most the
batch at hand, which is still queued.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, exists, func, insert, literal, select, update

from api.store import queue, vectors
from api.store.database import Database
from api.store.schema import articles, chunks, embed_queue, versions
from api.store.vectors import ChunkRow
from nlp.embeddings.base import Embedder
from nlp.embeddings.chunks import Chunk, chunk_id, split

BATCH = 8
"""Articles a turn: about 17 chunks, a second of work; what a kill can cost."""
MAX_ATTEMPTS = 3
"""Turns an article may be taken without being finished (the process died each time) before it is set aside."""


@dataclass(frozen=True, slots=True)
class EmbedReport:
    """What a run did: articles and chunks finished, chunks that had to be computed, articles still queued or set aside."""

    articles: int = 0
    chunks: int = 0
    computed: int = 0
    waiting: int = 0
    set_aside: int = 0


@dataclass(frozen=True, slots=True)
class _Job:
    seq: int
    version_id: str
    article_id: str
    title: str
    text: str


def embed_pending(
    database: Database,
    embedder: Embedder,
    *,
    now: Callable[[], datetime],
    limit: int | None = None,
    progress: Callable[[EmbedReport], None] | None = None,
) -> EmbedReport:
    """Embeds what is queued, newest first, until nothing is left or `limit` articles are done. Safe to kill at any point.

    Args:
        progress: called after every batch with the report so far.
    """
    report = EmbedReport()
    while limit is None or report.articles < limit:
        size = BATCH if limit is None else min(BATCH, limit - report.articles)
        with database.write() as connection:
            jobs = _take(connection, size)
        if not jobs:
            break
        done, computed = _turn(database, embedder, jobs, now())
        report = EmbedReport(report.articles + len(jobs), report.chunks + done, report.computed + computed)
        if progress is not None:
            progress(report)
    with database.read() as connection:
        waiting, set_aside = queue_depth(connection)
    return EmbedReport(report.articles, report.chunks, report.computed, waiting, set_aside)


def queue_depth(connection: Connection) -> tuple[int, int]:
    """Articles waiting for their vectors, and those set aside because embedding them killed the process MAX_ATTEMPTS times."""
    given_up = embed_queue.c.attempts >= MAX_ATTEMPTS
    total = connection.scalar(select(func.count()).select_from(embed_queue)) or 0
    aside = connection.scalar(select(func.count()).select_from(embed_queue).where(given_up)) or 0
    return total - aside, aside


def queue_missing(connection: Connection, model_id: str, now: datetime) -> int:
    """Queues every article's present version that has no vectors of this model (after a change of model); says how many."""
    has = exists().where(chunks.c.version_id == articles.c.current_version, chunks.c.model_id == model_id)
    queued = exists().where(embed_queue.c.version_id == articles.c.current_version)
    missing = select(articles.c.current_version, articles.c.sort_key, literal(0), literal(now, embed_queue.c.at.type)).where(~has, ~queued)
    count = connection.scalar(select(func.count()).select_from(missing.subquery())) or 0
    connection.execute(insert(embed_queue).from_select(["version_id", "sort_key", "attempts", "at"], missing))
    return count


def _take(connection: Connection, size: int) -> list[_Job]:
    """The newest queued articles, each counted as tried, so that one that kills the process is not taken for ever."""
    rows = connection.execute(
        select(embed_queue.c.seq, versions.c.version_id, versions.c.article_id, versions.c.title, versions.c.text)
        .join(versions, versions.c.version_id == embed_queue.c.version_id)
        .where(embed_queue.c.attempts < MAX_ATTEMPTS)
        .order_by(embed_queue.c.sort_key.desc(), embed_queue.c.seq.desc())
        .limit(size)
    ).all()
    if rows:
        tried = update(embed_queue).where(embed_queue.c.seq.in_([row.seq for row in rows]))
        connection.execute(tried.values(attempts=embed_queue.c.attempts + 1))
    return [_Job(row.seq, row.version_id, row.article_id, row.title, row.text) for row in rows]


def _turn(database: Database, embedder: Embedder, jobs: Sequence[_Job], now: datetime) -> tuple[int, int]:
    """One batch; where it ends by an error or an orderly stop, and not by a kill, the try is not counted."""
    finished = False
    try:
        counts = _embed(database, embedder, jobs, now)
        finished = True
        return counts
    finally:
        if not finished:
            with database.write() as connection:
                untried = update(embed_queue).where(embed_queue.c.seq.in_([job.seq for job in jobs]))
                connection.execute(untried.values(attempts=embed_queue.c.attempts - 1))


def _embed(database: Database, embedder: Embedder, jobs: Sequence[_Job], now: datetime) -> tuple[int, int]:
    """Computes what is missing outside any transaction, then stores the whole batch in one. Chunks stored, chunks computed."""
    model = embedder.spec.model_id
    pieces = {job.seq: split(job.title, job.text) for job in jobs}
    texts = {chunk_id(piece.text, model): piece.text for found in pieces.values() for piece in found}
    with database.read() as connection:
        missing = vectors.missing(connection, list(texts))
    rows = embedder.embed_passages([texts[name] for name in missing])
    with database.write() as connection:
        vectors.put_vectors(connection, model, dict(zip(missing, rows, strict=True)))
        for job in jobs:
            _finish(connection, job, pieces[job.seq], model, now)
    return sum(map(len, pieces.values())), len(missing)


def _finish(connection: Connection, job: _Job, found: Sequence[Chunk], model: str, now: datetime) -> None:
    """The article's chunks, its way out of the embed queue and back into the index queue."""
    if connection.scalar(select(versions.c.version_id).where(versions.c.version_id == job.version_id)) is None:
        return  # forgotten meanwhile: its queue row went with it
    rows = [ChunkRow(chunk_id(piece.text, model), piece.start, piece.end) for piece in found]
    vectors.put_chunks(connection, job.version_id, job.article_id, model, rows)
    queue.embed_done(connection, [job.seq])
    queue.enqueue(connection, [job.article_id], "put", now)
