"""Transactions, articles, their versions and stories."""

from __future__ import annotations

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, LargeBinary, Table, UniqueConstraint

from api.store.tables.base import SERIAL, metadata, moment, of_article, serial, structure, words
from api.store.types import BigKey, Json

meta = Table("meta", metadata, words("name", primary_key=True), words("value"))

transactions = Table("transactions", metadata, serial("tx"), moment("at"), words("kind"), words("note", null=True), **SERIAL)

outlets = Table("outlets", metadata, words("outlet", primary_key=True), words("label"), moment("first_seen"))

articles = Table(
    "articles",
    metadata,
    serial("number"),
    words("article_id", unique=True),
    words("external_id", null=True, index=True),
    words("url", null=True),
    words("canonical_url", null=True, index=True),
    words("source"),
    words("outlet", ForeignKey("outlets.outlet"), index=True),
    words("rights"),
    words("origin"),
    words("type"),
    words("lang"),
    words("title"),
    words("current_version"),
    Column("sort_key", BigKey, nullable=False, unique=True),
    moment("published_at", null=True),
    words("published_day", null=True, index=True),
    words("published_precision"),
    moment("fetched_at"),
    moment("stored_at"),
    Column("story_id", BigKey, nullable=True, index=True),
    **SERIAL,
)
"""`sort_key` orders "newest": second of publication (Jakarta midnight for a day, 0 without a date) << 24 | number."""

versions = Table(
    "versions",
    metadata,
    words("version_id", primary_key=True),
    of_article(),
    Column("number", Integer, nullable=False),
    words("title"),
    words("text"),
    words("sha256"),
    words("external_id", null=True),
    words("url", null=True),
    words("source"),
    words("rights"),
    words("origin"),
    words("run"),
    moment("fetched_at"),
    structure("published"),
    Column("updated", Json, nullable=True),
    structure("authors"),
    words("dateline", null=True),
    words("section", null=True),
    structure("tags"),
    words("lang"),
    words("type"),
    structure("layers"),
    structure("flags"),
    structure("pages"),
    words("warc_file", null=True),
    Column("warc_offset", BigKey, nullable=True),
    Column("run_id", BigKey, ForeignKey("analysis_runs.run_id"), nullable=True),
    UniqueConstraint("article_id", "number"),
)
"""`text` stands exactly as extracted. `run_id` is the analysis that its money and entities come from."""

version_differences = Table(
    "version_differences",
    metadata,
    serial("difference_id"),
    of_article(),
    words("before_version", ForeignKey("versions.version_id", ondelete="CASCADE")),
    words("after_version", ForeignKey("versions.version_id", ondelete="CASCADE"), index=True),
    words("kind"),
    words("before", null=True),
    words("after", null=True),
    **SERIAL,
)
"""`kind`: title or sentence (`before` NULL: added, `after` NULL: removed), or figure: one that became another in the row before it
("Rp 12 triliun" → "Rp 1,2 triliun")."""

stories = Table(
    "stories",
    metadata,
    serial("story_id"),
    words("first_article"),
    words("first_version"),
    moment("first_at"),
    moment("last_at"),
    Column("size", Integer, nullable=False),
    **SERIAL,
)

story_members = Table(
    "story_members",
    metadata,
    words("article_id", ForeignKey("articles.article_id", ondelete="CASCADE"), primary_key=True),
    Column("story_id", BigKey, ForeignKey("stories.story_id", ondelete="CASCADE"), nullable=False, index=True),
    words("relation"),
    Column("jaccard", Float, nullable=False),
    Column("signature", LargeBinary, nullable=False),
)
"""`relation`: first, copy, or restatement (a copy whose amounts differ)."""

story_bands = Table(
    "story_bands",
    metadata,
    Column("story_id", BigKey, ForeignKey("stories.story_id", ondelete="CASCADE"), primary_key=True),
    Column("band", Integer, primary_key=True),
    Column("hash", BigKey, nullable=False),
    Index("ix_story_bands_band_hash", "band", "hash"),
)
"""Locality-sensitive hashing of the first articles only: a copy is compared with the first, never chained."""
