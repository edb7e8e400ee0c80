"""What the crawler knows of each source's well-being; imports no Scrapy, so that api may read it.

Each source is measured against its own past: the days before the last one are the baseline. A source is *ok*, *degraded* (something
is clearly worse than usual) or *broken* (it gives nothing usable), each since when. Silence is an alarm like any other.
"""

from __future__ import annotations

import sqlite3
import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from crawler.items import Article, Precision
from crawler.sources import Kind, Source
from crawler.state import state_path

FIELDS = ("title", "date", "time", "author")
"""Fields whose fill rate is watched."""
BASELINE_DAYS = 28
LEAST_READ = 5
"""Articles in a day's runs below which rates say nothing."""
_DROP = 0.3
"""Fall of a fill rate against the baseline that is an alarm."""
_SHORTER = 0.5
"""Text this much shorter than usual is an alarm: a selector that finds only the lead."""
_LEAST_CHECKED = 2
_AGREES = 0.6
"""Mean F1 of cross-checked texts below which the selectors are not believed."""
_STALE = timedelta(days=7)
"""A list whose newest item is older than this has died, whatever it answers."""


class Level(StrEnum):
    """How well a source is."""

    OK = "ok"
    DEGRADED = "degraded"
    BROKEN = "broken"
    UNKNOWN = "unknown"
    """Never crawled."""


@dataclass(frozen=True, slots=True)
class Day:
    """What a source did on one day (UTC): the sums of its runs."""

    day: date
    runs: int
    counts: Mapping[str, float]

    def rate(self, name: str) -> float | None:
        """Share of articles read that had the field; None where too few were read."""
        read = self.counts.get("read", 0)
        return self.counts.get(f"has_{name}", 0) / read if read >= LEAST_READ else None

    @property
    def length(self) -> float | None:
        """Mean characters of text; None where too few were read."""
        read = self.counts.get("read", 0)
        return self.counts.get("text_chars", 0) / read if read >= LEAST_READ else None

    @property
    def by_rules(self) -> float | None:
        """Share of texts that the source's own selectors gave."""
        read = self.counts.get("read", 0)
        return self.counts.get("text_by_selector", 0) / read if read >= LEAST_READ else None


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing that is wrong: `name` is stable for scripts, `text` is for people."""

    name: str
    text: str
    level: Level


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
        articles_usual=_usual(before, source),
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


def _usual(before: Sequence[Day], source: Source) -> float:
    usual = [day.counts.get("articles", 0) for day in before]
    return statistics.median(usual) if len(usual) >= 3 else source.expected_per_day.low


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


def judge(source: Source, days: Sequence[Day], now: datetime) -> tuple[Alarm, ...]:
    """What is wrong on the last of `days`, measured against those before. A pure function."""
    today, before = days[-1], days[:-1]
    return (*_access(today), *_lists(source, today, now), *_yields(source, today, before, now), *_fields(source, today, before))


def _access(today: Day) -> list[Alarm]:
    counts = today.counts
    pages = counts.get("pages", 0)
    alarms = []
    for name, text in (("blocked", "refused or answered with a block page"), ("robots", "forbidden by robots.txt")):
        if counts.get(name, 0):
            hit = counts[name] >= max(1, pages / 2)
            alarms.append(Alarm(name, f"{int(counts[name])} pages {text}", Level.BROKEN if hit else Level.DEGRADED))
    failed, read = counts.get("failed", 0), counts.get("read", 0)
    if failed > read and failed >= 3:
        alarms.append(
            Alarm("failed", f"{int(failed)} pages gave no article, {int(read)} did", Level.BROKEN if not read else Level.DEGRADED)
        )
    return alarms


def _lists(source: Source, today: Day, now: datetime) -> list[Alarm]:
    counts = today.counts
    wrong = counts.get("lists_wrong", 0) + counts.get("lists_failed", 0)
    good = counts.get("lists_read", 0) + counts.get("lists_unchanged", 0)
    alarms = []
    if wrong:
        level = Level.DEGRADED if good else Level.BROKEN
        alarms.append(Alarm("lists", f"{int(wrong)} of {int(wrong + good)} feeds and lists could not be read", level))
    newest = counts.get("newest_listed", 0)
    if newest and source.kind is not Kind.SAMPLE and now - datetime.fromtimestamp(newest, UTC) > _STALE:
        day = datetime.fromtimestamp(newest, UTC).date()
        alarms.append(Alarm("stale", f"the newest item of its lists is of {day.isoformat()}", Level.BROKEN))
    if good and not counts.get("listed", 0) and not counts.get("lists_unchanged", 0):
        alarms.append(Alarm("no_links", "its lists hold no link that looks like an article", Level.BROKEN))
    return alarms


def _yields(source: Source, today: Day, before: Sequence[Day], now: datetime) -> list[Alarm]:
    """Silence, over a whole day at least: the current day has not ended yet."""
    recent = [day for day in (*before, today) if now.date() - day.day <= timedelta(days=2)]
    usual = _usual(before[:-1], source)
    got = sum(day.counts.get("articles", 0) for day in recent)
    if len(before) >= 1 and usual >= 1 and got == 0:
        return [Alarm("silent", f"nothing new since yesterday, {usual:g} a day are usual", Level.BROKEN)]
    if len(before) >= 3 and usual >= LEAST_READ and got < 0.2 * usual:
        return [Alarm("yield", f"{got:g} new in two days, {usual:g} a day are usual", Level.DEGRADED)]
    return []


def _fields(source: Source, today: Day, before: Sequence[Day]) -> list[Alarm]:
    alarms = []
    for name in FIELDS:
        rate, usual = today.rate(name), _mean([day.rate(name) for day in before])
        least = {"title": 0.9, "date": 0.7}.get(name, 0.0)
        if rate is not None and (rate < (usual - _DROP if usual is not None else least)):
            level = Level.BROKEN if rate < 0.1 and name in {"title", "date"} else Level.DEGRADED
            alarms.append(Alarm(f"field_{name}", f"{name} found on {rate:.0%}, usual {usual if usual is not None else least:.0%}", level))
    length, usual_length = today.length, _mean([day.length for day in before])
    if length is not None and usual_length is not None and length < _SHORTER * usual_length:
        alarms.append(Alarm("body_length", f"texts of {length:.0f} characters, {usual_length:.0f} are usual", Level.DEGRADED))
    checked = today.counts.get("cross_checked", 0)
    if checked >= _LEAST_CHECKED and today.counts.get("cross_agreement", 0) / checked < _AGREES:
        alarms.append(Alarm("cross_check", "its selectors and the generic layers read different texts", Level.DEGRADED))
    ruled = today.by_rules
    if source.selectors and any(selectors.body for selectors in source.selectors) and ruled is not None and ruled < 0.5:
        alarms.append(Alarm("layer", f"its selectors gave {ruled:.0%} of the texts, the generic layers the rest", Level.DEGRADED))
    return alarms


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.mean(known) if known else None
