"""What every search engine does, the same on both: ids, totals, facet counts, order, cursors, vectors, updates, rebuilds."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from api.errors import IndexMismatch
from api.records import Sort
from api.search.base import (
    EVERYTHING,
    And,
    Days,
    EngineDocument,
    EngineQuery,
    Ids,
    IndexInfo,
    Keyword,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    SearchEngine,
    Weaker,
    Word,
)
from nlp.analyser import tokens
from tests.api.search.conftest import COMPANIES, ENGINES, document, make_engine, unit

ALL = [document(n) for n in range(1900)]


def word(text: str) -> Word:
    (token,) = tokens(text)
    return Word(token.exact, token.stem)


def stems(doc: EngineDocument) -> set[str]:
    return {t.stem for t in tokens(doc.title) + tokens(doc.text)}


def exacts(doc: EngineDocument) -> set[str]:
    return {t.exact for t in tokens(doc.title) + tokens(doc.text)}


def holds(node: Node, doc: EngineDocument) -> bool:
    """The meaning of a node, written plainly: what both engines are held against."""
    match node:
        case Word():
            return node.stem in stems(doc)
        case Phrase():
            lines = (" ".join(t.exact for t in tokens(part)) for part in (doc.title, doc.text))
            return any(f" {' '.join(node.exact)} " in f" {line} " for line in lines)
        case Prefix():
            return any(w.startswith(node.start) for w in exacts(doc))
        case Keyword():
            return bool(set(node.values) & set(doc.keywords.get(node.field, ())))
        case Days():
            return node.low <= doc.day <= node.high
        case Ids():
            return doc.id in node.ids
        case And():
            return all(holds(c, doc) for c in node.children)
        case Or():
            return any(holds(c, doc) for c in node.children)
        case Not() | Weaker():
            return holds(node.child, doc) != isinstance(node, Not)


NODES: dict[str, Node] = {
    "everything": EVERYTHING,
    "a word": word("kredit"),
    "a word by its stem": word("penyaluran"),
    "a word that is nowhere": word("zamrud"),
    "two words": And((word("kredit"), word("nikel"))),
    "one word or another": Or((word("baterai"), word("koperasi"))),
    "a word but not another": And((word("baterai"), Not(word("koperasi")))),
    "only not": Not(word("kredit")),
    "not inside or": Or((word("baterai"), Not(word("koperasi")))),
    "a phrase": Phrase(("industri", "menyalurkan")),
    "a phrase that is not there": Phrase(("nikel", "zamrud")),
    "a phrase of one word": Phrase(("pabrik",)),
    "a prefix": Prefix("ind"),
    "a prefix with regular expression signs": Prefix("a.*"),
    "an outlet": Keyword("outlet", ("outlet3",)),
    "two outlets": Keyword("outlet", ("outlet3", "outlet4")),
    "a company": Keyword("company", ("idx:C014",)),
    "an unknown value": Keyword("company", ("idx:NONE",)),
    "a span of days": Days(20240301, 20240410),
    "one day": Days(20240305, 20240305),
    "an empty span": Days(20250101, 20241231),
    "some ids": Ids(frozenset({"a00001", "a00002", "missing"})),
    "no ids": Ids(frozenset()),
    "words within filters": And((word("kredit"), Keyword("kind", ("credit",)), Days(20240101, 20240630))),
    "deep": And(
        (Or((And((word("kredit"), word("bank"))), Not(Or((word("nikel"), word("ekspor")))))), Not(Keyword("outlet", ("outlet1",))))
    ),
    "an empty or": Or(()),
    "a word or another form of it": Or((word("baterai"), Weaker(Or((Phrase(("nikel", "subsidi")), word("zamrud")))))),
    "not another form": Not(Weaker(word("kredit"))),
}


@pytest.mark.parametrize("name", NODES)
def test_an_engine_finds_what_the_query_means(collection: SearchEngine, name: str) -> None:
    expected = {d.id for d in ALL if holds(NODES[name], d)}
    answer = collection.search(EngineQuery(where=NODES[name], limit=1000, sort=Sort.NEWEST))
    assert answer.total == len(expected)
    assert {h.id for h in answer.hits} <= expected
    assert len(answer.hits) == min(1000, len(expected))


def test_facets_count_every_value_exactly(collection: SearchEngine) -> None:
    answer = collection.search(EngineQuery(facets=("company", "outlet", "month"), limit=0))
    for name in ("company", "outlet", "month"):
        expected = Counter(v for d in ALL for v in dict.fromkeys(d.keywords[name]))
        assert dict(answer.facets[name]) == dict(expected)
    assert len(answer.facets["company"]) == COMPANIES


def test_a_facet_ignores_its_own_selection_and_no_other(collection: SearchEngine) -> None:
    chosen = {"outlet": ("outlet2",), "kind": ("credit",)}
    answer = collection.search(EngineQuery(where=word("bank"), filters=chosen, facets=("outlet", "kind", "programme"), limit=0))
    matching = [d for d in ALL if holds(word("bank"), d)]
    by_kind = Counter(d.keywords["kind"][0] for d in matching if "outlet2" in d.keywords["outlet"])
    by_outlet = Counter(d.keywords["outlet"][0] for d in matching if "credit" in d.keywords["kind"])
    both = [d for d in matching if "outlet2" in d.keywords["outlet"] and "credit" in d.keywords["kind"]]
    assert dict(answer.facets["kind"]) == dict(by_kind)
    assert dict(answer.facets["outlet"]) == dict(by_outlet)
    assert answer.facets["programme"].get("prog:kur", 0) == sum(bool(d.keywords["programme"]) for d in both)
    assert answer.total == len(both)


def test_a_facet_of_an_empty_result_is_empty(collection: SearchEngine) -> None:
    assert collection.search(EngineQuery(where=word("zamrud"), facets=("outlet",))).facets == {"outlet": {}}


@pytest.mark.parametrize("sort", [Sort.NEWEST, Sort.AMOUNT])
def test_a_keyset_cursor_walks_through_everything_once_in_order(collection: SearchEngine, sort: Sort) -> None:
    where, seen, after = Keyword("outlet", ("outlet5",)), [], None
    while hits := collection.search(EngineQuery(where=where, sort=sort, limit=50, after=after)).hits:
        seen += [h.id for h in hits]
        after = hits[-1].key
    key = {d.id: d.newest if sort is Sort.NEWEST else d.amount for d in ALL if holds(where, d)}
    assert seen == sorted(key, key=lambda i: -key[i])


def test_relevance_puts_the_word_in_the_title_above_the_word_in_the_text(engine: SearchEngine) -> None:
    engine.put([document(1, title="Harga nikel naik", text="Pasar ramai."), document(2, title="Pasar ramai", text="Harga nikel naik.")])
    engine.commit()
    assert [h.id for h in engine.search(EngineQuery(where=word("nikel"))).hits] == ["a00001", "a00002"]


def test_relevance_puts_the_word_as_written_above_its_stem(engine: SearchEngine) -> None:
    engine.put([document(1, title="Satu", text="Dana disalurkan."), document(2, title="Dua", text="Dana menyalurkan.")])
    engine.commit()
    assert [h.id for h in engine.search(EngineQuery(where=word("menyalurkan"))).hits] == ["a00002", "a00001"]


def test_equal_scores_are_ordered_by_newest(engine: SearchEngine) -> None:
    engine.put([document(n, title="Sama", text="Isi yang sama.") for n in (3, 1, 2)])
    engine.commit()
    assert [h.id for h in engine.search(EngineQuery(where=word("sama"))).hits] == ["a00003", "a00002", "a00001"]


def test_filters_do_not_change_the_score(collection: SearchEngine) -> None:
    plain = {h.id: h.score for h in collection.search(EngineQuery(where=word("baterai"), limit=1000)).hits}
    chosen = EngineQuery(where=word("baterai"), filters={"outlet": ("outlet1",)}, limit=1000)
    both = [h for h in collection.search(chosen).hits if h.id in plain]
    assert len(both) > 50
    assert all(h.score == pytest.approx(plain[h.id], rel=1e-5) for h in both)


def test_scores_of_given_articles_are_those_of_the_search(collection: SearchEngine) -> None:
    hits = collection.search(EngineQuery(where=word("subsidi"), limit=20)).hits
    scores = collection.scores(word("subsidi"), [h.id for h in hits] + ["missing"])
    assert scores == {h.id: pytest.approx(h.score, rel=1e-5) for h in hits}


def test_a_document_put_again_replaces_the_old_one(engine: SearchEngine) -> None:
    engine.put([document(1, text="Lama sekali.")])
    engine.commit()
    engine.put([document(1, text="Baru sekali.")])
    engine.commit()
    assert engine.count() == 1
    assert engine.search(EngineQuery(where=word("lama"))).total == 0
    assert engine.search(EngineQuery(where=word("baru"))).total == 1


def test_a_document_put_twice_before_a_commit_stands_once(engine: SearchEngine) -> None:
    engine.put([document(1, text="Lama."), document(1, text="Baru.")])
    engine.commit()
    assert engine.count() == 1
    assert engine.search(EngineQuery(where=word("baru"))).total == 1


def test_a_deleted_document_is_gone_and_an_unknown_id_is_ignored(engine: SearchEngine) -> None:
    engine.put([document(1), document(2)])
    engine.commit()
    engine.delete(["a00001", "missing"])
    engine.commit()
    assert [h.id for h in engine.search(EngineQuery()).hits] == ["a00002"]


@pytest.mark.parametrize(
    "text",
    ["", "😀 naïve Ünïcode ١٢٣ 漢字", "a" * 40_000, "kata\u0000nol", "e\u0301tude", "\u202ekebalik", "x " * 5000, "﷽" * 50],
    ids=["empty", "unicode", "one long word", "a zero character", "combining", "right to left", "many words", "ligatures"],
)
def test_any_text_can_be_indexed(engine: SearchEngine, text: str) -> None:
    engine.put([document(1, title="Judul", text=text)])
    engine.commit()
    assert engine.search(EngineQuery(where=word("judul"))).total == 1
    assert all(engine.search(EngineQuery(where=Word(t.exact, t.stem))).total == 1 for t in tokens(text)[:3])


def test_the_nearest_chunk_decides_how_near_an_article_is(engine: SearchEngine) -> None:
    engine.put([document(1, vectors=(unit(1), unit(2))), document(2, vectors=(unit(3),)), document(3)])
    engine.commit()
    found = engine.near(unit(2), EVERYTHING, 10)
    assert [i for i, _ in found] == ["a00001", "a00002"]
    assert found[0][1] == pytest.approx(1.0, abs=0.02)
    assert engine.near(unit(2), Ids(frozenset({"a00002", "a00003"})), 10)[0][0] == "a00002"


def test_meaning_obeys_the_filters(collection: SearchEngine) -> None:
    where = Keyword("outlet", ("outlet3",))
    found = collection.near(unit(20), where, 30)
    assert found
    assert all(holds(where, ALL[int(i[1:])]) for i, _ in found)


def test_the_article_itself_is_the_nearest_to_its_vector(collection: SearchEngine) -> None:
    assert [collection.near(unit(n), EVERYTHING, 1)[0][0] for n in (0, 400, 1896)] == ["a00000", "a00400", "a01896"]


def test_closeness_is_the_cosine_and_is_missing_where_there_is_no_vector(engine: SearchEngine) -> None:
    engine.put([document(1, vectors=(unit(1),)), document(2)])
    engine.commit()
    cosine = float(np.dot(unit(1), unit(5)))
    assert engine.closeness(unit(5), ["a00001", "a00002"]) == {"a00001": pytest.approx(cosine, abs=0.02)}


def test_vectors_that_come_later_join_their_article(engine: SearchEngine) -> None:
    engine.put([document(1)])
    engine.commit()
    assert engine.near(unit(1), EVERYTHING, 5) == []
    engine.put([document(1, vectors=(unit(1),))])
    engine.commit()
    assert [i for i, _ in engine.near(unit(1), EVERYTHING, 5)] == ["a00001"]


def test_a_new_version_without_vectors_has_none(engine: SearchEngine) -> None:
    engine.put([document(1, vectors=(unit(1),))])
    engine.commit()
    engine.put([document(1)])
    engine.commit()
    assert engine.near(unit(1), EVERYTHING, 5) == []


def test_suggested_words_are_indexed_words_close_to_what_was_typed(collection: SearchEngine) -> None:
    assert collection.words_like("koprasi")[0][0] == "koperasi"


def test_a_rebuild_answers_only_after_the_switch(engine: SearchEngine) -> None:
    engine.put([document(1)])
    engine.commit()
    fresh = engine.begin_rebuild(IndexInfo(model="test"))
    fresh.put([document(2), document(3)])
    fresh.commit()
    assert [h.id for h in engine.search(EngineQuery()).hits] == ["a00001"]
    fresh.switch()
    assert engine.count() == 2
    assert {h.id for h in engine.search(EngineQuery()).hits} == {"a00002", "a00003"}
    fresh.close()


@pytest.mark.parametrize("kind", ENGINES)
@pytest.mark.parametrize("other", [IndexInfo(model="other"), IndexInfo(schema="0", model="test")], ids=["model", "schema"])
def test_an_index_made_with_something_else_is_refused(kind: str, other: IndexInfo, tmp_path: Path, prefix: str) -> None:
    made = make_engine(kind, tmp_path, prefix)
    with pytest.raises(IndexMismatch, match="reindex"):
        make_engine(kind, tmp_path, prefix, other)
    getattr(made, "drop", lambda: None)()
    made.close()


@pytest.mark.parametrize("kind", ENGINES)
def test_what_was_committed_is_there_when_it_is_opened_again(kind: str, tmp_path: Path, prefix: str) -> None:
    made = make_engine(kind, tmp_path, prefix)
    made.put([replace(document(1), vectors=(unit(1),))])
    made.commit()
    made.close()
    again = make_engine(kind, tmp_path, prefix)
    assert again.count() == 1
    assert again.near(unit(1), EVERYTHING, 1)[0][0] == "a00001"
    getattr(again, "drop", lambda: None)()
    again.close()


def test_another_form_counts_less_than_the_word_itself_even_in_a_title(engine: SearchEngine) -> None:
    engine.put(
        [
            document(1, title="Panen raya", text="Kredit IKM " + "mebel rotan kayu " * 30),
            document(2, title="Industri kecil dan menengah", text="Industri kecil dan menengah. " * 9),
            *(document(n) for n in range(3, 40)),
        ]
    )
    engine.commit()
    forms = Or((word("ikm"), Weaker(Or((Phrase(("industri", "kecil", "dan", "menengah")),)))))
    found = engine.search(EngineQuery(where=forms)).hits
    assert [hit.id for hit in found] == ["a00001", "a00002"]
    assert found[0].score > found[1].score > 0
