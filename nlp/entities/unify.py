"""Hits that mean one entity get one key: siblings of a group, longer and shorter forms of a name, spellings of a person.

Source of the method: rules of this project (same-article coreference).
"""

from __future__ import annotations

import re
from dataclasses import replace

from nlp.analysis import EntityType
from nlp.entities.hits import ORGANISATIONS, Hit
from nlp.entities.matcher import bare_name
from nlp.registry import Registry, comparable

EMPTY_TAILS = frozenset(
    {"indonesia", "internasional", "international", "group", "grup", "corporation", "co", "company", "holding", "holdings"}
)
"""Words by which a firm's name grows without becoming another firm."""
END = 1 << 30
"""An offset behind every text."""
INNER = re.compile(r"^(?P<outer>.+?) \((?P<inner>[^()]+)\) (?P<rest>.+)$")


def inner_variants(name: str) -> tuple[str, ...]:
    """The short ways to write a name with a bracket inside: "Yayasan Perguruan X (PX) Y" → "Yayasan PX Y", "PX Y"."""
    found = INNER.match(name)
    if not found:
        return ()
    return f"{found['outer'].split()[0]} {found['inner']} {found['rest']}", f"{found['inner']} {found['rest']}"


def siblings(hits: list[Hit]) -> list[Hit]:
    """A group's bare name means the sibling named in full before it, if the article never names the group itself in full:
    "Lotte" after "PT Lotte Chemical Indonesia". A name that only the title has means what the text names in full. The
    first sibling named counts.
    """
    full = {hit.key for hit in hits if hit.id and (" " in bare_name(hit.name) or hit.name.startswith("PT "))}
    text = [hit for hit in hits if hit.type is EntityType.COMPANY and hit.view.field == "text"]
    moved: dict[str, Hit] = {}
    title = [hit for hit in hits if hit.type is EntityType.COMPANY and hit.view.field == "title"]
    for hit in [*sorted(text, key=lambda hit: hit.start), *title]:
        if hit.id and hit.key not in full and " " not in hit.name and hit.key not in moved:
            start, before = f"{hit.name} ".casefold(), hit.start if hit.view.field == "text" else END
            earlier = (other for other in text if other.start < before and bare_name(other.name).casefold().startswith(start))
            moved[hit.key] = next(earlier, hit)
    return [replace(hit, key=to.key, id=to.id, kind="short") if (to := moved.get(hit.key)) and to.key != hit.key else hit for hit in hits]


def unify_organisations(hits: list[Hit]) -> list[Hit]:
    """One key for open names where one is the beginning of another ("Dinas Kesehatan", "Dinas Kesehatan Kabupaten X"), and for the
    short ways to write a name with a bracket inside ("Yayasan … (PPNU) Trate" and "Yayasan PPNU Trate").
    """
    keys = sorted({hit.key for hit in hits if hit.type in ORGANISATIONS and not hit.id}, key=len, reverse=True)
    heads: dict[str, str] = {}
    for key in keys:
        longer = [head for head in keys if head not in heads and head.startswith(f"{key} ")]
        if len(longer) == 1 and " " in key:
            heads[key] = longer[0]
    for hit in hits:
        if hit.id and hit.type is EntityType.COMPANY and " " in bare_name(hit.name):
            start = f"{comparable(hit.name)} "
            heads |= {key: hit.key for key in keys if key.startswith(start) and set(key[len(start) :].split()) <= EMPTY_TAILS}
        for variant in inner_variants(hit.name) if hit.type in ORGANISATIONS else ():
            if comparable(variant) in keys and comparable(variant) != hit.key:
                heads[comparable(variant)] = hit.key
    ids = {hit.key: hit for hit in hits}
    return [
        replace(hit, key=head, id=ids[head].id, kind="short") if not hit.id and (head := heads.get(hit.key)) and head in ids else hit
        for hit in hits
    ]


def unify_people(hits: list[Hit], registry: Registry) -> list[Hit]:
    """One key for the forms of a person's name: "Airlangga" and "Airlangga Hartarto", "Taufiek" and "Taufik S. Arief"."""
    people = sorted({hit.key for hit in hits if hit.type is EntityType.PERSON and not hit.id}, key=lambda key: -len(key))
    known = {hit.key: comparable(registry.label(hit.id)) for hit in hits if hit.type is EntityType.PERSON and hit.id}
    heads: dict[str, str] = {key: key for key in known}
    words: dict[str, list[str]] = {key: name.split() for key, name in known.items()}
    for key in people:
        mine = key.split()
        owner = next((head for head, theirs in words.items() if _same_person(mine, theirs)), None)
        heads[key] = owner or key
        if owner is None:
            words[key] = mine
    ids = {hit.key: hit.id for hit in hits if hit.id}
    return [
        replace(hit, key=heads[hit.key], id=ids.get(heads[hit.key], hit.id)) if hit.type is EntityType.PERSON and hit.key in heads else hit
        for hit in hits
    ]


def _same_person(short: list[str], full: list[str]) -> bool:
    return all(any(_same_word(word, other) for other in full) for word in short)


def _same_word(word: str, other: str) -> bool:
    if word == other:
        return True
    if len(word) == 1 or len(other) == 1:
        return word[0] == other[0]
    if min(len(word), len(other)) < 5:
        return False
    return other.startswith(word) or _one_letter_apart(word, other)


def _one_letter_apart(word: str, other: str) -> bool:
    if abs(len(word) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(word), len(other)) and word[start] == other[start]:
        start += 1
    return word[start + 1 :] == other[start:] or word[start:] == other[start + 1 :] or word[start + 1 :] == other[start + 1 :]
