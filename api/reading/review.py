"""What a person should look at first: the pledges that carry most of the total and that nobody has reviewed, and what was left out
for doubt. A few clicks secure most of a sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection, or_, select

from api.ledger.queries import PledgeDetail, get_pledge
from api.reading.rights import quotable
from api.store.schema import pledges

SHOWN = 10
DOUBTS = ("mismatch", "unsure")


@dataclass(frozen=True, slots=True)
class Item:
    """A pledge to look at. `share` is its part of all rupiah that nobody has reviewed yet (0 where it cannot be compared)."""

    detail: PledgeDetail
    quote: str
    fact_id: int
    article_id: str
    share: float


@dataclass(frozen=True, slots=True)
class Queue:
    """The head of the queue. `secured` is the part of the rupiah at risk that reviewing these items would settle."""

    items: tuple[Item, ...]
    waiting: int
    reviewed: int
    secured: float


def queue(connection: Connection) -> Queue:
    """The largest unreviewed pledges, doubtful ones included, by rupiah at risk."""
    p = pledges.c
    counted = or_(p.in_totals, p.left_out.in_(DOUBTS))
    query = select(p.pledge_id, p.idr_high_key, p.reviewed).where(p.tx_to.is_(None), p.merged_into.is_(None), counted)
    rows = connection.execute(query.order_by(p.idr_high_key.desc().nulls_last(), p.pledge_id)).all()
    waiting = [row for row in rows if not row.reviewed]
    total = sum(row.idr_high_key or 0 for row in waiting)
    items = [_item(get_pledge(connection, row.pledge_id), row.idr_high_key or 0, total) for row in waiting[:SHOWN]]
    return Queue(tuple(items), len(waiting), len(rows) - len(waiting), _part([i.share for i in items]))


def _item(detail: PledgeDetail, worth: int, total: int) -> Item:
    best = max(detail.sightings, key=lambda s: (s.amount_high == detail.pledge.amount_high, -s.fact_id))
    share = float(Decimal(worth) / Decimal(total)) if total else 0.0
    return Item(detail, quotable(best.evidence, best.rights), best.fact_id, best.article_id, share)


def _part(shares: Sequence[float]) -> float:
    return min(1.0, sum(shares))
