"""Gives articles their meaning: drains the embed queue, newest first, into vectors in SQL.

Vectors are kept by chunk (sha256 of chunk text and model), so that no chunk is embedded twice: copies, new versions that changed one
paragraph, and rebuilds reuse what is there. An article is found by words long before; when its vectors are stored it goes back into
the index queue, and the engine takes them up. Everything of one article happens in one transaction, so a kill loses at most the
batch at hand, which is still queued.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlalchemy import Connection, delete, exists, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from api.store.database import Database
from api.store.schema import articles, chunks, embed_queue, index_queue, vectors, versions
from nlp.embeddings.base import Embedder, Vectors
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


def vectors_of(connection: Connection, article_ids: Iterable[str], model_id: str) -> dict[str, list[tuple[int, int, Vectors]]]:
    """The vectors of the articles' present versions: article id → (start, end, vector) in reading order, offsets into its text.

    Articles without vectors yet are missing from the answer. At most some hundred ids a call.
    """
    rows = connection.execute(
        select(chunks.c.article_id, chunks.c.start, chunks.c.end, vectors.c.vector)
        .join(articles, articles.c.current_version == chunks.c.version_id)
        .join(vectors, vectors.c.chunk_id == chunks.c.chunk_id)
        .where(articles.c.article_id.in_(list(article_ids)), chunks.c.model_id == model_id)
        .order_by(chunks.c.article_id, chunks.c.number)
    )
    found: dict[str, list[tuple[int, int, Vectors]]] = {}
    for row in rows:
        found.setdefault(row.article_id, []).append((row.start, row.end, unpack(row.vector)))
    return found


def drop_unused(connection: Connection) -> int:
    """Deletes vectors that no chunk refers to any more (forgotten articles, replaced versions); says how many."""
    used = exists().where(chunks.c.chunk_id == vectors.c.chunk_id)
    return connection.execute(delete(vectors).where(~used)).rowcount


def pack(vector: Vectors) -> bytes:
    """A vector as it is stored: little-endian float16."""
    return vector.astype("<f2").tobytes()


def unpack(stored: bytes) -> Vectors:
    """A stored vector as float32."""
    return np.frombuffer(stored, "<f2").astype(np.float32)


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
        known = set(connection.scalars(select(vectors.c.chunk_id).where(vectors.c.chunk_id.in_(list(texts)))))
    missing = {name: text for name, text in texts.items() if name not in known}
    rows = embedder.embed_passages(list(missing.values()))
    with database.write() as connection:
        _store(connection, model, dict(zip(missing, rows, strict=True)))
        for job in jobs:
            _finish(connection, job, pieces[job.seq], model, now)
    return sum(map(len, pieces.values())), len(missing)


def _store(connection: Connection, model: str, found: dict[str, Vectors]) -> None:
    if not found:
        return
    values = [{"chunk_id": name, "model_id": model, "vector": pack(vector)} for name, vector in found.items()]
    upsert = postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert
    connection.execute(upsert(vectors).on_conflict_do_nothing(), values)


def _finish(connection: Connection, job: _Job, found: Sequence[Chunk], model: str, now: datetime) -> None:
    """The article's chunks, its way out of the embed queue and back into the index queue."""
    if connection.scalar(select(versions.c.version_id).where(versions.c.version_id == job.version_id)) is None:
        return  # forgotten meanwhile: its queue row went with it
    connection.execute(delete(chunks).where(chunks.c.version_id == job.version_id, chunks.c.model_id == model))
    rows = [
        {
            "version_id": job.version_id, "article_id": job.article_id, "model_id": model, "number": number,
            "chunk_id": chunk_id(piece.text, model), "start": piece.start, "end": piece.end,
        }
        for number, piece in enumerate(found)
    ]  # fmt: skip
    if rows:
        connection.execute(insert(chunks), rows)
    connection.execute(delete(embed_queue).where(embed_queue.c.seq == job.seq))
    connection.execute(insert(index_queue).values(article_id=job.article_id, op="put", at=now))
