"""Undertakings that end: what articles tell as reduced, suspended or cancelled is booked on the one pledge it can mean.

A change names a payer or a programme, seldom a number. It is booked where exactly one pledge fits; in doubt it stays a fact of its
article and no pledge is touched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, and_, func, insert, or_, select, update

from api.search.grammar import folded
from api.store.schema import articles, changes, fact_ids, pledge_actors, pledges, sightings

SLACK = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Ending:
    """A pledge told as reduced, suspended or cancelled, on the day the article is of (ISO, None without a date)."""

    fact_id: int
    change: str
    day: str | None


def endings_of(connection: Connection, pledge_id: int) -> list[Ending]:
    """What ends or reduces a pledge, earliest first."""
    query = (
        select(changes.c.fact_id, changes.c.change, articles.c.published_day)
        .join(sightings, and_(sightings.c.fact_id == changes.c.fact_id, sightings.c.tx_to.is_(None)))
        .join(articles, articles.c.article_id == changes.c.article_id)
        .where(sightings.c.pledge_id == pledge_id, changes.c.tx_to.is_(None))
        .order_by(articles.c.published_day.nulls_last(), changes.c.fact_id)
    )
    return [Ending(row.fact_id, row.change, row.published_day) for row in connection.execute(query)]


def book_changes(connection: Connection, tx: int, article_id: str) -> frozenset[int]:
    """Book the changes an article tells now and take away those it no longer tells; the pledges to work out anew."""
    touched = _take_away(connection, tx, article_id)
    told = connection.execute(
        select(changes).where(changes.c.article_id == article_id, changes.c.tx_to.is_(None)).order_by(changes.c.fact_id)
    )
    for row in told.all():
        booked = connection.scalar(select(sightings.c.pledge_id).where(sightings.c.fact_id == row.fact_id, sightings.c.tx_to.is_(None)))
        pledge_id = booked or _meant(connection, row)
        if pledge_id is None:
            continue
        touched.add(pledge_id)
        if booked is None:
            values = {"pledge_id": pledge_id, "fact_id": row.fact_id, "article_id": article_id, "relation": row.change, "by": "rule"}
            connection.execute(insert(sightings).values(**values, tx_from=tx))
    return frozenset(touched)


def _take_away(connection: Connection, tx: int, article_id: str) -> set[int]:
    s = sightings.c
    alive = select(changes.c.fact_id).where(changes.c.article_id == article_id, changes.c.tx_to.is_(None))
    of_changes = select(fact_ids.c.fact_id).where(fact_ids.c.list == "changes", fact_ids.c.article_id == article_id)
    gone = and_(s.fact_id.in_(of_changes), s.fact_id.not_in(alive), s.tx_to.is_(None))
    touched = set(connection.scalars(select(s.pledge_id).where(gone)))
    connection.execute(update(sightings).where(gone).values(tx_to=tx))
    return touched


def _meant(connection: Connection, change: Row[Any]) -> int | None:
    """The one pledge a change can mean: two of payer, programme and figure agree; None where none or several do."""
    payers = [actor.get("id") or folded(actor["canonical"]) for actor in change.actors]
    p = pledges.c
    paid = p.row_id.in_(select(pledge_actors.c.row_id).where(pledge_actors.c.key.in_(payers)))
    under = func.lower(p.programme) == (change.programme or "").lower()
    query = select(p.pledge_id, p.programme, p.currency, p.amount_low, p.amount_high, paid.label("paid"))
    near = [c for c, wanted in ((paid, payers), (under, change.programme)) if wanted]
    if not near:
        return None
    rows = connection.execute(query.where(p.tx_to.is_(None), p.merged_into.is_(None), or_(*near))).all()
    fitting = [row.pledge_id for row in rows if _agreement(row, change) >= 2]
    return int(fitting[0]) if len(fitting) == 1 else None


def _agreement(pledge: Row[Any], change: Row[Any]) -> int:
    programme = bool(change.programme) and (pledge.programme or "").lower() == change.programme.lower()
    return int(bool(pledge.paid)) + int(programme) + int(_same_figure(pledge, change))


def _same_figure(pledge: Row[Any], change: Row[Any]) -> bool:
    if change.amount_low is None or pledge.currency != change.currency:
        return False
    return bool(change.amount_low <= pledge.amount_high * (1 + SLACK) and pledge.amount_low <= change.amount_high * (1 + SLACK))


def in_force(endings: Sequence[Ending], last_told: str | None) -> Ending | None:
    """The latest ending, unless the pledge was told again after it (then it goes on, with the figure told)."""
    latest = endings[-1] if endings else None
    if latest is None or (last_told is not None and latest.day is not None and last_told > latest.day):
        return None
    return latest
