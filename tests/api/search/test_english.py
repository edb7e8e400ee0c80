"""An English query in Indonesian: what it is ranked by, and what the embedder is asked."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from api.search.base import And, EngineDocument, EngineQuery, IndexInfo, Node, Or, Weaker, Word
from api.search.embedded import EmbeddedEngine
from api.search.english import translation, words_of
from api.search.facts import Resolved
from api.search.grammar import Names, parse
from api.search.meaning import query_vector
from api.search.plan import Plan, plan
from nlp.embeddings.base import EmbeddingSpec, Vectors

NOBODY = Names(*(lambda _: None for _ in range(6)))


class LengthEmbedder:
    """A vector that says only how long a text is."""

    spec = EmbeddingSpec("length", 2, "", "", "none")

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return np.stack([self.embed_query(text) for text in texts])

    def embed_query(self, text: str) -> Vectors:
        angle = len(text) / 100
        return np.array([np.cos(angle), np.sin(angle)], np.float32)


def planned(query: str) -> Plan:
    return plan(parse(query, NOBODY, date(2026, 1, 1)), query, lambda _: Resolved(frozenset()))


def ranked(node: Node, *, weak: bool = False) -> set[str]:
    """The words that rank, or those that hardly do."""
    match node:
        case Word():
            return set() if weak else {node.exact}
        case Weaker(child):
            return ranked(child) if weak else set()
        case And() | Or():
            return set().union(*(ranked(child, weak=weak) for child in node.children))
        case _:
            return set()


def test_a_word_that_is_translated_hardly_counts_as_typed() -> None:
    ranking = planned("furniture makers of Jepara").ranking
    assert "furniture" in ranked(ranking, weak=True)
    assert "furniture" not in ranked(ranking)
    assert {"mebel", "jepara"} <= ranked(ranking)


def test_an_owner_is_the_name_itself() -> None:
    assert [word.exact for word in words_of("Danantara's and Trump’s plans")] == ["danantara", "and", "trump", "plans"]
    assert "danantara" in ranked(planned("What are Danantara's debts?").ranking)


def test_a_word_too_general_to_search_by_ranks_nothing() -> None:
    everything = planned("Why does the minister want more dams?").ranking
    assert not {"want", "why", "ingin"} & (ranked(everything) | ranked(everything, weak=True))


def test_small_words_alone_are_no_term() -> None:
    assert not translation(words_of("what will it be")).meant


def test_a_query_of_general_words_alone_still_ranks() -> None:
    assert ranked(planned("what will it be").ranking)


def test_the_gloss_is_the_query_by_its_most_usual_translations() -> None:
    assert planned("What does Danantara lend to furniture makers?").gloss.split()[0] == "danantara"
    assert "mebel" in planned("What does Danantara lend to furniture makers?").gloss


@pytest.mark.parametrize("query", ["kredit untuk industri mebel", "Danantara", "kind:credit"])
def test_a_query_that_is_not_english_has_no_gloss(query: str) -> None:
    assert planned(query).gloss == ""


def test_meaning_asks_halfway_between_an_english_query_and_its_gloss() -> None:
    asked, embedder = planned("credit for furniture makers"), LengthEmbedder()
    halfway = embedder.embed_query(asked.text) + embedder.embed_query(asked.gloss)
    assert np.allclose(query_vector(embedder, asked), halfway / np.linalg.norm(halfway))


def test_meaning_asks_for_an_indonesian_query_as_typed() -> None:
    asked, embedder = planned("kredit untuk mebel"), LengthEmbedder()
    assert np.array_equal(query_vector(embedder, asked), embedder.embed_query("kredit untuk mebel"))


def test_an_article_in_english_does_not_win_by_its_language_alone(tmp_path: Path) -> None:
    texts = {
        "beras": ("Harga beras turun di Palembang", "Pedagang menjual beras di bawah harga eceran tertinggi setelah panen raya."),
        "english": (
            "Government ensures price stability",
            "The minister said the price of rice would be kept below the ceiling for consumers.",
        ),
        **{f"lain{n}": ("Bank menambah kredit", "Penyaluran kredit bank tumbuh tahun ini.") for n in range(8)},
    }
    with closing(EmbeddedEngine(tmp_path, IndexInfo(model="none"))) as engine:
        engine.put([EngineDocument(name, *said, {}, 0, n, n, ()) for n, (name, said) in enumerate(texts.items(), 1)])
        engine.commit()
        found = engine.search(EngineQuery(where=planned("traders selling rice below the ceiling price in Palembang").ranking, limit=2))
    assert [hit.id for hit in found.hits] == ["beras", "english"]
