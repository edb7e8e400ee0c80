"""How the named bodies of an article stand: as payers, receivers, speakers, sources or things bought."""

from __future__ import annotations

from nlp.analysis import Entity, EntityType, Source
from nlp.commitments.phrases import bought_end, gets, joined, provided_by, receives, sells, source_end, through, works_end
from nlp.commitments.tables import pattern
from nlp.entities import Found, Mention

_PAYERS = (EntityType.COMPANY, EntityType.PUBLIC_BODY, EntityType.ASSOCIATION, EntityType.ORGANISATION)


class Bodies:
    """One article's named bodies with the text they stand in."""

    def __init__(self, title: str, text: str, found: Found) -> None:
        """Keep what the slots of all frames share."""
        self.title, self.text, self.found = title, text, found
        self.all = [m for m in found.mentions if found.entities[m.entity].type in _PAYERS]

    def entity(self, mention: Mention) -> Entity:
        """What a mention names."""
        return self.found.entities[mention.entity]

    def within(self, start: int, end: int) -> list[Mention]:
        """The bodies of the text that begin in a stretch."""
        return [m for m in self.all if m.field == "text" and start <= m.start < end]

    def at(self, place: int) -> bool:
        """Whether a body of the text is named at this place."""
        return any(m.start <= place < m.end for m in self.all if m.field == "text")

    def names(self, field: Source, start: int, end: int) -> set[str]:
        """What the bodies are called, in small letters, that a stretch of this field touches."""
        touched = {m.entity for m in self.all if m.field == field and m.start < end and start < m.end}
        entities = (self.found.entities[index] for index in touched)
        return {name.casefold() for entity in entities for name in (entity.name, entity.canonical)}

    def standing(self, mention: Mention, left: str, right: str) -> tuple[float, str]:
        """How a body stands in the amount's sentence, as a score and the rule that gave it."""
        if source_end().search(left[-40:]):
            return -0.5, "source"
        if self.receives(mention, left) or gets(right):
            return (2.8, "sold-to") if _sold_to(left, right) else (-1.0, "receiver")
        if bought_end().search(left[-50:]):
            return -1.0, "bought"
        if works_end().search(left[-40:]):
            return -1.0, "contractor"
        if sells(right):
            return -1.0, "seller"
        if mention.kind == "name" and through(left):
            return 3.2, "through"
        if provided_by(left):
            return 3.0, "passive-by"
        if pattern("slots", "speech").match(right.lstrip(" ,").removeprefix("juga ")):
            return 0.5, "speaker"
        if pattern("slots", "active").search(right[: min(70, self.next_body(mention))]):
            return 2.7, "active-subject"
        return 1.5, "same-sentence"

    def next_body(self, mention: Mention) -> int:
        """Characters from the end of a body's name to the next body that it is not joined to."""
        for other in self.all[self.all.index(mention) + 1 :]:
            if other.field != mention.field:
                break
            if not joined((self.text if mention.field == "text" else self.title)[mention.end : other.start]):
                return max(other.start - mention.end, 0)
        return 10_000

    def receives(self, mention: Mention, left: str) -> bool:
        """Whether "kepada" stands before the body, or before bodies that it is joined to."""
        if receives(left):
            return True
        text = self.text if mention.field == "text" else self.title
        place = self.all.index(mention)
        previous = self.all[place - 1] if place else None
        if previous is None or previous.field != mention.field or not joined(text[previous.end : mention.start]):
            return False
        return receives(text[max(0, previous.start - 14) : previous.start])


def _sold_to(left: str, right: str) -> bool:
    """Whether who stands behind "kepada" buys ("menjual saham … kepada Y")."""
    return pattern("slots", "sells").search(left) is not None and not gets(right)
