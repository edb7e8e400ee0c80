"""From hits to entities: definitions in brackets, short forms learnt in the article, later mentions by one word, grouping.

Source of the method: rules of this project (same-article coreference).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from nlp.analysis import EntityType
from nlp.entities.hits import ORGANISATIONS, Claims, Hit
from nlp.entities.lexicon import Lexicon
from nlp.entities.view import View
from nlp.registry import Registry

BRACKET = re.compile(r" ?\( ?(?:selanjutnya disebut |disingkat |atau )?\"?(?P<short>[^()\"]{2,40}?)\"? ?\)")
TICKER = re.compile(r"^(?:IDX: ?|BEI: ?)?([A-Z]{4})$")
NICKNAME = re.compile(r" ?\( ?([A-Z][\w'-]{1,11}) ?\)")
CALLED = re.compile(r", (?:begitu )?(?:sapaan|panggilan)")
SHORT = re.compile(r"^[A-Z0-9](?:[\w&./'-]*[A-Z0-9a-z])(?: [A-Z][\w&./-]*){0,2}$")
COMMON_FIRST = frozenset(
    ["Bank", "PT", "Bursa", "Badan", "Asosiasi", "Grup", "Koperasi", "Perum", "Indonesia", "The", "Mitra", "Sinar", "Asuransi", "Dana"]
)


def nicknames(hits: list[Hit]) -> dict[str, str]:
    """Nicknames the article itself explains: "Maruarar Sirait (Ara)", "Tiko, sapaan akrabnya": nickname → key of the person."""
    places = {(id(hit.view), hit.start) for hit in hits if hit.type is not EntityType.PERSON}
    people = sorted((hit for hit in hits if hit.type is EntityType.PERSON), key=lambda hit: hit.start)
    found: dict[str, str] = {}
    for hit in people:
        bracket = NICKNAME.match(hit.view.text, hit.end)
        if bracket and (id(hit.view), bracket.start(1)) not in places:
            found[bracket[1]] = hit.key
        elif CALLED.match(hit.view.text, hit.end) and " " not in hit.name:
            before = [other for other in people if other.view is hit.view and other.end < hit.start and other.key != hit.key]
            if before:
                found[hit.name] = before[-1].key
    return found


def define(hits: list[Hit], registry: Registry) -> tuple[list[Hit], dict[str, str]]:
    """Read "Name (SHORT)" behind every hit: hits resolved by a ticker in brackets, and short form → key of its owner.

    Returns:
        The hits, with ids where the bracket gave one, and the short forms learnt.
    """
    by_start = {(id(hit.view), hit.start): hit for hit in hits}
    merged: dict[str, Hit] = {}
    shorts: dict[str, str] = {}
    for hit in hits:
        found = BRACKET.match(hit.view.text, hit.end)
        if not found or hit.type not in (*ORGANISATIONS, EntityType.PROGRAMME):
            continue
        inner = by_start.get((id(hit.view), found.start("short")))
        ticker = TICKER.match(found["short"])
        row = registry.get(f"idx:{ticker[1]}") if ticker else None
        if row and not hit.id and hit.type is EntityType.COMPANY:
            merged[hit.key] = replace(hit, key=row.id, id=row.id)
        elif inner and inner.id and not hit.id and inner.type in ORGANISATIONS and not inner.name.startswith("Kem"):
            merged[hit.key] = replace(hit, key=inner.id, id=inner.id, type=inner.type)
        elif (not inner or inner.id != hit.id) and not row and _abbreviates(found["short"], hit.name):
            shorts[found["short"]] = hit.key
    hits = [replace(hit, key=to.key, id=to.id, type=to.type) if (to := merged.get(hit.key)) and not hit.id else hit for hit in hits]
    return hits, {short: merged[key].key if key in merged else key for short, key in shorts.items()}


def _abbreviates(short: str, name: str) -> bool:
    """Whether a bracket looks like the name's short form: its letters stand in the name in this order, or it is capitals."""
    if not SHORT.match(short) or short.isdigit() or short.casefold() == name.casefold():
        return False
    letters = iter(name.casefold())
    in_order = all(letter in letters for letter in short.casefold() if letter.isalnum())
    return in_order or (short.isupper() and len(short) <= 8 and " " not in short) or (len(short.split()) == 1 and short[0].isupper())


def short_mentions(views: Iterable[View], shorts: dict[str, str], hits: list[Hit], claims: Claims) -> Iterator[Hit]:
    """Every further place of the short forms learnt in this article."""
    owners = {hit.key: hit for hit in hits}
    if not shorts:
        return
    pattern = re.compile(r"(?<!\w)(?:" + "|".join(re.escape(short) for short in sorted(shorts, key=len, reverse=True)) + r")(?!\w)")
    for view in views:
        for found in pattern.finditer(view.text):
            owner = owners.get(shorts[found.group()])
            if owner and claims.free(view, *found.span()):
                hit = Hit(view, *found.span(), owner.type, found.group(), owner.key, owner.id, "short", "bracket", 0.9)
                claims.take(hit)
                yield hit


def stems(hits: list[Hit], lexicon: Lexicon, views: tuple[View, ...]) -> dict[str, str]:
    """One-word short forms that the article itself uses: the first word of a company's name, any word of a person's.

    A word counts only for one owner, never if it also stands in lower case, and for a company never if it is a given name.
    """
    owners: defaultdict[str, set[str]] = defaultdict(set)
    for hit in hits:
        words = re.findall(r"[^\W\d_][\w'&+-]*", hit.name)
        if hit.type is EntityType.PERSON:
            for word in words:
                if len(word) > 2:
                    owners[word].add(hit.key)
        elif hit.type is EntityType.COMPANY and len(words) > 1:
            first = next((word for word in words if word not in COMMON_FIRST), "")
            if len(first) > 3 and first not in lexicon.given_names and first not in lexicon.stop_names:
                owners[first].add(hit.key)
    lowered = {word for view in views for word in re.findall(r"\b[a-z][\w'-]+", view.text)}
    return {word: next(iter(keys)) for word, keys in owners.items() if len(keys) == 1 and word[0].isupper() and word.lower() not in lowered}


def stem_mentions(views: Iterable[View], stems_of: dict[str, str], hits: list[Hit], claims: Claims) -> Iterator[Hit]:
    """Further places of one-word short forms, not inside a longer run of capitals."""
    owners = {hit.key: hit for hit in hits}
    for view in views:
        for found in re.finditer(r"(?<![\w-])[^\W\d_][\w'&+]*", view.text):
            key = stems_of.get(found.group())
            if key and key in owners and claims.free(view, *found.span()):
                owner = owners[key]
                hit = Hit(view, *found.span(), owner.type, found.group(), key, owner.id, "short", "stem", 0.8)
                claims.take(hit)
                yield hit


def in_full(hits: list[Hit], title: View, lexicon: Lexicon) -> list[Hit]:
    """People whose text gives only one name, with the fuller name that the title gives ("Sam Altman" for "Altman")."""
    longest: dict[str, int] = defaultdict(int)
    for hit in hits:
        if hit.type is EntityType.PERSON:
            longest[hit.key] = max(longest[hit.key], len(hit.name.split()))
    fuller = []
    for hit in hits:
        before = re.search(r"([^\W\d_][\w'-]+) $", title.text[: hit.start]) if hit.view is title else None
        lone = hit.type is EntityType.PERSON and longest[hit.key] == 1
        if lone and before and before[1] in lexicon.given_names and before[1].casefold() not in lexicon.common_words:
            fuller.append(replace(hit, start=before.start(1), name=title.text[before.start(1) : hit.end], kind="name"))
        else:
            fuller.append(hit)
    return fuller


def salient(hits: list[Hit], registry: Registry) -> list[Hit]:
    """Without the programmes that are common words ("subsidi listrik") where the article only mentions them in passing: once, and
    not in its title.
    """
    generic: defaultdict[str, list[Hit]] = defaultdict(list)
    for hit in hits:
        if hit.type is EntityType.PROGRAMME:
            generic[hit.key].append(hit)
    passing = {
        key
        for key, places in generic.items()
        if all(_common(hit, registry) for hit in places) and len(places) < 2 and places[0].view.field == "text"
    }
    return [hit for hit in hits if hit.key not in passing]


def _common(hit: Hit, registry: Registry) -> bool:
    """Whether a name is written as common words: no capital but those of abbreviations inside it. Where capitals are lost, whether the
    registry writes it so.
    """
    if hit.view.cased or not hit.id:
        return hit.name[:1].islower() and " " in hit.name
    row = registry.get(hit.id)
    return " " in hit.name and row is not None and any(alias.text == hit.name for alias in row.aliases)
