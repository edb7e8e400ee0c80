"""Who provides, who receives, under which programme: candidates from the recognised names, chosen by where they stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from nlp.analysis import Actor, Entity, EntityType, Kind, Recipient
from nlp.commitments.contexts import Context
from nlp.commitments.frames import Frame
from nlp.commitments.tables import pattern
from nlp.commitments.tables import slot_table as slots
from nlp.entities import Found, Mention
from nlp.money.tables import number_words

_PAYERS = (EntityType.COMPANY, EntityType.PUBLIC_BODY, EntityType.ASSOCIATION, EntityType.ORGANISATION)
_JOIN_GAP = 60
_PHRASE = 90
_MAX_WORDS = 9


@dataclass(frozen=True, slots=True)
class Candidate:
    """A named body near an amount: the mention, its entity and how well it fits as payer."""

    mention: Mention
    entity: Entity
    score: float
    rule: str


class Slots:
    """Fills the slots of one article's frames."""

    def __init__(self, title: str, text: str, found: Found) -> None:
        """Keep what all frames of the article share."""
        self._title, self._text, self._found = title, text, found
        self._bodies = [m for m in found.mentions if found.entities[m.entity].type in _PAYERS]
        self._programmes = [m for m in found.mentions if found.entities[m.entity].type is EntityType.PROGRAMME]

    # ------------------------------------------------------------------ who provides

    def actors(self, frame: Frame, kind: Kind | None = None) -> tuple[list[Actor], str]:
        """The payers, all named partners of a joint one; a generic "pemerintah" where the sentence says it and no body is named."""
        candidates = [candidate for context in frame.contexts for candidate in self._payers(context)]
        receivers = {item.mention.entity for item in candidates if item.rule in ("receiver", "bought")}
        candidates = [item for item in candidates if item.score > 0 and item.mention.entity not in receivers]
        best = max(candidates, key=lambda item: item.score, default=None)
        state = self._country(frame)
        if state is not None and (best is None or best.score < state[1]):
            return [Actor(name=state[0], canonical=state[0])], "country"
        generic = self._generic(frame)
        if best is None or (generic is not None and best.score < generic[1]):
            name = generic[0] if generic else slots().state if kind in slots().state_kinds and self._is_public(frame) else None
            return ([Actor(name=name, canonical=name)], "generic-payer") if name else ([], "no-payer")
        partners = [best, *self._partners(best)]
        entities = dict.fromkeys(item.mention.entity for item in partners)
        return [_actor(self._found.entities[index]) for index in entities], best.rule

    def is_private(self, actor: Actor) -> bool:
        """Whether a payer is a company."""
        return any(entity.type is EntityType.COMPANY for entity in self._found.entities if entity.name == actor.name)

    def _is_public(self, frame: Frame) -> bool:
        """Whether the state's money is spoken of around the amount."""
        signs = pattern("slots", "state_signs")
        return any(signs.search(context.sentence) or signs.search(context.before) for context in frame.contexts) or bool(
            signs.search(self._title)
        )

    def _payers(self, context: Context) -> list[Candidate]:
        """Every body of the amount's sentence, its neighbour and the title, scored."""
        out = [self._scored(mention, context) for mention in self._bodies if mention.field == "text" and self._near(mention, context)]
        out += [self._titled(mention) for mention in self._bodies if mention.field == "title"]
        return [item for item in out if not self._never(item.entity)]

    def _titled(self, mention: Mention) -> Candidate:
        """A body of the title: a payer unless it stands there as receiver or speaker."""
        standing, rule = self._standing(mention, self._title[: mention.start], self._title[mention.end :])
        score = 1.1 - mention.start / 1000 if standing > 1 else -1.0
        return Candidate(mention, self._found.entities[mention.entity], score, "title" if standing > 1 else rule)

    @staticmethod
    def _never(entity: Entity) -> bool:
        return entity.id in slots().never_payers or bool(pattern("slots", "never_names").search(entity.name))

    def _near(self, mention: Mention, context: Context) -> bool:
        return context.start - 420 <= mention.start < context.end

    def _scored(self, mention: Mention, context: Context) -> Candidate:
        entity = self._found.entities[mention.entity]
        if mention.start < context.start:
            if self._receives_here(mention, self._text[max(0, mention.start - 14) : mention.start]):
                return Candidate(mention, entity, -1.0, "receiver")
            gap = context.start - mention.end
            frequent = len(entity.mentions) / 6
            score = 1.0 - gap / 600 + min(frequent, 0.5) - (0.5 if mention.kind == "reference" else 0.0)
            return Candidate(mention, entity, score, "sentence-before")
        left, right = self._text[context.start : mention.start], self._text[mention.end : context.end]
        score, rule = self._standing(mention, left, right)
        if mention.start > context.money.start:
            score -= 0.9 if rule != "passive-by" else 0.2
        if mention.kind == "role":
            score -= 0.4
        return Candidate(mention, entity, score + (0.25 if not left.strip() else 0.0), rule)

    def _standing(self, mention: Mention, left: str, right: str) -> tuple[float, str]:
        """How a body stands in the amount's sentence, as a score and the rule that gave it."""
        if _source_end().search(left[-40:]):
            return 0.1, "source"
        if self._receives_here(mention, left) or _gets(right):
            return -1.0, "receiver"
        if _bought_end().search(left[-50:]):
            return -1.0, "bought"
        if _BY_END.search(left[-16:]):
            return 3.0, "passive-by"
        if pattern("slots", "speech").match(right.lstrip(" ,").removeprefix("juga ")):
            return 0.5, "speaker"
        if pattern("slots", "active").search(right[: min(70, self._next_body(mention))]):
            return 2.7, "active-subject"
        return 1.5, "same-sentence"

    def _next_body(self, mention: Mention) -> int:
        """Characters from the end of a body's name to the next body that it is not joined to."""
        for other in self._bodies[self._bodies.index(mention) + 1 :]:
            if other.field != mention.field:
                break
            if not _joined((self._text if mention.field == "text" else self._title)[mention.end : other.start]):
                return max(other.start - mention.end, 0)
        return 10_000

    def _receives_here(self, mention: Mention, left: str) -> bool:
        """Whether "kepada" stands before the body, or before bodies that it is joined to."""
        if _receives(left):
            return True
        text = self._text if mention.field == "text" else self._title
        place = self._bodies.index(mention)
        previous = self._bodies[place - 1] if place else None
        if previous is None or previous.field != mention.field or not _joined(text[previous.end : mention.start]):
            return False
        return _receives(text[max(0, previous.start - 14) : previous.start])

    def _partners(self, best: Candidate) -> list[Candidate]:
        """Bodies joined to the best one: "A, B, dan C", "A bersama B", "A menggandeng B"."""
        same = sorted((m for m in self._bodies if m.field == best.mention.field), key=lambda m: m.start)
        place = same.index(best.mention)
        out: list[Candidate] = []
        text = self._title if best.mention.field == "title" else self._text
        for step in (1, -1):
            anchor, position = best.mention, place + step
            while 0 <= position < len(same):
                other = same[position]
                first, second = (anchor, other) if step > 0 else (other, anchor)
                if not _joined(text[first.end : second.start]):
                    break
                out.append(Candidate(other, self._found.entities[other.entity], best.score, "partner"))
                anchor, position = other, position + step
        return out

    def _country(self, frame: Frame) -> tuple[str, float] | None:
        """A country that invests or pledges under its own name, by where it stands in the amount's sentence."""
        countries = pattern("slots", "countries")
        for context in frame.contexts:
            before = context.sentence[: context.money.start - context.start]
            for match in countries.finditer(before):
                if match.group() == match.group().lower():
                    continue
                if _BY_END.search(before[max(0, match.start() - 16) : match.start()]):
                    return match.group(), 2.5
                if pattern("slots", "active").match(before[match.end() :].lstrip()):
                    return match.group(), 2.6
        return None

    def _generic(self, frame: Frame) -> tuple[str, float] | None:
        generic = pattern("slots", "generic_payers")
        for context in frame.contexts:
            match = generic.search(context.sentence)
            if match and not any(m.start <= context.start + match.start() < m.end for m in self._bodies if m.field == "text"):
                acts = pattern("slots", "active").search(context.sentence[match.end() : match.end() + 60])
                return match.group().lower(), 2.4 if acts else 1.2
        match = generic.search(self._title) or generic.search(self._text[:400])
        return (match.group().lower(), 0.3) if match else None

    # ------------------------------------------------------------------ who receives

    def beneficiaries(self, frame: Frame, actors: Sequence[Actor], kind: Kind) -> list[str]:
        """Who or what receives, by the first reading that holds: a body behind "kepada" or before "menerima", the subject of a
        receiving verb, the phrase behind "untuk", the next sentence's "dana ini untuk …", the company whose shares are bought,
        the thing that is built, and for credit and aid the group that the article is about.
        """
        payers = {actor.name.casefold() for actor in actors} | {actor.canonical.casefold() for actor in actors}
        for read in (self._receiving_bodies, self._receiving_subject, self._phrase, self._resumed, self._object, self._bought):
            for context in frame.contexts:
                names = read(context, payers, kind)
                if names:
                    return names
        return self._group(frame.head) if kind in (Kind.CREDIT, Kind.AID, Kind.GRANT) else []

    def _receiving_bodies(self, context: Context, payers: set[str], kind: Kind) -> list[str]:  # noqa: ARG002
        """Bodies behind "kepada" or before "menerima" in the sentence; joined ones all."""
        out: list[str] = []
        for mention in self._inside(context):
            left, right = self._text[context.start : mention.start], self._text[mention.end : context.end]
            name = self._found.entities[mention.entity].name
            receives = self._receives_here(mention, left) or (_gets(right) and not _source_end().search(left[-40:]))
            if receives and name.casefold() not in payers:
                out.append(name)
        return list(dict.fromkeys(out))

    def _inside(self, context: Context) -> list[Mention]:
        return [m for m in self._bodies if m.field == "text" and context.start <= m.start < context.end]

    def _receiving_subject(self, context: Context, payers: set[str], kind: Kind) -> list[str]:  # noqa: ARG002
        """ "Lima peserta terbaik mendapatkan hadiah …": a short subject before a receiving verb."""
        before = context.sentence[: context.money.start - context.start]
        match = pattern("slots", "receive_verbs").search(before)
        if match is None:
            return []
        subject = re.split(r"[,;:\"“]|\bbahwa\b|\bthat\b", before[: match.start()])[-1]
        subject = re.sub(r"\b(?:akan|bakal|telah|sudah|bisa|dapat|juga)\s*\Z", "", subject.strip()).strip()
        return [subject] if 1 < len(subject.split()) <= _MAX_WORDS else []

    def _phrase(self, context: Context, payers: set[str], kind: Kind) -> list[str]:  # noqa: ARG002
        """The phrase behind "kepada", "untuk", "bagi": behind the amount first, then before it."""
        split = context.money.end - context.start
        for stretch in (context.sentence[split:], context.sentence[: context.money.start - context.start]):
            for match in pattern("slots", "receive_after").finditer(stretch):
                phrase = _noun_phrase(stretch[match.end() :])
                if phrase:
                    return [phrase]
        return []

    def _resumed(self, context: Context, payers: set[str], kind: Kind) -> list[str]:  # noqa: ARG002
        match = pattern("slots", "resumes").search(context.after)
        phrase = _noun_phrase(context.after[match.end() :]) if match else None
        return [phrase] if phrase else []

    def _object(self, context: Context, payers: set[str], kind: Kind) -> list[str]:  # noqa: ARG002
        """The plant, project or works that the money is for, nearest before the amount."""
        if kind not in (Kind.INVESTMENT, Kind.BUDGET, Kind.CREDIT):
            return []
        before = context.sentence[: context.money.start - context.start]
        matches = list(pattern("slots", "objects").finditer(before))
        phrase = _noun_phrase(before[matches[-1].start() :]) if matches else None
        return [phrase] if phrase else []

    def _bought(self, context: Context, payers: set[str], kind: Kind) -> list[str]:
        """The other company of a purchase of shares."""
        if kind is not Kind.TRANSACTION:
            return []
        near = [m for m in self._bodies if m.field == "text" and context.start - 300 <= m.start < context.end]
        for mention in near:
            entity = self._found.entities[mention.entity]
            known = {entity.name.casefold(), entity.canonical.casefold()}
            if entity.type is EntityType.COMPANY and not known & payers and entity.id not in slots().never_payers:
                return [entity.name]
        return []

    def _group(self, head: Context) -> list[str]:
        """The group of people or firms that the sentence, else the article, names as receivers."""
        groups = pattern("slots", "generic_receivers")
        match = groups.search(head.sentence) or groups.search(self._title) or groups.search(self._text)
        return [match.group()] if match else []

    # ------------------------------------------------------------------ programme

    def programme(self, frame: Frame, kind: Kind | None = None) -> Entity | None:
        """The programme named in the amount's sentence, else in the one before, else the only one of the title."""
        best: tuple[float, Entity] | None = None
        for context in frame.contexts:
            for mention in self._programmes:
                entity = self._found.entities[mention.entity]
                score = self._programme_score(mention, context, kind)
                if score > 0 and (best is None or score > best[0]):
                    best = (score, entity)
        return best[1] if best else None

    @staticmethod
    def _programme_score(mention: Mention, context: Context, kind: Kind | None) -> float:
        if context.start <= mention.start < context.end and mention.field == "text":
            return 2.0 - abs(mention.start - context.money.start) / 400
        if kind in _NEVER_UNDER_A_SCHEME:
            return 0.0
        if mention.field == "title":
            return 0.4
        return 0.8 - (context.start - mention.end) / 600 if context.start - 200 <= mention.start < context.start else 0.0

    def speaker(self, frame: Frame) -> str | None:
        """The person of the amount's sentence whose name stands beside a verb of speech."""
        head = frame.head
        for mention in self._found.within(head.start, head.end):
            if self._found.entities[mention.entity].type is not EntityType.PERSON:
                continue
            around = self._text[max(head.start, mention.start - 40) : mention.start] + " " + self._text[mention.end : mention.end + 40]
            if pattern("slots", "speech").search(around) or _SAID.search(around):
                return self._found.entities[mention.entity].name
        return None

    def recipients(self, names: Sequence[str]) -> list[Recipient]:
        """The receivers with their numbers ("lima perusahaan rintisan" → 5) and registry ids."""
        known = {entity.name.casefold(): entity.id for entity in self._found.entities}
        return [Recipient(name=name, number=_leading_number(name), id=known.get(name.casefold())) for name in names]


def _actor(entity: Entity) -> Actor:
    return Actor(name=entity.name, canonical=entity.canonical, aliases=entity.aliases, id=entity.id)


@cache
def _source_end() -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W_])(?:{slots().sources})\s+(?:\S+\s+){{0,2}}\Z", re.IGNORECASE)


@cache
def _bought_end() -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W_])(?:{slots().bought})\s+(?:[^\s,.]+\s+){{0,2}}(?:PT\.?\s*)?\Z", re.IGNORECASE)


_BY_END = re.compile(r"(?:oleh|dari|milik|by|from)\s*(?:PT\.?\s*)?\Z", re.IGNORECASE)
_RECEIVE_END = re.compile(r"(?:kepada|untuk|bagi|ke|for|to)\s*(?:PT\.?\s*)?\Z", re.IGNORECASE)


def _receives(left: str) -> bool:
    return bool(_RECEIVE_END.search(left[-14:]))


_ASIDE = re.compile(r"\s*,?\s*(?:menurut|kata|ujar|according to)\s[^,.]{0,60}?(?=\s(?:akan|bakal|telah|sudah)\b)")


def _gets(right: str) -> bool:
    """Whether a receiving verb follows a name, perhaps behind an aside ("menurut Kementerian X akan mendapat")."""
    aside = _ASIDE.match(right)
    rest = right[aside.end() :] if aside else right
    return bool(pattern("slots", "receive_verbs").search(rest[:24]))


_SAID = re.compile(r"\b(?:kata|ujar|tutur|ucap|jelas|ungkap|tegas|papar|imbuh|terang|sebut|said|says)(?:nya)?\b", re.IGNORECASE)
_NEVER_UNDER_A_SCHEME = (Kind.INVESTMENT, Kind.TRANSACTION, Kind.PURCHASE)
_BRACKETS = re.compile(r"\([^)]*\)")


def _joined(gap: str) -> bool:
    """Whether only joining words stand between two names."""
    if len(gap) > _JOIN_GAP:
        return False
    rest = _BRACKETS.sub(" ", gap)
    rest = pattern("slots", "joins").sub(" ", rest).replace(",", " ").replace("/", " ")
    return not rest.strip(" ()\u00a0") and bool(gap.strip())


def _noun_phrase(stretch: str) -> str | None:
    """The words of a receiver up to the first stop, or None where it is a time, a manner or a pronoun."""
    stretch = stretch[:_PHRASE]
    cut = re.search(r"[.,;:!?\"”“\n()]|\b\d{4}\b", stretch)
    stretch = stretch[: cut.start()] if cut else stretch
    stop = pattern("slots", "stops").search(stretch)
    stretch = stretch[: stop.start()] if stop else stretch
    tokens = stretch.split()
    if tokens and pattern("slots", "strip_verbs").fullmatch(tokens[0]):
        tokens = tokens[1:]
    if tokens and _VERB.fullmatch(tokens[0]) and len(tokens[0]) > 6:
        return None
    if not tokens or pattern("slots", "not_receiver").fullmatch(tokens[0]) or re.match(r"Rp|US\$|\d+[.,]?\d*%?$", tokens[0]):
        return None
    return " ".join(tokens[:_MAX_WORDS])


_VERB = re.compile(r"(?:me(?:m|n|ng|ny|l|r|w|y)|ber|di)[a-z]+(?:kan|i)?", re.IGNORECASE)


def _leading_number(name: str) -> int | None:
    match = re.match(r"(\d{1,3}(?:\.\d{3})*|\w+)\s", name)
    if match is None:
        return None
    raw = match.group(1).casefold()
    if raw[0].isdigit():
        return int(raw.replace(".", ""))
    value = number_words().digits.get(raw)
    return int(value) if value is not None and value == int(value) else None
