"""Stems: a table word → stem first, a dictionary stemmer for the rest.

The table (`data/stems.tsv`, written by `nlp.analyser.build`) holds the stemmer's own answers for a vocabulary, with the curated
rows of `data/curated.tsv` on top. Words outside it go to the same stemmer (PySastrawi), whose answers are remembered.
"""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.resources import files
from typing import Protocol, cast

from nlp.errors import RegistryError

SHORTEST = 4
"""Words of fewer letters are left as they are: stemming them only makes mistakes."""


class _Stemmer(Protocol):
    def stem(self, word: str) -> str: ...


def read_table(name: str) -> dict[str, str]:
    """A table of `data/`: word, tab, stem; lines starting with # are comments.

    Raises:
        RegistryError: a line is not of that form, or a word stands twice.
    """
    table: dict[str, str] = {}
    for number, line in enumerate((files("nlp.analyser") / "data" / name).read_text(encoding="utf-8").splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        word, tab, root = line.partition("\t")
        root = root.partition("\t")[0]
        if not tab or not word or not root or word in table:
            raise RegistryError(f"nlp/analyser/data/{name}:{number}: expected word, tab, stem, each word once: {line!r}")
        table[word] = root
    return table


@cache
def _table() -> dict[str, str]:
    return read_table("stems.tsv") | read_table("curated.tsv")


@cache
def dictionary_stemmer() -> _Stemmer:
    """PySastrawi's stemmer (MIT; Nazief and Adriani's confix stripping with a dictionary of roots)."""
    from Sastrawi.Stemmer.StemmerFactory import StemmerFactory

    return cast("_Stemmer", StemmerFactory().create_stemmer(isDev=True))


@lru_cache(maxsize=100_000)
def _unlisted(word: str) -> str:
    if len(word) < SHORTEST or not word.isascii() or not word.isalpha():
        return word
    return dictionary_stemmer().stem(word) or word


def stem(word: str) -> str:
    """The stem of a word in exact form; the word itself where it has none."""
    return _table().get(word) or _unlisted(word)
