"""Which registered person a named person is: by name, and by the office the article or its date gives.

Source of the method: rules of this project. A person whose stated role fits none of the registered offices keeps no id, for
ministers share their names with managers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nlp.entities.hits import Claims, Hit
from nlp.entities.lexicon import Lexicon
from nlp.registry import Office, Registry, Row, comparable

ROLE_WORDS = 4
"""Letters from which a word of a role can tell an office."""


def link_people(people: list[Hit], registered: list[Hit], registry: Registry, lexicon: Lexicon, claims: Claims) -> Iterator[Hit]:
    """The people found by rule, with the id of the registered person they are, and the registered names no rule has found."""
    for person in people:
        inner = next((hit for hit in registered if hit.overlaps(person)), None)
        row = registry.get(inner.id) if inner else None
        office = office_of(row, person.role, registry, lexicon) if row and person.role else None
        if inner and row and (not person.role or office):
            body = person.affiliation or (office.body if office else "")
            yield replace(person, key=row.id, id=row.id, affiliation=body)
        else:
            yield person
    for hit in registered:
        if claims.free(hit.view, hit.start, hit.end):
            claims.take(hit)
            yield hit


def office_of(row: Row, role: str, registry: Registry, lexicon: Lexicon) -> Office | None:
    """The office of a person that a stated role fits: the office's words or its body's names stand in it; None if none does."""
    stated = set(comparable(role).split())
    for office in row.offices:
        body = registry.get(office.body)
        names = [office.title, *((body.name, body.name_en, *(alias.text for alias in body.aliases)) if body else ())]
        words = {word for name in names for word in comparable(name).split() if len(word) >= ROLE_WORDS}
        if stated & (words - lexicon.empty_words) or office.body in {lexicon.offices.get(word) for word in stated}:
            return office
        if "presiden" in stated and comparable(office.title).endswith("presiden"):
            return office
    return None
