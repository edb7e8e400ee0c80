"""The JSON API, resource by resource, and its document."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import jsonschema
import openpyxl
import pytest
from fastapi.testclient import TestClient

from api.schemas import Problem, SearchResult
from crawler.items import Article
from tests.api.web.conftest import Serve
from tests.api.web.samples import articles

SCHEMAS = Path(__file__).resolve().parents[3] / "docs" / "schemas"


def get(client: TestClient, path: str, **params: Any) -> Any:
    answer = client.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def schema(name: str) -> Any:
    return json.loads((SCHEMAS / name).read_text(encoding="utf-8"))


def test_a_search_answers_what_its_schema_says(client: TestClient) -> None:
    answer = get(client, "/api/search", q="kredit")
    jsonschema.validate(answer, schema("search.json"))
    assert answer["total"] >= 3
    assert {"total", "hits", "facets", "next"} <= answer.keys()


def test_an_error_answers_what_its_schema_says(client: TestClient) -> None:
    answer = client.get("/api/search", params={"q": "kind:x"})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    jsonschema.validate(answer.json(), schema("error.json"))
    assert answer.json()["at"] == 0
    assert answer.json()["suggestion"]


def test_the_schemas_on_paper_are_those_of_the_code() -> None:
    for name, model in (("search.json", SearchResult), ("error.json", Problem), ("article.json", Article)):
        on_paper = schema(name)
        on_paper.pop("$schema")
        on_paper.pop("$id")
        assert on_paper == model.model_json_schema(), f"docs/schemas/{name}: run `python -m api.schemas`"


def test_a_spool_line_fits_the_article_schema() -> None:
    for article in articles():
        jsonschema.validate(json.loads(article.model_dump_json()), schema("article.json"))


def test_the_event_is_one_pledge_told_by_two_outlets(client: TestClient) -> None:
    found = get(client, "/api/pledges", by="ASII", kind="kredit")
    assert found["total"] == 1
    pledge = found["pledges"][0]
    assert (pledge["amount_low"], pledge["currency"], pledge["approx"]) == ("100000000000", "IDR", True)
    assert pledge["outlets"] == 2
    whole = get(client, f"/api/pledges/{pledge['pledge_id']}")
    assert {s["relation"] for s in whole["sightings"]} == {"first", "copy"}
    assert "Rp 100 miliar" in whole["sightings"][0]["evidence"]
    assert whole["stages"][0]["stage"] == "disbursed"


def test_sums_say_what_they_count_and_leave_out(client: TestClient) -> None:
    sums = get(client, "/api/pledges/sums", group="kind")
    ledger = get(client, "/api/pledges", snapshot=sums["snapshot"])
    assert sums["counted"] + sum(sums["left_out"].values()) == ledger["total"]


def test_an_article_shows_its_facts_with_places_that_fit(client: TestClient) -> None:
    hit = get(client, "/api/search", q="kind:kredit to:IKM")["hits"][0]
    article = get(client, f"/api/articles/{hit['id']}")
    for mark in article["money"]:
        assert article[mark["field"]][mark["start"] : mark["end"]] == mark["surface"]
    commitment = article["commitments"][0]
    assert article["text"][commitment["evidence_start"] : commitment["evidence_end"]] == commitment["evidence"]
    assert article["copies"]


def test_what_may_only_be_linked_shows_no_word_of_its_text(client: TestClient) -> None:
    hit = get(client, "/api/search", q="pabrik outlet:niaga")["hits"][0]
    article = get(client, f"/api/articles/{hit['id']}")
    assert hit["snippet"]["text"] == ""
    assert article["text"] is None
    assert [m for m in article["money"] if m["field"] == "text"] == []
    assert all(c["evidence"] == "" for c in article["commitments"])
    pledges = get(client, "/api/pledges", by="ASII", kind="investasi")["pledges"]
    assert get(client, f"/api/pledges/{pledges[0]['pledge_id']}")["sightings"][0]["evidence"] == ""


def test_an_edited_article_says_what_changed_by_sentence_and_figure(client: TestClient) -> None:
    hit = get(client, "/api/search", q="smelter morowali", mode="words")["hits"][0]
    first, second = get(client, f"/api/articles/{hit['id']}")["versions"]
    assert first["changes"] == []
    title, figure, people, guest = second["changes"]
    assert (title["place"], title["after"]) == ("title", "Smelter Morowali mulai dibangun")
    assert figure["figures"] == [{"before": "Rp 12 triliun", "after": "Rp 1,2 triliun"}]
    assert (people["before"], people["after"]) == ("Sebanyak 900 orang bekerja di sana.", None)
    assert (guest["before"], guest["after"]) == (None, "Bupati hadir di peresmian.")


def test_a_company_knows_its_names_pledges_and_articles(client: TestClient) -> None:
    company = get(client, "/api/companies/idx:ASII")
    assert company["ticker"] == "ASII"
    assert company["gives"]
    assert company["articles"]
    assert company["mentioned"] >= 2


def test_a_programme_knows_what_is_pledged_for_it(client: TestClient) -> None:
    company = get(client, "/api/companies/idx:ASII")
    programme = next(p["programme_id"] for p in company["gives"] if p["programme_id"])
    assert get(client, f"/api/programmes/{programme}")["gives"]


@pytest.mark.parametrize(
    "path",
    ["/api/articles/ffff", "/api/companies/idx:NONE", "/api/companies/prog:kur", "/api/programmes/idx:ASII", "/api/pledges/123456",
     "/api/pledges?snapshot=999999", "/feeds/none.atom", "/api/nothing", "/static/0/pantau.css"],
)  # fmt: skip
def test_what_is_not_there_is_404(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "path",
    ["/api/search?limit=101", "/api/search?sort=x", "/api/search?cursor=x", "/api/pledges/0", "/api/pledges/99999999999999999999",
     "/api/pledges?kind=x", "/api/pledges?least=banyak", "/api/pledges?year=22", "/api/articles/XYZ", "/api/pledges?least=9e99",
     "/api/search?q=%22", "/api/search?q=kredit*z", "/api/pledges?snapshot=-1", "/export/articles.csv?q=kind:x", "/export/articles.pdf"],
)  # fmt: skip
def test_what_cannot_be_understood_is_400(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 400, answer.text


def test_pages_of_results_neither_repeat_nor_skip(client: TestClient) -> None:
    seen: list[str] = []
    cursor = None
    while True:
        params = {"q": "rotan", "limit": "7", "sort": "newest"} | ({"cursor": cursor} if cursor else {})
        answer = get(client, "/api/search", **params)
        seen += [hit["id"] for hit in answer["hits"]]
        cursor = answer["next"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == answer["total"]


def test_an_export_holds_the_whole_filtered_result(client: TestClient) -> None:
    total = get(client, "/api/search", q="rotan", outlet="rotan")["total"]
    rows = list(csv.DictReader(io.StringIO(client.get("/export/articles.csv", params={"q": "rotan", "outlet": "rotan"}).text)))
    assert len(rows) == total
    lines = client.get("/export/articles.jsonl", params={"q": "rotan", "outlet": "rotan"}).text.splitlines()
    assert [json.loads(line)["id"] for line in lines] == [row["id"] for row in rows]
    book = openpyxl.load_workbook(io.BytesIO(client.get("/export/articles.xlsx", params={"q": "rotan", "outlet": "rotan"}).content))
    assert book.active is not None
    assert book.active.max_row == total + 1


def test_the_ledger_is_exported_with_its_evidence(client: TestClient) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get("/export/pledges.csv", params={"by": "ASII", "kind": "kredit"}).text)))
    assert len(rows) == 1
    assert "Rp 100 miliar" in rows[0]["evidence"]


def test_a_rejected_commitment_leaves_ledger_and_search(serve: Serve) -> None:
    client = serve()
    pledge = get(client, "/api/pledges", by="ASII", kind="kredit")["pledges"][0]["pledge_id"]
    before = get(client, "/api/pledges")["snapshot"]
    for seen in get(client, f"/api/pledges/{pledge}")["sightings"]:
        body = {"action": "reject", "reason": "contoh"}
        assert client.post(f"/api/facts/{seen['fact_id']}/corrections", json=body).status_code == 201
    now = get(client, "/api/pledges", by="ASII", kind="kredit")["pledges"]
    assert all(p["left_out"] == "rejected" for p in now)
    then = get(client, "/api/pledges", by="ASII", kind="kredit", snapshot=before)["pledges"]
    assert then[0]["in_totals"]


def test_a_corrected_amount_reaches_the_sum(serve: Serve) -> None:
    client = serve()
    detail = get(client, f"/api/pledges/{get(client, '/api/pledges', by='ASII', kind='kredit')['pledges'][0]['pledge_id']}")
    fact = detail["sightings"][0]["fact_id"]
    body = {"action": "set", "changes": {"amount_low": "110000000000", "amount_high": "110000000000"}}
    assert client.post(f"/api/facts/{fact}/corrections", json=body).status_code == 201
    after = get(client, "/api/pledges", by="ASII", kind="kredit")["pledges"]
    assert {p["amount_high"] for p in after} >= {"110000000000"}


def test_a_watch_lives_through_the_api(serve: Serve) -> None:
    client = serve()
    tried = client.post("/api/watches/preview", json={"query": "kind:kredit to:IKM"})
    assert tried.status_code == 200
    assert tried.json()["messages"] == 1
    made = client.post("/api/watches", json={"query": "kind:kredit to:IKM"}).json()
    number = made["watch"]["id"]
    assert client.post(f"/api/watches/{number}/pause").json()["state"] == "paused"
    assert client.post(f"/api/watches/{number}/resume").json()["state"] == "active"
    feed = client.get("/" + made["feed"].split("/", 3)[3])
    assert feed.status_code == 200
    assert feed.headers["content-type"].startswith("application/atom+xml")
    assert client.delete(f"/api/watches/{number}").json()["state"] == "removed"


@pytest.mark.parametrize("wish", [{}, {"company": "ASII", "query": "x"}, {"company": "tidak ada"}, {"query": "kind:x"}, {"more": 1},
                                  {"company": "ASII", "email": "not an address"}])  # fmt: skip
def test_a_wish_that_cannot_be_is_400(serve: Serve, wish: dict[str, Any]) -> None:
    assert serve().post("/api/watches", json=wish).status_code == 400


def test_search_away_is_said_and_the_store_goes_on(serve: Serve) -> None:
    client = serve(search_url="http://127.0.0.1:9")
    assert client.get("/api/search").status_code == 503
    assert client.get("/").status_code == 503
    assert "Link and Match" not in client.get("/").headers
    assert get(client, "/api/health")["status"] == "degraded"
    assert get(client, "/api/pledges")["total"] >= 1


def test_health_counts_what_is_stored(client: TestClient) -> None:
    health = get(client, "/api/health")
    assert (health["articles"], health["undated"], health["waiting_index"]) == (len({a.article_id for a in articles()}), 1, 0)
    outlets = {o["outlet"]: o for o in get(client, "/api/health/sources")}
    assert outlets["rotan"]["articles"] == 25
    assert outlets["kabar"]["state"] == "ok"


def operations(client: TestClient) -> list[tuple[str, str, dict[str, Any]]]:
    document = get(client, "/openapi.json")
    return [(path, method, op) for path, methods in document["paths"].items() for method, op in methods.items()]


def test_the_document_describes_every_operation(client: TestClient) -> None:
    found = operations(client)
    assert len(found) >= 18
    for path, method, operation in found:
        where = f"{method} {path}"
        assert operation.get("description"), where
        assert {"400", "401", "429", "503"} <= operation["responses"].keys(), where
        assert "422" not in operation["responses"], where
        for parameter in operation.get("parameters", []):
            assert parameter.get("description"), f"{where}: {parameter['name']}"
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                assert list(response["content"]) == ["application/problem+json"], where


def test_the_document_names_every_api_route_and_the_keys(client: TestClient) -> None:
    document = get(client, "/openapi.json")
    expected = {"/api/search", "/api/articles/{article_id}", "/api/companies/{identity}", "/api/programmes/{identity}", "/api/pledges",
                "/api/pledges/sums", "/api/pledges/{pledge_id}", "/api/watches", "/api/watches/preview", "/api/health",
                "/api/health/sources", "/feeds/{secret}.atom"}  # fmt: skip
    assert expected <= document["paths"].keys()
    assert set(document["components"]["securitySchemes"]) == {"bearer", "header"}
    assert "ValidationError" not in document["components"]["schemas"]


@pytest.mark.parametrize(("asks", "says"), [("id-ID,id;q=0.9", "bukan tanggal"), ("en", "is not a date"), ("", "is not a date")])
def test_what_is_wrong_with_a_query_is_told_in_the_language_a_script_asks_for(client: TestClient, asks: str, says: str) -> None:
    answer = client.get("/api/search", params={"q": "date:kapan"}, headers={"Accept-Language": asks}).json()
    assert says in answer["detail"]
    assert answer["code"] == "date"
