"""Payers that no registry knows and no rule takes for a body: countries, the state in general, a subject of providing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from nlp.analysis import EntityType, Source
from nlp.commitments.bodies import Bodies
from nlp.commitments.contexts import Context
from nlp.commitments.frames import Frame
from nlp.commitments.phrases import joined, provided_by, through
from nlp.commitments.tables import pattern

BEFORE = 0.9
"""The score of the state where the sentence before speaks of it."""
_PLEDGE_OF = re.compile(r"\b(?:komitmen|janji|rencana|kesediaan|pledge of|commitment of)\s\Z", re.IGNORECASE)
_ADVERB = re.compile(r"\A(?:masing-masing|juga|sendiri|resmi|kembali|each|also)\s+", re.IGNORECASE)
_NAMES = re.compile(r"(?<!\w)(?:[A-Z][\w&.-]*\s){0,4}[A-Z][\w&-]+")
_SUBJECT = re.compile(
    r"(?:\A|[,.;:“\"]\s|\b(?:bahwa|saat|ketika|dan|that)\s)((?:[A-Z][\w&.-]*\s){0,4}[A-Z][\w&-]*)\s(?:akan\s|telah\s|juga\s|sudah\s|kembali\s|resmi\s)*"
    r"(?:mengucurkan|menggelontorkan|menginvestasikan|berinvestasi|menanamkan|mengalokasikan|menyuntik\w*|mengakuisisi|mengumumkan|berkomitmen"
    r"|menganggarkan|menyiapkan|memberikan|membeli|merogoh|menyalurkan|mendanai|membiayai|meneken|menandatangani)\b"
)


@dataclass(frozen=True, slots=True)
class Unregistered:
    """Payers that are no named bodies (countries, "pemerintah", names nobody knows), their score and where they stand."""

    names: list[str]
    score: float
    field: Source
    places: tuple[tuple[int, int], ...]
    rule: str = ""


class UnregisteredPayers:
    """Finds them for the frames of one article."""

    def __init__(self, bodies: Bodies) -> None:
        """Over the bodies of one article."""
        self._bodies = bodies

    def countries(self, frame: Frame) -> Unregistered | None:
        """Countries that invest or pledge under their own names, by where they stand in the amount's sentence; joined ones together."""
        countries = pattern("slots", "countries")
        for context in frame.contexts:
            before = context.sentence[: context.money.start - context.start]
            named = [match for match in countries.finditer(before) if self._is_country(match, context)]
            for match in named:
                others = _joined_before(before, named, match)
                if provided_by(before[: others[0].start()]) or _PLEDGE_OF.search(before[: others[0].start()]):
                    return _found(others, context.start, 2.5)
                if pattern("slots", "active").match(_ADVERB.sub("", before[match.end() :].lstrip())):
                    return _found(others, context.start, 2.6)
            if named and named[0].start() == 0 and pattern("slots", "active").search(before[named[0].end() :]):
                return _found(named[:1], context.start, 1.0)
        return None

    def _is_country(self, match: re.Match[str], context: Context) -> bool:
        """Whether a country is meant: written with a capital where the sentence has any, and no part of a body's name."""
        capital = match.group() != match.group().lower() or context.sentence.islower()
        return capital and not self._bodies.at(context.start + match.start())

    def arm(self, frame: Frame) -> str | None:
        """A capitalised name no registry knows through which a group pays ("melalui anak usahanya, Sinar Media, …")."""
        for context in frame.contexts:
            for match in _NAMES.finditer(context.sentence):
                known = self._bodies.found.within(context.start + match.start(), context.start + match.end())
                whole = any(mention.end - mention.start == match.end() - match.start() for mention in known)
                if not whole and not self._bodies.at(context.start + match.start()) and through(context.sentence[: match.start()]):
                    return match.group()
        return None

    def subject(self, frame: Frame) -> str | None:
        """A person, or a capitalised name no registry knows, right before a verb of providing ("SAP mengucurkan …")."""
        for context in frame.contexts:
            before = context.sentence[: context.money.start - context.start]
            match = _SUBJECT.search(before)
            named = self._bodies.found.within(context.start + match.start(1), context.start + match.end(1)) if match else []
            if match and all(self._bodies.entity(mention).type is EntityType.PERSON for mention in named):
                name = match.group(1)
                if not pattern("slots", "generic_payers").search(name) and not pattern("slots", "countries").fullmatch(name):
                    return name
        return None

    def generic(self, frame: Frame) -> Unregistered | None:
        """The state in general ("pemerintah") in the amount's sentence, else in the one before, else in the title or the first lines."""
        generic = pattern("slots", "generic_payers")
        for context in frame.contexts:
            match = generic.search(context.sentence)
            if match and not self._bodies.at(context.start + match.start()):
                acts = pattern("slots", "active").search(context.sentence[match.end() : match.end() + 60])
                return _found([match], context.start, 2.4 if acts else 1.2)
        for context in frame.contexts:
            begin = self._bodies.text.rfind(context.before, 0, context.start)
            for match in generic.finditer(context.before):
                if not self._bodies.at(begin + match.start()):
                    return _found([match], begin, BEFORE)
        titled = generic.search(self._bodies.title)
        match = titled or generic.search(self._bodies.text[:400])
        return _found([match], 0, 0.3, "title" if titled else "text") if match else None


def _found(matches: Sequence[re.Match[str]], shift: int, score: float, where: Source = "text") -> Unregistered:
    names = [match.group() for match in matches]
    generic = pattern("slots", "generic_payers")
    names = [name.lower() if generic.fullmatch(name) else name for name in names]
    return Unregistered(names, score, where, tuple((match.start() + shift, match.end() + shift) for match in matches))


def _joined_before(text: str, named: list[re.Match[str]], last: re.Match[str]) -> list[re.Match[str]]:
    """The countries joined before one ("AS dan Australia"), and it, in order."""
    out = [last]
    for match in reversed(named[: named.index(last)]):
        if not joined(text[match.end() : out[0].start()]):
            break
        out.insert(0, match)
    return out
