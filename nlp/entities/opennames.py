"""Names that no registry and no rule knows, by the NER trained on our own annotations (nlp/models/names/README.md).

It reads only texts that kept their capitals, and only stretches that nothing else has claimed: a registered name always goes first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from spacy.language import Language

from nlp.analysis import EntityType
from nlp.entities.hits import Claims, Hit
from nlp.entities.view import View
from nlp.ner import add_ner
from nlp.registry import comparable
from nlp.tokeniser import blank_language

MODEL = Path(__file__).parents[1] / "models" / "names"
TYPES = {
    "PER": EntityType.PERSON,
    "ORG": EntityType.COMPANY,
    "GOV": EntityType.PUBLIC_BODY,
    "PRG": EntityType.PROGRAMME,
}
WEIGHT = 0.6
RULE = "ner"


class OpenNames:
    """The NER over the views of an article. Made once (about half a second), then only read."""

    def __init__(self, language: Language) -> None:
        """Keep a pipeline whose `doc.ents` have our labels."""
        self._language = language

    @classmethod
    def load(cls, folder: Path = MODEL) -> OpenNames:
        """The shipped model. Raises ModelError where it is missing or damaged."""
        language = blank_language()
        add_ner(language, folder)
        return cls(language)

    def find(self, views: Iterable[View], claims: Claims, closed: Claims) -> Iterator[Hit]:
        """The names in stretches that are free and not closed; each is claimed."""
        for view in views:
            for hit in self.read(view) if view.cased else ():
                if claims.free(view, hit.start, hit.end) and closed.free(view, hit.start, hit.end):
                    claims.take(hit)
                    yield hit

    def read(self, view: View) -> Iterator[Hit]:
        """Every name of a view."""
        for found in self._language(view.text).ents:
            name = found.text.strip()
            if name:
                start = found.start_char
                yield Hit(view, start, start + len(name), TYPES[found.label_], name, comparable(name), rule=RULE, weight=WEIGHT)
