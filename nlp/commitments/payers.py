"""Who provides: candidates among an article's bodies, countries and the state, chosen by where they stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from nlp.analysis import Actor, Entity, EntityType, Kind
from nlp.commitments.bodies import Bodies
from nlp.commitments.contexts import Context
from nlp.commitments.frames import Frame
from nlp.commitments.parties import LEAST, Parties
from nlp.commitments.phrases import joined
from nlp.commitments.tables import kind_table, pattern, words
from nlp.commitments.tables import slot_table as slots
from nlp.commitments.unregistered import Unregistered, UnregisteredPayers
from nlp.entities import Mention

_SHARE_WITHIN = 70
_AFAR = ("sentence-before", "title")
"""Rules of payers that do not stand in the amount's own sentence."""
_ARM = 3.2
"""The score of a name behind "melalui anak usahanya", as of a known one."""
_OPEN = 0.8
"""What a name that only the encoder points to has before it gains."""
_GENERIC_ACTS = 2.0
"""Score from which a generic payer is the subject of a verb of providing."""
_PERCENT = re.compile(r"(\d{1,3}(?:[.,]\d+)?)\s?(?:%|persen\b|percent\b)")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A named body near an amount: the mention, its entity and how well it fits as payer."""

    mention: Mention
    entity: Entity
    score: float
    rule: str


class Payers:
    """Finds the payers of one article's frames."""

    def __init__(self, bodies: Bodies) -> None:
        """Over the bodies of one article."""
        self._bodies, self._unregistered = bodies, UnregisteredPayers(bodies)

    def actors(self, frame: Frame, kind: Kind | None, parties: Parties) -> tuple[list[Actor], str]:
        """The payers, all named partners of a joint one; a generic "pemerintah" where the sentence says it and no body is named.
        What the encoder points to (`parties`) gains, what it passes over loses.
        """
        if kind is Kind.INVESTMENT and pattern("slots", "state_capital").search(frame.head.sentence):
            kind = Kind.BUDGET
        best = self._best(frame, kind, parties)
        states = self._gained(self._unregistered.countries(frame), parties)
        if states is not None and (best is None or best.score < states.score):
            return _named(states.names), "country"
        generic = self._gained(self._unregistered.generic(frame), parties)
        unknown = self._unknown(frame, parties, best)
        if unknown is not None and (generic is None or generic.score < max(unknown.score, _GENERIC_ACTS)):
            return _named(unknown.names), unknown.rule
        if best is None or (generic is not None and best.score < generic.score):
            if generic is not None:
                return _named(generic.names), "generic-payer"
            state = kind in slots().state_kinds and self._is_public(frame)
            return (_named([slots().state]), "generic-payer") if state else ([], "no-payer")
        partners = [best, *self._partners(best), *self._partners_behind(best, frame)]
        ordered = sorted(partners, key=lambda item: (item.mention.field != best.mention.field, item.mention.start))
        entities = dict.fromkeys(item.mention.entity for item in ordered)
        return [self._with_share(_actor(self._bodies.found.entities[index]), index, frame, len(entities)) for index in entities], best.rule

    def _best(self, frame: Frame, kind: Kind | None, parties: Parties) -> Candidate | None:
        """The named body that fits best."""
        candidates = [_suited(candidate, kind) for context in frame.contexts for candidate in self._payers(context)]
        acting = {item.mention.entity for item in candidates if item.rule in ("active-subject", "passive-by", "through", "sold-to")}
        receivers = {item.mention.entity for item in candidates if item.rule in ("receiver", "bought")} - acting
        likely = {entity: self._likely(entity, parties) for entity in {mention.entity for mention in self._bodies.all}}
        receivers = {entity for entity in receivers if (likely[entity] or 0.0) < LEAST}
        near = {item.mention.entity for item in candidates}
        candidates += [
            Candidate(mention, self._bodies.entity(mention), 0.0, "pointed")
            for mention in self._bodies.all
            if mention.entity not in near and (likely[mention.entity] or 0.0) >= LEAST and not self._never(self._bodies.entity(mention))
        ]
        candidates = [replace(item, score=item.score + parties.gain(likely[item.mention.entity])) for item in candidates]
        return max(
            (item for item in candidates if item.score > 0 and item.mention.entity not in receivers),
            key=lambda item: item.score,
            default=None,
        )

    def _likely(self, entity: int, parties: Parties) -> float | None:
        """How likely the encoder points to a body, by the mention that it points to most."""
        said = [parties.likely("payer", m.field, [(m.start, m.end)]) for m in self._bodies.all if m.entity == entity]
        return max((value for value in said if value is not None), default=None)

    @staticmethod
    def _gained(payer: Unregistered | None, parties: Parties) -> Unregistered | None:
        if payer is None:
            return None
        return replace(payer, score=payer.score + parties.gain(parties.likely("payer", payer.field, payer.places)))

    def _unknown(self, frame: Frame, parties: Parties, best: Candidate | None) -> Unregistered | None:
        """A name no registry knows: the arm of a group, what the encoder points to, unless a known body fits better; else a subject of
        providing.
        """
        arm = self._unregistered.arm(frame) if best is None or best.rule != "through" else None
        if arm:
            return Unregistered([arm], _ARM, "text", (), "through")
        for run in parties.names("payer"):
            name = parties.written(run)
            if not run.touches(self._bodies.found.mentions) and _is_name(name):
                score = _OPEN + parties.gain(run.likely)
                if best is None or best.score < score:
                    return Unregistered([name], score, run.field, ((run.start, run.end),), "pointed-name")
        subject = self._unregistered.subject(frame) if best is None or best.rule in _AFAR else None
        return Unregistered([subject], 0.0, "text", (), "unknown-subject") if subject else None

    def _with_share(self, actor: Actor, entity: int, frame: Frame, payers: int) -> Actor:
        """The payer with its percentage, where several pay and the sentence or the next one states it behind the name."""
        head = frame.head
        if payers == 1:
            return actor
        for mention in self._bodies.within(head.start, head.end + len(head.after) + 2):
            if mention.entity != entity:
                continue
            stretch = self._bodies.text[mention.end : mention.end + min(_SHARE_WITHIN, self._bodies.next_body(mention))]
            percent = _PERCENT.search(stretch)
            if percent and pattern("slots", "share_words").search(stretch[: percent.start()]):
                return actor.model_copy(update={"share": Decimal(percent.group(1).replace(",", "."))})
        return actor

    def is_private(self, actor: Actor) -> bool:
        """Whether a payer is a company."""
        return any(entity.type is EntityType.COMPANY for entity in self._bodies.found.entities if entity.name == actor.name)

    def _is_public(self, frame: Frame) -> bool:
        """Whether the state's money is spoken of around the amount, or one who holds an office speaks of it."""
        signs = pattern("slots", "state_signs")
        near = any(signs.search(context.sentence) or signs.search(context.before) for context in frame.contexts)
        return near or signs.search(self._bodies.title) is not None or any(map(self._has_official, frame.contexts))

    def _has_official(self, context: Context) -> bool:
        """Whether somebody who holds or held an office is named in the amount's sentence."""
        people = (self._bodies.entity(mention) for mention in self._bodies.found.within(context.start, context.end))
        return any(entity.type is EntityType.PERSON and entity.id is not None for entity in people)

    def _payers(self, context: Context) -> list[Candidate]:
        """Every body of the amount's sentence, its neighbour and the title, scored."""
        out = [self._scored(mention, context) for mention in self._bodies.all if mention.field == "text" and self._near(mention, context)]
        out += [self._titled(mention) for mention in self._bodies.all if mention.field == "title"]
        return [item for item in out if not self._never(item.entity)]

    def _titled(self, mention: Mention) -> Candidate:
        """A body of the title: a payer unless it stands there as receiver or speaker."""
        standing, rule = self._bodies.standing(mention, self._bodies.title[: mention.start], self._bodies.title[mention.end :])
        score = 1.1 - mention.start / 1000 if standing > 1 else -1.0
        return Candidate(mention, self._bodies.entity(mention), score, "title" if standing > 1 else rule)

    @staticmethod
    def _never(entity: Entity) -> bool:
        return entity.id in slots().never_payers or bool(pattern("slots", "never_names").search(entity.name))

    def _near(self, mention: Mention, context: Context) -> bool:
        return context.start - 420 <= mention.start < context.end

    def _scored(self, mention: Mention, context: Context) -> Candidate:
        entity = self._bodies.entity(mention)
        if mention.start < context.start:
            if self._bodies.receives(mention, self._bodies.text[max(0, mention.start - 14) : mention.start]):
                return Candidate(mention, entity, -1.0, "receiver")
            gap = context.start - mention.end
            frequent = len(entity.mentions) / 6
            score = 1.0 - gap / 600 + min(frequent, 0.5) - (0.5 if mention.kind == "reference" else 0.0)
            return Candidate(mention, entity, score, "sentence-before")
        left, right = self._bodies.text[context.start : mention.start], self._bodies.text[mention.end : context.end]
        score, rule = self._bodies.standing(mention, left, right)
        if mention.start > context.money.start:
            score -= 0.2 if rule in ("passive-by", "through", "sold-to") else 0.9
        if mention.kind == "role":
            score -= 0.4
        return Candidate(mention, entity, score + (0.25 if not left.strip() else 0.0), rule)

    def _partners(self, best: Candidate) -> list[Candidate]:
        """Bodies joined to the best one: "A, B, dan C", "A bersama B", "A menggandeng B"."""
        same = sorted((m for m in self._bodies.all if m.field == best.mention.field), key=lambda m: m.start)
        place = same.index(best.mention)
        out: list[Candidate] = []
        text = self._bodies.title if best.mention.field == "title" else self._bodies.text
        for step in (1, -1):
            anchor, position = best.mention, place + step
            while 0 <= position < len(same):
                other = same[position]
                first, second = (anchor, other) if step > 0 else (other, anchor)
                if not joined(text[first.end : second.start]):
                    break
                out.append(Candidate(other, self._bodies.found.entities[other.entity], best.score, "partner"))
                anchor, position = other, position + step
        return out

    def _partners_behind(self, best: Candidate, frame: Frame) -> list[Candidate]:
        """Bodies behind "menggandeng" where the next sentence begins with the payer."""
        head = frame.head
        behind = [m for m in self._bodies.all if m.field == "text" and head.end <= m.start <= head.end + len(head.after) + 2]
        if not behind or behind[0].entity != best.mention.entity or len(behind) == 1:
            return []
        if not pattern("slots", "partners").match(self._bodies.text[behind[0].end : behind[1].start].strip()):
            return []
        first = Candidate(behind[1], self._bodies.found.entities[behind[1].entity], best.score, "partner")
        return [first, *(item for item in self._partners(first) if item.mention.start > behind[0].start)]


def _suited(item: Candidate, kind: Kind | None) -> Candidate:
    """The candidate as well as it can pay for this kind of undertaking, if it does not stand beside the amount."""
    if kind is None or item.rule not in _AFAR:
        return item
    loses = slots().afar.get(kind, {}).get(item.entity.type, 0.0)
    if kind is Kind.CREDIT and not words(kind_table().lenders).search(item.entity.canonical):
        loses += slots().afar_no_lender
    return replace(item, score=item.score - loses)


def _is_name(text: str) -> bool:
    """Whether words that are pointed to can name a payer that nobody knows."""
    return len(text) > 1 and not pattern("slots", "never_names").search(text) and any(letter.isalpha() for letter in text)


def _named(names: Sequence[str]) -> list[Actor]:
    return [Actor(name=name, canonical=name) for name in names]


def _actor(entity: Entity) -> Actor:
    return Actor(name=entity.name, canonical=entity.canonical, aliases=entity.aliases, id=entity.id)
