"""How the chain is doing, read from the store: what arrived from whom and when, what waits, what failed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, func, select

from api.alerts import outbox
from api.search.embedding import queue_depth
from api.store import articles as store
from api.store.articles import Counts
from api.store.queue import index_backlog
from api.store.schema import articles
from api.wording import JAKARTA
from crawler.outlets import Outlets

DAYS = 14
FRESH = 3
"""Days without an article after which a busy outlet counts as silent."""


@dataclass(frozen=True, slots=True)
class State:
    """The store and its queues. `messages`: outbox rows by state."""

    counts: Counts
    waiting_index: int
    waiting_vectors: int
    vectors_given_up: int
    messages: dict[str, int]


@dataclass(frozen=True, slots=True)
class OutletHealth:
    """One outlet: articles by day of publication over the last DAYS days, oldest first, and when the last one arrived.

    `state`: ok (published in the last three days), silent (it published on most days before that), idle (it did not).
    """

    outlet: str
    label: str
    articles: int
    undated: int
    days: tuple[tuple[date, int], ...]
    last_published: str | None
    last_fetched: datetime
    state: Literal["ok", "silent", "idle"]


def state_of(connection: Connection) -> State:
    """What is stored and what waits."""
    waiting, given_up = queue_depth(connection)
    return State(store.counts(connection), index_backlog(connection), waiting, given_up, outbox.counts(connection))


def outlets_of(connection: Connection, names: Outlets, now: datetime) -> list[OutletHealth]:
    """Every outlet with its last DAYS days, the busiest first."""
    today = now.astimezone(JAKARTA).date()
    span = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    a = articles.c
    recent = (
        select(a.outlet, a.published_day, func.count()).where(a.published_day >= span[0].isoformat()).group_by(a.outlet, a.published_day)
    )
    by_day = {(outlet, day): n for outlet, day, n in connection.execute(recent)}
    totals = select(
        a.outlet,
        func.count().label("n"),
        func.count().filter(a.published_day.is_(None)).label("undated"),
        func.max(a.published_day).label("last"),
        func.max(a.fetched_at).label("fetched"),
    ).group_by(a.outlet)
    found = []
    for row in connection.execute(totals.order_by(func.count().desc(), a.outlet)):
        days = tuple((day, by_day.get((row.outlet, day.isoformat()), 0)) for day in span)
        found.append(OutletHealth(row.outlet, names.label(row.outlet), row.n, row.undated, days, row.last, row.fetched, _state(days)))
    return found


def _state(days: tuple[tuple[date, int], ...]) -> Literal["ok", "silent", "idle"]:
    if any(n for _, n in days[-FRESH:]):
        return "ok"
    before = days[:-FRESH]
    return "silent" if sum(1 for _, n in before if n) * 2 > len(before) else "idle"
