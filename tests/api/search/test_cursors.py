"""Cursors: bound to their request, forged ones refused, frozen lists kept for half an hour."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.errors import CursorError
from api.records import Mode, SearchRequest, Sort
from api.search.cursors import KEPT_LISTS, KEPT_SECONDS, Cursors

SECRET = "not a secret, a test"
REQUEST = SearchRequest(query="kredit mebel", filters={"kind": ("credit",)})
HITS = (("a1", 1.0, False), ("a2", 0.5, True))


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def asked(request: SearchRequest, cursor: str) -> SearchRequest:
    return SearchRequest(request.query, request.filters, request.mode, request.sort, request.limit, cursor)


def test_a_cursor_gives_back_its_place() -> None:
    cursors = Cursors(SECRET, Clock())
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
def test_a_cursor_of_another_request_is_refused(other: SearchRequest) -> None:
    cursors = Cursors(SECRET, Clock())
    with pytest.raises(CursorError):
        cursors.read(asked(other, cursors.write(REQUEST, {"after": 7})))


def test_a_cursor_signed_with_another_secret_is_refused() -> None:
    with pytest.raises(CursorError):
        Cursors(SECRET, Clock()).read(asked(REQUEST, Cursors("another secret", Clock()).write(REQUEST, {"after": 7})))


@given(st.text(max_size=80))
def test_any_text_as_a_cursor_is_refused(text: str) -> None:
    with pytest.raises(CursorError):
        Cursors(SECRET, Clock()).read(asked(REQUEST, text))


def test_a_frozen_list_is_kept_for_half_an_hour() -> None:
    clock = Clock()
    cursors = Cursors(SECRET, clock)
    name = cursors.freeze(HITS)
    clock.now = KEPT_SECONDS
    assert cursors.frozen(name).hits == HITS
    clock.now = KEPT_SECONDS + 1
    with pytest.raises(CursorError):
        cursors.frozen(name)


def test_the_oldest_frozen_list_goes_when_there_are_too_many() -> None:
    cursors = Cursors(SECRET, Clock())
    first, *others = [cursors.freeze(()) for _ in range(KEPT_LISTS + 1)]
    with pytest.raises(CursorError):
        cursors.frozen(first)
    assert all(cursors.frozen(name).hits == () for name in others)
