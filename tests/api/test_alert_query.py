"""Saved queries in the search grammar, evaluated on an article that no index has seen yet."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection

from api.alerts.arrivals import read_arrival
from api.alerts.matcher import Matcher
from api.alerts.model import Subject
from api.alerts.query import Evaluator
from api.alerts.watches import Wish, add
from api.errors import QueryError
from api.search.grammar import Names
from api.store.database import Database
from tests.api.alert_samples import NOW
from tests.api.store_samples import put_article, put_fact

TEXT = "Perusahaan itu menyalurkan pembiayaan kepada perajin mebel di Jepara."


def _known(**ids: str) -> Names:
    def resolve(text: str) -> str | None:
        return ids.get(text.lower())

    def nobody(text: str) -> str | None:
        return None

    return Names(company=resolve, agency=nobody, programme=nobody, person=nobody, place=nobody, outlet=lambda text: text.lower())


def evaluator() -> Evaluator:
    return Evaluator(_known(asii="idx:ASII", bbri="idx:BBRI"), lambda: NOW)


def found(connection: Connection, query: str) -> tuple[int, ...] | None:
    arrival = read_arrival(connection, "a1")
    assert arrival is not None
    return evaluator()(connection, query, arrival)


@pytest.fixture
def stored(database: Database) -> Database:
    """One article with two commitments: the maker's Rp 100 miliar of credit, and a bank's Rp 10 miliar of aid."""
    with database.write() as connection:
        put_article(connection, "a1", "Kredit untuk IKM", TEXT)
        put_fact(connection, "a1")
        put_fact(connection, "a1", payer="idx:BBRI", amount=10_000_000_000, kind="aid")
    return database


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("kind:kredit to:IKM amount:>=50 miliar", (0,)),
        ("kind:kredit amount:>=500 miliar", None),
        ("by:BBRI", (1,)),
        ("by:BBRI kind:kredit", None),
        ("by:BBRI OR kind:kredit", (0, 1)),
        ("kind:kredit NOT by:BBRI", (0,)),
        ("NOT kind:kredit", None),
        ("dibiayai mebel", ()),
        ('"perajin mebel"', ()),
        ('"mebel perajin"', None),
        ("mebel kind:bantuan", (1,)),
        ("nikel OR jepara", ()),
        ("outlet:kabar date:last-7d", ()),
        ("date:2020", None),
        ("pembia*", ()),
    ],
)
def test_a_query_finds_the_article_by_its_words_and_facts(stored: Database, query: str, expected: tuple[int, ...] | None) -> None:
    with stored.read() as connection:
        assert found(connection, query) == expected


def test_a_query_that_cannot_be_read_is_refused_before_it_is_saved() -> None:
    evaluator().check("kind:kredit")
    with pytest.raises(QueryError):
        evaluator().check("kind:apa")


def test_a_fact_watch_tells_the_event_once(stored: Database) -> None:
    with stored.write() as connection:
        add(connection, Wish(Subject.QUERY, "kind:kredit to:IKM amount:>=50 miliar", "kredit IKM", "a@example.org"), NOW)
        add(connection, Wish(Subject.QUERY, "kind:kredit to:IKM amount:>=500 miliar", "besar", "b@example.org"), NOW)
        matcher = Matcher(evaluator(), "pantau@example.org")
        assert matcher.match(connection, ["a1"], now=NOW).messages == 1
        assert matcher.match(connection, ["a1"], now=NOW).messages == 0
