"""What is wrong with a source, judged by its days against those before. No Scrapy, no state: pure functions."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from crawler.sources import Kind, Source

FIELDS = ("title", "date", "time", "author")
"""Fields whose fill rate is watched."""
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


TEXTS = {
    "blocked": "{pages} pages refused or answered with a block page",
    "robots": "{pages} pages forbidden by robots.txt",
    "failed": "{failed} pages gave no article, {read} did",
    "lists": "{wrong} of {all} feeds and lists could not be read",
    "stale": "the newest item of its lists is of {day}",
    "no_links": "its lists hold no link that looks like an article",
    "silent": "nothing new since yesterday, {usual} a day are usual",
    "yield": "{got} new in two days, {usual} a day are usual",
    "field_title": "title found on {rate} %, usual {usual} %",
    "field_date": "date found on {rate} %, usual {usual} %",
    "field_time": "time found on {rate} %, usual {usual} %",
    "field_author": "author found on {rate} %, usual {usual} %",
    "body_length": "texts of {length} characters, {usual} are usual",
    "cross_check": "its selectors and the generic layers read different texts",
    "layer": "its selectors gave {rate} % of the texts, the generic layers the rest",
}
"""Name of an alarm → what it says, in English; pages say it in their own words."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing that is wrong: `name` is stable for scripts, `facts` are the figures in its text."""

    name: str
    level: Level
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The alarm for people, in English."""
        return TEXTS[self.name].format(**self.facts)


def judge(source: Source, days: Sequence[Day], now: datetime) -> tuple[Alarm, ...]:
    """What is wrong on the last of `days`, measured against those before. A pure function."""
    today, before = days[-1], days[:-1]
    return (*_access(today), *_lists(source, today, now), *_yields(source, today, before, now), *_fields(source, today, before))


def _access(today: Day) -> list[Alarm]:
    counts = today.counts
    pages = counts.get("pages", 0)
    alarms = []
    for name in ("blocked", "robots"):
        if counts.get(name, 0):
            hit = counts[name] >= max(1, pages / 2)
            alarms.append(Alarm(name, Level.BROKEN if hit else Level.DEGRADED, {"pages": f"{counts[name]:.0f}"}))
    failed, read = counts.get("failed", 0), counts.get("read", 0)
    if failed > read and failed >= 3:
        alarms.append(Alarm("failed", Level.DEGRADED if read else Level.BROKEN, {"failed": f"{failed:.0f}", "read": f"{read:.0f}"}))
    return alarms


def _lists(source: Source, today: Day, now: datetime) -> list[Alarm]:
    counts = today.counts
    wrong = counts.get("lists_wrong", 0) + counts.get("lists_failed", 0)
    good = counts.get("lists_read", 0) + counts.get("lists_unchanged", 0)
    alarms = []
    if wrong:
        level = Level.DEGRADED if good else Level.BROKEN
        alarms.append(Alarm("lists", level, {"wrong": f"{wrong:.0f}", "all": f"{wrong + good:.0f}"}))
    newest = counts.get("newest_listed", 0)
    if newest and source.kind is not Kind.SAMPLE and now - datetime.fromtimestamp(newest, UTC) > _STALE:
        day = datetime.fromtimestamp(newest, UTC).date()
        alarms.append(Alarm("stale", Level.BROKEN, {"day": day.isoformat()}))
    if good and not counts.get("listed", 0) and not counts.get("lists_unchanged", 0):
        alarms.append(Alarm("no_links", Level.BROKEN))
    return alarms


def _yields(source: Source, today: Day, before: Sequence[Day], now: datetime) -> list[Alarm]:
    """Silence, over a whole day at least: the current day has not ended yet."""
    recent = [day for day in (*before, today) if now.date() - day.day <= timedelta(days=2)]
    usual = usual_of(before[:-1], source)
    got = sum(day.counts.get("articles", 0) for day in recent)
    if len(before) >= 1 and usual >= 1 and got == 0:
        return [Alarm("silent", Level.BROKEN, {"usual": f"{usual:g}"})]
    if len(before) >= 3 and usual >= LEAST_READ and got < 0.2 * usual:
        return [Alarm("yield", Level.DEGRADED, {"got": f"{got:g}", "usual": f"{usual:g}"})]
    return []


def _fields(source: Source, today: Day, before: Sequence[Day]) -> list[Alarm]:
    alarms = []
    for name in FIELDS:
        rate, usual = today.rate(name), _mean([day.rate(name) for day in before])
        least = {"title": 0.9, "date": 0.7}.get(name, 0.0)
        if rate is not None and (rate < (usual - _DROP if usual is not None else least)):
            level = Level.BROKEN if rate < 0.1 and name in {"title", "date"} else Level.DEGRADED
            alarms.append(Alarm(f"field_{name}", level, {"rate": _percent(rate), "usual": _percent(least if usual is None else usual)}))
    length, usual_length = today.length, _mean([day.length for day in before])
    if length is not None and usual_length is not None and length < _SHORTER * usual_length:
        alarms.append(Alarm("body_length", Level.DEGRADED, {"length": f"{length:.0f}", "usual": f"{usual_length:.0f}"}))
    checked = today.counts.get("cross_checked", 0)
    if checked >= _LEAST_CHECKED and today.counts.get("cross_agreement", 0) / checked < _AGREES:
        alarms.append(Alarm("cross_check", Level.DEGRADED))
    ruled = today.by_rules
    if source.selectors and any(selectors.body for selectors in source.selectors) and ruled is not None and ruled < 0.5:
        alarms.append(Alarm("layer", Level.DEGRADED, {"rate": _percent(ruled)}))
    return alarms


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.mean(known) if known else None


def _percent(share: float) -> str:
    return f"{100 * share:.0f}"


def usual_of(before: Sequence[Day], source: Source) -> float:
    """Articles a day that are usual: the median of the days before, the declared lower bound while they are few."""
    usual = [day.counts.get("articles", 0) for day in before]
    return statistics.median(usual) if len(usual) >= 3 else source.expected_per_day.low
