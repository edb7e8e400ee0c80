"""What a watch was told before: whether an article that matches by facts is news to it, the same event again, or a step forward.

A pledge is the same event in every outlet that reports it. It is told again only when it has come further (promised → signed →
paid out) and the first telling lies some days back, since outlets word one event's stage differently on the day itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from api.alerts.model import Reason, Watch
from api.store.schema import matches
from nlp.analysis import Status

STEP_AFTER = timedelta(days=3)
RANK = {
    Status.PLANNED: 0, Status.TARGET: 0, Status.PLEDGED: 1, Status.SIGNED: 2, Status.DISBURSED: 3, Status.REALISED: 3,
}  # fmt: skip
"""How far an undertaking has come."""


@dataclass(frozen=True, slots=True)
class FoundFact:
    """A commitment a watch matched by."""

    fact_id: int
    pledge_id: int | None
    status: Status


@dataclass(frozen=True, slots=True)
class Found:
    """One watch's match of one article."""

    watch: Watch
    reason: Reason
    facts: tuple[FoundFact, ...]


def news(connection: Connection, found: Found, now: datetime) -> Found | None:
    """The match as it should be told: as it is where it is new, as a step forward where it is one, None where it was told before."""
    pledges = {fact.pledge_id for fact in found.facts}
    if not pledges or None in pledges:
        return found
    rows = connection.execute(
        select(matches)
        .where(matches.c.watch_id == found.watch.id, matches.c.pledge_id.in_(list(pledges)))
        .order_by(matches.c.at, matches.c.match_id)
    ).all()
    if {row.pledge_id for row in rows} != pledges:
        return found
    step = _step(found, [row for row in rows if row.why["told"]], now)
    return replace(found, reason=step) if step else None


def _step(found: Found, rows: Sequence[Row[Any]], now: datetime) -> Reason | None:
    """Why the first pledge is news that has come further than it was when last told; None where none has."""
    for fact in found.facts:
        told = [row for row in rows if row.pledge_id == fact.pledge_id]
        if not told:
            continue
        furthest = max((Status(row.why["status"]) for row in told), key=RANK.__getitem__)
        if RANK[fact.status] > RANK[furthest] and now - max(row.at for row in told) >= STEP_AFTER:
            return replace(found.reason, why="stage", before=furthest.value, after=fact.status.value, earlier=told[0].article_id)
    return None
