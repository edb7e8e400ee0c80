"""Tokens and stems, the same for both engines, for queries and for snippets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.analyser import exact_line, lines, stem, tokens


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


@pytest.mark.parametrize(
    "family",
    [
        ("industri", "perindustrian"),
        ("subsidi", "bersubsidi"),
        ("salur", "menyalurkan", "disalurkan", "penyaluran"),
        ("biaya", "pembiayaan", "dibiayai"),
        ("kucur", "mengucurkan", "dikucurkan"),
        ("bank", "perbankan"),
        ("latih", "pelatihan", "melatih"),
    ],
    ids=lambda family: family[0],
)
def test_words_of_one_family_share_a_stem(family: tuple[str, ...]) -> None:
    assert len({stem(word) for word in family}) == 1


@pytest.mark.parametrize(("one", "other"), [("pemerintah", "perintah"), ("menteri", "teri")])
def test_words_of_two_families_stay_apart(one: str, other: str) -> None:
    assert stem(one) != stem(other)


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
