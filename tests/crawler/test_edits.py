"""Edits: what changed, by sentence and by figure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.edits import FigureChange, changes, figure_changes, sentences

BEFORE = "Pemerintah menyiapkan Rp 12 triliun untuk industri kecil. Dana itu cair tahun ini. Menteri hadir di Karawang."


def test_a_corrected_figure_is_seen() -> None:
    after = BEFORE.replace("Rp 12 triliun", "Rp 1,2 triliun")
    (change,) = changes(BEFORE, after)
    assert change.kind == "changed"
    assert change.figures == (FigureChange("Rp 12 triliun", "Rp 1,2 triliun"),)


@pytest.mark.parametrize(
    "after",
    [
        BEFORE,
        BEFORE.replace(" Dana", "\n\nDana"),
        BEFORE.replace("Rp 12", "Rp\u00a012"),
        BEFORE.upper().lower().replace("pemerintah", "PEMERINTAH"),
        BEFORE.replace(". Menteri", " . Menteri"),
        BEFORE.replace("Rp 12 triliun", "Rp12 trilyun"),
    ],
)
def test_cosmetic_changes_are_none(after: str) -> None:
    assert figure_changes(BEFORE, after) == ()
    assert changes(BEFORE, after) == ()


def test_one_figure_changed_beside_another_spelt_anew_is_told_alone() -> None:
    before = "Kredit Rp 5 miliar dengan bunga 6 persen diberikan kepada perajin."
    after = "Kredit Rp5 milyar dengan bunga 7 persen diberikan kepada perajin."
    assert figure_changes(before, after) == (FigureChange("6 persen", "7 persen"),)


def test_sentences_added_and_removed_are_told_apart() -> None:
    after = BEFORE.replace("Dana itu cair tahun ini. ", "") + " Penyaluran dimulai oleh bank daerah bulan depan."
    assert [(c.kind, c.before or c.after) for c in changes(BEFORE, after)] == [
        ("removed", "Dana itu cair tahun ini."),
        ("added", "Penyaluran dimulai oleh bank daerah bulan depan."),
    ]


def test_a_moved_sentence_is_no_change() -> None:
    assert (
        changes("Satu kalimat pertama. Dua hal yang lain. Tiga yang ketiga.", "Dua hal yang lain. Tiga yang ketiga. Satu kalimat pertama.")
        == ()
    )


def test_figures_addresses_and_abbreviations_end_no_sentence() -> None:
    text = "PT. Contoh Maju memberi Rp 1.500.000 per orang. Lihat contoh.co.id untuk itu! Selesai."
    assert sentences(text) == ["PT. Contoh Maju memberi Rp 1.500.000 per orang.", "Lihat contoh.co.id untuk itu!", "Selesai."]


@given(st.text(alphabet="ab .!?\n1,", max_size=80))
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert changes(text, text) == ()
