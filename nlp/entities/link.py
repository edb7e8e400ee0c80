"""Which registered person a named person is: by name, and by the office the article or its date gives.

Source of the method: rules of this project. A person whose stated role fits none of the registered offices keeps no id, for
ministers share their names with managers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nlp.entities.hits import Claims, Hit
from nlp.entities.lexicon import Lexicon
from nlp.registry import Registry, Row, comparable

ROLE_WORDS = 4
"""Letters from which a word of a role can tell an office."""


def link_people(people: list[Hit], registered: list[Hit], registry: Registry, lexicon: Lexicon, claims: Claims) -> Iterator[Hit]:
    """The people found by rule, with the id of the registered person they are, and the registered names no rule has found."""
    for person in people:
        inner = next((hit for hit in registered if hit.overlaps(person)), None)
        row = registry.get(inner.id) if inner else None
        if inner and row and (not person.role or holds(row, person.role, registry, lexicon)):
            yield replace(person, key=row.id, id=row.id)
        else:
            yield person
    for hit in registered:
        if claims.free(hit.view, hit.start, hit.end):
            claims.take(hit)
            yield hit


def holds(row: Row, role: str, registry: Registry, lexicon: Lexicon) -> bool:
    """Whether a stated role fits one of a person's offices: the office's words or its body's names stand in it."""
    stated = set(comparable(role).split())
    for office in row.offices:
        body = registry.get(office.body)
        names = [office.title, *((body.name, *(alias.text for alias in body.aliases)) if body else ())]
        words = {word for name in names for word in comparable(name).split() if len(word) >= ROLE_WORDS}
        if stated & (words - lexicon.empty_words) or office.body in {lexicon.offices.get(word) for word in stated}:
            return True
        if "presiden" in stated and comparable(office.title).endswith("presiden"):
            return True
    return False
