"""People that no registry and no rule knows, by the NER trained on our own annotations (nlp/models/names/README.md).

It reads only texts that kept their capitals. A registered name always goes first, then what the rules claim; of the names that only the
rules know it may see more, or tell a person from the body before. The bodies and programmes it takes are left out: it is right too seldom.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from spacy.language import Language

from nlp.analysis import EntityType
from nlp.entities.hits import ORGANISATIONS, Claims, Hit
from nlp.entities.view import View
from nlp.ner import add_ner
from nlp.registry import comparable
from nlp.tokeniser import blank_language

MODEL = Path(__file__).parents[1] / "models" / "names"
LABEL = "PER"
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

    def amend(self, views: Iterable[View], hits: Sequence[Hit], claims: Claims, closed: Claims) -> list[Hit]:
        """The hits with the people whom the NER adds in stretches that are free and not closed, each claimed; and the names that only the
        rules know as the NER sees them: longer ("Ahmad" → "Ahmad Luthfi"), or a body and a person ("Inspektorat Jenderal Rudi Supriatna").
        """
        read = [hit for view in views if view.cased for hit in self.read(view)]
        amended = [seen for hit in hits for seen in _seen(hit, read, claims)]
        for hit in read:
            if claims.free(hit.view, hit.start, hit.end) and closed.free(hit.view, hit.start, hit.end):
                claims.take(hit)
                amended.append(hit)
        return amended

    def read(self, view: View) -> Iterator[Hit]:
        """The people of a view who are named by several words; capitals alone name nobody."""
        for found in self._language(view.text).ents:
            name = found.text.strip()
            if found.label_ == LABEL and " " in name and not name.isupper():
                start = found.start_char
                yield Hit(view, start, start + len(name), EntityType.PERSON, name, comparable(name), rule=RULE, weight=WEIGHT)


def _seen(hit: Hit, read: Sequence[Hit], claims: Claims) -> list[Hit]:
    """A person or open body of the rules as the NER sees it; itself where the NER sees the same, less, or nothing."""
    if hit.id or (hit.type is not EntityType.PERSON and hit.type not in ORGANISATIONS):
        return [hit]
    last = next((one for one in read if hit.contains(one) and one.end == hit.end and one.name != hit.name), None)
    if last is not None:
        person = replace(last, role=hit.role, affiliation=hit.affiliation)
        body = hit.view.text[hit.start : last.start].rstrip(" ,")
        if hit.type is EntityType.PERSON:
            return [person]
        return [replace(hit, end=hit.start + len(body), name=body, key=comparable(body)), person] if " " in body else [hit]
    whole = next((one for one in read if one.contains(hit) and one.name != hit.name), None)
    if whole is None or hit.type is not EntityType.PERSON:
        return [hit]
    if not claims.free(hit.view, whole.start, hit.start) or not claims.free(hit.view, hit.end, whole.end):
        return [hit]
    claims.take(whole)
    return [replace(whole, role=hit.role, affiliation=hit.affiliation)]
