"""What the crawler knows of each source's well-being; imports no Scrapy, so that api may read it.

Each source is measured against its own past: the days before the last one are the baseline. A source is *ok*, *degraded* (something
is clearly worse than usual) or *broken* (it gives nothing usable), each since when. Silence is an alarm like any other.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from crawler.alarms import FIELDS, Alarm, Day, Level, judge, usual_of
from crawler.items import Article, Precision
from crawler.sources import Source
from crawler.state import state_path

BASELINE_DAYS = 28


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """How a source is, since which day, why, and the figures behind it."""

    source: str
    outlet: str
    title: str
    level: Level
    since: date | None
    """First day of the present level; None where it was never crawled."""
    alarms: tuple[Alarm, ...]
    last_run: datetime | None
    due: datetime | None
    articles_today: int
    articles_usual: float
    """Median a day over the baseline; the source's declared lower bound where there is none yet."""
    fill: Mapping[str, float]
    """Field → fill rate over the last `BASELINE_DAYS`."""
    text_chars: float
    layers: Mapping[str, float]
    """Layer → share of texts it gave."""
    reasons: tuple[tuple[str, int, str], ...]
    """(reason, times, example) of refusals in the last day of runs, most frequent first."""
    days: tuple[tuple[date, int], ...]
    """New articles by day."""


def article_counts(article: Article) -> dict[str, float]:
    """What one read article adds to its source's ledger: which fields were filled, by which layer, how long the text is."""
    counts: dict[str, float] = {"read": 1, "text_chars": len(article.text), f"text_by_{article.layers.get('text', 'none')}": 1}
    counts["has_title"] = float(bool(article.title))
    counts["has_date"] = float(article.published.precision is not Precision.NONE)
    counts["has_time"] = float(article.published.precision is Precision.MINUTE)
    counts["has_author"] = float(bool(article.authors))
    return counts


def source_health(data: Path, sources: Iterable[Source], now: datetime) -> list[SourceHealth]:
    """The health of each enabled source, worst first. Reads the crawler's state beside a running crawl; writes nothing."""
    path = state_path(data)
    ledger = _Ledger(path, now) if path.exists() else None
    found = [_health(source, ledger, now) for source in sources if source.enabled]
    order = [Level.BROKEN, Level.DEGRADED, Level.OK, Level.UNKNOWN]
    return sorted(found, key=lambda health: (order.index(health.level), health.source))


class _Ledger:
    """The run ledger of the last `BASELINE_DAYS`, read once."""

    def __init__(self, path: Path, now: datetime) -> None:
        db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            start = (now - timedelta(days=BASELINE_DAYS + 1)).astimezone(UTC).isoformat()
            runs = {run: datetime.fromisoformat(at) for run, at in db.execute("SELECT run, started FROM runs WHERE started >= ?", (start,))}
            self.days = _days(runs, db.execute("SELECT run, source, name, value FROM counts").fetchall())
            self.schedule = {s: (last, due) for s, last, due in db.execute("SELECT source, last_run, due FROM schedule")}
            self.reasons: dict[tuple[str, date], list[tuple[str, int, str]]] = defaultdict(list)
            for run, source, reason, example, times in db.execute("SELECT run, source, reason, example, times FROM reasons"):
                if run in runs:
                    self.reasons[source, runs[run].date()].append((reason, times, example))
        finally:
            db.close()


def _days(runs: Mapping[str, datetime], rows: Sequence[tuple[str, str, str, float]]) -> dict[str, list[Day]]:
    sums: dict[tuple[str, date], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    seen: dict[tuple[str, date], set[str]] = defaultdict(set)
    for run, source, name, value in rows:
        if run in runs:
            key = source, runs[run].date()
            seen[key].add(run)
            sums[key][name] = max(sums[key][name], value) if name == "newest_listed" else sums[key][name] + value
    found: dict[str, list[Day]] = defaultdict(list)
    for (source, day), counts in sorted(sums.items()):
        found[source].append(Day(day, len(seen[source, day]), dict(counts)))
    return found


def _health(source: Source, ledger: _Ledger | None, now: datetime) -> SourceHealth:
    days = ledger.days.get(source.name, []) if ledger else []
    last, due = ledger.schedule.get(source.name, (None, None)) if ledger else (None, None)
    if not days or ledger is None:
        return SourceHealth(
            source.name, source.outlet, source.title, Level.UNKNOWN, None, (), None, None, 0, source.expected_per_day.low, {}, 0, {}, (), ()
        )
    alarms = judge(source, days, now)
    level = _level(alarms)
    before = days[:-1]
    read = sum(day.counts.get("read", 0) for day in days) or 1
    return SourceHealth(
        source=source.name,
        outlet=source.outlet,
        title=source.title,
        level=level,
        since=_since(source, days, level, now),
        alarms=alarms,
        last_run=datetime.fromisoformat(last) if last else None,
        due=datetime.fromisoformat(due) if due else None,
        articles_today=int(days[-1].counts.get("articles", 0)),
        articles_usual=usual_of(before, source),
        fill={name: sum(day.counts.get(f"has_{name}", 0) for day in days) / read for name in FIELDS},
        text_chars=sum(day.counts.get("text_chars", 0) for day in days) / read,
        layers=_layers(days, read),
        reasons=tuple(sorted(ledger.reasons[source.name, days[-1].day], key=lambda reason: -reason[1])),
        days=tuple((day.day, int(day.counts.get("articles", 0))) for day in days),
    )


def _layers(days: Sequence[Day], read: float) -> dict[str, float]:
    sums: dict[str, float] = defaultdict(float)
    for day in days:
        for name, value in day.counts.items():
            if name.startswith("text_by_"):
                sums[name.removeprefix("text_by_")] += value / read
    return dict(sums)


def _level(alarms: Sequence[Alarm]) -> Level:
    levels = {alarm.level for alarm in alarms}
    return next((level for level in (Level.BROKEN, Level.DEGRADED) if level in levels), Level.OK)


def _since(source: Source, days: Sequence[Day], level: Level, now: datetime) -> date:
    """The first day of the unbroken stretch that has the present level."""
    since = days[-1].day
    for end in range(len(days) - 1, 0, -1):
        moment = datetime.combine(days[end - 1].day, now.timetz())
        if _level(judge(source, days[:end], moment)) is not level:
            break
        since = days[end - 1].day
    return since
