"""`matching` is a shortcut through `tokens`: it must never find more or less."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nlp.analyser import matching, tokens

PIECES = st.sampled_from(
    ["kredit", "Kredit", "menyalurkan", "jum'at", "jum", "at", "5", "4.0", "1.000", "000", "rp", ".", ",", "'", "’", " ", "_", "-",
     "é", "e\u0301", "ﬁ", "İ", "漢字", "١٢", "²", "\u0000"]
)  # fmt: skip


@given(text=st.lists(PIECES, max_size=25).map("".join), wanted=st.lists(PIECES, max_size=4).map(" ".join))
@example(text="4.5triliun triliun", wanted="triliun")
@example(text="Terbaik.Ajang", wanted="ajang")
@example(text="jum'at", wanted="at")
@example(text="1.000 000", wanted="000")
def test_matching_finds_the_very_tokens_that_a_full_reading_finds(text: str, wanted: str) -> None:
    exact, stems = {t.exact for t in tokens(wanted)}, {t.stem for t in tokens(wanted)}
    assert matching(text, exact, stems) == [t for t in tokens(text) if t.exact in exact or t.stem in stems]


@given(st.text(max_size=60), st.text(max_size=20))
def test_matching_agrees_on_any_text(text: str, wanted: str) -> None:
    exact, stems = {t.exact for t in tokens(wanted)}, {t.stem for t in tokens(wanted)}
    assert matching(text + wanted, exact, stems) == [t for t in tokens(text + wanted) if t.exact in exact or t.stem in stems]


@pytest.mark.parametrize("text", ["", "   ", "tidak ada"])
def test_nothing_wanted_is_nothing_found(text: str) -> None:
    assert matching(text, set(), set()) == []
