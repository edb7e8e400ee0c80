"""When a source is looked at again and an article for edits: the interval follows the yield, revisits end after a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.runner import due_sources
from crawler.schedule import next_interval
from crawler.sources.model import Politeness
from crawler.state import State, Visit, state_path
from tests.crawler.site import Site, feed, page, run, serving, source

MANNERS = Politeness(interval_low=15, interval_high=240)
NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
URL = "https://kabar.example/berita/1"


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        yield running


@pytest.mark.parametrize(
    ("before", "new", "listed", "after"),
    [
        (None, 0, 0, 60),
        (100, 0, 20, 150),
        (100, 1, 20, 90),
        (100, 15, 20, 50),
        (20, 20, 20, 15),
        (200, 0, 20, 240),
    ],
)
def test_the_interval_follows_the_yield_within_its_bounds(before: float | None, new: int, listed: int, after: float) -> None:
    assert next_interval(before, new=new, listed=listed, manners=MANNERS) == after


def test_a_source_that_brings_nothing_is_looked_at_less_and_less(site: Site, tmp_path: Path) -> None:
    site.put("http://kabar.example/rss", feed("http://kabar.example/berita/0"))
    site.put("http://kabar.example/berita/0", page("Pabrik nomor 0 dibuka"))
    intervals = []
    for _ in range(3):
        run(site, tmp_path)
        state = State(state_path(tmp_path))
        schedule = state.schedule("kabar")
        state.close()
        assert schedule is not None
        intervals.append(schedule[2])
    assert intervals == sorted(intervals)
    assert intervals[0] < intervals[-1]


def test_an_article_is_due_after_one_six_and_twenty_four_hours_and_then_no_more(tmp_path: Path) -> None:
    state = State(state_path(tmp_path))
    state.mark_seen([Visit("a" * 16, URL, URL, "kabar", "0" * 64, NOW)])
    for hours in (1, 6, 24):
        moment = NOW + timedelta(hours=hours)
        assert state.due_articles("kabar", moment - timedelta(seconds=1)) == []
        (seen,) = state.due_articles("kabar", moment)
        state.mark_visited(seen, moment)
    assert state.due_articles("kabar", NOW + timedelta(days=365)) == []
    state.close()


def test_a_source_with_an_article_due_for_edits_is_due_before_its_interval_ends(tmp_path: Path) -> None:
    state = State(state_path(tmp_path))
    state.set_schedule("kabar", NOW, 1440)
    state.mark_seen([Visit("a" * 16, URL, URL, "kabar", "0" * 64, NOW)])
    state.close()
    assert due_sources([source()], data=tmp_path, now=NOW + timedelta(minutes=59)) == []
    assert due_sources([source()], data=tmp_path, now=NOW + timedelta(minutes=61)) == [source()]
