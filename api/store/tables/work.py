"""Queues and vectors: what is derived, and what still has to be."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, Table, UniqueConstraint

from api.store.tables.base import SERIAL, metadata, moment, of_article, of_version, serial, words
from api.store.types import BigKey

chunks = Table(
    "chunks",
    metadata,
    of_version(),
    Column("number", Integer, nullable=False),
    words("model_id"),
    words("chunk_id", index=True),
    of_article(),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    UniqueConstraint("version_id", "model_id", "number"),
)

vectors = Table(
    "vectors",
    metadata,
    words("chunk_id", primary_key=True),
    words("model_id", index=True),
    Column("vector", LargeBinary, nullable=False),
)
"""`vector`: little-endian float16, L2-normalised; its length is the model's dimension."""

index_queue = Table(
    "index_queue",
    metadata,
    serial("seq"),
    words("article_id", index=True),
    words("op"),
    moment("at"),
    moment("done_at", null=True),
    **SERIAL,
)
"""`op`: put or delete. Rows are deleted by `seq` after the engine's commit; while the index is rebuilt they are kept, with `done_at`,
since the next generation wants them too. A row of `op` rebuild says that it is (`article_id` names the generation)."""

embed_queue = Table(
    "embed_queue",
    metadata,
    serial("seq"),
    words("version_id", ForeignKey("versions.version_id", ondelete="CASCADE"), unique=True),
    Column("sort_key", BigKey, nullable=False, index=True),
    Column("attempts", Integer, nullable=False, default=0),
    moment("at"),
    **SERIAL,
)
