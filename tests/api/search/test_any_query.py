"""Whatever is put into GET /api/search: never a fault, and both engines and both databases say the very same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from api.app import create_app
from api.search.fields import fields
from api.store.database import Database
from tests.api.conftest import empty
from tests.api.search.twins import LOCAL, served
from tests.api.web.conftest import filled  # noqa: F401 - a fixture
from tests.api.web.samples import NOW, fill

WORDS = [
    "kredit",
    "rotan",
    "mebel",
    "IKM",
    "menyalurkan",
    "smelter",
    "100",
    "12:30",
    "http://a.b/c?d=e",
    "C++",
    "é",
    "漢字",
    "😀",
    "﷽",
    "x'y",
]
VALUES = ["kredit", "kabar", "ASII", ">=50 miliar", "<5", "2022-11", "last-30d", "[1 TO 2]", "[* TO 5 triliun]", '"Rp 2 triliun"', "*", "",
          "x", "1e400000", "9" * 60, "-1", "0", "32", "NaN", "2022-02-30", "0000", "99999-01", "Rp", "id", "news"]  # fmt: skip
SIGNS = ["AND", "OR", "NOT", "(", ")", '"', "+", "-", "*", "?", "~2", "^3", "[", "]", "{", "}", "TO", ":", "\\", "/", "&&", "||", "!", "<",
         ">", "=", "'", "\u0000", "\u202e", "\u200b", "\ud7ff", "\t", "\n"]  # fmt: skip
PIECE = st.one_of(
    st.sampled_from(WORDS),
    st.sampled_from(SIGNS),
    st.builds("{}:{}".format, st.sampled_from([*fields(), "apa"]), st.sampled_from(VALUES)),
    st.text(max_size=6),
)
QUERY = st.one_of(
    st.builds("".join, st.lists(st.tuples(PIECE, st.sampled_from(["", " "])).map("".join), max_size=12)),
    st.text(max_size=40),
)
PARAMS = st.fixed_dictionaries(
    {},
    optional={
        "sort": st.sampled_from(["relevance", "newest", "amount", "no"]),
        "mode": st.sampled_from(["words", "meaning", "hybrid", ""]),
        "limit": st.sampled_from([0, 1, 20, 100, 101, -1, "x", 10**30]),
        "outlet": st.lists(st.sampled_from(["kabar", "niaga", "tidak ada", "", "\u0000", "x" * 201]), max_size=3),
        "kind": st.lists(st.sampled_from(["credit", "kredit", "investment", "*"]), max_size=2),
        "month": st.lists(st.sampled_from(["2022-11", "2022-13", "x"]), max_size=2),
        "cursor": st.one_of(st.text(max_size=30), st.sampled_from(["", "e30.x", "eyJyIjoieCJ9.AAAA"])),
        "unknown": st.text(max_size=5),
    },
)


Servers = tuple[TestClient, ...]


@pytest.fixture(scope="module")
def servers(request: pytest.FixtureRequest, postgresql: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Embedded engine and SQLite; Elasticsearch; embedded engine and PostgreSQL."""
    data, folder = request.getfixturevalue("filled"), tmp_path_factory.mktemp("servers")
    empty(postgresql)
    on_postgresql = fill(folder / "pg", database_url=postgresql.engine.url.render_as_string(hide_password=False), rate_limit=1_000_000)
    with (
        served(data, folder, "embedded") as embedded,
        served(data, folder, "elastic") as elastic,
        TestClient(create_app(on_postgresql, now=lambda: NOW), base_url=LOCAL) as third,
    ):
        yield embedded, elastic, third


def comparable(answer: dict[str, Any]) -> dict[str, Any]:
    """What two engines must agree on; scores and the order of equal ones are their own."""
    hits = sorted(hit["id"] for hit in answer["hits"]) if len(answer["hits"]) == answer["total"] else len(answer["hits"])
    return {"hits": hits, **{name: answer[name] for name in ("total", "facets", "undated", "chips", "suggestion", "notes")}}


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(query=QUERY, params=PARAMS)
@example(query="amount:[* TO *]", params={})
@example(query="NOT (NOT (NOT kredit))", params={"sort": "newest"})
@example(query="-rotan -kredit", params={})
@example(query="a" * 500, params={})
@example(query=" ".join(["kre*"] * 60), params={})
@example(query=" OR ".join(["abc*"] * 64), params={"limit": 100})
def test_any_query_is_answered_or_refused_the_same_by_all(servers: Servers, query: str, params: dict[str, Any]) -> None:
    first, *others = (client.get("/api/search", params={"q": query} | params) for client in servers)
    assert first.status_code in {200, 400}, first.text
    for other in others:
        assert first.status_code == other.status_code, (first.text, other.text)
        if first.status_code == 400:
            assert first.json() == other.json()
            assert first.json()["detail"] or first.json()["errors"]
        else:
            assert comparable(first.json()) == comparable(other.json())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    words=st.lists(st.sampled_from(["kredit", "rotan", "mebel", "smelter", "zamrud"]), min_size=1, max_size=3), noise=st.sampled_from(SIGNS)
)
def test_a_query_with_words_never_finds_what_lacks_them(servers: Servers, words: list[str], noise: str) -> None:
    """What cannot be read is refused; it is never answered with another query, least of all with everything."""
    plain = servers[0].get("/api/search", params={"q": " ".join(words), "mode": "words"}).json()["total"]
    answer = servers[0].get("/api/search", params={"q": f"{' '.join(words)} {noise}", "mode": "words"})
    if answer.status_code == 200:
        assert answer.json()["total"] <= plain
