"""People and bodies that no registry and no rule knows, by the NERs trained on our own annotations (nlp/models/names/README.md).

A registered name always goes first, then what the rules claim; of the names that only the rules know it may see more, or tell a person
from the body before. Of bodies it is believed where they are one word or stand before one of their people; programmes are left out.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from itertools import zip_longest
from pathlib import Path
from threading import Lock

from spacy.language import Language

from nlp.analysis import EntityType
from nlp.entities.hits import ORGANISATIONS, Claims, Hit
from nlp.entities.lexicon import load_lexicon
from nlp.entities.view import View
from nlp.ner import add_ner
from nlp.registry import comparable
from nlp.sentences import sentences
from nlp.tokeniser import blank_language

VERSION = "names-2"
MODEL, SMALL = (Path(__file__).parents[1] / "models" / name for name in ("names", "names-lower"))
"""The model of texts with capitals, and that of texts that lost them."""
KINDS = {"PER": EntityType.PERSON, "ORG": EntityType.COMPANY, "GOV": EntityType.PUBLIC_BODY}
"""Labels of the NER that are taken, with what they name."""
WEIGHT = 0.6
RULE = "ner"
PAIR = re.compile(r"[A-Z][\w'.-]* (?:[a-z]{2,3} )?[A-Z][\w'-]*[a-z]")
NEAR = 2
"""Letters between a body and the person of it that stands behind."""
LONG = 2
"""Spaces in a name of the rules from which the NER is asked about it."""


class OpenNames:
    """The NER over the views of an article. Made once (about a second); one thread at a time reads, for spaCy's vocabulary grows."""

    def __init__(self, language: Language, small: Language) -> None:
        """Keep two pipelines whose `doc.ents` have our labels, `small` for texts without capitals."""
        self._languages, self._lock = {True: language, False: small}, Lock()

    @classmethod
    def load(cls, folder: Path = MODEL, small: Path = SMALL) -> OpenNames:
        """The shipped models. Raises ModelError where one is missing or damaged."""
        first = blank_language()
        second = blank_language(first)
        add_ner(first, folder)
        add_ner(second, small)
        return cls(first, second)

    def amend(self, views: Iterable[View], hits: Sequence[Hit], claims: Claims, closed: Claims) -> list[Hit]:
        """The hits with the people whom the NER adds in stretches that are free and not closed, each claimed; and the names that only the
        rules know as the NER sees them: longer ("Ahmad" → "Ahmad Luthfi"), or a body and a person ("Inspektorat Jenderal Rudi Supriatna").
        """
        read = self.read([(view, *stretch) for view in views for stretch in _stretches(view, hits, claims)])
        people = [hit for hit in read if hit.type is EntityType.PERSON]
        amended = [seen for hit in hits for seen in _seen(hit, people, claims)]
        for hit in read:
            if claims.free(hit.view, hit.start, hit.end) and closed.free(hit.view, hit.start, hit.end):
                claims.take(hit)
                amended.append(hit)
        return amended

    def read(self, stretches: Sequence[tuple[View, int, int]]) -> list[Hit]:
        """The people whom these stretches of views name by several words (capitals alone name nobody), and the bodies."""
        found = [hit for cased in (True, False) for hit in self._names([one for one in stretches if one[0].cased is cased], cased)]
        return [hit for hit, behind in zip_longest(found, found[1:]) if _is_whole(hit) or (behind is not None and _has(hit, behind))]

    def _names(self, stretches: Sequence[tuple[View, int, int]], cased: bool) -> list[Hit]:
        """Where names stand, all stretches in one run; what spaCy learns of words on the way is let go again."""
        if not stretches:
            return []
        language = self._languages[cased]
        with self._lock, language.memory_zone():
            docs = language.pipe([view.text[start:end] for view, start, end in stretches])
            return [
                _hit(view, start + one.start_char, start + one.end_char, KINDS[one.label_])
                for (view, start, _), doc in zip(stretches, docs, strict=True)
                for one in doc.ents
                if one.label_ in KINDS and (cased or one.label_ == "PER" or _headed(one.text))
            ]


def _hit(view: View, start: int, end: int, kind: EntityType) -> Hit:
    name = view.text[start:end]
    return Hit(view, start, end, kind, name, comparable(name), rule=RULE, weight=WEIGHT)


@cache
def _heads() -> re.Pattern[str]:
    """Words that begin the names of bodies, in small letters, with more behind."""
    heads = sorted({head.casefold() for head in load_lexicon().heads}, key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(map(re.escape, heads))})\W+\w")


def _headed(name: str) -> bool:
    """Whether a name begins as bodies' names do: all that can be trusted of a body where nothing has capitals."""
    return _heads().match(name) is not None


def _is_whole(hit: Hit) -> bool:
    """Whether a name says enough: a person by several words, a body by one, or by its head where capitals are lost; capitals alone
    name nobody.
    """
    if not hit.view.cased and hit.type is not EntityType.PERSON:
        return True
    return (" " in hit.name) == (hit.type is EntityType.PERSON) and not hit.name.isupper()


def _has(body: Hit, behind: Hit) -> bool:
    """Whether a body stands right before one of its people ("Analis DCFX Lukman Leong")."""
    near = body.view is behind.view and 0 < behind.start - body.end <= NEAR
    return near and body.type is not EntityType.PERSON and behind.type is EntityType.PERSON


def _stretches(view: View, hits: Sequence[Hit], claims: Claims) -> list[tuple[int, int]]:
    """The sentences that may hold a person nobody found: two words with capitals in a row that are not claimed whole, or a name of three
    words and more that only the rules know; without capitals those in which somebody speaks or has a role. The NER takes ten times as
    long as all rules, and most sentences hold neither.
    """
    if view.cased:
        doubted = [hit for hit in hits if hit.view is view and not hit.id and hit.name.count(" ") >= LONG]
        places = [found.start() for found in PAIR.finditer(view.text) if not claims.full(view, *found.span())]
        marks = sorted([*places, *(hit.start for hit in doubted)])
    else:
        marks = sorted(found.start() for signs in (_signs(), _heads()) for found in signs.finditer(view.lower))
    spans = sentences(view.text)
    kept = {bisect_right(spans, (mark, len(view.text))) - 1 for mark in marks}
    return [spans[place] for place in sorted(kept) if place >= 0]


@cache
def _signs() -> re.Pattern[str]:
    """Words beside a person's name: of speech and of roles."""
    lexicon = load_lexicon()
    words = sorted(
        {word.casefold() for word in (*lexicon.speech_before, *lexicon.speech_after, *lexicon.role_words)}, key=len, reverse=True
    )
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)")


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
