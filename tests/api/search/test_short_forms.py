"""Short forms in a search: the full form is found too, what was typed ranks first, and a chip switches it off. On both engines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.api.search.conftest import ENGINES
from tests.api.search.twins import served
from tests.api.web.samples import fill, made

SHORT, FULL, BOTH, NEIGHBOUR, OFFICE = range(1, 6)
TEXTS = {
    SHORT: ("Pameran mebel dibuka", "Panitia mengundang pelaku IKM mebel dari beberapa kota. Pameran berlangsung lima hari di Jepara."),
    FULL: (
        "Industri kecil dan menengah tumbuh",
        "Menteri menyebut industri kecil dan menengah sebagai tulang punggung. Industri kecil dan menengah menyerap pekerja.",
    ),
    BOTH: ("Undang-undang baru", "Undang-undang itu mengatur industri kecil dan menengah (IKM) serta kredit usaha rakyat."),
    NEIGHBOUR: ("UMKM ikut pameran", "Usaha mikro, kecil, dan menengah serta UMKM lain ikut pameran; industri besar tidak."),
    OFFICE: ("Rapat di Jakarta", "Kementerian Perindustrian menggelar rapat tentang tingkat komponen dalam negeri."),
}


@pytest.fixture(scope="module", params=ENGINES)
def client(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("short-forms")
    fill(folder / "filled", [made(number, "kabar", title, text) for number, (title, text) in TEXTS.items()])
    with served(folder / "filled", folder, request.param) as found:
        yield found


def ask(client: TestClient, q: str) -> dict[str, Any]:
    answer = client.get("/api/search", params={"q": q, "mode": "words"})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def numbers(answer: dict[str, Any]) -> list[int]:
    return [int(hit["url"].rsplit("/", 1)[1]) for hit in answer["hits"]]


def synonym_chips(answer: dict[str, Any]) -> list[tuple[str, str]]:
    return [(chip["label"], chip["without"]) for chip in answer["chips"] if chip["kind"] == "synonym"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("IKM", {SHORT, FULL, BOTH}),
        ("industri kecil dan menengah", {SHORT, FULL, BOTH, NEIGHBOUR}),  # the words alone are an AND: they stand there too
        ('"industri kecil dan menengah"', {FULL, BOTH}),
        ('"IKM"', {SHORT, BOTH}),
        ("IKM literal:IKM", {SHORT, BOTH}),
        ("IKM literal:ikm", {SHORT, BOTH}),
        ("IKM literal:KUR", {SHORT, FULL, BOTH}),
        ("literal:IKM", {SHORT, FULL, BOTH, NEIGHBOUR, OFFICE}),
        ("UMKM", {NEIGHBOUR}),
        ("mebel IKM", {SHORT}),
        ("menteri IKM", {FULL}),
        ("pameran NOT IKM", {NEIGHBOUR}),
        ("IKM OR TKDN", {SHORT, FULL, BOTH, OFFICE}),
        ("rapat kemenperin", {OFFICE}),
        ("TKDN", {OFFICE}),
        ("KUR", {BOTH}),
        ("UU", {BOTH}),
    ],
)
def test_a_short_form_finds_its_full_form_and_never_a_neighbour(client: TestClient, query: str, found: set[int]) -> None:
    answer = ask(client, query)
    assert set(numbers(answer)) == found
    assert answer["total"] == len(found)


def test_what_was_typed_ranks_first(client: TestClient) -> None:
    assert numbers(ask(client, "IKM"))[-1] == FULL
    assert numbers(ask(client, "industri kecil dan menengah"))[-1] == SHORT


def test_a_chip_says_what_else_is_found_and_takes_it_away(client: TestClient) -> None:
    answer = ask(client, "pameran IKM")
    assert synonym_chips(answer) == [("IKM = industri kecil dan menengah", "pameran IKM literal:IKM")]
    after = ask(client, "IKM literal:IKM")
    assert synonym_chips(after) == []
    assert [(chip["kind"], chip["without"]) for chip in after["chips"]] == [("word", "literal:IKM"), ("clause", "IKM")]


def test_a_full_form_has_the_same_chip(client: TestClient) -> None:
    query = "kredit usaha rakyat"
    assert synonym_chips(ask(client, query)) == [("KUR = Kredit Usaha Rakyat", f"{query} literal:KUR")]
    assert synonym_chips(ask(client, "rakyat usaha kredit")) == []


def test_the_full_form_is_marked_as_one(client: TestClient) -> None:
    hit = next(hit for hit in ask(client, "IKM")["hits"] if hit["url"].endswith(f"/{FULL}"))
    assert [hit["title"]["text"][start:end] for start, end in hit["title"]["marks"]] == ["Industri kecil dan menengah"]


@pytest.mark.parametrize(("query", "at"), [("a OR literal:IKM", 5), ("IKM NOT literal:IKM", 8), ("a (b literal:x OR c)", 5)])
def test_literal_stands_beside_the_other_words_or_is_refused(client: TestClient, query: str, at: int) -> None:
    answer = client.get("/api/search", params={"q": query})
    assert answer.status_code == 400
    assert answer.json()["code"] == "literal"
    assert answer.json()["at"] == at
    assert ask(client, answer.json()["suggestion"])["total"] >= 0
