"""Tokens and stems, the same for both engines, for queries and for snippets."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.analyser import exact_line, lines, stem, tokens
from nlp.analyser.check import check
from nlp.analyser.stems import Decision, read_decisions


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("Kredit Rp 1.000 untuk Industri 4.0", "kredit rp 1.000 untuk industri 4.0"),
        ("Jum'at dan Jum’at", "jumat dan jumat"),
        ("anak-anak pro-UMKM", "anak anak pro umkm"),
        ("KAFÉ Ｔｅｋｎｏ ﬁnansial", "kafe tekno finansial"),
        ("a_b https://kabar.example/x?y=1", "a b https kabar example x y 1"),
        ("… — ! ?", ""),
    ],
    ids=["numbers", "apostrophes", "hyphens", "unicode", "signs", "nothing"],
)
def test_the_words_of_a_text(text: str, exact: str) -> None:
    assert exact_line(text) == exact


FAMILIES = """
industri perindustrian industrial industrialisasi industry
subsidi bersubsidi mensubsidi disubsidi subsidy
salur menyalurkan disalurkan penyaluran
biaya pembiayaan dibiayai
anggaran menganggarkan dianggarkan penganggaran
kucur mengucurkan dikucurkan pengucuran kucuran
bank perbankan banking
latih pelatihan melatih
investasi berinvestasi menginvestasikan investment
ekspor mengekspor pengekspor eksportir exports
nilai senilai bernilai
kemas pengemasan mengemas kemasan
analisis analisa menganalisa
aktivitas aktifitas beraktivitas
izin ijin perizinan perijinan
praktik praktek
miliar milyar
risiko resiko beresiko
pajak perpajakan
sertifikat sertifikasi bersertifikat
"""
APART = """
pemerintah perintah
menteri teri
perusahaan usaha
pengusaha perusahaan
kebijakan bijak
hilirisasi hilir
pengadaan ada
persetujuan tujuan
kemas emas
menemani petani
penarikan tari
keretakan kereta
desakan desa
analis analisis
berlaku pelaku
"""


@pytest.mark.parametrize("family", FAMILIES.split("\n")[1:-1])
def test_words_of_one_family_share_a_stem(family: str) -> None:
    assert len({stem(word) for word in family.split()}) == 1


@pytest.mark.parametrize("pair", APART.split("\n")[1:-1])
def test_words_of_two_families_stay_apart(pair: str) -> None:
    one, other = pair.split()
    assert stem(one) != stem(other)


def test_every_curated_word_has_the_stem_of_its_row_and_every_stem_is_its_own() -> None:
    for row in read_decisions():
        assert {stem(word) for word in (*row.words, row.stem)} == {row.stem}


SMALL = ["bank", "banknya", "perbankan", "keperbankan", "perban", "rekan", "milyar", "miliar"]


def without_suffix(word: str) -> str:
    """A poor stemmer."""
    return word.removesuffix("nya").removesuffix("an")


@pytest.mark.parametrize(
    ("stem_of_row", "words", "changed"),
    [
        ("bank", ("perbankan", "keperbankan"), ("perbankan", "keperbankan")),
        ("bank", ("perbankan", "banking"), ("perbankan",)),
        ("bank", ("bank", "banknya"), ()),
        ("rekanan", ("rekan",), ()),
    ],
    ids=["two change", "one is not in the corpus", "both have it without the row", "only the name of the class changes"],
)
def test_a_row_counts_by_the_words_of_the_corpus_whose_class_it_changes(
    stem_of_row: str, words: tuple[str, ...], changed: tuple[str, ...]
) -> None:
    (row,) = check(SMALL, [Decision(stem_of_row, words)], without_suffix)
    assert row.changed == changed
    assert row.counts == (len(changed) >= 2)


def test_at_least_200_rows_change_two_words_of_the_vocabulary_they_name() -> None:
    named = {word for row in read_decisions() for word in (*row.words, row.stem)}
    assert sum(row.counts for row in check(named)) >= 200


@given(st.text(max_size=300))
def test_tokens_lie_in_the_text_in_order_and_never_hold_a_space(text: str) -> None:
    found = tokens(text)
    places = [place for token in found for place in (token.start, token.end)]
    assert places == sorted(places)
    assert all(0 <= token.start < token.end <= len(text) for token in found)
    assert all(token.exact.split() == [token.exact] and token.stem.split() == [token.stem] for token in found)


@given(st.text(max_size=300))
def test_the_lines_that_engines_index_hold_the_very_tokens(text: str) -> None:
    found = tokens(text)
    assert lines(text) == (" ".join(t.exact for t in found), " ".join(t.stem for t in found))


@given(st.text(alphabet=string.ascii_letters + string.digits, min_size=1, max_size=120))
def test_plain_letters_take_a_shorter_way_to_the_form_that_wide_ones_fold_to(word: str) -> None:
    assert exact_line(word) == exact_line("".join(chr(ord(letter) + 0xFEE0) for letter in word))
