"""A figure a hundred times all others of its payer is more often a slip of the pen ("triliun" for "miliar") than a pledge.

Such a pledge stays out of totals, with the reason, until a person has looked or the payer's other figures have caught up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, insert, select, update

from api.store.schema import pledge_actors, pledge_beneficiaries, pledges

REASON = "outlier"
FACTOR = 100
LEAST_OTHERS = 3
"""Figures of a payer that have to be known before one of them can stand out."""


def standing_out(figures: Mapping[int, int]) -> int | None:
    """The pledge whose figure is more than `FACTOR` times every other one's; None where there is none or too few are known."""
    if len(figures) <= LEAST_OTHERS:
        return None
    order = sorted(figures, key=lambda pledge_id: (figures[pledge_id], pledge_id))
    return order[-1] if figures[order[-1]] > FACTOR * figures[order[-2]] else None


def settle(connection: Connection, tx: int, pledge_ids: Iterable[int]) -> None:
    """Look again at the payers of these pledges: hold back the figure that stands out, let go of one that no longer does."""
    p, a = pledges.c, pledge_actors.c
    keys = connection.scalars(
        select(a.key).join(pledges, p.row_id == a.row_id).where(p.pledge_id.in_(list(pledge_ids)), p.tx_to.is_(None)).distinct()
    ).all()
    rows = connection.execute(
        select(a.key, p.row_id, p.pledge_id, p.idr_high_key, p.left_out, p.reviewed)
        .join(pledges, p.row_id == a.row_id)
        .where(a.key.in_(keys), p.tx_to.is_(None), p.merged_into.is_(None), p.idr_high_key.is_not(None))
    ).all()
    out = _out_of_line(rows)
    for row in {row.pledge_id: row for row in rows}.values():
        if row.left_out == REASON and row.pledge_id not in out:
            restate(connection, tx, row.row_id, {"left_out": None, "in_totals": True})
        elif row.left_out is None and row.pledge_id in out and not row.reviewed:
            restate(connection, tx, row.row_id, {"left_out": REASON, "in_totals": False})


def _out_of_line(rows: Iterable[Any]) -> set[int]:
    """Of rows (key, pledge_id, idr_high_key, left_out): the pledges that stand out among those of some payer."""
    by_payer: dict[str, dict[int, int]] = {}
    for row in rows:
        if row.left_out in (None, REASON):
            by_payer.setdefault(row.key, {})[row.pledge_id] = row.idr_high_key
    return {pledge_id for figures in by_payer.values() if (pledge_id := standing_out(figures)) is not None}


def restate(connection: Connection, tx: int, row_id: int, changed: Mapping[str, Any]) -> None:
    """The same pledge with another answer to whether it is summed: a new state, unless this transaction made the present one."""
    p = pledges.c
    row = connection.execute(select(pledges).where(p.row_id == row_id)).one()
    if row.tx_from == tx:
        connection.execute(update(pledges).where(p.row_id == row_id).values(dict(changed)))
        return
    connection.execute(update(pledges).where(p.row_id == row_id).values(tx_to=tx))
    values = {k: v for k, v in row._mapping.items() if k != "row_id"} | {**changed, "tx_from": tx}
    fresh = connection.execute(insert(pledges).values(values).returning(p.row_id)).scalar_one()
    copy_parties(connection, row_id, fresh)


def copy_parties(connection: Connection, before: int, after: int) -> None:
    """Give the pledge row `after` the payers and recipients of `before`."""
    for table in (pledge_actors, pledge_beneficiaries):
        kept = [dict(r._mapping) | {"row_id": after} for r in connection.execute(select(table).where(table.c.row_id == before))]
        if kept:
            connection.execute(insert(table), kept)
