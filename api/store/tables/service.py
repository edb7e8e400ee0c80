"""Who asks, who is told, and what was handed out."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, UniqueConstraint

from api.store.tables.base import SERIAL, metadata, moment, of_article, serial, structure, words
from api.store.types import BigKey

principals = Table(
    "principals",
    metadata,
    serial("key_id"),
    words("name"),
    words("role"),
    words("prefix", unique=True),
    words("hash"),
    moment("created_at"),
    moment("expires_at", null=True),
    moment("last_used_at", null=True),
    moment("revoked_at", null=True),
    **SERIAL,
)
"""API keys: only a salted hash is kept; `prefix` is what a person sees and what finds the row."""

watches = Table(
    "watches",
    metadata,
    serial("watch_id"),
    words("name"),
    words("query"),
    structure("filters"),
    structure("parts"),
    words("channel"),
    words("address", index=True),
    words("frequency"),
    words("lang"),
    words("state", index=True),
    words("state_reason", null=True),
    words("owner", null=True),
    moment("created_at"),
    moment("confirmed_at", null=True),
    moment("last_told_at", null=True),
    **SERIAL,
)
"""A saved search that tells. `filters`: as in SearchRequest; `parts`: which roles of a company count (pays, receives, subject,
mention). `state`: unconfirmed, active, paused, broken (its query cannot be read; the owner is told), removed."""

watch_secrets = Table(
    "watch_secrets",
    metadata,
    serial("secret_id"),
    Column("watch_id", BigKey, ForeignKey("watches.watch_id", ondelete="CASCADE"), nullable=False, index=True),
    words("purpose"),
    words("hash", unique=True),
    moment("created_at"),
    moment("revoked_at", null=True),
    **SERIAL,
)
"""`purpose`: feed, unsubscribe or confirm. Only the hash of a secret URL's token is kept."""

matches = Table(
    "matches",
    metadata,
    serial("match_id"),
    Column("watch_id", BigKey, ForeignKey("watches.watch_id", ondelete="CASCADE"), nullable=False),
    Column("story_id", BigKey, nullable=False),
    of_article(),
    words("kind"),
    Column("fact_id", BigKey, nullable=True),
    Column("pledge_id", BigKey, nullable=True, index=True),
    structure("why"),
    moment("at"),
    UniqueConstraint("watch_id", "article_id", "kind"),
    Index("ix_matches_watch_id_at", "watch_id", "at"),
    **SERIAL,
)

outbox = Table(
    "outbox",
    metadata,
    serial("outbox_id"),
    Column("watch_id", BigKey, ForeignKey("watches.watch_id", ondelete="CASCADE"), nullable=False),
    Column("story_id", BigKey, nullable=False),
    words("kind"),
    words("channel"),
    words("address"),
    structure("payload"),
    words("message_id", unique=True),
    words("state"),
    Column("attempts", Integer, nullable=False),
    moment("due_at"),
    words("leased_by", null=True),
    moment("leased_until", null=True),
    words("last_error", null=True),
    moment("created_at"),
    moment("done_at", null=True),
    UniqueConstraint("watch_id", "story_id", "kind"),
    Index("ix_outbox_state_due_at", "state", "due_at"),
    **SERIAL,
)
"""`state`: waiting, leased, sent or failed (kept, never dropped). A watch is told of a story once per kind."""

deliveries = Table(
    "deliveries",
    metadata,
    serial("delivery_id"),
    Column("outbox_id", BigKey, ForeignKey("outbox.outbox_id", ondelete="CASCADE"), nullable=False, index=True),
    moment("at"),
    words("result"),
    words("detail", null=True),
    words("message_id"),
    **SERIAL,
)
"""Every attempt: sent, retry or failed, with what the other side said."""

frozen_results = Table(
    "frozen_results",
    metadata,
    words("cursor_id", primary_key=True),
    words("digest"),
    structure("ids"),
    moment("expires_at"),
)
"""The first 1,000 ids of a ranked search, kept for its cursor. `digest` is that of the request they belong to."""

exports = Table(
    "exports",
    metadata,
    serial("export_id"),
    moment("at"),
    words("principal"),
    words("what"),
    structure("request"),
    Column("snapshot", BigKey, nullable=False),
    Column("rows", BigKey, nullable=False),
    **SERIAL,
)
