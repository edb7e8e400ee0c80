"""Whatever a person or a script sends: an answer or a refusal, never a breakdown, and only what the document announces."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
PIECES = st.sampled_from(
    ["kredit", "AND", "OR", "NOT", "(", ")", '"', "kind:", "kredit*", "*", "amount:>=", "50 miliar", "date:", "last-30d", "[", "TO", "]",
     "company:ASII", "by:", "to:IKM", "^2", "~", "/x/", "\\", "+", "-", ":", "&&", "||", "!", "{", "}", "12:30", "https://a.b/c",
     "\x00", "\ud800",
     "2022-11", "\u202e", "é", "年", "1e999", "'", ";", "--", "<script>", "?", "programme:KUR", "said_by:", "place:Bandung", "%00"]
)  # fmt: skip
QUERIES = st.one_of(st.lists(PIECES, max_size=12).map(" ".join), st.text(max_size=80), st.lists(PIECES, max_size=12).map("".join))
ODD = ["", "0", "-1", "1e9", "2022", "kredit", "null", "9" * 40]
VALUES = st.one_of(st.text(max_size=30), st.integers().map(str), st.sampled_from(ODD))
WORDS = st.sampled_from(["company", "query", "email", "webhook", "asks", "lang", "x"])
BODIES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
)


def safe(text: str) -> str:
    return quote(text.encode("utf-8", "replace"))


@QUICK
@given(query=QUERIES, sort=st.sampled_from(["relevance", "newest", "amount"]))
def test_any_query_is_answered_or_refused(client: TestClient, query: str, sort: str) -> None:
    answer = client.get(f"/api/search?q={safe(query)}&sort={sort}&limit=3")
    assert answer.status_code in {200, 400}, (query, answer.text)
    page = client.get(f"/?q={safe(query)}&sort={sort}")
    assert page.status_code == answer.status_code


@QUICK
@given(value=VALUES, name=st.sampled_from(["outlet", "company", "kind", "month", "type", "cursor", "limit", "mode", "sort"]))
def test_any_filter_is_answered_or_refused(client: TestClient, name: str, value: str) -> None:
    assert client.get(f"/api/search?q=kredit&{name}={safe(value)}").status_code in {200, 400}


def operations(client: TestClient) -> list[tuple[str, str, dict[str, Any]]]:
    document = client.get("/openapi.json").json()
    return [(p, m, o) for p, methods in document["paths"].items() for m, o in methods.items()]


@QUICK
@given(data=st.data())
def test_every_operation_answers_only_what_the_document_announces(client: TestClient, data: st.DataObject) -> None:
    path, method, operation = data.draw(st.sampled_from([o for o in operations(client) if o[1] == "get"]))
    query = []
    for parameter in operation.get("parameters", []):
        value = data.draw(VALUES)
        if parameter["in"] == "path":
            path = path.replace("{" + parameter["name"] + "}", safe(value).replace("/", "%2F") or "x")
        elif data.draw(st.booleans()):
            query.append(f"{parameter['name']}={safe(value)}")
    answer = client.request(method, path + "?" + "&".join(query))
    announced = {int(status) for status in operation["responses"]} | {404, 405}
    assert answer.status_code in announced, (path, query, answer.text)


@QUICK
@given(body=BODIES)
def test_any_wish_is_previewed_or_refused(client: TestClient, body: Any) -> None:
    assert client.post("/api/watches/preview", json=body).status_code in {200, 400}
