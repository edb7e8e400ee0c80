"""Books commitments as pledges, inside the transaction that writes them: finds the pledge each one tells, or opens a new one.

Candidates are pledges that share a payer, a programme, a story or the amount; `identity` decides, `fold` works the pledge out anew.
A sighting a person moved (`by` person) is never moved back. Pledge numbers are never reused; a pledge left without sightings ends.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, insert, or_, select, update

from api.ledger.endings import endings_of
from api.ledger.fold import Folded, PartyKey, Told, fold
from api.ledger.identity import same_undertaking
from api.ledger.outliers import REASON as OUTLIER
from api.ledger.outliers import settle
from api.ledger.parts import REASONS as PARTS
from api.ledger.parts import settle_parts
from api.search.grammar import folded
from api.store.schema import (
    articles,
    commitment_actors,
    commitment_beneficiaries,
    commitments,
    pledge_actors,
    pledge_beneficiaries,
    pledge_ids,
    pledges,
    sightings,
    stages,
)
from api.store.types import sort_key

MOST_CANDIDATES = 400


def book(connection: Connection, tx: int, holding: Sequence[int], ended: Sequence[int]) -> frozenset[int]:
    """Book the commitments that hold now and take away those that ended; the numbers of the pledges that changed."""
    changed = _remove(connection, tx, ended)
    for told in read_told(connection, holding):
        changed |= _book_one(connection, tx, told)
    work_out(connection, tx, changed)
    return frozenset(changed)


def work_out(connection: Connection, tx: int, changed: Iterable[int]) -> None:
    """Work these pledges out anew, then look again at what lies within what, and at the figures of their payers."""
    numbers = sorted(changed)
    for pledge_id in numbers:
        refold(connection, tx, pledge_id)
    if numbers:
        settle_parts(connection, tx, numbers)
        settle(connection, tx, numbers)


def read_told(connection: Connection, fact_ids: Iterable[int]) -> list[Told]:
    """These commitments as the ledger sees them, in the order of their articles."""
    ids = list(fact_ids)
    columns = (articles.c.story_id, articles.c.outlet, articles.c.sort_key, articles.c.fetched_at)
    query = (
        select(commitments, *columns)
        .join(articles, articles.c.article_id == commitments.c.article_id)
        .where(commitments.c.fact_id.in_(ids), commitments.c.tx_to.is_(None))
        .order_by(articles.c.number, commitments.c.number)
    )
    rows = connection.execute(query).all()
    actors = _parties(connection, commitment_actors, [r.row_id for r in rows])
    received = _parties(connection, commitment_beneficiaries, [r.row_id for r in rows])
    return [_told(row, actors[row.row_id], received[row.row_id]) for row in rows]


def _parties(connection: Connection, table: Any, row_ids: Sequence[int]) -> dict[int, list[PartyKey]]:
    found: dict[int, list[PartyKey]] = defaultdict(list)
    name = table.c.canonical if table is commitment_actors else table.c.name
    query = select(table.c.row_id, name, table.c.registry_id).where(table.c.row_id.in_(row_ids)).order_by(table.c.row_id, table.c.number)
    for row_id, said, registry_id in connection.execute(query):
        found[row_id].append(PartyKey(registry_id or folded(said), said, registry_id))
    return found


def _told(row: Row[Any], actors: Sequence[PartyKey], received: Sequence[PartyKey]) -> Told:
    keys = (row.idr_low_key, row.idr_high_key)
    return Told(
        fact_id=row.fact_id, article_id=row.article_id, story_id=row.story_id, outlet=row.outlet, sort_key=row.sort_key,
        seen_at=row.fetched_at, low=row.amount_low, high=row.amount_high, currency=row.currency,
        rupiah=keys if None not in keys else None, conversion=row.conversion, approx=row.approx, per=row.per, count=row._mapping["count"],
        kind=row.kind, status=row.status, programme=row.programme,
        programme_id=None if row.programme_inferred else row.programme_id, date=row.date,
        period=(row.period_start, row.period_end), period_stated=bool(row.period_stated), place=row.place, sector=row.sector,
        parent_fact=row.parent_fact_id, mismatch=row.mismatch, rejected=row.rejected, reviewed=row.reviewed,
        confidence=row.confidence, actors=tuple(actors), beneficiaries=tuple(received),
    )  # fmt: skip


def _remove(connection: Connection, tx: int, fact_ids: Sequence[int]) -> set[int]:
    s = sightings.c
    gone = and_(s.fact_id.in_(fact_ids), s.tx_to.is_(None))
    changed = set(connection.scalars(select(s.pledge_id).where(gone)))
    connection.execute(update(sightings).where(gone).values(tx_to=tx))
    return changed


def _book_one(connection: Connection, tx: int, told: Told) -> set[int]:
    """Give a commitment its pledge; the pledges that changed by it."""
    s = sightings.c
    before = connection.execute(select(sightings).where(s.fact_id == told.fact_id, s.tx_to.is_(None))).one_or_none()
    if before is not None and before.by == "person":
        return {before.pledge_id}
    candidates = _candidates(connection, told)
    present = candidates.get(before.pledge_id, []) if before is not None else []
    others = [t for t in present if t.fact_id != told.fact_id]
    if before is not None and (not others or any(same_undertaking(told, t) for t in others)):
        return {before.pledge_id}
    pledge_id = next((p for p, members in sorted(candidates.items()) if _belongs(told, members)), None) or _open(connection, tx)
    changed = {pledge_id}
    if before is not None:
        connection.execute(update(sightings).where(s.row_id == before.row_id).values(tx_to=tx))
        changed.add(before.pledge_id)
    values = {"pledge_id": pledge_id, "fact_id": told.fact_id, "article_id": told.article_id, "relation": "first", "by": "rule"}
    connection.execute(insert(sightings).values(**values, tx_from=tx))
    return changed


def _belongs(told: Told, members: Sequence[Told]) -> bool:
    """One sighting that is the same undertaking is enough, unless this very article tells the pledge already."""
    own = any(m.article_id == told.article_id and m.fact_id != told.fact_id for m in members)
    return not own and any(same_undertaking(told, m) for m in members)


def _open(connection: Connection, tx: int) -> int:
    return int(connection.execute(insert(pledge_ids).values(tx=tx).returning(pledge_ids.c.pledge_id)).scalar_one())


def _candidates(connection: Connection, told: Told) -> dict[int, list[Told]]:
    """Pledges that may be this one by `identity`, with their sightings: the figure, the story, or payer and programme agree."""
    p = pledges.c
    near: list[ColumnElement[bool]] = []
    keys = [a.key for a in told.actors]
    if keys and told.programme:  # another figure is the same pledge only where payer and programme agree
        paid = p.row_id.in_(select(pledge_actors.c.row_id).where(pledge_actors.c.key.in_(keys)))
        near.append(and_(paid, p.programme.is_not(None), p.kind == told.kind))
    low_key, high_key = sort_key(told.low), sort_key(told.high, up=True)
    if low_key is not None and high_key is not None:
        near.append(and_(p.currency == told.currency, p.low_key <= int(high_key * 1.03), p.high_key >= int(low_key * 0.97)))
    if told.rupiah:
        low, high = told.rupiah
        near.append(and_(p.idr_low_key <= int(high * 1.03), p.idr_high_key >= int(low * 0.97)))
    if told.story_id is not None:
        same = select(sightings.c.pledge_id).join(articles, articles.c.article_id == sightings.c.article_id)
        near.append(p.pledge_id.in_(same.where(articles.c.story_id == told.story_id, sightings.c.tx_to.is_(None))))
    near.append(p.pledge_id.in_(select(sightings.c.pledge_id).where(sightings.c.fact_id == told.fact_id, sightings.c.tx_to.is_(None))))
    found = select(p.pledge_id).where(p.tx_to.is_(None), p.merged_into.is_(None), or_(*near)).order_by(p.pledge_id.desc())
    return _members(connection, list(connection.scalars(found.limit(MOST_CANDIDATES))))


def _members(connection: Connection, pledge_numbers: Sequence[int]) -> dict[int, list[Told]]:
    s = sightings.c
    owners = dict(connection.execute(select(s.fact_id, s.pledge_id).where(s.pledge_id.in_(pledge_numbers), s.tx_to.is_(None))).all())
    members: dict[int, list[Told]] = defaultdict(list)
    for told in read_told(connection, owners):
        members[owners[told.fact_id]].append(told)
    return members


def refold(connection: Connection, tx: int, pledge_id: int) -> None:
    """Work a pledge out anew from its sightings; write a new state only where something differs."""
    members = _members(connection, [pledge_id]).get(pledge_id, [])
    p = pledges.c
    held = connection.execute(select(pledges).where(p.pledge_id == pledge_id, p.tx_to.is_(None))).one_or_none()
    if not members:
        if held is not None and held.merged_into is None:
            connection.execute(update(pledges).where(p.row_id == held.row_id).values(tx_to=tx))
        _write_stages(connection, tx, pledge_id, ())
        return
    state = fold(members, endings_of(connection, pledge_id))
    for fact_id, relation in state.relations.items():
        where = and_(sightings.c.fact_id == fact_id, sightings.c.tx_to.is_(None), sightings.c.relation != relation)
        connection.execute(update(sightings).where(where).values(relation=relation))
    _write_state(connection, tx, pledge_id, state, members, held)
    _write_stages(connection, tx, pledge_id, state.stages)


def _write_state(connection: Connection, tx: int, pledge_id: int, state: Folded, members: Sequence[Told], held: Row[Any] | None) -> None:
    values = _values(connection, pledge_id, state, members)
    if held is not None:
        if held.left_out in {OUTLIER, *PARTS} and state.in_totals:  # `settle` decides, with the other pledges before it
            values |= {"left_out": held.left_out, "in_totals": False, "parent": held.parent}
        kept = {k: v for k, v in held._mapping.items() if k in values}
        if kept == values and _keys_of(connection, held.row_id) == _keys_in(state):
            return
        connection.execute(update(pledges).where(pledges.c.row_id == held.row_id).values(tx_to=tx))
    row_id = connection.execute(insert(pledges).values(**values, tx_from=tx).returning(pledges.c.row_id)).scalar_one()
    for table, parties in ((pledge_actors, state.actors), (pledge_beneficiaries, state.beneficiaries)):
        rows = [
            {"row_id": row_id, "number": n, "key": party.key, "name": party.name, "registry_id": party.registry_id}
            for n, party in enumerate(parties)
        ]
        if rows:
            connection.execute(insert(table), rows)


def _keys_of(connection: Connection, row_id: int) -> list[list[str]]:
    tables = (pledge_actors, pledge_beneficiaries)
    return [list(connection.scalars(select(t.c.key).where(t.c.row_id == row_id).order_by(t.c.number))) for t in tables]


def _keys_in(state: Folded) -> list[list[str]]:
    return [[party.key for party in parties] for parties in (state.actors, state.beneficiaries)]


def _values(connection: Connection, pledge_id: int, state: Folded, members: Sequence[Told]) -> dict[str, Any]:
    head = state.head
    row = connection.execute(select(commitments).where(commitments.c.fact_id == head.fact_id, commitments.c.tx_to.is_(None))).one()
    same = ("amount_low", "amount_high", "low_key", "high_key", "currency", "idr_low_key", "idr_high_key", "conversion", "approx", "per",
            "count", "kind", "date", "period_start", "period_end", "period_stated", "place", "sector")  # fmt: skip
    year = (head.period[0] if head.period_stated and head.period[0] else head.date) or ""
    return {
        **{name: row._mapping[name] for name in same},
        "pledge_id": pledge_id, "status": state.status, "stage": state.stage, "programme": state.programme,
        "programme_id": state.programme_id, "year": year[:4] or None, "parent": _parent(connection, state.parent_fact), "merged_into": None,
        "in_totals": state.in_totals, "left_out": state.left_out, "conflict": state.conflict, "restated": state.restated,
        "reviewed": state.reviewed, "sightings": len(members), "outlets": state.outlets, "stories": state.stories,
        "first_seen": state.first_seen, "last_seen": state.last_seen, "confidence": state.confidence,
    }  # fmt: skip


def _parent(connection: Connection, fact_id: int | None) -> int | None:
    s = sightings.c
    return connection.scalar(select(s.pledge_id).where(s.fact_id == fact_id, s.tx_to.is_(None))) if fact_id else None


def _write_stages(connection: Connection, tx: int, pledge_id: int, told: Sequence[tuple[str, str | None, int]]) -> None:
    s = stages.c
    held = {
        (r.stage, r.day, r.fact_id): r.row_id for r in connection.execute(select(stages).where(s.pledge_id == pledge_id, s.tx_to.is_(None)))
    }
    gone = [row_id for key, row_id in held.items() if key not in told]
    if gone:
        connection.execute(update(stages).where(s.row_id.in_(gone)).values(tx_to=tx))
    fresh = [{"pledge_id": pledge_id, "stage": n, "day": d, "fact_id": f, "tx_from": tx} for n, d, f in told if (n, d, f) not in held]
    if fresh:
        connection.execute(insert(stages), fresh)
