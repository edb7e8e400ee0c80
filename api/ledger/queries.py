"""Reading the ledger: pledges with filters, one pledge with its sightings and stages, sums that say what they left out.

Every function takes a snapshot (a transaction number; None: now): the same snapshot gives the same rows for ever.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, and_, exists, func, or_, select

from api.errors import NotFoundError
from api.store.schema import articles, commitments, pledge_actors, pledge_beneficiaries, pledges, sightings, stages


@dataclass(frozen=True, slots=True)
class PledgeFilter:
    """Which pledges; fields left None do not restrict. `party` is a registry id or folded name that pays or receives."""

    payer: str | None = None
    receiver: str | None = None
    party: str | None = None
    programme: str | None = None
    kind: str | None = None
    stage: str | None = None
    currency: str | None = None
    year: str | None = None
    least: int | None = None
    """Hundredths of a rupiah."""


@dataclass(frozen=True, slots=True)
class Party:
    """Who pays or receives: registry id (None where unresolved), name, and the key it is found by."""

    key: str
    name: str
    registry_id: str | None


@dataclass(frozen=True, slots=True)
class PledgeRow:
    """One real-world undertaking, as known at a snapshot."""

    pledge_id: int
    amount_low: Decimal
    amount_high: Decimal
    currency: str
    approx: bool
    per: str | None
    count: int | None
    kind: str
    status: str
    stage: str
    programme: str | None
    programme_id: str | None
    date: str | None
    year: str | None
    in_totals: bool
    left_out: str | None
    conflict: bool
    restated: bool
    reviewed: bool
    sightings: int
    outlets: int
    first_seen: datetime
    last_seen: datetime
    confidence: float
    parent: int | None
    merged_into: int | None
    actors: tuple[Party, ...] = ()
    beneficiaries: tuple[Party, ...] = ()


@dataclass(frozen=True, slots=True)
class SightingRow:
    """One commitment of one article that tells a pledge."""

    fact_id: int
    article_id: str
    title: str
    url: str | None
    outlet: str
    published_day: str | None
    relation: str
    by: str
    amount_low: Decimal
    amount_high: Decimal
    currency: str
    approx: bool
    status: str
    evidence: str
    rights: str
    """Of the article: what of its text may be shown."""


@dataclass(frozen=True, slots=True)
class StageRow:
    """A stage a pledge reached, the day it is told for, and the fact that tells it."""

    stage: str
    day: str | None
    fact_id: int


@dataclass(frozen=True, slots=True)
class PledgeDetail:
    """A pledge with everything it rests on."""

    pledge: PledgeRow
    sightings: tuple[SightingRow, ...]
    stages: tuple[StageRow, ...]


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum over pledges of one currency and stage group; `left_out` counts pledges not in it by reason."""

    group: str
    currency: str
    status: str
    low: Decimal
    high: Decimal
    count: int


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums by group, and what they do not hold: reason → number of pledges."""

    rows: tuple[Sum, ...]
    counted: int
    left_out: dict[str, int] = field(default_factory=dict)


def holds(table: Table, snapshot: int | None) -> ColumnElement[bool]:
    """The rows of a temporal table that held at `snapshot`; None: now."""
    if snapshot is None:
        return table.c.tx_to.is_(None)
    return and_(table.c.tx_from <= snapshot, or_(table.c.tx_to.is_(None), table.c.tx_to > snapshot))


def list_pledges(
    connection: Connection, wanted: PledgeFilter, *, limit: int = 50, offset: int = 0, snapshot: int | None = None
) -> list[PledgeRow]:
    """Pledges, the latest first."""
    query = select(pledges).where(*_conditions(wanted, snapshot)).order_by(pledges.c.date.desc().nulls_last(), pledges.c.pledge_id.desc())
    return _with_parties(connection, connection.execute(query.limit(limit).offset(offset)).all())


def count_pledges(connection: Connection, wanted: PledgeFilter, *, snapshot: int | None = None) -> int:
    """How many pledges there are."""
    return int(connection.scalar(select(func.count()).select_from(pledges).where(*_conditions(wanted, snapshot))) or 0)


def get_pledge(connection: Connection, pledge_id: int, *, snapshot: int | None = None) -> PledgeDetail:
    """One pledge with its sightings and stages; one that was merged away says into which.

    Raises:
        NotFoundError: there was none of that number at that snapshot.
    """
    rows = connection.execute(select(pledges).where(pledges.c.pledge_id == pledge_id, holds(pledges, snapshot))).all()
    if not rows:
        raise NotFoundError(f"pledge {pledge_id}: there is none")
    (pledge,) = _with_parties(connection, rows)
    told = tuple(sightings_of(connection, [pledge_id], snapshot=snapshot)[pledge_id])
    return PledgeDetail(pledge, told, _stages(connection, pledge_id, snapshot))


def sums(connection: Connection, wanted: PledgeFilter, *, by: str = "year", snapshot: int | None = None) -> Sums:
    """Sums of the pledges in totals, by `by` (year, programme, kind, payer), currency and status: never across statuses.

    Added up in Decimal, from exact texts, not from keys. A pledge of several payers counts under each of them.
    """
    rows = _all(connection, wanted, snapshot)
    totals: dict[tuple[str, str, str], list[Decimal | int]] = {}
    left_out: dict[str, int] = defaultdict(int)
    counted = 0
    for pledge in rows:
        if not pledge.in_totals:
            left_out[pledge.left_out or "other"] += 1
            continue
        counted += 1
        for group in _groups(pledge, by):
            total = totals.setdefault((group, pledge.currency, pledge.status), [Decimal(0), Decimal(0), 0])
            times = pledge.count or 1 if pledge.per else 1  # "masing-masing X" for n recipients is n times X
            total[0] += pledge.amount_low * times
            total[1] += pledge.amount_high * times
            total[2] += 1
    made = tuple(Sum(*key, Decimal(low), Decimal(high), int(n)) for key, (low, high, n) in sorted(totals.items()))
    return Sums(made, counted, dict(left_out))


def _all(connection: Connection, wanted: PledgeFilter, snapshot: int | None) -> list[PledgeRow]:
    query = select(pledges).where(*_conditions(wanted, snapshot)).order_by(pledges.c.pledge_id)
    return _with_parties(connection, connection.execute(query).all())


def _groups(pledge: PledgeRow, by: str) -> Sequence[str]:
    match by:
        case "programme":
            return [pledge.programme or "—"]
        case "kind":
            return [pledge.kind]
        case "payer":
            return [party.name for party in pledge.actors] or ["—"]
        case _:
            return [pledge.year or "—"]


def _conditions(wanted: PledgeFilter, snapshot: int | None) -> list[ColumnElement[bool]]:
    p = pledges.c
    found = [holds(pledges, snapshot), p.merged_into.is_(None)]
    equal = {p.kind: wanted.kind, p.stage: wanted.stage, p.currency: wanted.currency, p.year: wanted.year}
    found += [column == value for column, value in equal.items() if value]
    if wanted.programme:
        found.append(or_(p.programme_id == wanted.programme, func.lower(p.programme) == wanted.programme.lower()))
    if wanted.least is not None:
        found.append(p.idr_high_key >= wanted.least)
    if wanted.payer:
        found.append(_party(pledge_actors, wanted.payer))
    if wanted.receiver:
        found.append(_party(pledge_beneficiaries, wanted.receiver))
    if wanted.party:
        found.append(or_(_party(pledge_actors, wanted.party), _party(pledge_beneficiaries, wanted.party)))
    return found


def _party(table: Table, key: str) -> ColumnElement[bool]:
    return exists().where(table.c.row_id == pledges.c.row_id, or_(table.c.key == key, table.c.registry_id == key))


def _with_parties(connection: Connection, rows: Sequence[Row[Any]]) -> list[PledgeRow]:
    keys = [row.row_id for row in rows]
    actors = _parties(connection, pledge_actors, keys)
    received = _parties(connection, pledge_beneficiaries, keys)
    return [_pledge(row, tuple(actors[row.row_id]), tuple(received[row.row_id])) for row in rows]


def _parties(connection: Connection, table: Table, keys: Sequence[int]) -> dict[int, list[Party]]:
    found: dict[int, list[Party]] = defaultdict(list)
    for start in range(0, len(keys), 500):
        query = select(table).where(table.c.row_id.in_(keys[start : start + 500])).order_by(table.c.row_id, table.c.number)
        for row in connection.execute(query):
            found[row.row_id].append(Party(row.key, row.name, row.registry_id))
    return found


def _pledge(row: Row[Any], actors: tuple[Party, ...], received: tuple[Party, ...]) -> PledgeRow:
    names = [f for f in PledgeRow.__dataclass_fields__ if f not in {"actors", "beneficiaries"}]
    return PledgeRow(**{name: getattr(row, name) for name in names}, actors=actors, beneficiaries=received)


def sightings_of(connection: Connection, pledge_ids: Sequence[int], *, snapshot: int | None = None) -> dict[int, list[SightingRow]]:
    """What each pledge rests on, by pledge, earliest article first. At most a few hundred pledges at a time."""
    query = (
        select(sightings, commitments, articles.c.title, articles.c.url, articles.c.outlet, articles.c.published_day, articles.c.rights)
        .join(commitments, (commitments.c.fact_id == sightings.c.fact_id) & holds(commitments, snapshot))
        .join(articles, articles.c.article_id == sightings.c.article_id)
        .where(sightings.c.pledge_id.in_(pledge_ids), holds(sightings, snapshot))
        .order_by(sightings.c.pledge_id, articles.c.sort_key)
    )
    names = list(SightingRow.__dataclass_fields__)
    found: dict[int, list[SightingRow]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.pledge_id].append(SightingRow(**{n: getattr(row, n) for n in names}))
    return found


def _stages(connection: Connection, pledge_id: int, snapshot: int | None) -> tuple[StageRow, ...]:
    s = stages.c
    query = select(stages).where(s.pledge_id == pledge_id, holds(stages, snapshot)).order_by(s.day.nulls_last(), s.row_id)
    return tuple(StageRow(row.stage, row.day, row.fact_id) for row in connection.execute(query))
