"""Stems: a table word → stem first, a dictionary stemmer for the rest.

The table (`data/stems.tsv`, written by `nlp.analyser.build`) holds the stemmer's own answers for a vocabulary, with the decisions
of `data/curated.tsv` on top: words of one meaning that the stemmer parts (perbankan from bank), of two that it joins (pemerintah
and perintah), spellings (resiko), and English words for the same thing of the same origin (investment). Words outside the table go
to the same stemmer (`confix`), whose answers are remembered.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from nlp.analyser.confix import ConfixStemmer, sastrawi_roots
from nlp.errors import RegistryError

SHORTEST = 4
"""Words of fewer letters are left as they are: stemming them only makes mistakes."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A curated row: `words` have this `stem`."""

    stem: str
    words: tuple[str, ...]
    reason: str = ""


def _rows(name: str) -> list[tuple[int, str]]:
    text = (files("nlp.analyser") / "data" / name).read_text(encoding="utf-8")
    return [(number, line) for number, line in enumerate(text.splitlines(), 1) if line and not line.startswith("#")]


def read_table(name: str) -> dict[str, str]:
    """A table of `data/`: word, tab, stem; lines starting with # are comments.

    Raises:
        RegistryError: a line is not of that form, or a word stands twice.
    """
    table: dict[str, str] = {}
    for number, line in _rows(name):
        word, _, root = line.partition("\t")
        if not word or not root or word in table:
            raise RegistryError(f"nlp/analyser/data/{name}:{number}: expected word, tab, stem, each word once: {line!r}")
        table[word] = root
    return table


def read_decisions(name: str = "curated.tsv") -> tuple[Decision, ...]:
    """The curated rows of `data/`: stem, tab, words, and where it is not plain a tab and the reason.

    Raises:
        RegistryError: a line is not of that form, or a word or a stem stands twice.
    """
    decisions: dict[str, Decision] = {}
    known: set[str] = set()
    for number, line in _rows(name):
        root, *rest = line.split("\t")
        words = tuple(rest[0].split()) if rest else ()
        if not root.split() == [root] or not words or len(rest) > 2 or root in decisions or known.intersection(words):
            raise RegistryError(f"nlp/analyser/data/{name}:{number}: expected stem, tab, words, each once: {line!r}")
        known.update(words)
        decisions[root] = Decision(root, words, *rest[1:])
    return tuple(decisions.values())


@cache
def _table() -> dict[str, str]:
    return read_table("stems.tsv") | {word: decision.stem for decision in read_decisions() for word in decision.words}


@cache
def dictionary_stemmer() -> ConfixStemmer:
    """PySastrawi's rules and dictionary of roots."""
    return ConfixStemmer(sastrawi_roots(), [line for _, line in _rows("prefixes.tsv")])


@lru_cache(maxsize=100_000)
def _unlisted(word: str) -> str:
    if len(word) < SHORTEST or not word.isascii() or not word.isalpha():
        return word
    return dictionary_stemmer().stem(word) or word


def stem(word: str) -> str:
    """The stem of a word in exact form; the word itself where it has none."""
    return _table().get(word) or _unlisted(word)
