"""Was nothing said, or was a source down? What each outlet published on the days a search is about, and how its crawl is doing.

Days are those of publication, in Jakarta: of the search's dates where it names some, else the last fourteen. Where these days are of
late, an outlet whose crawl is broken is told of even if it published nothing on them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, func, select

from api.reading.crawling import crawl_health
from api.search.period import Period
from api.store.schema import articles
from api.wording import JAKARTA
from crawler.alarms import Level
from crawler.outlets import Outlets

DAYS = 14
MOST_DAYS = 31
"""Days shown at most: the last ones of a longer period."""
USUAL_DAYS = 14
"""Days before the period that tell how often an outlet publishes."""
SHOWN = 12

State = Literal["ok", "silent", "idle", "down"]


@dataclass(frozen=True, slots=True)
class Covered:
    """One outlet in the period.

    Attributes:
        days: articles by day of publication, oldest first.
        missing: days without an article of an outlet that publishes on most days.
        state: ok; silent (nothing on the last three days or more, though it publishes on most days); idle (it seldom publishes);
            down (its crawl is broken now).
    """

    outlet: str
    label: str
    days: tuple[tuple[date, int], ...]
    missing: tuple[date, ...]
    state: State

    @property
    def articles(self) -> int:
        """Articles of the period."""
        return sum(count for _, count in self.days)


@dataclass(frozen=True, slots=True)
class Coverage:
    """All outlets, the busiest first. `troubled` are those that may have said something we have not."""

    first: date
    last: date
    outlets: tuple[Covered, ...]

    @property
    def troubled(self) -> tuple[Covered, ...]:
        """Outlets that are silent or down."""
        return tuple(o for o in self.outlets if o.state in {"silent", "down"})


def coverage(
    connection: Connection,
    names: Outlets,
    data: Path,
    now: datetime,
    *,
    period: Period | None,
    only: Sequence[str] = (),
) -> Coverage:
    """The coverage of a period.

    Args:
        data: data directory, where the crawler's own state is.
        period: ISO days, inclusive, None for an open side; None for the last fourteen days.
        only: outlets to look at; all where none is given.
    """
    first, last = _span(period, now.astimezone(JAKARTA).date())
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    before = first - timedelta(days=USUAL_DAYS)
    counts = _counts(connection, before, last, only)
    broken = {h.outlet for h in crawl_health(data, now) if h.level is Level.BROKEN}
    if (now.astimezone(JAKARTA).date() - last).days < DAYS:
        counts = {outlet: {} for outlet in sorted(broken & set(only) if only else broken)} | counts
    found = [_covered(outlet, names.label(outlet), days, by_day, down=outlet in broken) for outlet, by_day in counts.items()]
    return Coverage(first, last, tuple(sorted(found, key=lambda o: (-o.articles, o.state == "idle", o.label))))


def _span(period: Period | None, today: date) -> tuple[date, date]:
    low, high = period or (None, None)
    last = min(date.fromisoformat(high), today) if high else today
    first = date.fromisoformat(low) if low else last - timedelta(days=DAYS - 1)
    return max(min(first, last), last - timedelta(days=MOST_DAYS - 1)), last


def _counts(connection: Connection, first: date, last: date, only: Sequence[str]) -> dict[str, dict[str, int]]:
    a = articles.c
    query = select(a.outlet, a.published_day, func.count()).group_by(a.outlet, a.published_day)
    query = query.where(a.published_day >= first.isoformat(), a.published_day <= last.isoformat())
    found: dict[str, dict[str, int]] = {outlet: {} for outlet in only}
    for outlet, day, count in connection.execute(query.where(a.outlet.in_(only)) if only else query):
        found.setdefault(outlet, {})[day] = count
    return found


def _covered(outlet: str, label: str, days: Sequence[date], by_day: Mapping[str, int], *, down: bool) -> Covered:
    counted = tuple((day, by_day.get(day.isoformat(), 0)) for day in days)
    earlier = [days[0] - timedelta(days=n) for n in range(1, USUAL_DAYS + 1)]
    usual = any(sum(day.isoformat() in by_day for day in span) * 2 > len(span) for span in (earlier, days))
    missing = tuple(day for day, count in counted if not count) if usual else ()
    ending = next((n for n, (_, count) in enumerate(reversed(counted)) if count), len(counted))
    state: State = "down" if down else "silent" if usual and ending >= min(3, len(days)) else "ok" if any(n for _, n in counted) else "idle"
    return Covered(outlet, label, counted, missing, state)
