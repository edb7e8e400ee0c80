"""Chunks and their vectors. A vector belongs to the text and the model, so equal chunks of many versions share one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, bindparam, delete, func, insert, select

from api.store.schema import articles, chunks, vectors

_STORED = np.dtype("<f2")
_SLICE = 500
_CURRENT = (
    select(articles.c.article_id, chunks.c.number, chunks.c.chunk_id, chunks.c.start, chunks.c.end, vectors.c.vector)
    .join(chunks, chunks.c.version_id == articles.c.current_version)
    .join(vectors, vectors.c.chunk_id == chunks.c.chunk_id)
    .where(chunks.c.model_id == bindparam("model"))
)
_OF_ARTICLES = _CURRENT.where(articles.c.article_id.in_(bindparam("ids", expanding=True))).order_by(chunks.c.number)
_EVERY = _CURRENT.order_by(articles.c.number, chunks.c.number)

Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ChunkRow:
    """One chunk of a version: where it lies in the text and which vector it has."""

    chunk_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class StoredVector:
    """A chunk of a current version, where it lies in the text, with its vector (float32, L2-normalised up to half precision)."""

    article_id: str
    number: int
    chunk_id: str
    start: int
    end: int
    vector: Vector


def put_chunks(connection: Connection, version_id: str, article_id: str, model_id: str, rows: Sequence[ChunkRow]) -> None:
    """Say which chunks a version has under a model; replaces what was said before."""
    connection.execute(delete(chunks).where(chunks.c.version_id == version_id, chunks.c.model_id == model_id))
    if rows:
        connection.execute(
            insert(chunks),
            [
                {
                    "version_id": version_id,
                    "article_id": article_id,
                    "model_id": model_id,
                    "number": number,
                    "chunk_id": row.chunk_id,
                    "start": row.start,
                    "end": row.end,
                }
                for number, row in enumerate(rows)
            ],
        )


def missing(connection: Connection, chunk_ids: Sequence[str]) -> list[str]:
    """Those of `chunk_ids` without a vector, in the order given, each once."""
    have: set[str] = set()
    for start in range(0, len(chunk_ids), _SLICE):
        part = chunk_ids[start : start + _SLICE]
        have.update(connection.execute(select(vectors.c.chunk_id).where(vectors.c.chunk_id.in_(part))).scalars())
    return [chunk_id for chunk_id in dict.fromkeys(chunk_ids) if chunk_id not in have]


def put_vectors(connection: Connection, model_id: str, new: Mapping[str, Vector]) -> None:
    """Keep vectors by chunk id; one that is there already stays."""
    rows = [{"chunk_id": c, "model_id": model_id, "vector": new[c].astype(_STORED).tobytes()} for c in missing(connection, list(new))]
    if rows:
        connection.execute(insert(vectors), rows)


def _read(data: bytes) -> Vector:
    return np.frombuffer(data, dtype=_STORED).astype(np.float32)


def vectors_of(connection: Connection, chunk_ids: Sequence[str]) -> dict[str, Vector]:
    """Vectors by chunk id; chunks without one are absent."""
    found: dict[str, Vector] = {}
    for start in range(0, len(chunk_ids), _SLICE):
        query = select(vectors.c.chunk_id, vectors.c.vector).where(vectors.c.chunk_id.in_(chunk_ids[start : start + _SLICE]))
        found.update((row.chunk_id, _read(row.vector)) for row in connection.execute(query))
    return found


def of_articles(connection: Connection, article_ids: Sequence[str], model_id: str) -> dict[str, list[StoredVector]]:
    """The vectors of the current versions of articles, by article, in chunk order."""
    found: dict[str, list[StoredVector]] = {}
    for start in range(0, len(article_ids), _SLICE):
        part = article_ids[start : start + _SLICE]
        for row in connection.execute(_OF_ARTICLES, {"model": model_id, "ids": part}):
            found.setdefault(row.article_id, []).append(
                StoredVector(row.article_id, row.number, row.chunk_id, row.start, row.end, _read(row.vector))
            )
    return found


def every(connection: Connection, model_id: str) -> Iterator[StoredVector]:
    """All vectors of current versions under a model, streamed: what a rebuilt engine copies."""
    result = connection.execution_options(yield_per=2000).execute(_EVERY, {"model": model_id})
    for row in result:
        yield StoredVector(row.article_id, row.number, row.chunk_id, row.start, row.end, _read(row.vector))


def chunks_of(connection: Connection, version_id: str, model_id: str) -> list[ChunkRow]:
    """The chunks of a version, in order."""
    query = select(chunks.c.chunk_id, chunks.c.start, chunks.c.end).where(chunks.c.version_id == version_id, chunks.c.model_id == model_id)
    return [ChunkRow(r.chunk_id, r.start, r.end) for r in connection.execute(query.order_by(chunks.c.number))]


def count(connection: Connection) -> dict[str, int]:
    """How many vectors there are, by model."""
    rows = connection.execute(select(vectors.c.model_id, func.count()).group_by(vectors.c.model_id))
    return {row[0]: row[1] for row in rows}


def sweep(connection: Connection) -> int:
    """Delete vectors that no chunk names any more. Returns how many."""
    return connection.execute(delete(vectors).where(vectors.c.chunk_id.not_in(select(chunks.c.chunk_id)))).rowcount
