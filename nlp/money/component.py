"""The money grammar as a spaCy component: `doc._.money`, by character offsets of `doc.text`.

Not entity spans: a token-aligned span cannot hold "banyakRp 400.000.000".
"""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from nlp.money import find_money

NAME = "pantau_money"

if not Doc.has_extension("money"):
    Doc.set_extension("money", default=())


@Language.component(NAME)
def money_component(doc: Doc) -> Doc:
    """Sets `doc._.money` to the amounts of the text."""
    doc._.money = tuple(find_money(doc.text))
    return doc
