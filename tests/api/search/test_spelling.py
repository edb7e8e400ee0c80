"""Another spelling is proposed where a query finds next to nothing; the query itself is answered as it stands. On both engines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.search.spelling import close, distance, edits
from tests.api.search.conftest import ENGINES
from tests.api.search.twins import served
from tests.api.web.conftest import filled  # noqa: F401 - a fixture


@pytest.fixture(scope="module", params=ENGINES)
def client(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with served(request.getfixturevalue("filled"), tmp_path_factory.mktemp("spelling"), request.param) as made:
        yield made


def ask(client: TestClient, q: str, **params: Any) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/search", params={"q": q, "mode": "words", **params}).json()
    return found


@pytest.mark.parametrize(
    ("query", "proposed"),
    [
        ("perajni", "perajin"),
        ("perajim rotan", "perajin rotan"),
        ("outlet:rotan perajni", "outlet:rotan perajin"),
        ('"perajni rotan"', '"perajin rotan"'),
        ("pesanam  Cirebon", "pesanan  Cirebon"),
        ("rotan", None),
        ("zzzzzzz", None),
        ("12345", None),
        ("ikm", None),
        ("date:2022-11", None),
        ("", None),
    ],
)
def test_a_commoner_spelling_is_proposed_and_nothing_else_is_searched(client: TestClient, query: str, proposed: str | None) -> None:
    answer = ask(client, query)
    assert answer["suggestion"] == proposed
    if proposed is not None:
        assert answer["total"] == 0
        assert ask(client, proposed)["total"] > 0


def test_nothing_is_proposed_that_the_filters_leave_nothing_of(client: TestClient) -> None:
    assert ask(client, "perajni", outlet="niaga")["suggestion"] is None


def test_the_page_asks_whether_the_other_spelling_was_meant(client: TestClient) -> None:
    page = client.get("/", params={"q": "perajni"}).text
    assert "Maksud Anda:" in page
    assert "/?q=perajin" in page


@pytest.mark.parametrize(
    ("one", "other", "apart"), [("a", "a", 0), ("kredit", "kredti", 1), ("kredit", "kerdti", 2), ("abc", "", 3), ("koprasi", "koperasi", 1)]
)
def test_edits_between_two_words_are_counted_with_neighbours_swapped_as_one(one: str, other: str, apart: int) -> None:
    assert distance(one, other) == distance(other, one) == apart


def test_a_short_word_may_be_one_edit_away_a_long_one_two() -> None:
    assert [edits(word) for word in ("ikm", "bank", "kredit", "b40x")] == [0, 1, 2, 0]
    assert close("bank", [("bang", 3), ("bunga", 9), ("bank", 50)]) == [("bang", 3)]


def test_the_nearest_spelling_comes_before_the_commonest() -> None:
    assert close("kredti", [("kredo", 99), ("kredit", 5)]) == [("kredit", 5), ("kredo", 99)]
