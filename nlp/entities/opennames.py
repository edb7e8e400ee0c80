"""People that no registry and no rule knows, by the NER trained on our own annotations (nlp/models/names/README.md).

It reads only texts that kept their capitals. A registered name always goes first, then what the rules claim; of the names that only the
rules know it may see more, or tell a person from the body before. The bodies and programmes it takes are left out: it is right too seldom.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Lock

from spacy.language import Language

from nlp.analysis import EntityType
from nlp.entities.hits import ORGANISATIONS, Claims, Hit
from nlp.entities.view import View
from nlp.ner import add_ner
from nlp.registry import comparable
from nlp.sentences import sentences
from nlp.tokeniser import blank_language

VERSION = "people-1"
MODEL = Path(__file__).parents[1] / "models" / "names"
LABEL = "PER"
WEIGHT = 0.6
RULE = "ner"
PAIR = re.compile(r"[A-Z][\w'.-]* (?:[a-z]{2,3} )?[A-Z][\w'-]*[a-z]")
LONG = 2
"""Spaces in a name of the rules from which the NER is asked about it."""


class OpenNames:
    """The NER over the views of an article. Made once (about half a second); one thread at a time reads, for spaCy's vocabulary grows."""

    def __init__(self, language: Language) -> None:
        """Keep a pipeline whose `doc.ents` have our labels."""
        self._language, self._lock = language, Lock()

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
        read = [hit for view in views if view.cased for hit in self.read(view, _stretches(view, hits, claims))]
        amended = [seen for hit in hits for seen in _seen(hit, read, claims)]
        for hit in read:
            if claims.free(hit.view, hit.start, hit.end) and closed.free(hit.view, hit.start, hit.end):
                claims.take(hit)
                amended.append(hit)
        return amended

    def read(self, view: View, stretches: Sequence[tuple[int, int]]) -> Iterator[Hit]:
        """The people whom these stretches of a view name by several words; capitals alone name nobody."""
        for start, end in self._people([view.text[start:end] for start, end in stretches], [start for start, _ in stretches]):
            name = view.text[start:end]
            if " " in name and not name.isupper():
                yield Hit(view, start, end, EntityType.PERSON, name, comparable(name), rule=RULE, weight=WEIGHT)

    def _people(self, texts: Sequence[str], places: Sequence[int]) -> list[tuple[int, int]]:
        """Where people stand; what spaCy learns of words on the way is let go again."""
        with self._lock, self._language.memory_zone():
            docs = zip(places, self._language.pipe(texts), strict=True)
            return [(at + one.start_char, at + one.end_char) for at, doc in docs for one in doc.ents if one.label_ == LABEL]


def _stretches(view: View, hits: Sequence[Hit], claims: Claims) -> list[tuple[int, int]]:
    """The sentences that may hold a person nobody found: two words with capitals in a row that are not claimed whole, or a name of three
    words and more that only the rules know. The NER takes ten times as long as all rules, and most sentences hold neither.
    """
    doubted = [hit for hit in hits if hit.view is view and not hit.id and hit.name.count(" ") >= LONG]
    places = [found.start() for found in PAIR.finditer(view.text) if not claims.full(view, *found.span())]
    marks = sorted([*places, *(hit.start for hit in doubted)])
    spans = sentences(view.text)
    kept = {bisect_right(spans, (mark, len(view.text))) - 1 for mark in marks}
    return [spans[place] for place in sorted(kept) if place >= 0]


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
