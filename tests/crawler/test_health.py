"""Health: each source against its own past."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from crawler.alarms import Day, Level, judge
from crawler.health import source_health
from crawler.state import State, state_path
from tests.crawler.site import Site, feed, page, run, serving, source

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
USUAL = {
    "articles": 20.0,
    "read": 20.0,
    "has_title": 20.0,
    "has_date": 20.0,
    "has_time": 18.0,
    "has_author": 16.0,
    "text_chars": 50_000.0,
    "text_by_selector": 20.0,
    "lists_read": 4.0,
    "listed": 40.0,
    "pages": 24.0,
    "newest_listed": NOW.timestamp(),
}


def days(**today: float) -> list[Day]:
    past = [Day(NOW.date() - timedelta(days=back), 4, USUAL) for back in range(7, 0, -1)]
    return [*past, Day(NOW.date(), 4, USUAL | today)]


def names(found: list[Day]) -> dict[str, Level]:
    return {alarm.name: alarm.level for alarm in judge(source(kind="trade"), found, NOW)}


def test_a_usual_day_raises_no_alarm() -> None:
    assert names(days()) == {}


@pytest.mark.parametrize(
    ("today", "alarm", "level"),
    [
        ({"has_date": 2.0}, "field_date", Level.DEGRADED),
        ({"has_title": 0.0}, "field_title", Level.BROKEN),
        ({"has_author": 5.0}, "field_author", Level.DEGRADED),
        ({"text_chars": 10_000.0}, "body_length", Level.DEGRADED),
        ({"text_by_selector": 3.0, "text_by_readability": 17.0}, "layer", Level.DEGRADED),
        ({"blocked": 30.0, "pages": 2.0}, "blocked", Level.BROKEN),
        ({"robots": 1.0}, "robots", Level.DEGRADED),
        ({"lists_read": 0.0, "lists_wrong": 4.0}, "lists", Level.BROKEN),
        ({"lists_wrong": 1.0}, "lists", Level.DEGRADED),
        ({"newest_listed": (NOW - timedelta(days=400)).timestamp()}, "stale", Level.BROKEN),
        ({"listed": 0.0}, "no_links", Level.BROKEN),
        ({"read": 0.0, "failed": 12.0}, "failed", Level.BROKEN),
    ],
)
def test_what_is_worse_than_usual_is_an_alarm(today: dict[str, float], alarm: str, level: Level) -> None:
    assert names(days(**today)).get(alarm) is level


def test_a_source_that_goes_silent_is_an_alarm() -> None:
    past = days()[:-3]
    quiet = [Day(NOW.date() - timedelta(days=back), 4, {"lists_unchanged": 4.0}) for back in (2, 1, 0)]
    assert names([*past, *quiet]) == {"silent": Level.BROKEN}


def write(data: Path, day: date, **counts: float) -> None:
    state = State(state_path(data))
    run_name = f"run-{day}"
    state.start_run(run_name, "crawl", datetime.combine(day, NOW.timetz()))
    state.add_counts(run_name, "kabar", counts)
    state.set_schedule("kabar", datetime.combine(day, NOW.timetz()), 60)
    state.close()


def test_broken_says_since_when_and_why(tmp_path: Path) -> None:
    for back in range(9, 3, -1):
        write(tmp_path, NOW.date() - timedelta(days=back), **USUAL)
    for back in (3, 2, 1, 0):
        write(tmp_path, NOW.date() - timedelta(days=back), **(USUAL | {"lists_read": 0, "lists_wrong": 4}))
    (health,) = source_health(tmp_path, [source()], NOW)
    assert (health.level, health.since) == (Level.BROKEN, NOW.date() - timedelta(days=3))
    assert [alarm.name for alarm in health.alarms] == ["lists"]
    assert health.articles_usual == 20


def test_a_source_that_was_never_crawled_is_unknown(tmp_path: Path) -> None:
    (health,) = source_health(tmp_path, [source()], NOW)
    assert health.level is Level.UNKNOWN


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        yield running


def test_a_real_crawl_fills_the_ledger(site: Site, tmp_path: Path) -> None:
    urls = [f"http://kabar.example/berita/{n}" for n in range(6)]
    site.put("http://kabar.example/rss", feed(*urls, date=datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S +0000")))
    for n, url in enumerate(urls[:5]):
        site.put(url, page(f"Pabrik nomor {n} dibuka"))
    run(site, tmp_path)
    (health,) = source_health(tmp_path, [source()], datetime.now(UTC))
    assert (health.level, health.articles_today) == (Level.OK, 5)
    assert health.fill["title"] == health.layers["selector"] == 1.0
    assert health.reasons[0][:2] == ("the server answers 404", 1)
