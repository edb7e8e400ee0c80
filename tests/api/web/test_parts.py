"""The same server on the other database and the other engine, and one whose code has a fault."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.search.base import IndexInfo
from api.search.elastic import ElasticEngine
from api.store.database import Database
from tests.api.conftest import empty
from tests.api.web.conftest import LOCAL, Serve
from tests.api.web.samples import NOW, fill
from tests.api.web.test_pages import PAGES
from tests.parts import part

JSON = [
    "/api/search?q=kredit", "/api/search?q=by:ASII amount:>=50 miliar", "/api/pledges", "/api/pledges/1", "/api/pledges/sums?group=payer",
    "/api/companies/idx:ASII", "/api/programmes/prog:kur", "/api/health", "/api/health/sources", "/api/watches",
]  # fmt: skip


def same(text: str) -> str:
    """An answer without what differs by run: scores, cursors."""
    return re.sub(r'"(score|next)":[^,}]+', "", text)


@pytest.fixture(scope="module")
def on_postgresql(postgresql: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    empty(postgresql)
    url = postgresql.engine.url.render_as_string(hide_password=False)
    settings = fill(tmp_path_factory.mktemp("pg") / "data", database_url=url)
    with TestClient(create_app(settings, now=lambda: NOW), base_url=LOCAL) as client:
        yield client


@pytest.fixture(scope="module")
def on_elasticsearch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    index = f"web-{uuid4().hex[:8]}"
    url = part("PANTAU_TEST_ELASTICSEARCH_URL")
    settings = fill(tmp_path_factory.mktemp("es") / "data", search_url=url, search_index=index)
    with TestClient(create_app(settings, now=lambda: NOW), base_url=LOCAL) as client:
        yield client
    engine = ElasticEngine(url, index, IndexInfo(model="none"))
    engine.drop()
    engine.close()


@pytest.mark.parametrize("path", JSON)
def test_postgresql_answers_what_sqlite_answers(on_postgresql: TestClient, client: TestClient, path: str) -> None:
    assert same(on_postgresql.get(path).text) == same(client.get(path).text)


@pytest.mark.parametrize("path", PAGES)
def test_pages_on_postgresql_answer_as_on_sqlite(on_postgresql: TestClient, client: TestClient, path: str) -> None:
    assert on_postgresql.get(path).status_code == client.get(path).status_code


def test_what_a_person_writes_reaches_postgresql(on_postgresql: TestClient) -> None:
    made = on_postgresql.post("/api/watches", json={"query": "kredit"}).json()
    assert on_postgresql.post("/api/watches", json={"query": "a\u0000b"}).status_code == 400
    assert on_postgresql.get("/api/pledges", params={"to": "a\u0000b"}).status_code == 400
    assert on_postgresql.delete(f"/api/watches/{made['watch']['id']}").status_code == 200


@pytest.mark.parametrize("path", JSON[:2])
def test_elasticsearch_finds_what_the_embedded_engine_finds(on_elasticsearch: TestClient, client: TestClient, path: str) -> None:
    one, other = on_elasticsearch.get(path).json(), client.get(path).json()
    assert one["total"] == other["total"]
    assert one["facets"] == other["facets"]
    assert {h["id"] for h in one["hits"]} == {h["id"] for h in other["hits"]}


def test_a_fault_of_ours_tells_nothing_of_our_insides(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    client = serve()
    monkeypatch.setattr("api.reading.health.state_of", fault)
    for path in ("/api/health", "/sources"):
        answer = client.get(path)
        assert answer.status_code == 500
        assert "secret" not in answer.text
        assert "content-security-policy" in answer.headers
    assert client.get("/api/health").json()["title"] == "Something broke here"
