"""What a person gets for a query, the same on both engines: grammar, filters, facets, marks, versions, stories, cursors, absurdities."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.api.search.conftest import ENGINES
from tests.api.search.twins import served
from tests.api.web.conftest import filled  # noqa: F401 - a fixture


@pytest.fixture(scope="module", params=ENGINES)
def client(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with served(request.getfixturevalue("filled"), tmp_path_factory.mktemp("answers"), request.param) as made:
        yield made


def ask(client: TestClient, q: str = "", **params: Any) -> dict[str, Any]:
    answer = client.get("/api/search", params={"q": q, "mode": "words", **params})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def marked(part: dict[str, Any]) -> list[str]:
    return [part["text"][start:end] for start, end in part["marks"]]


TOTALS = {
    "": 31,
    "rotan": 25,
    "ROTAN": 25,
    "perajin": 26,
    "kredit": 4,
    "menyalurkan": 3,
    "disalurkan": 3,
    '"menyalurkan kredit"': 2,
    '"kredit menyalurkan"': 0,
    "kredit AND mebel": 2,
    "kredit mebel": 2,
    "smelter OR mebel": 3,
    "kredit NOT mebel": 2,
    "kredit -mebel": 2,
    "+kredit +mebel": 2,
    "(smelter OR mebel) AND kredit": 2,
    "smel*": 1,
    "tidakadayangcocok": 0,
    "rotan?": 25,
    "outlet:kabar": 4,
    "outlet:kabar kredit": 3,
    "outlet:rotan smelter": 0,
    "NOT outlet:rotan": 6,
    "by:ASII": 3,
    "by:ASII kind:kredit": 2,
    "by:ASII kind:credit": 2,
    "by:ASII kind:investasi": 1,
    "to:IKM": 2,
    "amount:>=1 triliun by:ASII": 1,
    'amount:"Rp 100 miliar"': 2,
    "amount:<1 miliar": 0,
    "date:2022-11": 30,
    "date:2022-10": 0,
    "date:last-30d": 30,
    "date:[2022-11-01 TO 2022-11-01]": 5,
    "outlet:": 0,
    "date:2022-11 kredit": 3,
    "lang:id": 31,
    "12:30": 0,
    "naïve ünïcode 漢字 😀": 0,
    "ikm 2022": 0,
}


@pytest.mark.parametrize("query", TOTALS)
def test_a_query_finds_what_it_says(client: TestClient, query: str) -> None:
    assert ask(client, query, limit=100)["total"] == TOTALS[query]


@pytest.mark.parametrize(
    ("query", "at"),
    [
        ('"kredit', 0), ("kredit)", 6), ("(kredit", None), ("kre?it", 3), ("kr*", None), ("*redit", 0), ("kredit~2", 6), ("kredit^3", 6),
        ("/kred.*/", 0), ("amount:banyak", None), ("date:besok-lusa", None), ("kind:xyz", None), ("x" * 501, 500),
        (" AND ", None), ("kredit OR", None), (" ".join(["kata"] * 65), None), ("(" * 11 + "a" + ")" * 11, None),
    ],
)  # fmt: skip
def test_a_query_that_cannot_be_understood_is_refused_with_its_place(client: TestClient, query: str, at: int | None) -> None:
    answer = client.get("/api/search", params={"q": query})
    assert answer.status_code == 400, answer.text
    problem = answer.json()
    assert problem["detail"]
    assert at is None or problem["at"] == at


def test_facets_say_how_many_and_ignore_their_own_selection(client: TestClient) -> None:
    plain = {f["value"]: f["count"] for f in ask(client)["facets"]["outlet"]}
    assert plain == {"kabar": 4, "niaga": 2, "rotan": 25}
    chosen = ask(client, outlet="kabar")
    assert chosen["total"] == 4
    assert {f["value"]: f["count"] for f in chosen["facets"]["outlet"]} == plain
    assert sum(f["count"] for f in chosen["facets"]["month"]) == 3


def test_filters_are_any_of_within_a_facet_and_all_between(client: TestClient) -> None:
    assert ask(client, outlet=["kabar", "niaga"])["total"] == 6
    assert ask(client, outlet=["kabar", "niaga"], kind="credit")["total"] == 3
    assert ask(client, outlet="rotan", kind="credit")["total"] == 0
    assert ask(client, outlet="none such")["total"] == 0


def test_words_are_marked_as_they_stand_also_by_their_stem(client: TestClient) -> None:
    (hit,) = ask(client, "penyaluran outlet:niaga")["hits"]
    assert marked(hit["snippet"]) == ["menyalurkan"]
    assert marked(ask(client, "match outlet:kabar")["hits"][0]["title"]) == ["Match"]


def test_a_story_stands_once_and_names_its_other_outlets(client: TestClient) -> None:
    answer = ask(client, '"link and match"')
    assert answer["total"] == 2
    assert [hit["copies"] for hit in answer["hits"]] in ([["Niaga"]], [["Kabar"]], [["niaga"]], [["kabar"]])


def test_only_the_newest_version_of_an_article_is_found(client: TestClient) -> None:
    assert ask(client, "peresmian")["total"] == 1
    assert ask(client, '"900 orang"')["total"] == 0
    assert ask(client, "smelter")["hits"][0]["title"]["text"] == "Smelter Morowali mulai dibangun"


def test_an_article_that_may_only_be_linked_shows_no_text(client: TestClient) -> None:
    (hit,) = ask(client, "menginvestasikan")["hits"]
    assert hit["snippet"]["text"] == ""


def test_articles_without_a_date_are_counted_beside_a_dated_search(client: TestClient) -> None:
    assert ask(client, "mebel date:2022-11")["undated"] == 1
    assert ask(client, "mebel")["undated"] == 0


@pytest.mark.parametrize(
    ("query", "sort"), [("rotan", "relevance"), ("rotan", "newest"), ("", "newest"), ("rotan", "amount"), ("", "amount")]
)
def test_pages_show_everything_once(client: TestClient, query: str, sort: str) -> None:
    seen, cursor = [], None
    while True:
        answer = ask(client, query, sort=sort, limit=7, **({"cursor": cursor} if cursor else {}))
        seen += [hit["id"] for hit in answer["hits"]]
        if (cursor := answer["next"]) is None:
            break
    assert len(seen) == len(set(seen))
    copies = 1 if query == "" else 0
    assert len(seen) == answer["total"] - copies


def test_newest_comes_first_and_undated_last(client: TestClient) -> None:
    published = [hit["published"] for hit in ask(client, limit=100, sort="newest")["hits"]]
    assert published[-1] is None
    assert published[:-1] == sorted(published[:-1], reverse=True)


def test_the_largest_amount_comes_first(client: TestClient) -> None:
    hits = ask(client, "by:ASII", sort="amount")["hits"]
    assert hits[0]["title"]["text"] == "Investasi pabrik baru"


@pytest.mark.parametrize("change", [{"q": "kredit"}, {"sort": "amount"}, {"outlet": "kabar"}])
def test_a_cursor_of_another_search_is_refused(client: TestClient, change: dict[str, str]) -> None:
    cursor = ask(client, "rotan", limit=5)["next"]
    answer = client.get("/api/search", params={"q": "rotan", "mode": "words", "cursor": cursor, "limit": 5} | change)
    assert answer.status_code == 400


def test_a_limit_of_nothing_counts_all_the_same(client: TestClient) -> None:
    answer = ask(client, "rotan", limit=0)
    assert (answer["total"], answer["hits"], answer["next"]) == (25, [], None)
