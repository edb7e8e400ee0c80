"""The slots of a commitment: payers, receivers, programme, speaker."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nlp.analysis import Actor, Entity, EntityType, Kind, Recipient
from nlp.commitments.bodies import Bodies
from nlp.commitments.contexts import Context
from nlp.commitments.frames import Frame
from nlp.commitments.payers import Payers
from nlp.commitments.phrases import leading_number
from nlp.commitments.receivers import Receivers
from nlp.commitments.tables import pattern
from nlp.entities import Found, Mention

_SAID = re.compile(r"\b(?:kata|ujar|tutur|ucap|jelas|ungkap|tegas|papar|imbuh|terang|sebut|said|says)(?:nya)?\b", re.IGNORECASE)
_DATELINE = 40
_NEVER_UNDER_A_SCHEME = (Kind.INVESTMENT, Kind.TRANSACTION, Kind.PURCHASE)


class Slots:
    """Fills the slots of one article's frames."""

    def __init__(self, title: str, text: str, found: Found) -> None:
        """Keep what all frames of the article share."""
        self._text, self._found = text, found
        bodies = Bodies(title, text, found)
        self._payers, self._receivers = Payers(bodies), Receivers(bodies)
        self._programmes = [m for m in found.mentions if found.entities[m.entity].type is EntityType.PROGRAMME]

    def actors(self, frame: Frame, kind: Kind | None = None) -> tuple[list[Actor], str]:
        """The payers and the rule that chose them (nlp.commitments.payers)."""
        return self._payers.actors(frame, kind)

    def is_private(self, actor: Actor) -> bool:
        """Whether a payer is a company."""
        return self._payers.is_private(actor)

    def beneficiaries(self, frame: Frame, actors: Sequence[Actor], kind: Kind) -> list[str]:
        """The receivers (nlp.commitments.receivers), never the programme itself."""
        named = {self._found.entities[mention.entity].name.casefold() for mention in self._programmes}
        names = self._receivers.beneficiaries(frame, actors, kind)
        kept = [name for name in names if name.casefold().removeprefix("program ") not in named]
        return kept if kept or not names else self._receivers.group(frame.head)

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

    def place(self, frame: Frame) -> str | None:
        """The BPS code of the place named nearest to the amount in its sentence; a dateline at the text's beginning is none."""
        head = frame.head
        best: tuple[int, str] | None = None
        for mention in self._found.within(head.start, head.end):
            identity = self._found.entities[mention.entity].id or ""
            if identity.startswith("bps:") and mention.start > _DATELINE:
                found = (abs(mention.start - head.money.start), identity.removeprefix("bps:"))
                best = min(best or found, found)
        return best[1] if best else None

    def recipients(self, names: Sequence[str]) -> list[Recipient]:
        """The receivers with their numbers ("lima perusahaan rintisan" → 5) and registry ids."""
        known = {entity.name.casefold(): entity.id for entity in self._found.entities}
        return [Recipient(name=name, number=leading_number(name), id=known.get(name.casefold())) for name in names]
