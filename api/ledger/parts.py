"""Parts of a whole that other articles tell: one payer's share of a joint pledge, a bank's quota within the programme's quota.

Both would be counted twice. A part stays in the ledger and says which pledge it is within; sums hold the whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, and_, or_, select

from api.ledger.fold import PartyKey
from api.ledger.identity import day_from, same_party
from api.ledger.outliers import restate
from api.store.schema import pledge_actors, pledges

SHARE, QUOTA = "share", "quota"
REASONS = frozenset({SHARE, QUOTA})
MOST_PAYERS = 4
"""Payers of a joint pledge whose equal shares are recognised."""
NEAR_DAYS = 92
"""A share is told within a season of the joint pledge."""
SLACK = Decimal("0.01")
_GOVERNMENT = ("gov:", "pemerintah", "government")
_QUOTAS = frozenset({"target", "planned", "pledged"})


@dataclass(frozen=True, slots=True)
class Booked:
    """A pledge as far as its place in a whole goes."""

    pledge_id: int
    row_id: int
    low: Decimal
    low_key: int | None
    currency: str
    kind: str
    status: str
    programme_id: str | None
    year: str | None
    day: date | None
    left_out: str | None
    parent: int | None
    reviewed: bool
    payers: tuple[PartyKey, ...]


def part_of(part: Booked, whole: Booked) -> str | None:
    """Why `part` lies within `whole`: share or quota; None where it does not."""
    if part.pledge_id == whole.pledge_id or (part.kind, part.currency) != (whole.kind, whole.currency):
        return None
    if _is_share(part, whole):
        return SHARE
    return QUOTA if _is_within_quota(part, whole) else None


def _is_share(part: Booked, whole: Booked) -> bool:
    """An equal share: n k-ths of the amount by n of at least k payers (some are named twice over), told in the same season."""
    near = part.day is not None and whole.day is not None and abs((part.day - whole.day).days) <= NEAR_DAYS
    if not near or not part.payers or not all(any(same_party(p, w) for w in whole.payers) for p in part.payers):
        return False
    mine, most = _bodies(part.payers), min(_bodies(whole.payers), MOST_PAYERS)
    return any(abs(part.low * payers - whole.low * mine) <= whole.low * mine * SLACK for payers in range(mine + 1, most + 1))


def _bodies(payers: Sequence[PartyKey]) -> int:
    """How many bodies these are, names of the same one counted once."""
    kept: list[PartyKey] = []
    for payer in payers:
        if not any(same_party(payer, other) for other in kept):
            kept.append(payer)
    return len(kept)


def _is_within_quota(part: Booked, whole: Booked) -> bool:
    """A bank's amount within what the government set aside for the same programme and year."""
    same = part.programme_id is not None and (part.programme_id, part.year) == (whole.programme_id, whole.year) and part.year is not None
    payers = part.payers and not any(_governs(p) for p in part.payers) and any(_governs(w) for w in whole.payers)
    return bool(same and payers and part.low < whole.low and whole.status in _QUOTAS)


def _governs(party: PartyKey) -> bool:
    return party.key.startswith(_GOVERNMENT)


def settle_parts(connection: Connection, tx: int, changed: Iterable[int]) -> None:
    """Look again at which pledges lie within these or contain them."""
    p = pledges.c
    numbers = set(changed)
    own = _read(connection, p.pledge_id.in_(numbers))
    near = {row.pledge_id: row for row in own}
    for row in own:
        near |= {other.pledge_id: other for other in _read(connection, _related(row))}
    held = _read(connection, and_(p.parent.in_(numbers), p.left_out.in_(REASONS)))
    inside = {o.pledge_id for o in near.values() for w in own if part_of(o, w)} | numbers | {h.pledge_id for h in held}
    known = near | {h.pledge_id: h for h in held}
    for pledge_id in sorted(inside & set(known)):
        _place(connection, tx, known[pledge_id], known)


def _place(connection: Connection, tx: int, row: Booked, known: dict[int, Booked]) -> None:
    if row.left_out is not None and row.left_out not in REASONS:
        return
    wholes = known | {o.pledge_id: o for o in _read(connection, _related(row))}
    found = ((reason, w) for _, w in sorted(wholes.items()) if w.left_out is None and not row.reviewed and (reason := part_of(row, w)))
    reason, whole = next(found, (None, None))
    parent = whole.pledge_id if whole else None
    if (row.left_out, row.parent if row.left_out else None) != (reason, parent):
        restate(connection, tx, row.row_id, {"left_out": reason, "in_totals": reason is None, "parent": parent})


def _related(row: Booked) -> Any:
    """Condition: pledges that may contain `row` or lie within it."""
    p = pledges.c
    ways = [and_(p.programme_id == row.programme_id, p.year == row.year)] if row.programme_id and row.year else []
    if row.low_key:
        keys = [key for n in range(2, MOST_PAYERS + 1) for key in (row.low_key * n, row.low_key // n)]
        ways += [p.low_key.between(int(key * 0.98), int(key * 1.02)) for key in keys]
    return and_(p.kind == row.kind, p.currency == row.currency, or_(*ways)) if ways else p.row_id.in_([])


def _read(connection: Connection, condition: Any) -> list[Booked]:
    p, a = pledges.c, pledge_actors.c
    rows = connection.execute(select(pledges).where(condition, p.tx_to.is_(None), p.merged_into.is_(None)).order_by(p.pledge_id)).all()
    payers: dict[int, list[PartyKey]] = {}
    for actor in connection.execute(select(pledge_actors).where(a.row_id.in_([r.row_id for r in rows])).order_by(a.row_id, a.number)):
        payers.setdefault(actor.row_id, []).append(PartyKey(actor.key, actor.name, actor.registry_id))
    return [
        Booked(
            r.pledge_id, r.row_id, r.amount_low, r.low_key, r.currency, r.kind, r.status, r.programme_id, r.year, day_from(r.date),
            r.left_out, r.parent, r.reviewed, tuple(payers.get(r.row_id, ())),
        )
        for r in rows
    ]  # fmt: skip
