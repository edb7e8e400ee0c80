"""The spaCy tokeniser for Indonesian: spaCy's rules with our exceptions. Tokens together are the text exactly as given."""

from __future__ import annotations

import spacy
from spacy.language import Language

EXCEPTIONS = tuple(
    """Rp. PT. CV. No. Tbk. dr. Dr. drs. Drs. Ir. ir. Hj. H. KH. Prof. Jl. Kab. dll. dkk. Plt. US$ S$ A$ AU$ SG$""".split()  # noqa: SIM905
)
"""Written with a stop or sign, yet one token."""


def blank_language(like: Language | None = None) -> Language:
    """An Indonesian pipeline that only cuts a text into tokens; with vocabulary and tokeniser of `like`, which take a second to make."""
    if like is not None:
        return type(like)(vocab=like.vocab, create_tokenizer=lambda _: like.tokenizer)
    language = spacy.blank("id")
    for exception in EXCEPTIONS:
        language.tokenizer.add_special_case(exception, [{"ORTH": exception}])  # type: ignore[union-attr]  # spaCy types it as a callable
    return language
