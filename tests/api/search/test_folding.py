"""A story stands once in a list however it is paged, and market notes are left to a count. On both engines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from crawler.items import Article, ArticleType
from tests.api.search.conftest import ENGINES
from tests.api.search.twins import served
from tests.api.web.samples import fill, made

STORY = (
    "Pabrik rotan baru di Cirebon mulai bekerja pekan ini dan menyerap ratusan perajin dari desa sekitarnya. Bupati meresmikan pabrik "
    "rotan itu bersama para perajin, pedagang, dan pengurus koperasi. Bahan bakunya datang dari Kalimantan, dan hasilnya dijual ke luar "
    "negeri lewat Pelabuhan Tanjung Priok. Nilai pesanan tahun ini {amount}."
)
COPIES = 6
OTHERS = 24


def sample() -> list[Article]:
    """A story in six outlets, four articles apart; one of its carriers says another amount; other articles; three market notes."""
    articles = [made(4 * n, f"media{n}", "Pabrik rotan dibuka", STORY.format(amount="Rp 10 miliar")) for n in range(COPIES)]
    articles.append(made(30, "lain", "Pabrik rotan dibuka", STORY.format(amount="Rp 100 miliar")))
    articles += [
        made(n, "kabar", f"Rotan jenis ke-{n}", f"Rotan jenis ke-{n} dijual seharga {n} juta oleh perajin desa ke-{n}. " * 2)
        for n in range(1, OTHERS) if n % 4
    ]  # fmt: skip
    articles += [
        made(
            40 + n,
            "bursa",
            f"IHSG ditutup menguat {n} persen",
            f"IHSG ditutup menguat. Saham rotan naik {n} persen hari ke-{n}.",
            type=ArticleType.MARKET_NOTE,
        )
        for n in range(3)
    ]
    return articles


@pytest.fixture(scope="module", params=ENGINES)
def client(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("folding")
    fill(folder / "filled", sample())
    with served(folder / "filled", folder, request.param) as found:
        yield found


def ask(client: TestClient, **params: Any) -> dict[str, Any]:
    answer = client.get("/api/search", params={"mode": "words", **params})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def pages(client: TestClient, **params: Any) -> list[dict[str, Any]]:
    found = [ask(client, **params)]
    while found[-1]["next"]:
        found.append(ask(client, **params, cursor=found[-1]["next"]))
    return found


def hits_of(answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [hit for answer in answers for hit in answer["hits"]]


ORDERS = [("rotan", "relevance"), ("rotan", "newest"), ("rotan", "amount"), ("", "newest")]


@pytest.mark.parametrize(("query", "sort"), ORDERS)
@pytest.mark.parametrize("limit", [1, 3, 5, 100])
def test_a_story_stands_once_on_all_pages_together(client: TestClient, query: str, sort: str, limit: int) -> None:
    answers = pages(client, q=query, sort=sort, limit=limit)
    hits = hits_of(answers)
    told = [hit for hit in hits if hit["outlet"].startswith("media")]
    assert len(told) == 1
    assert len(told[0]["copies"]) == COPIES - 1
    assert len(hits) == len({hit["id"] for hit in hits}) == answers[0]["total"] - (COPIES - 1) - 3
    assert all(len(answer["hits"]) == limit for answer in answers[:-1])


@pytest.mark.parametrize(("query", "sort"), ORDERS)
def test_the_same_articles_stand_in_the_same_order_however_they_are_paged(client: TestClient, query: str, sort: str) -> None:
    whole = [hit["id"] for hit in hits_of(pages(client, q=query, sort=sort, limit=100))]
    assert [hit["id"] for hit in hits_of(pages(client, q=query, sort=sort, limit=2))] == whole


@pytest.mark.parametrize(("query", "sort"), ORDERS)
def test_total_and_facets_are_the_same_on_every_page_and_count_every_article(client: TestClient, query: str, sort: str) -> None:
    answers = pages(client, q=query, sort=sort, limit=4)
    assert {answer["total"] for answer in answers} == {len(sample())}
    assert all(answer["facets"] == answers[0]["facets"] for answer in answers)
    assert all(answer["folded"] == {"market_note": 3} for answer in answers)


@pytest.mark.parametrize(("query", "sort"), ORDERS)
def test_without_folding_every_article_is_listed(client: TestClient, query: str, sort: str) -> None:
    answers = pages(client, q=query, sort=sort, limit=7, fold="false")
    assert len({hit["id"] for hit in hits_of(answers)}) == len(hits_of(answers)) == answers[0]["total"]
    assert answers[0]["folded"] == {}


def test_the_newest_of_a_story_stands_for_it_where_the_newest_come_first(client: TestClient) -> None:
    (told,) = [hit for hit in hits_of(pages(client, q="rotan", sort="newest", limit=3)) if hit["outlet"].startswith("media")]
    assert told["outlet"] == f"media{COPIES - 1}"


def test_a_story_is_told_by_an_article_that_the_search_finds(client: TestClient) -> None:
    (hit,) = ask(client, q="rotan", outlet="media2", sort="newest")["hits"]
    assert (hit["outlet"], len(hit["copies"])) == ("media2", COPIES - 1)


def test_an_article_with_other_amounts_stands_by_itself(client: TestClient) -> None:
    (hit,) = [hit for hit in ask(client, q="rotan", limit=100)["hits"] if hit["outlet"] == "lain"]
    assert (hit["restatement"], hit["copies"]) == (True, [])


@pytest.mark.parametrize("params", [{"type": "market_note"}, {"q": "type:pasar"}, {"q": "rotan", "type": ["market_note", "news"]}])
def test_market_notes_are_listed_where_a_type_is_asked_for(client: TestClient, params: dict[str, Any]) -> None:
    answer = ask(client, limit=100, **params)
    assert sum(hit["type"] == "market_note" for hit in answer["hits"]) == 3
    assert answer["folded"] == {}


@pytest.mark.parametrize("sort", ["relevance", "newest"])
def test_market_notes_are_listed_where_nothing_else_is_found(client: TestClient, sort: str) -> None:
    answers = pages(client, q="IHSG", sort=sort, limit=2)
    assert len(hits_of(answers)) == answers[0]["total"] == 3


def test_an_export_has_as_many_rows_as_the_search_counts(client: TestClient) -> None:
    total = ask(client, q="rotan")["total"]
    assert len(client.get("/export/articles.jsonl", params={"q": "rotan"}).text.splitlines()) == total
    assert len(client.get("/export/articles.jsonl", params={"q": "rotan", "outlet": "bursa"}).text.splitlines()) == 3
