"""Cursors: bound to their request, forged ones refused, frozen lists kept for half an hour."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from api.errors import CursorError
from api.records import Mode, SearchRequest, Sort
from api.search.cursors import Cursors
from api.store.database import Database
from api.store.frozen import KEPT, KEPT_LISTS, FrozenLists, Hits
from api.store.schema import frozen_results

SECRET = "not a secret, a test"
REQUEST = SearchRequest(query="kredit mebel", filters={"kind": ("credit",)})
HITS = (("a1", 1.0, False), ("a2", 0.5, True))


class Clock:
    """A time of day that passes when told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cursors(database: Database, clock: Clock) -> Cursors:
    return Cursors(SECRET, FrozenLists(database, clock))


def asked(request: SearchRequest, cursor: str) -> SearchRequest:
    return SearchRequest(request.query, request.filters, request.mode, request.sort, request.limit, cursor)


def test_a_cursor_gives_back_its_place(cursors: Cursors) -> None:
    assert cursors.read(asked(REQUEST, cursors.write(REQUEST, {"after": 7})))["after"] == 7


@pytest.mark.parametrize(
    "other",
    [
        SearchRequest(query="kredit"),
        SearchRequest(query="kredit mebel"),
        SearchRequest(query="kredit mebel", filters={"kind": ("grant",)}),
        SearchRequest(query="kredit mebel", filters=REQUEST.filters, sort=Sort.NEWEST),
        SearchRequest(query="kredit mebel", filters=REQUEST.filters, mode=Mode.WORDS),
    ],
    ids=["query", "no filter", "filter", "sort", "mode"],
)
def test_a_cursor_of_another_request_is_refused(cursors: Cursors, other: SearchRequest) -> None:
    with pytest.raises(CursorError):
        cursors.read(asked(other, cursors.write(REQUEST, {"after": 7})))


def test_a_cursor_signed_with_another_secret_is_refused(cursors: Cursors, database: Database, clock: Clock) -> None:
    foreign = Cursors("another secret", FrozenLists(database, clock))
    with pytest.raises(CursorError):
        cursors.read(asked(REQUEST, foreign.write(REQUEST, {"after": 7})))


@given(text=st.text(max_size=80))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_as_a_cursor_is_refused(sqlite_database: Database, text: str) -> None:
    with pytest.raises(CursorError):
        Cursors(SECRET, FrozenLists(sqlite_database, Clock())).read(asked(REQUEST, text))


def test_a_frozen_list_is_kept_for_half_an_hour(cursors: Cursors, clock: Clock) -> None:
    name = cursors.freeze(REQUEST, HITS)
    clock.now += KEPT
    assert cursors.frozen(REQUEST, name) == HITS
    clock.now += timedelta(seconds=1)
    with pytest.raises(CursorError):
        cursors.frozen(REQUEST, name)


def test_a_frozen_list_that_is_asked_for_again_is_kept_once_and_lives_longer(cursors: Cursors, clock: Clock) -> None:
    name = cursors.freeze(REQUEST, HITS)
    clock.now += KEPT
    assert cursors.freeze(REQUEST, HITS) == name
    clock.now += KEPT
    assert cursors.frozen(REQUEST, name) == HITS


def test_a_frozen_list_of_one_request_is_not_shown_to_another(cursors: Cursors) -> None:
    name = cursors.freeze(REQUEST, HITS)
    with pytest.raises(CursorError):
        cursors.frozen(SearchRequest(query="kredit"), name)


@pytest.mark.parametrize("hits", [(), HITS, tuple((f"a{n}", n / 3, n % 3 == 0) for n in range(1000))], ids=["none", "two", "thousand"])
def test_a_frozen_list_comes_back_exactly(cursors: Cursors, hits: Hits) -> None:
    assert cursors.frozen(REQUEST, cursors.freeze(REQUEST, hits)) == hits


def test_expired_lists_and_the_oldest_of_too_many_are_deleted(database: Database, clock: Clock) -> None:
    lists = FrozenLists(database, clock)
    gone = lists.keep(HITS, "expired")
    clock.now += KEPT + timedelta(seconds=1)
    names = []
    for number in range(KEPT_LISTS + 3):
        clock.now += timedelta(milliseconds=1)
        names.append(lists.keep((), f"request {number}"))
    lists.sweep()
    with database.aside() as connection:
        kept = set(connection.scalars(select(frozen_results.c.cursor_id)))
    assert kept == set(names[3:])
    assert gone not in kept


def test_a_frozen_list_is_kept_while_another_writer_holds_the_store(cursors: Cursors, database: Database) -> None:
    with database.write():
        assert cursors.frozen(REQUEST, cursors.freeze(REQUEST, HITS)) == HITS


def test_a_frozen_list_outlives_the_process_that_made_it(tmp_path: Path, sqlite_database: Database, clock: Clock) -> None:
    name = Cursors(SECRET, FrozenLists(sqlite_database, clock)).freeze(REQUEST, HITS)
    sqlite_database.close()
    with closing(Database.open(tmp_path / "pantau.sqlite")) as again:
        assert Cursors(SECRET, FrozenLists(again, clock)).frozen(REQUEST, name) == HITS
