"""Sentences: where they end, where they do not, and that no letter is lost."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.language import load_language
from nlp.sentences import ABBREVIATIONS, GLUED_NAME, sentences


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    "sentence",
    [
        "Nilai kontrak itu Rp. 5 miliar untuk PT. Maju Jaya di Jl. Merdeka No. 7.",
        "Kerja sama diteken oleh Ir. B. J. Santoso bersama dr. Rina Dewi.",
        "Laba naik 1.250,5 persen menjadi Rp1.250.000.000.",
        "Data itu dikutip dari laman contoh.co.id pada Senin (3/1).",
        "PT Maju Jaya Tbk. membangun pabrik baru.",
    ],
)
def test_an_abbreviation_an_initial_or_a_number_ends_no_sentence(sentence: str) -> None:
    assert split(sentence) == [sentence]


def test_a_closing_quote_belongs_to_its_sentence_and_glued_text_is_split() -> None:
    text = '"Kami membangun pabrik baru."Acara itu digelar di Bandung.Menteri hadir. "Ini baik," ujarnya.'
    assert split(text) == ['"Kami membangun pabrik baru."', "Acara itu digelar di Bandung.", "Menteri hadir.", '"Ini baik," ujarnya.']


def test_an_empty_line_ends_a_sentence_without_a_stop() -> None:
    assert split("Judul tanpa titik\r\n\r\nIsi berita.") == ["Judul tanpa titik", "Isi berita."]


def test_a_text_without_capitals_is_split_at_its_stops() -> None:
    text = 'bank maju menyalurkan rp. 5 miliar. menurut dr. rina dan b. santoso, itu cukup. "ini baik," ujarnya. selesai.'
    assert split(text) == [
        "bank maju menyalurkan rp. 5 miliar.",
        "menurut dr. rina dan b. santoso, itu cukup.",
        '"ini baik," ujarnya.',
        "selesai.",
    ]


def test_a_small_letter_behind_a_stop_goes_on_with_the_sentence_where_the_text_has_capitals() -> None:
    assert split("Harga naik a.n. pembeli baru. Selesai.") == ["Harga naik a.n. pembeli baru.", "Selesai."]


@given(st.text(alphabet=st.sampled_from('Aa. "”\n\r\u00a0é😀1!?)(')))
def test_every_letter_is_in_exactly_one_sentence_of_any_text(text: str) -> None:
    found = sentences(text)
    assert all(start < end for start, end in found)
    assert all(before[1] <= after[0] for before, after in pairwise(found))
    outside = set(range(len(text))) - {place for start, end in found for place in range(start, end)}
    assert all(text[place].isspace() for place in outside)


def test_the_pipeline_keeps_the_text_and_marks_sentences_and_entities() -> None:
    text = "PT. Astra International Tbk. menyalurkan Rp. 5 miliar.\u00a0 Kementerian Perindustrian hadir 😀."
    doc = load_language()(text)
    assert doc.text == text
    assert len(list(doc.sents)) == 2
    assert [token.text for token in doc][:2] == ["PT.", "Astra"]
    assert {entity.id for entity in doc._.entities} == {"idx:ASII", "gov:kemenperin"}


PLAIN_BREAK = re.compile(
    r"""(?P<stop>[.!?…]+)(?P<close>["”’'»)\]]*)(?P<gap>\s+|(?=["“‘(«]?[^\W\d_]))|(?P<line>(?:\r?\n[ \t\u00a0]*){2,})""", re.VERBOSE
)


def plainly(text: str) -> list[tuple[int, int]]:
    """The sentences, read without any shortcut."""
    cuts = [0]
    for mark in PLAIN_BREAK.finditer(text):
        if mark["line"] is not None:
            cuts.append(mark.start())
        elif ends(text, mark):
            cuts.append(mark.start("gap"))
    stretches = [(start, end, text[start:end]) for start, end in pairwise([*cuts, len(text)])]
    return [(end - len(stretch.lstrip()), start + len(stretch.rstrip())) for start, end, stretch in stretches if stretch.strip()]


def ends(text: str, mark: re.Match[str]) -> bool:
    """Whether a sentence ends at the mark: each rule said once, none left out because another one has decided."""
    after = text[mark.end() : mark.end() + 12].lstrip("\"“‘'(«")[:1]
    head = text[:4000]
    cased = sum("A" <= letter <= "Z" for letter in head) > len(head) // 500
    glued = mark["gap"] == ""
    if glued:
        before = text[mark.start() - 1 : mark.start()]
        quoted = mark["close"] or text[mark.end() : mark.end() + 1] in '"“'
        plain = before and (before.islower() or before.isdigit() or before in ')%"”')
        name = GLUED_NAME.match(text[mark.end() : mark.end() + 12].lstrip("\"“‘'(«"))
        if not after.isupper() or not (quoted or (plain and not name)):
            return False
    if mark["stop"] != ".":
        return not (cased and after.islower()) or glued
    said = re.search(r"[\w.]+$", text[max(0, mark.start() - 40) : mark.start()])
    word = said.group().rsplit(".", 1)[-1] if said else ""
    if word.lower() in ABBREVIATIONS and not mark["close"]:
        return word.lower() in {"tbk", "dll", "dsb", "dst", "dkk"} and after.isupper()
    initial = len(word) == 1 and (word.isupper() or (word.isalpha() and not cased)) and not mark["close"]
    return not initial and not (cased and after.islower())


PIECES = st.sampled_from(
    ["Bank", "menyalurkan", "kredit", "PT", "Tbk", "Rp", "dll", "approx", "No", "A", "é", "contoh.co.id", "1.250", "5", ".", ". ", "...",
     "?", "!", "…", '"', "”", "“", ")", "(", " ", "\u00a0", "\n", "\n\n", "\r\n", "\r", "_", "-", "😀"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=40).map("".join))
def test_sentences_end_where_a_plain_reading_ends_them(text: str) -> None:
    assert sentences(text) == plainly(text)


@given(st.text(max_size=80))
def test_sentences_of_any_text_end_where_a_plain_reading_ends_them(text: str) -> None:
    assert sentences(text) == plainly(text)
