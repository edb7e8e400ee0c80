"""Facts of an article: what an analysis found, written so that a fact keeps its name through re-analysis and new versions.

Money and entities belong to a version and are replaced with it. Commitments, proposals, progress and changes are facts: an heir is a
fact of the same article, currency and overlapping amount whose evidence is the same or overlaps. What a person touched and finds
no heir stays, marked orphaned; corrections are applied last.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Table, delete, insert, select, update

from api.store.corrections import corrected
from api.store.heirs import Evidence, heir_of
from api.store.money import Rates, rupiah
from api.store.schema import (
    analysis_runs,
    changes,
    checks,
    commitment_actors,
    commitment_beneficiaries,
    commitments,
    entities,
    entity_mentions,
    fact_ids,
    money_mentions,
    progress,
    proposals,
    versions,
)
from api.store.types import plain, sort_key
from nlp.analysis import Actor, Analysis, Change, Commitment, Progress, Proposal

LISTS: dict[str, Table] = {"commitments": commitments, "proposals": proposals, "progress": progress, "changes": changes}


@dataclass(frozen=True, slots=True)
class Written:
    """What changed: fact ids of commitments that hold now, and of those that ended."""

    holding: tuple[int, ...]
    ended: tuple[int, ...]


def run_of(connection: Connection, components: Mapping[str, str], now: datetime) -> int:
    """The analysis run of these component versions; the same versions are the same run."""
    digest = hashlib.sha256(json.dumps(sorted(components.items())).encode()).hexdigest()[:32]
    known = connection.scalar(select(analysis_runs.c.run_id).where(analysis_runs.c.digest == digest))
    if known is not None:
        return int(known)
    made = insert(analysis_runs).values(digest=digest, components=dict(components), first_used=now).returning(analysis_runs.c.run_id)
    return int(connection.execute(made).scalar_one())


def write_analysis(
    connection: Connection, tx: int, article_id: str, version_id: str, analysis: Analysis, day: str | None, rates: Rates, now: datetime
) -> Written:
    """Replace what is known about an article by the analysis of its version `version_id` (published on ISO `day`)."""
    run_id = run_of(connection, analysis.components, now)
    connection.execute(update(versions).where(versions.c.version_id == version_id).values(run_id=run_id))
    _clear(connection, version_id)
    _write_money(connection, version_id, analysis)
    _write_entities(connection, article_id, version_id, analysis)
    _write_checks(connection, version_id, analysis)
    origin = {"article_id": article_id, "version_id": version_id, "run_id": run_id}
    for name, items in (("proposals", analysis.proposals), ("progress", analysis.progress), ("changes", analysis.changes)):
        _replace(connection, tx, name, origin, [(i.evidence, _values(i), ()) for i in items])
    rows = [(c.evidence, _commitment_values(c, analysis, day, rates), _parties(c)) for c in analysis.commitments]
    written, ids = _replace(connection, tx, "commitments", origin, rows)
    _write_parties(connection, analysis.commitments, ids)
    _write_parents(connection, analysis.commitments, ids)
    return written


def _clear(connection: Connection, version_id: str) -> None:
    for table in (money_mentions, entities, checks):
        connection.execute(delete(table).where(table.c.version_id == version_id))


def _insert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(table), rows)


def _amount(low: Any, high: Any, currency: str | None) -> dict[str, Any]:
    return {"amount_low": low, "amount_high": high, "low_key": sort_key(low), "high_key": sort_key(high, up=True), "currency": currency}


def _write_money(connection: Connection, version_id: str, analysis: Analysis) -> None:
    rows = [
        {
            "version_id": version_id, "number": n, "field": m.field, "start": m.start, "end": m.end, "surface": m.surface,
            **_amount(m.low, m.high, m.currency), "approx": m.approx, "bound": m.bound, "per": m.per, "count": m.count,
            "role": m.role.value, "equivalent_of": m.equivalent_of, "confidence": m.confidence, "rule": m.rule,
        }
        for n, m in enumerate(analysis.money)
    ]  # fmt: skip
    _insert(connection, money_mentions, rows)


def _write_entities(connection: Connection, article_id: str, version_id: str, analysis: Analysis) -> None:
    for number, entity in enumerate(analysis.entities):
        row = insert(entities).values(
            version_id=version_id, article_id=article_id, number=number, type=entity.type.value, name=entity.name,
            canonical=entity.canonical, registry_id=entity.id, aliases=list(entity.aliases), role=entity.role,
            affiliation=entity.affiliation, inferred=entity.inferred, confidence=entity.confidence,
        )  # fmt: skip
        key = connection.execute(row.returning(entities.c.entity_row)).scalar_one()
        spans = [{"entity_row": key, "number": n, "field": s.field, "start": s.start, "end": s.end} for n, s in enumerate(entity.mentions)]
        _insert(connection, entity_mentions, spans)


def _write_checks(connection: Connection, version_id: str, analysis: Analysis) -> None:
    rows = [
        {
            "version_id": version_id, "number": n, "relation": c.relation, "stated": c.stated, "computed": c.computed,
            "agrees": c.agrees, "money": list(c.money), **_evidence(c.evidence),
        }
        for n, c in enumerate(analysis.checks)
    ]  # fmt: skip
    _insert(connection, checks, rows)


def _evidence(evidence: Any) -> dict[str, Any]:
    return {
        "evidence": evidence.text, "evidence_start": evidence.start, "evidence_end": evidence.end, "evidence_field": evidence.field,
    }  # fmt: skip


def _actors(actors: Sequence[Actor]) -> list[dict[str, Any]]:
    return [plain(a.model_dump(exclude_none=True)) for a in actors]


def _period(item: Commitment | Progress) -> dict[str, Any]:
    period = item.period
    return {
        "period_start": period.start if period else None,
        "period_end": period.end if period else None,
        "period_stated": period.stated if period else None,
    }


def _values(item: Proposal | Progress | Change) -> dict[str, Any]:
    values: dict[str, Any] = {
        **_amount(item.amount_low, item.amount_high, item.currency),
        "actors": _actors(item.actors),
        "programme": item.programme,
        **_evidence(item.evidence),
    }
    if isinstance(item, Change):
        values["change"] = item.change
    if isinstance(item, Progress):
        values |= {"programme_id": item.programme_id, "as_of": item.as_of, "percent": item.percent, **_period(item)}
    return values


def _commitment_values(item: Commitment, analysis: Analysis, day: str | None, rates: Rates) -> dict[str, Any]:
    disagreeing = {m for check in analysis.checks if not check.agrees for m in check.money}
    return {
        **_amount(item.amount_low, item.amount_high, item.currency),
        **rupiah(item.amount_low, item.amount_high, item.currency, item.equivalents, item.date or day, rates),
        "approx": item.approx, "per": item.per, "count": item.count, "kind": item.kind.value, "status": item.status.value,
        "programme": item.programme, "programme_id": item.programme_id, "programme_inferred": item.programme_inferred,
        "date": item.date or day, **_period(item), "said_by": item.said_by, "parent_fact_id": None,
        "equivalents": [{"amount": str(e.amount), "currency": e.currency} for e in item.equivalents],
        "parts": [str(p) for p in item.parts], "place": item.place, "sector": item.sector, **_evidence(item.evidence),
        "mentions": list(item.mentions), "mismatch": bool(disagreeing & set(item.mentions)), "rejected": False, "reviewed": False,
        "confidence": item.confidence, "rule": item.rule,
    }  # fmt: skip


def _parties(item: Commitment) -> list[Any]:
    return [*(a.model_dump() for a in item.actors), *item.beneficiaries, *(r.model_dump() for r in item.recipients)]


def _replace(
    connection: Connection, tx: int, name: str, origin: Mapping[str, Any], rows: Sequence[tuple[Any, dict[str, Any], Sequence[Any]]]
) -> tuple[Written, list[tuple[int, int]]]:
    """End the facts that no longer hold and write the new ones under their heirs' names; (fact id, row id) of each that holds.

    A fact that is just what it was keeps its row: re-analysis by the same rules changes nothing.
    """
    table = LISTS[name]
    held = {
        r.fact_id: r for r in connection.execute(select(table).where(table.c.article_id == origin["article_id"], table.c.tx_to.is_(None)))
    }
    free = {fact_id: _seen(row) for fact_id, row in held.items()}
    made = []
    for number, (evidence, found, beside) in enumerate(rows):
        fact_id = heir_of(_new(found, evidence, origin), free)
        old = held[fact_id] if fact_id is not None else None
        if fact_id is not None:
            free.pop(fact_id)
        made.append(_state(connection, table, tx, {**origin, "number": number}, (found, beside), old))
    orphans = [fact_id for fact_id in free if held[fact_id].touched]
    _end(connection, table, [held[fact_id].row_id for fact_id in free], tx)
    for fact_id in orphans:
        _orphan(connection, table, held[fact_id], tx)
    return Written(tuple(i for i, _ in made), tuple(i for i in free if i not in orphans)), made


def _new(values: Mapping[str, Any], evidence: Any, origin: Mapping[str, Any]) -> Evidence:
    amount = (values["currency"], values["amount_low"], values["amount_high"])
    return Evidence(*amount, evidence.text, origin["version_id"], evidence.start, evidence.end)


def _state(
    connection: Connection,
    table: Table,
    tx: int,
    origin: Mapping[str, Any],
    new: tuple[dict[str, Any], Sequence[Any]],
    old: Row[Any] | None,
) -> tuple[int, int]:
    """One fact as it holds now: its row as it was, or a new one after ending the old. `new` is its values and what stands beside."""
    found, beside = new
    values = corrected(connection, old.fact_id, found) if old is not None and old.touched and table is commitments else found
    digest = _digest({**origin, **values, "beside": list(beside)})
    if old is not None and old.digest == digest:
        return int(old.fact_id), int(old.row_id)
    if old is not None:
        _end(connection, table, [old.row_id], tx)
    fact_id = int(old.fact_id) if old is not None else _name(connection, table, origin["article_id"])
    touched = bool(old is not None and old.touched)
    state = {**origin, **values, "fact_id": fact_id, "digest": digest, "touched": touched, "orphaned": False, "tx_from": tx}
    return fact_id, int(connection.execute(insert(table).values(state).returning(table.c.row_id)).scalar_one())


def _digest(values: Mapping[str, Any]) -> str:
    told = {k: v for k, v in values.items() if k != "run_id"}
    return hashlib.sha256(json.dumps(plain(told), sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _name(connection: Connection, table: Table, article_id: str) -> int:
    named = insert(fact_ids).values(list=table.name, article_id=article_id).returning(fact_ids.c.fact_id)
    return int(connection.execute(named).scalar_one())


def _end(connection: Connection, table: Table, row_ids: Sequence[int], tx: int) -> None:
    if row_ids:
        connection.execute(update(table).where(table.c.row_id.in_(row_ids)).values(tx_to=tx))


def _seen(row: Row[Any]) -> Evidence:
    return Evidence(row.currency, row.amount_low, row.amount_high, row.evidence, row.version_id, row.evidence_start, row.evidence_end)


def _orphan(connection: Connection, table: Table, row: Row[Any], tx: int) -> None:
    values = {k: v for k, v in row._mapping.items() if k not in {"row_id", "tx_from", "tx_to"}}
    new = connection.execute(insert(table).values(values | {"orphaned": True, "tx_from": tx}).returning(table.c.row_id)).scalar_one()
    if table is commitments:
        for child in (commitment_actors, commitment_beneficiaries):
            kept = [dict(r._mapping) | {"row_id": new} for r in connection.execute(select(child).where(child.c.row_id == row.row_id))]
            _insert(connection, child, kept)


def _write_parties(connection: Connection, items: Sequence[Commitment], ids: Sequence[tuple[int, int]]) -> None:
    there = set(connection.scalars(select(commitment_actors.c.row_id).where(commitment_actors.c.row_id.in_([r for _, r in ids]))))
    there |= set(
        connection.scalars(select(commitment_beneficiaries.c.row_id).where(commitment_beneficiaries.c.row_id.in_([r for _, r in ids])))
    )
    for item, (_, row_id) in zip(items, ids, strict=True):
        if row_id in there:
            continue
        actors = [
            {
                "row_id": row_id, "number": n, "name": a.name, "canonical": a.canonical, "registry_id": a.id,
                "aliases": list(a.aliases), "share": a.share,
            }
            for n, a in enumerate(item.actors)
        ]  # fmt: skip
        _insert(connection, commitment_actors, actors)
        known = {r.name: r for r in item.recipients}
        received = [
            {
                "row_id": row_id, "number": n, "name": name, "registry_id": known[name].id if name in known else None,
                "count": known[name].number if name in known else None,
            }
            for n, name in enumerate(item.beneficiaries)
        ]  # fmt: skip
        _insert(connection, commitment_beneficiaries, received)


def _write_parents(connection: Connection, items: Sequence[Commitment], ids: Sequence[tuple[int, int]]) -> None:
    for item, (_, row_id) in zip(items, ids, strict=True):
        if item.parent is not None and item.parent < len(ids):
            parent = ids[item.parent][0]
            connection.execute(update(commitments).where(commitments.c.row_id == row_id).values(parent_fact_id=parent))
