"""English terms as Indonesian words."""

from __future__ import annotations

from datetime import date
from importlib.resources import files

import pytest

from api.search.base import And, Node, Or, Phrase, Word
from api.search.facts import Resolved
from api.search.fusion import is_english
from api.search.glossary import entries, terms
from api.search.grammar import Names, parse
from api.search.plan import Plan, plan
from nlp.analyser import tokens

NOBODY = Names(*(lambda _: None for _ in range(6)))


def said(query: str) -> list[str]:
    return [" ".join(t.exact for t in alternative) for term in terms(tokens(query)) for alternative in term.alternatives]


def planned(query: str) -> Plan:
    return plan(parse(query, NOBODY, date(2026, 1, 1)), query, lambda _: Resolved(frozenset()))


def words_of(node: Node) -> set[str]:
    match node:
        case Word():
            return {node.exact}
        case Phrase():
            return set(node.exact)
        case And() | Or():
            return set().union(*map(words_of, node.children))
        case _:
            return set()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("people's business credit", ["kur", "kredit usaha rakyat"]),
        ("downstreaming of nickel", ["hilirisasi", "nikel"]),
        ("unhusked rice", ["gabah"]),
        ("chillies and industries", ["cabai", "industri"]),
        ("building dams", ["bangun", "bendungan"]),
        ("Which Jepara?", []),
    ],
)
def test_the_longest_term_that_fits_is_taken_in_singular_or_plural(query: str, found: list[str]) -> None:
    assert said(query) == found


@pytest.mark.parametrize("name", ["glossary.tsv", "dictionary.tsv"])
def test_no_term_stands_twice(name: str) -> None:
    lines = [line for line in (files("api.search") / name).read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    assert all(len(line.split("\t")) == 2 for line in lines)
    assert len({line.split("\t")[0] for line in lines}) == len(lines)


@pytest.mark.parametrize("query", ["air", "air bersih", "main", "sate", "ikan asin", "kredit", "target"])
def test_a_word_that_is_indonesian_too_makes_no_query_english(query: str) -> None:
    assert not is_english(query)


def test_every_term_has_words_on_both_sides() -> None:
    for english, alternatives in entries().items():
        assert english
        assert all(alternatives), english


def test_an_english_query_ranks_by_indonesian_words_and_its_own_but_small_ones() -> None:
    ranked = words_of(planned("What does the state bank of Jepara lend to furniture makers?").ranking)
    assert {"jepara", "himbara", "mebel", "bank"} <= ranked
    assert not {"what", "the", "of"} & ranked


def test_what_must_hold_is_never_widened() -> None:
    assert "mebel" not in words_of(planned("furniture for the small industry of Jepara").where)


def test_names_in_quotes_are_kept_as_they_are() -> None:
    assert {"state", "bank"} <= words_of(planned('who lends to the "State Bank" of Jepara').ranking)


def test_an_indonesian_query_ranks_by_its_own_words() -> None:
    assert words_of(planned("kredit untuk industri mebel").ranking) == {"kredit", "untuk", "industri", "mebel"}


def test_field_names_are_no_words_of_the_question() -> None:
    assert words_of(planned("kind:credit status:signed mebel jepara").ranking) == {"mebel", "jepara"}


def test_snippets_mark_the_translated_words() -> None:
    assert "mebel" in {token.exact for token in planned("credit for furniture makers").marks}
