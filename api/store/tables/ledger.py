"""Pledges, the sightings they rest on, their stages, and rates of exchange."""

from __future__ import annotations

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, Table

from api.store.tables.base import SERIAL, amount, flag, life, metadata, moment, now_index, of_article, period, rupiah, serial, words
from api.store.types import BigKey, DecimalText

pledge_ids = Table(
    "pledge_ids", metadata, serial("pledge_id"), Column("tx", BigKey, ForeignKey("transactions.tx"), nullable=False), **SERIAL
)

pledges = Table(
    "pledges",
    metadata,
    serial("row_id"),
    Column("pledge_id", BigKey, ForeignKey("pledge_ids.pledge_id"), nullable=False, index=True),
    *amount(),
    *rupiah(),
    flag("approx"),
    words("per", null=True),
    Column("count", BigKey, nullable=True),
    words("kind"),
    words("status"),
    words("stage"),
    words("programme", null=True),
    words("programme_id", null=True, index=True),
    words("date", null=True),
    words("year", null=True, index=True),
    *period(),
    words("place", null=True),
    words("sector", null=True),
    Column("parent", BigKey, nullable=True, index=True),
    Column("merged_into", BigKey, nullable=True),
    flag("in_totals"),
    words("left_out", null=True),
    flag("conflict"),
    flag("restated"),
    flag("reviewed"),
    Column("sightings", Integer, nullable=False),
    Column("outlets", Integer, nullable=False),
    Column("stories", Integer, nullable=False),
    moment("first_seen"),
    moment("last_seen"),
    Column("confidence", Float, nullable=False),
    *life(),
    now_index("pledges", "pledge_id"),
    Index("ix_pledges_currency_kind", "currency", "kind"),
    Index("ix_pledges_idr_high_key", "idr_high_key"),
    **SERIAL,
)
"""One row per real-world undertaking and state of it. `left_out` is the reason where `in_totals` is false."""

pledge_actors = Table(
    "pledge_actors",
    metadata,
    Column("row_id", BigKey, ForeignKey("pledges.row_id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    words("key", index=True),
    words("name"),
    words("registry_id", null=True, index=True),
    Column("share", DecimalText, nullable=True),
)
"""`key` is the registry id, or the folded canonical name where there is none."""

pledge_beneficiaries = Table(
    "pledge_beneficiaries",
    metadata,
    Column("row_id", BigKey, ForeignKey("pledges.row_id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    words("key", index=True),
    words("name"),
    words("registry_id", null=True),
    Column("count", BigKey, nullable=True),
)

sightings = Table(
    "sightings",
    metadata,
    serial("row_id"),
    Column("pledge_id", BigKey, ForeignKey("pledge_ids.pledge_id"), nullable=False, index=True),
    Column("fact_id", BigKey, ForeignKey("fact_ids.fact_id", ondelete="CASCADE"), nullable=False, index=True),
    of_article(),
    words("relation"),
    words("by"),
    *life(),
    now_index("sightings", "fact_id"),
    **SERIAL,
)
"""`relation`: first, copy, same, conversion, restated, conflict. `by`: rule or person."""

stages = Table(
    "stages",
    metadata,
    serial("row_id"),
    Column("pledge_id", BigKey, ForeignKey("pledge_ids.pledge_id"), nullable=False, index=True),
    words("stage"),
    words("day", null=True),
    Column("fact_id", BigKey, ForeignKey("fact_ids.fact_id", ondelete="CASCADE"), nullable=False, index=True),
    *life(),
    **SERIAL,
)

rates = Table(
    "rates",
    metadata,
    words("currency", primary_key=True),
    words("day", primary_key=True),
    Column("rupiah", DecimalText, nullable=False),
    words("source"),
)
"""One unit of `currency` in rupiah from `day` on, until the next row."""
