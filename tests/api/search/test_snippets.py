"""Snippets: the best stretch of the stored text, with the words marked where they stand."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from api.records import Snippet
from api.search.snippets import LENGTH, SCANNED, marked, snippet
from nlp.analyser import Token, tokens
from nlp.sentences import sentences

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


def plainly(text: str, words: list[Token], at: tuple[int, int] | None) -> Snippet:
    """The snippet, by reading every sentence of the text and every word of every sentence."""
    text = text[:SCANNED]
    exact, stems = {w.exact for w in words}, {w.stem for w in words}
    spans = [s for s in sentences(text) if at is None or (s[0] < at[1] and at[0] < s[1])] or [(0, len(text))]
    found = [t for t in tokens(text) if t.exact in exact or t.stem in stems]

    def worth(span: tuple[int, int]) -> float:
        held = [t for t in found if span[0] <= t.start < span[1]]
        return len({t.stem for t in held}) + 0.5 * len({t.exact for t in held} & exact)

    start, end = max(spans, key=lambda s: (worth(s), -s[0]))
    for low, high in spans:
        if low >= end and high - start > LENGTH:
            break
        end = high if low >= end else end
    if end - start > LENGTH:
        cut = text.rfind(" ", start, start + LENGTH)
        end = cut if cut > start else start + LENGTH
    shown = text[start:end].rstrip()
    return Snippet(shown, tuple((t.start - start, t.end - start) for t in found if start <= t.start and t.end <= start + len(shown)))


WORDS = st.sampled_from(["kredit", "menyalurkan", "penyaluran", "salur", "baterai", "pro-UMKM", "Rp5", "1.000", "jum'at", "di", "cuaca"])
GAPS = st.sampled_from([" ", " ", " ", ". ", ".\n\n", ', "', ".", " sepanjang pekan yang cerah itu pasar tetap ramai dikunjungi warga "])
TEXTS = st.lists(st.tuples(WORDS, GAPS), max_size=60).map(lambda pairs: "".join(word.capitalize() + gap for word, gap in pairs))


@given(TEXTS, st.lists(WORDS, max_size=4), st.none() | st.tuples(st.integers(0, 900), st.integers(0, 300)))
def test_the_snippet_is_the_one_that_a_plain_reading_of_everything_finds(
    text: str, query: list[str], chunk: tuple[int, int] | None
) -> None:
    words, at = tokens(" ".join(query)), chunk and (chunk[0], sum(chunk))
    assert snippet(text, words, at=at) == plainly(text, words, at)
