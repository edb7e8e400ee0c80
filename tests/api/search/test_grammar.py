"""The query grammar: what people type, what it means, and how a query that means nothing is answered."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.errors import QueryError
from api.refusals import told
from api.search.grammar import Names, parse
from api.search.tree import All, AmountRange, Any, DateRange, No, Quoted, Same, Stem, Text, Tree, Value

TODAY = date(2026, 11, 24)
IDS = {"asii": "idx:ASII", "astra": "idx:ASII", "bank bri": "idx:BBRI", "kur": "prog:kur", "kemenperin": "gov:kemenperin"}


def known(text: str) -> str | None:
    return IDS.get(text.lower())


NAMES = Names(known, known, known, known, known, known)


def read(query: str) -> Tree | None:
    return parse(query, NAMES, TODAY)


def plain(tree: Tree | None) -> object:
    """The tree without places, for comparing."""
    match tree:
        case Text() | Quoted():
            return ("phrase" if isinstance(tree, Quoted) else "word", *(t.exact for t in tree.words))
        case Stem():
            return ("prefix", tree.prefix)
        case Value():
            return (tree.field, tree.canonical)
        case AmountRange():
            return ("amount", tree.low, tree.high, tree.currency)
        case DateRange():
            return (tree.field, tree.low, tree.high)
        case All() | Any():
            return ("all" if isinstance(tree, All) else "any", *map(plain, tree.parts))
        case No():
            return ("not", plain(tree.part))
        case Same():
            return ("same", tree.short)
        case None:
            return None


MILIAR = 10**9
CASES: list[tuple[str, object]] = [
    ("", None),
    ("   ", None),
    ("?", None),
    ("kredit", ("word", "kredit")),
    ("kredit ikm", ("all", ("word", "kredit"), ("word", "ikm"))),
    ("kredit AND ikm", ("all", ("word", "kredit"), ("word", "ikm"))),
    ("kredit OR ikm", ("any", ("word", "kredit"), ("word", "ikm"))),
    ("kredit NOT ikm", ("all", ("word", "kredit"), ("not", ("word", "ikm")))),
    ("kredit -ikm", ("all", ("word", "kredit"), ("not", ("word", "ikm")))),
    ("+kredit", ("word", "kredit")),
    ("(a OR b) c", ("all", ("any", ("word", "a"), ("word", "b")), ("word", "c"))),
    ('"industri kecil"', ("phrase", "industri", "kecil")),
    ("kred*", ("prefix", "kred")),
    ("berapa kredit?", ("all", ("word", "berapa"), ("word", "kredit"))),
    ("12:30", ("all", ("word", "12"), ("word", "30"))),
    ("foo:bar", ("all", ("word", "foo"), ("word", "bar"))),
    ("pro-UMKM", ("all", ("word", "pro"), ("word", "umkm"))),
    ("a NOT b-c", ("all", ("word", "a"), ("not", ("all", ("word", "b"), ("word", "c"))))),
    ("kredit 'murah' Jum'at", ("all", ("word", "kredit"), ("word", "murah"), ("word", "jumat"))),
    ("and or", ("all", ("word", "and"), ("word", "or"))),
    ("by:ASII", ("by", "idx:ASII")),
    ("BY:asii", ("by", "idx:ASII")),
    ('by:"Bank BRI"', ("by", "idx:BBRI")),
    ("to:IKM", ("to", "name:ikm")),
    ("kind:kredit", ("kind", "credit")),
    ("kind:credit", ("kind", "credit")),
    ("kind:(kredit OR hibah)", ("any", ("kind", "credit"), ("kind", "grant"))),
    ("-lang:en", ("not", ("lang", "en"))),
    ("status:disalurkan", ("status", "disbursed")),
    ("stage:selesai", ("stage", "completed")),
    ("programme:KUR", ("programme", "prog:kur")),
    ("agency:kemenperin", ("agency", "gov:kemenperin")),
    ("amount:>=50 miliar", ("amount", Decimal(50 * MILIAR), None, "IDR")),
    ("amount:>=50 miliar ikm", ("all", ("amount", Decimal(50 * MILIAR), None, "IDR"), ("word", "ikm"))),
    ("amount:<=1,5 triliun", ("amount", None, Decimal(1500 * MILIAR), "IDR")),
    ("amount:100miliar", ("amount", Decimal(100 * MILIAR), Decimal(100 * MILIAR), "IDR")),
    ("amount:10..20 juta", ("amount", Decimal(10_000_000), Decimal(20_000_000), "IDR")),
    ("amount:[1 miliar TO 2 miliar]", ("amount", Decimal(MILIAR), Decimal(2 * MILIAR), "IDR")),
    ("amount:USD 10 juta", ("amount", Decimal(10_000_000), Decimal(10_000_000), "USD")),
    ("date:2024", ("date", "2024-01-01", "2024-12-31")),
    ("date:2024-02", ("date", "2024-02-01", "2024-02-29")),
    ("date:last-30d", ("date", "2026-10-25", "2026-11-24")),
    ('date:"1 November 2022"', ("date", "2022-11-01", "2022-11-01")),
    ("date:>=2024-03", ("date", "2024-03-01", None)),
    ("date:2024..2025-06", ("date", "2024-01-01", "2025-06-30")),
    ("period:2026", ("period", "2026-01-01", "2026-12-31")),
]


@pytest.mark.parametrize(("query", "meaning"), CASES, ids=[c[0] or "empty" for c in CASES])
def test_a_query_means(query: str, meaning: object) -> None:
    assert plain(read(query)) == meaning


def test_a_url_is_text() -> None:
    assert "kabar" in str(plain(read("https://kabar.example/a?b=c")))


REFUSED = [
    ("fo?o", 2, "foo"),
    ("*foo", 0, "foo"),
    ("fo*", 0, "fo"),
    ("foo~", 3, "foo"),
    ("foo^2", 3, "foo"),
    ('"a b"~3', 5, '"a b"'),
    ("/abc/", 0, "abc"),
    ('kredit "ikm', 7, 'kredit "ikm"'),
    ("a AND", 5, "a"),
    ("(a", 2, "a"),
    ("kind:kredi", 0, "kind:kredit"),
    ("amount:banyak", 0, "amount:>=50 miliar"),
    ("date:kapan", 0, "date:2024-03"),
    ("date:2024-02-31", 0, "date:2024-03"),
    ("kredit date:2025..2024", 7, 'kredit date:"2024..2025"'),
    ("date:[2025-03 TO 2024-01]", 0, 'date:"2024-01..2025-03"'),
    ("amount:20..10 juta", 0, "amount:[IDR 10000000 TO IDR 20000000]"),
    ("amount:[USD 3 juta TO USD 1 juta] ikm", 0, "amount:[USD 1000000 TO USD 3000000] ikm"),
]


@pytest.mark.parametrize(("query", "at", "suggestion"), REFUSED, ids=[r[0] for r in REFUSED])
def test_a_query_that_cannot_be_understood_is_answered_with_place_and_suggestion(query: str, at: int, suggestion: str) -> None:
    with pytest.raises(QueryError) as refused:
        read(query)
    assert refused.value.at == at
    assert refused.value.suggestion == suggestion


@pytest.mark.parametrize("query", [r[0] for r in REFUSED])
def test_a_suggestion_can_be_read(query: str) -> None:
    with pytest.raises(QueryError) as refused:
        read(query)
    assert refused.value.suggestion is not None
    assert read(refused.value.suggestion) is not None


@pytest.mark.parametrize("query", [r[0] for r in REFUSED])
def test_what_is_wrong_is_told_in_both_languages(query: str) -> None:
    with pytest.raises(QueryError) as refused:
        read(query)
    assert told(refused.value, "en") == str(refused.value) != told(refused.value, "id")


@pytest.mark.parametrize("query", ["a" * 501, "(" * 11 + "a" + ")" * 11, " ".join(["kata"] * 65)], ids=["length", "depth", "terms"])
def test_a_query_beyond_the_limits_is_refused(query: str) -> None:
    with pytest.raises(QueryError):
        read(query)


@pytest.mark.parametrize("query", ["kredit ikm", 'by:ASII "industri kecil" -bank', "amount:>=50 miliar kind:kredit x"])
def test_every_part_knows_where_it_stands(query: str) -> None:
    tree = read(query)
    assert isinstance(tree, All)
    assert " ".join(query[p.start : p.end].strip() for p in tree.parts) == query


@given(st.text(max_size=120) | st.text(alphabet='ab "():*?~^/\\[]{}+-!&|<>=.,0123456789kindamount ', max_size=80))
def test_any_text_is_read_or_refused_and_nothing_else(query: str) -> None:
    at: int | None = None
    try:
        read(query)
    except QueryError as error:
        at = error.at
    assert at is None or 0 <= at <= len(query)


def test_threads_do_not_mix_their_queries() -> None:
    queries = [f"kata{n} (a{n} OR b{n}) NOT c{n}" for n in range(400)]
    alone = [read(q) for q in queries]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(read, queries)) == alone
