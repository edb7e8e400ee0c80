"""What an analysis says of a version: money, entities, checks, and the facts with their lives."""

from __future__ import annotations

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, Table

from api.store.tables.base import (
    SERIAL,
    amount,
    evidence,
    fact,
    flag,
    metadata,
    moment,
    now_index,
    of_article,
    of_version,
    period,
    rupiah,
    serial,
    structure,
    words,
)
from api.store.types import BigKey, DecimalText

analysis_runs = Table(
    "analysis_runs",
    metadata,
    serial("run_id"),
    words("digest", unique=True),
    structure("components"),
    moment("first_used"),
    **SERIAL,
)

money_mentions = Table(
    "money_mentions",
    metadata,
    words("version_id", ForeignKey("versions.version_id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    words("field"),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    words("surface"),
    *amount(),
    flag("approx"),
    words("bound", null=True),
    words("per", null=True),
    Column("count", BigKey, nullable=True),
    words("role"),
    Column("equivalent_of", Integer, nullable=True),
    Column("confidence", Float, nullable=False),
    words("rule"),
)

entities = Table(
    "entities",
    metadata,
    serial("entity_row"),
    of_version(),
    of_article(),
    Column("number", Integer, nullable=False),
    words("type"),
    words("name"),
    words("canonical"),
    words("registry_id", null=True),
    structure("aliases"),
    words("role", null=True),
    words("affiliation", null=True),
    flag("inferred"),
    Column("confidence", Float, nullable=False),
    Index("ix_entities_registry_id_version_id", "registry_id", "version_id"),
    Index("ix_entities_type_canonical", "type", "canonical"),
    **SERIAL,
)

entity_mentions = Table(
    "entity_mentions",
    metadata,
    Column("entity_row", BigKey, ForeignKey("entities.entity_row", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    words("field"),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
)

checks = Table(
    "checks",
    metadata,
    words("version_id", ForeignKey("versions.version_id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    words("relation"),
    Column("stated", DecimalText, nullable=False),
    Column("computed", DecimalText, nullable=False),
    flag("agrees"),
    structure("money"),
    *evidence(),
)

fact_ids = Table("fact_ids", metadata, serial("fact_id"), words("list"), of_article(), **SERIAL)
"""Names of facts, never reused. `list`: commitments, proposals, progress or changes."""

commitments = Table(
    "commitments",
    metadata,
    *fact(),
    *amount(),
    *rupiah(),
    flag("approx"),
    words("per", null=True),
    Column("count", BigKey, nullable=True),
    words("kind"),
    words("status"),
    words("programme", null=True),
    words("programme_id", null=True),
    flag("programme_inferred"),
    words("date", null=True),
    *period(),
    words("said_by", null=True),
    Column("parent_fact_id", BigKey, nullable=True),
    structure("equivalents"),
    structure("parts"),
    words("place", null=True),
    words("sector", null=True),
    *evidence(),
    structure("mentions"),
    flag("mismatch"),
    flag("rejected"),
    flag("reviewed"),
    Column("confidence", Float, nullable=False),
    words("rule"),
    now_index("commitments", "fact_id"),
    Index("ix_commitments_programme_id", "programme_id"),
    Index("ix_commitments_idr_high_key", "idr_high_key"),
    Index("ix_commitments_currency_low_key", "currency", "low_key"),
    **SERIAL,
)
"""`mismatch`: a check of the article disagrees with this amount. `rejected`: a person said it is not a commitment."""

commitment_actors = Table(
    "commitment_actors",
    metadata,
    Column("row_id", BigKey, ForeignKey("commitments.row_id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    words("name"),
    words("canonical", index=True),
    words("registry_id", null=True, index=True),
    structure("aliases"),
    Column("share", DecimalText, nullable=True),
)

commitment_beneficiaries = Table(
    "commitment_beneficiaries",
    metadata,
    Column("row_id", BigKey, ForeignKey("commitments.row_id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    words("name", index=True),
    words("registry_id", null=True, index=True),
    Column("count", BigKey, nullable=True),
)

proposals = Table(
    "proposals",
    metadata,
    *fact(),
    *amount(),
    structure("actors"),
    words("programme", null=True),
    *evidence(),
    now_index("proposals", "fact_id"),
    **SERIAL,
)

progress = Table(
    "progress",
    metadata,
    *fact(),
    *amount(),
    structure("actors"),
    words("programme", null=True),
    words("programme_id", null=True, index=True),
    *period(),
    words("as_of", null=True),
    Column("percent", DecimalText, nullable=True),
    *evidence(),
    now_index("progress", "fact_id"),
    **SERIAL,
)

changes = Table(
    "changes",
    metadata,
    *fact(),
    words("change"),
    *amount(null=True),
    structure("actors"),
    words("programme", null=True),
    *evidence(),
    now_index("changes", "fact_id"),
    **SERIAL,
)

corrections = Table(
    "corrections",
    metadata,
    serial("correction_id"),
    Column("tx", BigKey, ForeignKey("transactions.tx"), nullable=False),
    moment("at"),
    words("principal"),
    words("target"),
    Column("target_id", BigKey, nullable=False),
    words("action"),
    structure("payload"),
    words("reason", null=True),
    Index("ix_corrections_target_target_id", "target", "target_id"),
    **SERIAL,
)
"""Append-only events, applied last. `target`: fact or pledge; `action`: see api.store.corrections."""
