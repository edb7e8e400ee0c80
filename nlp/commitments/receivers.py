"""Who or what receives: bodies, groups, projects and phrases beside an amount, by a fixed order of readings."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nlp.analysis import Actor, EntityType, Kind
from nlp.commitments.bodies import Bodies
from nlp.commitments.contexts import Context
from nlp.commitments.frames import Frame
from nlp.commitments.parties import Parties
from nlp.commitments.phrases import MAX_WORDS, bought_end, gets, noun_phrase, source_end, told
from nlp.commitments.tables import pattern
from nlp.commitments.tables import slot_table as slots

_AHEAD = 120
"""Letters in which a short form must stand behind the words it is of."""
SURE, MOST = 0.75, 2
"""From this probability on words that the encoder points to receive, and how many such names are taken."""


class Receivers:
    """Finds the receivers of one article's frames."""

    def __init__(self, bodies: Bodies) -> None:
        """Over the bodies of one article."""
        self._bodies = bodies
        found = bodies.found
        self._places = {entity.name for entity in found.entities if entity.type is EntityType.PLACE}
        self._schemes = [m for m in found.mentions if found.entities[m.entity].type is EntityType.PROGRAMME]

    def beneficiaries(self, frame: Frame, actors: Sequence[Actor], kind: Kind, parties: Parties) -> list[str]:
        """Who or what receives, by the first reading that holds: a body behind "kepada" or before "menerima", the subject of a
        receiving verb, the phrase behind "untuk", the next sentence's "dana ini untuk …", the company whose shares are bought,
        the thing that is built, and for credit and aid the group that the article is about.
        """
        payers = {actor.name.casefold() for actor in actors} | {actor.canonical.casefold() for actor in actors}
        pointed = self._pointed(parties, payers)
        if pointed:
            return pointed[:MOST]
        for read in (
            self._receiving_bodies,
            self._receiving_subject,
            self._bought,
            self._seller,
            self._phrase,
            self._resumed,
            self._object,
            self._receiving_before,
        ):
            for context in frame.contexts:
                names = read(context, payers, kind)
                if names:
                    return names
        return self.group(frame.head) if kind in (Kind.CREDIT, Kind.AID, Kind.GRANT) else []

    def _pointed(self, parties: Parties, payers: set[str]) -> list[str]:
        """The words that the encoder points to by their short forms, none that name a payer or a programme or, beside others, a mere
        place; of those that repeat each other the longest.
        """
        names: list[str] = []
        for run in parties.names("receiver", SURE):
            if run.within(self._schemes) or self._bodies.names(run.field, run.start, run.end) & payers:
                continue
            stretch = self._bodies.title if run.field == "title" else self._bodies.text
            names.append(_short(_whole(" ".join(parties.written(run).split())), stretch[run.start : run.start + _AHEAD]))
        names = [name for name in dict.fromkeys(names) if name]
        kept = [name for name in names if not any(name != other and f" {name} ".casefold() in f" {other} ".casefold() for other in names)]
        return [name for name in kept if name not in self._places] or kept

    def _receiving_bodies(self, context: Context, payers: set[str], kind: Kind) -> list[str]:  # noqa: ARG002
        """Bodies behind "kepada" or before "menerima" in the sentence; joined ones all."""
        out: list[str] = []
        for mention in self._bodies.within(context.start, context.end):
            left, right = self._bodies.text[context.start : mention.start], self._bodies.text[mention.end : context.end]
            name = self._bodies.entity(mention).name
            receives = self._bodies.receives(mention, left) or (gets(right) and not source_end().search(left[-40:]))
            if receives and name.casefold() not in payers:
                out.append(name)
        return list(dict.fromkeys(out))

    def _receiving_subject(self, context: Context, payers: set[str], kind: Kind) -> list[str]:  # noqa: ARG002
        """ "Lima peserta terbaik mendapatkan hadiah …": a short subject before a receiving verb."""
        before = context.sentence[: context.money.start - context.start]
        match = pattern("slots", "receive_verbs").search(before)
        if match is None:
            return []
        subject = re.split(r"[,;:\"“]|\bbahwa\b|\bthat\b", before[: match.start()])[-1]
        subject = re.sub(r"\b(?:akan|bakal|telah|sudah|bisa|dapat|juga)\s*\Z", "", subject.strip()).strip()
        plain = not pattern("slots", "stops").search(subject) and not pattern("slots", "not_receiver").match(subject)
        several = 1 < len(subject.split()) <= MAX_WORDS
        return [subject] if plain and (several or subject[:1].isupper()) else []

    def _phrase(self, context: Context, payers: set[str], kind: Kind) -> list[str]:  # noqa: ARG002
        """The phrase behind "kepada", "untuk", "bagi": behind the amount first, then before it."""
        split = context.money.end - context.start
        for stretch in (context.sentence[split:], context.sentence[: context.money.start - context.start]):
            for match in pattern("slots", "receive_after").finditer(stretch):
                phrase = noun_phrase(stretch[match.end() :])
                if phrase and not told(stretch[: match.start()]):
                    return [_short(phrase, stretch[match.end() :])]
        return []

    def _resumed(self, context: Context, payers: set[str], kind: Kind) -> list[str]:  # noqa: ARG002
        match = pattern("slots", "resumes").search(context.after)
        if match is None:
            return []
        starts = [match.end(), *(item.end() for item in pattern("slots", "receive_after").finditer(context.after, match.end()))]
        phrase = next(filter(None, (noun_phrase(context.after[start:]) for start in starts)), None)
        return [phrase] if phrase else []

    def _receiving_before(self, context: Context, payers: set[str], kind: Kind) -> list[str]:
        """Bodies behind "kepada" in the sentence before, where this one goes on about the same money."""
        if kind not in (Kind.BUDGET, Kind.CREDIT, Kind.AID, Kind.GRANT):
            return []
        near = [m for m in self._bodies.all if m.field == "text" and context.start - 260 <= m.start < context.start]
        names = [
            self._bodies.found.entities[m.entity].name
            for m in near
            if self._bodies.receives(m, self._bodies.text[max(0, m.start - 14) : m.start])
        ]
        return [name for name in dict.fromkeys(names) if name.casefold() not in payers]

    def _object(self, context: Context, payers: set[str], kind: Kind) -> list[str]:  # noqa: ARG002
        """The plant, project or works that the money is for, nearest before the amount."""
        if kind not in (Kind.INVESTMENT, Kind.BUDGET, Kind.CREDIT):
            return []
        before = context.sentence[: context.money.start - context.start]
        matches = list(pattern("slots", "objects").finditer(before))
        phrase = noun_phrase(before[matches[-1].start() :]) if matches else None
        return [phrase] if phrase else []

    def _bought(self, context: Context, payers: set[str], kind: Kind) -> list[str]:
        """The other company of a purchase of shares."""
        if kind is not Kind.TRANSACTION:
            return []
        near = [m for m in self._bodies.all if m.field == "text" and context.start - 300 <= m.start < context.end]
        titled = [m for m in self._bodies.all if m.field == "title" and bought_end().search(self._bodies.title[: m.start])]
        for mention in (*titled, *near):
            entity = self._bodies.entity(mention)
            known = {entity.name.casefold(), entity.canonical.casefold()}
            if entity.type is EntityType.COMPANY and not known & payers and entity.id not in slots().never_payers:
                return [entity.name]
        return []

    def _seller(self, context: Context, payers: set[str], kind: Kind) -> list[str]:
        """The named one that goods are bought from ("pembelian … dari Amerika Serikat") or whose shares are ("saham Hermina")."""
        pattern_of = {Kind.PURCHASE: _FROM, Kind.TRANSACTION: _SHARES_OF}
        if kind not in pattern_of:
            return []
        names = [match.group(1) for match in pattern_of[kind].finditer(context.sentence)]
        return [name for name in names[:1] if name.casefold() not in payers]

    def group(self, head: Context) -> list[str]:
        """The group of people or firms that the sentence, else the article, names as receivers."""
        groups, broad = pattern("slots", "generic_receivers"), pattern("slots", "broad_receivers")
        match = groups.search(head.sentence) or broad.search(head.sentence)
        match = match or groups.search(self._bodies.title) or groups.search(self._bodies.text) or broad.search(self._bodies.title)
        return [match.group()] if match else []


_NAME = r"((?:PT\.?\s+)?[A-Z][\w&-]*(?:\s+[A-Z][\w&-]*){0,4})"
_FROM = re.compile(rf"\b(?:dari|from)\s+{_NAME}")
_SHARES_OF = re.compile(rf"\b(?:saham|akuisisi|mengakuisisi|diterbitkan oleh|shares (?:of|in)|stake in|acquire[sd]?)\s+{_NAME}")
_DEFINED = re.compile(r"\s*([^()]{4,60}?)\s*\(([A-Z]{2,7})\)")


_BEGINS = re.compile(r"^(?:(?:untuk|kepada|bagi|pada|di|ke|dan|serta|for|to|the)\s+)+", re.IGNORECASE)
_ENDS = re.compile(r"(?:\s+(?:dan|serta|atau|di|ke|dari|untuk|yang|dengan|ini|itu|tersebut|and|or|of|in|for|the))+$", re.IGNORECASE)


def _whole(phrase: str) -> str:
    """The words pointed to without joints at their edges and without half a bracket."""
    cut = phrase.rfind("(") if phrase.count("(") > phrase.count(")") else len(phrase)
    return _ENDS.sub("", _BEGINS.sub("", phrase[:cut].rstrip(" ,")))


def _short(phrase: str, stretch: str) -> str:
    """The short form that the article defines behind a phrase ("industri kecil dan menengah (IKM)" → "IKM"), else the phrase."""
    match = _DEFINED.match(stretch)
    return match.group(2) if match and phrase.startswith(" ".join(match.group(1).split())) else phrase
