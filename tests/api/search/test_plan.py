"""What a query is planned to ask: a query of one clause of words is ranked by the list it has found."""

from __future__ import annotations

from datetime import date

import pytest

from api.search.base import EngineQuery, SearchEngine
from api.search.facts import Resolved
from api.search.grammar import Names, parse
from api.search.plan import Plan, plan


def itself(name: str) -> str:
    return name


NAMES = Names(itself, itself, itself, itself, itself, itself)
SOME = Resolved(frozenset(f"a{n:05d}" for n in range(0, 1900, 3)))


def planned(query: str) -> Plan:
    return plan(parse(query, NAMES, date(2026, 11, 24)), query, lambda _: SOME)


@pytest.mark.parametrize(
    "query",
    [
        "kredit", '"kredit bank"', "kre*", "kredit -bank", "kredit type:news", "kredit amount:>5", "kredit outlet:outlet3 -type:opinion",
        "kredit date:2024-03", '"kredit bank" NOT (nikel OR type:opinion)', "kredit (outlet:outlet3 OR type:opinion)",
    ],
)  # fmt: skip
def test_one_clause_of_words_finds_and_ranks_the_same(collection: SearchEngine, query: str) -> None:
    made = planned(query)
    assert made.lone
    found, ranked = (collection.search(EngineQuery(where=where, limit=1000)) for where in (made.where, made.ranking))
    assert found.total == ranked.total > 0
    assert found.hits == ranked.hits


@pytest.mark.parametrize(
    "query",
    ["kredit bank", "kredit OR bank", '"kredit bank" nikel', "kredit (bank OR type:opinion)", "(kredit OR type:opinion)", "type:news", ""],
)
def test_a_query_of_several_clauses_of_words_or_none_has_a_ranking_of_its_own(query: str) -> None:
    assert not planned(query).lone
