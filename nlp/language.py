"""The spaCy pipeline for Indonesian: tokeniser with exceptions, sentences by rule, entities by `nlp.entities`.

`load_language()` gives a blank "id" pipeline with the components `pantau_sentences`, `pantau_roots` and `pantau_entities`, which sets
`doc._.entities` (tuple of `nlp.analysis.Entity`, offsets into `doc.text`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from spacy.language import Language
from spacy.tokens import Doc

from nlp.analyser.stems import stem
from nlp.entities import Recogniser
from nlp.ner import add_ner
from nlp.sentences import sentences
from nlp.tokeniser import blank_language


def load_language(*, entities: bool = True, ner: bool = False) -> Language:
    """An Indonesian pipeline that marks sentences, the root of each word (`token.lemma_`) and, unless switched off, entities; with
    `ner`, the open NER fills `doc.ents`. Takes about a second.

    The tokens of `doc` together are the text exactly as given (spaCy keeps white space), so character offsets hold.

    Raises:
        ModelError: the NER model is missing or damaged.
    """
    language = blank_language()
    language.add_pipe("pantau_sentences")
    language.add_pipe("pantau_roots")
    if ner:
        add_ner(language)
    if entities:
        language.add_pipe("pantau_entities")
    return language


@Language.component("pantau_sentences")
def mark_sentences(doc: Doc) -> Doc:
    """Set the start of every sentence at the token in which a sentence of `nlp.sentences` begins."""
    starts = [start for start, _ in sentences(doc.text)]
    position = 0
    for token in doc:
        begins = False
        while position < len(starts) and starts[position] < token.idx + max(len(token), 1):
            begins = True
            position += 1
        token.is_sent_start = begins or token.i == 0
    return doc


@Language.component("pantau_roots")
def mark_roots(doc: Doc) -> Doc:
    """Set `token.lemma_` to the root by which search finds the word ("menyalurkan" → "salur")."""
    for token in doc:
        token.lemma_ = stem(token.lower_) if token.is_alpha else token.lower_
    return doc


@Language.factory("pantau_entities")
def make_entities(nlp: Language, name: str) -> Callable[[Doc], Doc]:  # noqa: ARG001 - spaCy's signature of a factory
    """The component that sets `doc._.entities`."""
    if not Doc.has_extension("entities"):
        Doc.set_extension("entities", default=())
    return _mark_entities


def _mark_entities(doc: Doc) -> Doc:
    doc._.entities = _recogniser().recognise("", doc.text).entities
    return doc


@cache
def _recogniser() -> Recogniser:
    return Recogniser.load()
