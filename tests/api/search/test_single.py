"""One article in memory answers as an engine does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.search.base import And, Days, EngineDocument, EngineQuery, Ids, IndexInfo, Keyword, Node, Not, Or, Phrase, Prefix, Word
from api.search.embedded import EmbeddedEngine
from api.search.single import Single
from nlp.analyser import tokens

TEXTS = (
    ("Kredit untuk perajin mebel", "Bank membiayai perajin di Jepara. Pembiayaan itu berbunga rendah."),
    ("Pembiayaan mebel", "Jum'at lalu, anak-anak belajar industri 4.0 dan Rp 1.000 dibagikan."),
    ("Café baru", "Pemerintah memberi perintah. Perindustrian bukan industri."),
    ("", "kredit kredit mebel untuk"),
    ("Ekspor", ""),
)
DOCUMENTS = tuple(
    EngineDocument(
        f"d{n}",
        title,
        text,
        {"outlet": ("kabar",) if n % 2 else ("media", "kabar"), "kind": ("credit",)[: n % 2]},
        20260300 + n,
        n + 1,
        n + 1,
    )
    for n, (title, text) in enumerate(TEXTS)
)
VOCABULARY = sorted({token.exact: token for title, text in TEXTS for token in tokens(f"{title} {text} tidakada")}.items())

word = st.sampled_from([Word(token.exact, token.stem) for _, token in VOCABULARY])
PARTS = [part for pair in TEXTS for part in pair if part]


def _phrase(text: str, start: int, size: int) -> Phrase:
    return Phrase(tuple(token.exact for token in tokens(text)[start : start + size]))


phrase = st.builds(_phrase, st.sampled_from(PARTS), st.integers(0, 4), st.integers(1, 3)).filter(lambda made: bool(made.exact))
leaf: st.SearchStrategy[Node] = st.one_of(
    word,
    phrase,
    st.sampled_from([Prefix("mem"), Prefix("per"), Prefix("xyz"), Phrase(("mebel", "kredit"))]),
    st.sampled_from([Keyword("outlet", ("media",)), Keyword("kind", ("credit", "aid")), Keyword("kind", ()), Days(20260301, 20260303)]),
    st.sampled_from([Ids(frozenset({"d1", "d9"})), Ids(frozenset())]),
)


def _grown(children: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(children, max_size=3).map(tuple)
    return st.one_of(st.builds(And, several), st.builds(Or, several), st.builds(Not, children))


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedEngine]:
    made = EmbeddedEngine(Path(tmp_path_factory.mktemp("index")), IndexInfo())
    made.put(DOCUMENTS)
    made.commit()
    yield made
    made.close()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.recursive(leaf, _grown, max_leaves=8))
def test_an_article_in_memory_satisfies_what_the_engine_would_find(engine: EmbeddedEngine, node: Node) -> None:
    found = {hit.id for hit in engine.search(EngineQuery(where=node)).hits}
    assert {document.id for document in DOCUMENTS if Single.of(document).satisfies(node)} == found
