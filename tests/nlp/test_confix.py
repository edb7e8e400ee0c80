"""`ConfixStemmer` says what PySastrawi says, for any word."""

from __future__ import annotations

from functools import cache
from typing import Protocol

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.analyser.confix import sastrawi_roots
from nlp.analyser.stems import dictionary_stemmer, read_decisions, read_table


class Stemmer(Protocol):
    """As PySastrawi's."""

    def stem(self, text: str) -> str: ...


@cache
def sastrawi() -> Stemmer:
    """The stemmer that ours must agree with."""
    from Sastrawi.Stemmer.StemmerFactory import StemmerFactory

    made: Stemmer = StemmerFactory().create_stemmer()
    return made


ROOTS = sorted(root for root in sastrawi_roots() if root.isascii() and root.isalpha())
PREFIXES = """ber be bel di ke ku kau me mem memp mempe men meng menge meny pe pel pem pen peng penge peny per se te ter""".split()  # noqa: SIM905
INFIXES = ["", "", "", "er", "el", "em", "in"]
SUFFIXES = """lah kah tah pun ku mu nya i kan an is isme isasi annya kannya anlah""".split()  # noqa: SIM905


def built(prefixes: list[str], root: str, infix: str, suffix: str, *, cut: bool) -> str:
    """A word as the language might build it; `cut`: the prefix swallows the root's first letter."""
    return "".join(prefixes) + ("" if cut else root[:1]) + infix + root[1:] + suffix


WORDS = st.builds(
    built,
    st.lists(st.sampled_from(PREFIXES), max_size=3),
    st.sampled_from(ROOTS),
    st.sampled_from(INFIXES),
    st.sampled_from(["", *SUFFIXES]),
    cut=st.booleans(),
)


@given(st.lists(WORDS, min_size=20, max_size=20))
def test_it_takes_built_words_apart_as_pysastrawi_does(words: list[str]) -> None:
    assert [dictionary_stemmer().stem(word) for word in words] == [sastrawi().stem(word) for word in words]


@given(st.text("abdeghiklmnprstuwy", min_size=1, max_size=12))
def test_it_takes_any_letters_apart_as_pysastrawi_does(word: str) -> None:
    assert dictionary_stemmer().stem(word) == sastrawi().stem(word)


@pytest.mark.parametrize("part", range(5))
def test_it_gives_the_words_of_the_tables_the_stems_of_pysastrawi(part: int) -> None:
    table = [*read_table("stems.tsv"), *(word for row in read_decisions() for word in row.words if word.isascii() and word.isalpha())]
    words = table[part::25]
    assert [dictionary_stemmer().stem(word) for word in words] == [sastrawi().stem(word) for word in words]


def test_the_table_of_stems_holds_what_it_says_now() -> None:
    stemmer = dictionary_stemmer()
    assert {word: stemmer.stem(word) for word in read_table("stems.tsv")} == read_table("stems.tsv")
