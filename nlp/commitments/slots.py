"""The slots of a commitment that name somebody: payers, receivers, programme."""

from __future__ import annotations

from collections.abc import Sequence

from nlp.analysis import Actor, Entity, EntityType, Kind, Recipient
from nlp.commitments.bodies import Bodies
from nlp.commitments.contexts import Context
from nlp.commitments.frames import Frame
from nlp.commitments.learned.encoder import Judgement
from nlp.commitments.parties import Parties
from nlp.commitments.payers import Payers
from nlp.commitments.phrases import leading_number
from nlp.commitments.receivers import Receivers
from nlp.entities import Found, Mention

_PROGRAMME_GAIN = 0.5
"""What a programme gains of what a payer would."""
_NEVER_UNDER_A_SCHEME = (Kind.INVESTMENT, Kind.TRANSACTION, Kind.PURCHASE)


class Slots:
    """Fills the slots of one article's frames."""

    def __init__(self, title: str, text: str, found: Found) -> None:
        """Keep what all frames of the article share."""
        self._title, self._text, self._found = title, text, found
        bodies = Bodies(title, text, found)
        self._payers, self._receivers = Payers(bodies), Receivers(bodies)
        named = [m for m in found.mentions if found.entities[m.entity].type is EntityType.PROGRAMME]
        self._programmes = [m for m in named if m.entity not in found.no_schemes]

    def parties(self, said: Sequence[Judgement] = ()) -> Parties:
        """What the encoder says of names beside the amounts that it judged so."""
        return Parties(self._title, self._text, said)

    def actors(self, frame: Frame, kind: Kind | None = None, parties: Parties | None = None) -> tuple[list[Actor], str]:
        """The payers and the rule that chose them (nlp.commitments.payers)."""
        return self._payers.actors(frame, kind, parties or self.parties())

    def is_private(self, actor: Actor) -> bool:
        """Whether a payer is a company."""
        return self._payers.is_private(actor)

    def beneficiaries(self, frame: Frame, actors: Sequence[Actor], kind: Kind, parties: Parties) -> list[str]:
        """The receivers (nlp.commitments.receivers), never the programme itself."""
        named = {self._found.entities[mention.entity].name.casefold() for mention in self._programmes}
        names = self._receivers.beneficiaries(frame, actors, kind, parties)
        kept = [name for name in names if name.casefold().removeprefix("program ") not in named]
        return kept if kept or not names else self._receivers.group(frame.head)

    def programme(self, frame: Frame, kind: Kind | None = None, parties: Parties | None = None) -> Entity | None:
        """The programme named in the amount's sentence, else in the one before, else the only one of the title; one that the encoder
        points to gains, one that it passes over loses.
        """
        best: tuple[float, Entity] | None = None
        heard = parties or self.parties()
        for context in frame.contexts:
            for mention in self._programmes:
                entity = self._found.entities[mention.entity]
                likely = heard.likely("programme", mention.field, [(mention.start, mention.end)])
                score = self._programme_score(mention, context, kind) + _PROGRAMME_GAIN * heard.gain(likely)
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

    def recipients(self, names: Sequence[str], counted: int | None) -> list[Recipient]:
        """The receivers with their numbers ("lima perusahaan rintisan" → 5) and registry ids; a single one without takes `counted`."""
        known = {entity.name.casefold(): entity.id for entity in self._found.entities}
        alone = counted if len(names) == 1 else None
        return [Recipient(name=name, number=leading_number(name) or alone, id=known.get(name.casefold())) for name in names]
