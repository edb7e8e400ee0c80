"""What all tables share: naming, kinds of columns, the life of a temporal row."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, MetaData, Text, text

from api.store.types import BigKey, DecimalText, Json, UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

SERIAL: dict[str, Any] = {"sqlite_autoincrement": True}
"""Numbers are never reused, also after a delete (SQLite reuses them unless told)."""


def serial(name: str) -> Column[int]:
    return Column(name, BigKey, primary_key=True, autoincrement=True)


def words(name: str, *args: Any, null: bool = False, **options: Any) -> Column[str]:
    return Column(name, Text, *args, nullable=null, **options)


def moment(name: str, *, null: bool = False) -> Column[Any]:
    return Column(name, UtcDateTime, nullable=null)


def flag(name: str, *, default: bool = False) -> Column[bool]:
    return Column(name, Boolean, nullable=False, default=default)


def structure(name: str) -> Column[Any]:
    return Column(name, Json, nullable=False)


def of_version(*, null: bool = False) -> Column[str]:
    return words("version_id", ForeignKey("versions.version_id", ondelete="CASCADE"), null=null, index=True)


def of_article() -> Column[str]:
    return words("article_id", ForeignKey("articles.article_id", ondelete="CASCADE"), index=True)


def amount(*, null: bool = False) -> list[Column[Any]]:
    """An amount with bounds: exact texts, and keys in hundredths (NULL where they do not fit in 64 bits)."""
    return [
        Column("amount_low", DecimalText, nullable=null),
        Column("amount_high", DecimalText, nullable=null),
        Column("low_key", BigKey, nullable=True),
        Column("high_key", BigKey, nullable=True),
        words("currency", null=null),
    ]


def rupiah() -> list[Column[Any]]:
    """The amount as compared across currencies: keys in hundredths of a rupiah.

    `conversion`: same (is rupiah), stated (the article converts), rate (dated table), none (no rate), too_large.
    """
    return [Column("idr_low_key", BigKey), Column("idr_high_key", BigKey), words("conversion")]


def evidence() -> list[Column[Any]]:
    return [
        words("evidence"),
        Column("evidence_start", Integer, nullable=False),
        Column("evidence_end", Integer, nullable=False),
        words("evidence_field"),
    ]


def period() -> list[Column[Any]]:
    return [words("period_start", null=True), words("period_end", null=True), Column("period_stated", Boolean, nullable=True)]


def life() -> list[Column[Any]]:
    return [
        Column("tx_from", BigKey, ForeignKey("transactions.tx"), nullable=False),
        Column("tx_to", BigKey, ForeignKey("transactions.tx"), nullable=True),
    ]


def fact() -> list[Column[Any]]:
    return [
        serial("row_id"),
        Column("fact_id", BigKey, ForeignKey("fact_ids.fact_id", ondelete="CASCADE"), nullable=False, index=True),
        of_article(),
        of_version(),
        Column("run_id", BigKey, ForeignKey("analysis_runs.run_id"), nullable=False),
        Column("number", Integer, nullable=False),
        words("digest"),
        flag("touched"),
        flag("orphaned"),
        *life(),
    ]


def now_index(table: str, column: str) -> Index:
    """At most one row of a fact or pledge holds at a time; also the fastest way to it."""
    holds = text("tx_to IS NULL")
    return Index(f"uq_{table}_{column}_now", column, unique=True, sqlite_where=holds, postgresql_where=holds)
