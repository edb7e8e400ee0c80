"""Was nothing said, or was a source down?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from api.reading.coverage import Coverage, coverage
from api.search.period import Period
from api.store.database import Database
from crawler.alarms import Level
from crawler.items import Article
from crawler.outlets import load_outlets
from tests.api.web.samples import fill, made

NOW = datetime(2022, 11, 30, 5, 0, tzinfo=UTC)


def sample() -> list[Article]:
    """`tetap` publishes every day of November, `berhenti` stops on the 20th, `jarang` published once; 24 hours are a day."""
    days = range(29)
    steady = [made(24 * n, "tetap", f"Berita {n}", f"Isi berita ke-{n} hari ini.") for n in days]
    stopped = [made(24 * n + 1, "berhenti", f"Kabar {n}", f"Isi kabar ke-{n} hari ini.") for n in days if n < 20]
    return [*steady, *stopped, made(24 * 25 + 2, "jarang", "Sekali", "Isi yang hanya sekali terbit.")]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, Path]]:
    data = tmp_path_factory.mktemp("coverage") / "data"
    fill(data, sample())
    database = Database.open(data / "pantau.sqlite")
    yield database, data
    database.close()


def cover(store: tuple[Database, Path], period: Period | None = None, only: tuple[str, ...] = ()) -> Coverage:
    database, data = store
    with database.read() as connection:
        return coverage(connection, load_outlets(), data, NOW, period=period, only=only)


def test_the_last_fourteen_days_are_looked_at_where_a_search_names_no_dates(store: tuple[Database, Path]) -> None:
    found = cover(store)
    assert (found.first, found.last) == (date(2022, 11, 17), date(2022, 11, 30))
    assert [(o.outlet, o.articles, o.state) for o in found.outlets] == [("tetap", 13, "ok"), ("berhenti", 4, "silent"), ("jarang", 1, "ok")]
    assert [o.outlet for o in found.troubled] == ["berhenti"]


def test_missing_days_are_told_of_outlets_that_publish_on_most_days(store: tuple[Database, Path]) -> None:
    steady, stopped, rare = cover(store).outlets
    assert steady.missing == (date(2022, 11, 30),)
    assert stopped.missing == tuple(date(2022, 11, day) for day in range(21, 31))
    assert rare.missing == ()


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        (("2022-11-05", "2022-11-08"), "2022-11-05", "2022-11-08"),
        (("2022-11-05", None), "2022-11-05", "2022-11-30"),
        ((None, "2022-11-20"), "2022-11-07", "2022-11-20"),
        (("2020-01-01", "2022-11-20"), "2022-10-21", "2022-11-20"),
        (("2022-11-20", "2030-01-01"), "2022-11-20", "2022-11-30"),
        (("2030-01-01", "2030-02-01"), "2022-11-30", "2022-11-30"),
    ],
    ids=["both ends", "no end", "no beginning", "too long", "into the future", "all in the future"],
)
def test_the_days_are_those_of_the_search_as_far_as_they_have_passed(
    store: tuple[Database, Path], period: Period, first: str, last: str
) -> None:
    found = cover(store, period)
    assert (found.first.isoformat(), found.last.isoformat()) == (first, last)
    assert all(o.days[0][0] == found.first for o in found.outlets)


def test_only_the_outlets_of_the_search_are_told_even_where_nothing_came_from_them(store: tuple[Database, Path]) -> None:
    found = cover(store, only=("tetap", "kabar"))
    assert [(o.outlet, o.articles) for o in found.outlets] == [("tetap", 13), ("kabar", 0)]


@pytest.mark.parametrize(("period", "told"), [(None, ["rusak"]), (("2022-10-01", "2022-10-31"), [])], ids=["of late", "long ago"])
def test_an_outlet_whose_crawl_is_broken_is_told_of_even_if_it_published_nothing_of_late(
    store: tuple[Database, Path], monkeypatch: pytest.MonkeyPatch, period: Period | None, told: list[str]
) -> None:
    broken = SimpleNamespace(outlet="rusak", level=Level.BROKEN)
    monkeypatch.setattr("api.reading.coverage.crawl_health", lambda *_: [broken])
    assert [o.outlet for o in cover(store, period).outlets if o.state == "down"] == told
    assert cover(store, period, only=("tetap",)).troubled == ()
