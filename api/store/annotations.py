"""What is known about one version's text, for showing it: amounts, names with their places, commitments with their evidence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Column, Connection, not_, select

from api.store.schema import (
    commitment_actors,
    commitment_beneficiaries,
    commitments,
    entities,
    entity_mentions,
    money_mentions,
    sightings,
)


@dataclass(frozen=True, slots=True)
class MoneyMark:
    """An amount in title or text."""

    field: str
    start: int
    end: int
    surface: str
    low: Decimal
    high: Decimal
    currency: str
    approx: bool
    per: str | None
    role: str


@dataclass(frozen=True, slots=True)
class EntityMark:
    """A named thing and where it stands: (field, start, end)."""

    type: str
    name: str
    canonical: str
    registry_id: str | None
    role: str | None
    affiliation: str | None
    inferred: bool
    mentions: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class PartyRow:
    """Who pays or receives."""

    name: str
    registry_id: str | None


@dataclass(frozen=True, slots=True)
class CommitmentRow:
    """A commitment as its article tells it, with the sentence that says so."""

    fact_id: int
    pledge_id: int | None
    amount_low: Decimal
    amount_high: Decimal
    currency: str
    approx: bool
    per: str | None
    kind: str
    status: str
    programme: str | None
    programme_id: str | None
    programme_inferred: bool
    date: str | None
    said_by: str | None
    evidence: str
    evidence_field: str
    evidence_start: int
    evidence_end: int
    confidence: float
    mismatch: bool
    reviewed: bool
    actors: tuple[PartyRow, ...]
    beneficiaries: tuple[PartyRow, ...]


@dataclass(frozen=True, slots=True)
class Annotations:
    """Everything marked in one version."""

    money: tuple[MoneyMark, ...]
    entities: tuple[EntityMark, ...]
    commitments: tuple[CommitmentRow, ...]


def annotations_of(connection: Connection, version_id: str) -> Annotations:
    """What the current analysis and people's corrections say about a version; empty for one that was not analysed."""
    return Annotations(_money(connection, version_id), _entities(connection, version_id), commitments_of(connection, version_id))


def _money(connection: Connection, version_id: str) -> tuple[MoneyMark, ...]:
    m = money_mentions.c
    rows = connection.execute(select(money_mentions).where(m.version_id == version_id).order_by(m.number))
    return tuple(
        MoneyMark(r.field, r.start, r.end, r.surface, r.amount_low, r.amount_high, r.currency, r.approx, r.per, r.role) for r in rows
    )


def _entities(connection: Connection, version_id: str) -> tuple[EntityMark, ...]:
    places: dict[int, list[tuple[str, int, int]]] = defaultdict(list)
    mentions = (
        select(entity_mentions)
        .join(entities, entities.c.entity_row == entity_mentions.c.entity_row)
        .where(entities.c.version_id == version_id)
        .order_by(entity_mentions.c.entity_row, entity_mentions.c.number)
    )
    for row in connection.execute(mentions):
        places[row.entity_row].append((row.field, row.start, row.end))
    rows = connection.execute(select(entities).where(entities.c.version_id == version_id).order_by(entities.c.number))
    return tuple(
        EntityMark(r.type, r.name, r.canonical, r.registry_id, r.role, r.affiliation, r.inferred, tuple(places[r.entity_row])) for r in rows
    )


def commitments_of(connection: Connection, version_id: str) -> tuple[CommitmentRow, ...]:
    """The commitments of a version, in the order of its text, those that a person rejected left out."""
    c = commitments.c
    query = (
        select(commitments, sightings.c.pledge_id)
        .outerjoin(sightings, (sightings.c.fact_id == c.fact_id) & sightings.c.tx_to.is_(None))
        .where(c.version_id == version_id, c.tx_to.is_(None), not_(c.rejected))
        .order_by(c.number)
    )
    rows = connection.execute(query).all()
    keys = [r.row_id for r in rows]
    by, to = commitment_actors.c, commitment_beneficiaries.c
    actors = _parties(connection, by.row_id, by.canonical, by.registry_id, by.number, keys)
    received = _parties(connection, to.row_id, to.name, to.registry_id, to.number, keys)
    return tuple(
        CommitmentRow(
            r.fact_id, r.pledge_id, r.amount_low, r.amount_high, r.currency, r.approx, r.per, r.kind, r.status, r.programme,
            r.programme_id, r.programme_inferred, r.date, r.said_by, r.evidence, r.evidence_field, r.evidence_start, r.evidence_end,
            r.confidence, r.mismatch, r.reviewed, tuple(actors[r.row_id]), tuple(received[r.row_id]),
        )
        for r in rows
    )  # fmt: skip


def _parties(
    connection: Connection, key: Column[int], name: Column[str], identity: Column[str], number: Column[int], keys: Sequence[int]
) -> dict[int, list[PartyRow]]:
    found: dict[int, list[PartyRow]] = defaultdict(list)
    for row_id, value, registry_id in connection.execute(select(key, name, identity).where(key.in_(keys)).order_by(key, number)):
        found[row_id].append(PartyRow(value, registry_id))
    return found
