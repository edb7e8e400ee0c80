"""Snippets: the best stretch of the stored text, with the words marked where they stand."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from api.records import Snippet
from api.search.snippets import LENGTH, marked, snippet
from nlp.analyser import tokens

FILLER = "Cuaca di kota itu cerah sepanjang pekan dan pasar tetap ramai dikunjungi warga. "
TEXT = FILLER * 6 + "Bank daerah menyalurkan kredit kepada perajin mebel. " + FILLER * 6


def told(found: Snippet) -> list[str]:
    return [found.text[start:end] for start, end in found.marks]


def test_the_sentence_with_most_words_of_the_query_is_shown() -> None:
    found = snippet(TEXT, tokens("kredit mebel"))
    assert found.text.startswith("Bank daerah menyalurkan kredit")
    assert told(found) == ["kredit", "mebel"]


def test_a_word_is_marked_where_only_its_stem_matches() -> None:
    assert told(snippet(TEXT, tokens("penyaluran"))) == ["menyalurkan"]


def test_a_word_as_written_wins_over_its_stem() -> None:
    text = "Bank menyalurkan dana ke desa. " + FILLER * 6 + "Penyaluran dana naik. " + FILLER * 6
    assert snippet(text, tokens("penyaluran")).text.startswith("Penyaluran")


def test_without_a_match_the_lead_is_shown_unmarked() -> None:
    found = snippet(TEXT, tokens("baterai"))
    assert TEXT.startswith(found.text)
    assert found.marks == ()


def test_a_named_stretch_is_shown_although_a_better_sentence_stands_elsewhere() -> None:
    start = TEXT.rindex("Cuaca")
    assert snippet(TEXT, tokens("kredit"), at=(start, len(TEXT))).text.startswith("Cuaca")


def test_a_sentence_that_is_too_long_is_cut_at_a_word() -> None:
    text = "kredit " + "panjangsekali " * 60
    found = snippet(text, tokens("kredit"))
    assert len(found.text) <= LENGTH
    assert set(found.text.split()) == {"kredit", "panjangsekali"}


def test_an_empty_text_has_an_empty_snippet() -> None:
    assert snippet("", tokens("kredit")) == Snippet("")


def test_a_title_is_shown_whole() -> None:
    found = marked("Kredit untuk perajin", tokens("perajin kredit"))
    assert found.text == "Kredit untuk perajin"
    assert told(found) == ["Kredit", "perajin"]


@given(st.text(max_size=900), st.text(max_size=40))
def test_marks_lie_inside_the_snippet_in_order_for_any_text(text: str, query: str) -> None:
    found = snippet(text, tokens(query))
    ends = [place for mark in found.marks for place in mark]
    assert found.text in text
    assert ends == sorted(ends)
    assert all(0 <= place <= len(found.text) for place in ends)
