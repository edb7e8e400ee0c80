"""Registered names in a text: one Aho-Corasick pass over all aliases, then word borders, case rules, years and context."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

import ahocorasick

from nlp.analysis import EntityType
from nlp.entities.hits import Hit, MentionKind
from nlp.entities.lexicon import Lexicon
from nlp.entities.view import View, make_view
from nlp.registry import Registry, Row, Rule
from nlp.registry.files import default_rule

MEDIA = "media"
LEGAL = re.compile(r"^(?:PT|CV|Perum|Perumda|Persero)\.? |(?:,? ?\(?(?:Persero|Perseroda|Tbk)\)?\.?)+$")
SHORTEST_SINGLE = 5
"""A legal name of one word counts without "PT" only from this length on; "Timah" and "Harum" need more."""
SHORT_CAPITALS = 6
"""Capitals up to this length are an abbreviation: another spelling is another word."""
MARKET = ("saham", "emiten", " tbk")
"""Words of an article about shares: in it a ticker alone names its company, unless the ticker is a word."""
GLUED = 12
"""Letters from which a name counts although no space parts it from its neighbour."""
GRACE = 1
"""Years by which a former name outlives its end in the news."""


@dataclass(frozen=True, slots=True)
class Name:
    """One way to write a registered name."""

    id: str
    type: EntityType
    text: str
    rule: Rule
    since: int = 0
    until: int = 9999
    ticker: bool = False


def bare_name(name: str) -> str:
    """A company's name without its legal form: "PT Astra International Tbk" → "Astra International"."""
    return LEGAL.sub("", LEGAL.sub("", name)).strip()


class Matcher:
    """All names of a registry and of the media houses, ready to be found. Made once; safe to share between threads."""

    def __init__(self, registry: Registry, lexicon: Lexicon) -> None:
        """Build the automaton (about 0.1 s)."""
        self._lexicon = lexicon
        abroad = (re.escape(country) for country in lexicon.countries if country not in ("Indonesia", "RI"))
        self._abroad = re.compile(rf" (?:{'|'.join(abroad)})(?!\w)")
        self._leaders = tuple(f"{role} " for role in lexicon.roles)
        names: defaultdict[str, list[Name]] = defaultdict(list)
        for row in registry.rows():
            for name in row_names(row):
                names[_folded(name.text)].append(name)
        for outlet in (*lexicon.media, *lexicon.phrases):
            names[_folded(outlet)].append(Name(MEDIA, EntityType.ORGANISATION, outlet, Rule.EXACT))
        self._automaton = ahocorasick.Automaton()
        for text, owners in names.items():
            self._automaton.add_word(text, (len(text), tuple(owners)))
        self._automaton.make_automaton()

    def find(self, views: Iterable[View], published: date | None) -> list[Hit]:
        """The registered names of the views, the longest at each place; media houses and phrases that are no name have id "media".

        A name that needs context counts only if its owner is named otherwise in one of the views, or, for an association, behind the
        title of its head ("Ketua Umum API").
        """
        candidates = [(view, start, end, owners) for view in views for start, end, owners in self._raw(view, published)]
        named = {owner.id for _, _, _, owners in candidates for owner in owners if owner.rule is not Rule.CONTEXT and len(owners) == 1}
        market = any(word in view.lower for view in views for word in MARKET)
        hits = []
        for view, start, end, owners in candidates:
            led = view.text[max(0, start - 40) : start].endswith(self._leaders)
            fit = [
                owner
                for owner in owners
                if owner.rule is not Rule.CONTEXT
                or owner.id in named
                or (market and self._plain(owner))
                or (led and owner.type is EntityType.ASSOCIATION)
            ]
            if fit:
                best = next((owner for owner in fit if owner.id in named), fit[0])
                kind: MentionKind = "ticker" if best.ticker else "name"
                hits.append(Hit(view, start, end, best.type, view.text[start:end], best.id, best.id, kind, "registry"))
        return longest(hits)

    def _plain(self, name: Name) -> bool:
        return name.ticker and name.text not in self._lexicon.ticker_words

    def _raw(self, view: View, published: date | None) -> Iterator[tuple[int, int, list[Name]]]:
        text, lower = view.text, view.lower
        for last, (length, names) in self._automaton.iter(lower):
            start, end = last - length + 1, last + 1
            if not (_border(text, start, length) and _border(text, end, length)):
                continue
            if not view.cased and length <= SHORT_CAPITALS and text[max(0, start - 2) : start].rstrip()[-1:].isdigit():
                continue
            surface = text[start:end]
            owners = [name for name in names if self._fits(name, surface, view.cased, published)]
            if owners and not (owners[0].type is EntityType.PUBLIC_BODY and self._abroad.match(text, end)):
                yield start, end, owners

    def _lone(self, name: Name, surface: str) -> bool:
        """Whether one word names by itself even without capitals: an abbreviation or long enough, and no word of the language."""
        common = surface in self._lexicon.lower_stop or surface in self._lexicon.common_words
        return (len(surface) >= SHORTEST_SINGLE or name.text.isupper()) and not common

    def _fits(self, name: Name, surface: str, cased: bool, published: date | None) -> bool:
        if name.rule is Rule.QUERY or not in_use(name, published.year if published else None):
            return False
        if name.rule is Rule.ANY or surface == name.text:
            return True
        if not cased:
            return not name.ticker and (" " in surface or self._lone(name, surface))
        if name.rule is Rule.EXACT or (name.text.isupper() and len(name.text) <= SHORT_CAPITALS):
            return False
        pairs = zip(surface.split(), name.text.split(), strict=False)
        return all(given[:1].isupper() or not word[:1].isupper() or given in self._lexicon.connectors for given, word in pairs)


def in_use(name: Name, year: int | None) -> bool:
    """Whether a name was in use in a year, or a little before; without a year it may have been."""
    return year is None or name.since <= year <= name.until + GRACE


def _border(text: str, place: int, length: int) -> bool:
    """Whether a word begins or ends at a place. A long name may also be glued to the next word ("Kementerian KeuanganAskolani")."""
    if not 0 < place < len(text) or not (text[place - 1].isalnum() and text[place].isalnum()):
        return True
    return length >= GLUED and text[place - 1].islower() and text[place].isupper()


def longest(hits: Iterable[Hit]) -> list[Hit]:
    """The hits that do not overlap, the longer first, in order of place."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.view.field, hit.start - hit.end, hit.start)):
        if not any(hit.overlaps(other) for other in kept):
            kept.append(hit)
    return sorted(kept, key=lambda hit: (hit.view.field != "title", hit.start))


def row_names(row: Row) -> Iterator[Name]:
    """Every way in which a row's name may be written in a text, each once; what an alias says of a spelling holds for it."""
    ruled = {alias.text for alias in row.aliases}
    for alias in row.aliases:
        yield Name(row.id, row.type, alias.text, alias.rule, alias.since or 0, alias.until or 9999)
    for label in dict.fromkeys(filter(None, (row.name, row.name_en))):
        if label not in ruled:
            ruled.add(label)
            yield Name(row.id, row.type, label, default_rule(label))
    if row.type is EntityType.COMPANY and row.name.startswith(("PT ", "Perum ")):
        bare = bare_name(row.name)
        for text in (f"PT {bare}", f"PT {bare} (Persero) Tbk", f"PT {bare} (Persero)", f"{bare} Tbk", bare):
            single = text == bare and " " not in bare
            if text not in ruled and (not single or len(bare) >= SHORTEST_SINGLE + 2):
                ruled.add(text)
                yield Name(row.id, row.type, text, Rule.EXACT if single else Rule.CASED)
        if row.ticker:
            yield Name(row.id, row.type, row.ticker, Rule.CONTEXT, ticker=True)


def _folded(text: str) -> str:
    return make_view("text", text).lower
