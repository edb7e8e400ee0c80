"""What people decide about pledges: that several are one, or that one is several. Events, and never undone by a rule.

A pledge that was merged keeps its number and says into which; a number is never used again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from api.errors import IngestError, NotFoundError
from api.ledger.booking import refold, work_out
from api.ledger.outliers import copy_parties
from api.store.schema import corrections, pledge_ids, pledges, sightings


def merge(connection: Connection, tx: int, into: int, others: Sequence[int], *, principal: str, reason: str | None, now: datetime) -> None:
    """Say that `others` are the same undertaking as `into`: their sightings move there and stay there.

    Raises:
        NotFoundError: one of them is not in the ledger, or was merged away before.
        IngestError: a pledge cannot be merged into itself.
    """
    if into in others or not others:
        raise IngestError("name at least one other pledge to merge; a pledge cannot be merged into itself")
    _present(connection, into)
    _move(connection, tx, into, into, None)  # a rule would find that its own sightings do not belong with the others
    for other in dict.fromkeys(others):
        row = _present(connection, other)
        _note(connection, tx, other, "merge", {"into": into}, principal, reason, now)
        _move(connection, tx, other, into, None)
        _set_aside(connection, tx, row, into)
    work_out(connection, tx, [into])


def split(
    connection: Connection, tx: int, pledge_id: int, facts: Sequence[int], *, principal: str, reason: str | None, now: datetime
) -> int:
    """Say that these commitments of a pledge are another undertaking: they become a pledge of their own; its number.

    Raises:
        NotFoundError: there is no such pledge, or one of the commitments is not told for it.
        IngestError: nothing, or everything, would be split off.
    """
    _present(connection, pledge_id)
    s = sightings.c
    told = set(connection.scalars(select(s.fact_id).where(s.pledge_id == pledge_id, s.tx_to.is_(None))))
    missing = sorted(set(facts) - told)
    if missing:
        raise NotFoundError(f"pledge {pledge_id}: no sighting by fact {missing[0]}")
    if not facts or set(facts) == told:
        raise IngestError("split off some of a pledge's commitments, not none and not all")
    made = int(connection.execute(insert(pledge_ids).values(tx=tx).returning(pledge_ids.c.pledge_id)).scalar_one())
    _note(connection, tx, pledge_id, "split", {"into": made, "facts": sorted(set(facts))}, principal, reason, now)
    _move(connection, tx, pledge_id, made, facts)
    work_out(connection, tx, [pledge_id, made])
    return made


def _present(connection: Connection, pledge_id: int) -> Row[Any]:
    p = pledges.c
    row = connection.execute(select(pledges).where(p.pledge_id == pledge_id, p.tx_to.is_(None))).one_or_none()
    if row is None:
        raise NotFoundError(f"pledge {pledge_id}: there is none")
    if row.merged_into is not None:
        raise NotFoundError(f"pledge {pledge_id}: was merged into {row.merged_into}")
    return row


def _note(
    connection: Connection, tx: int, target: int, action: str, payload: dict[str, Any], principal: str, reason: str | None, now: datetime
) -> None:
    event = {"tx": tx, "at": now, "principal": principal, "target": "pledge", "target_id": target, "action": action}
    connection.execute(insert(corrections).values(**event, payload=payload, reason=reason))


def _move(connection: Connection, tx: int, source: int, target: int, facts: Sequence[int] | None) -> None:
    s = sightings.c
    held = [s.pledge_id == source, s.tx_to.is_(None), *([s.fact_id.in_(facts)] if facts is not None else [])]
    rows = connection.execute(select(sightings).where(*held)).all()
    connection.execute(update(sightings).where(s.row_id.in_([r.row_id for r in rows])).values(tx_to=tx))
    moved = [
        {"pledge_id": target, "fact_id": r.fact_id, "article_id": r.article_id, "relation": r.relation, "by": "person", "tx_from": tx}
        for r in rows
    ]
    if moved:
        connection.execute(insert(sightings), moved)


def _set_aside(connection: Connection, tx: int, row: Row[Any], into: int) -> None:
    """The state a merged pledge has from now on: nothing of its own, only where it went."""
    p = pledges.c
    connection.execute(update(pledges).where(p.row_id == row.row_id).values(tx_to=tx))
    refold(connection, tx, row.pledge_id)  # ends its stages
    values = {k: v for k, v in row._mapping.items() if k != "row_id"}
    values |= {"merged_into": into, "in_totals": False, "left_out": "merged", "tx_from": tx}
    fresh = connection.execute(insert(pledges).values(values).returning(p.row_id)).scalar_one()
    copy_parties(connection, row.row_id, fresh)
