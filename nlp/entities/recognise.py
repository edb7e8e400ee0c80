"""The whole recognition of one article: views → registered names → open organisations → people → programmes → entities."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date

from nlp.analysis import Entity, EntityType, Organisation, Source, Span
from nlp.entities.gather import define, in_full, nicknames, salient, short_mentions, stem_mentions, stems
from nlp.entities.headlines import close_headlines
from nlp.entities.hits import ORGANISATIONS, Claims, Hit, MentionKind
from nlp.entities.lexicon import Lexicon, load_lexicon
from nlp.entities.link import link_people
from nlp.entities.lists import ListedOrganisations
from nlp.entities.matcher import MEDIA, SHORT_CAPITALS, Matcher
from nlp.entities.opennames import OpenNames
from nlp.entities.organisations import OpenOrganisations
from nlp.entities.people import People
from nlp.entities.programmes import OpenProgrammes
from nlp.entities.references import References
from nlp.entities.tokens import Tokens, tokenise
from nlp.entities.unify import EMPTY_TAILS, siblings, unify_organisations, unify_people
from nlp.entities.view import View, make_view
from nlp.registry import Registry, Rule, load_registry

BUDGET = "budget"
"""The form of a pot of money ("subsidi energi"): undertakings are made under it, though it is no scheme of its own."""


@dataclass(frozen=True, slots=True)
class Mention:
    """One place where an entity is named or meant; `entity` is its index in `Found.entities`."""

    start: int
    end: int
    field: Source
    entity: int
    kind: MentionKind


@dataclass(frozen=True, slots=True)
class Found:
    """What one article names. The tuples are those that `nlp.analysis.Analysis` takes."""

    entities: tuple[Entity, ...] = ()
    organisations: tuple[Organisation, ...] = ()
    people: tuple[str, ...] = ()
    programmes: tuple[str, ...] = ()
    mentions: tuple[Mention, ...] = ()
    no_schemes: frozenset[int] = frozenset()
    """Indices of entities registered beside the programmes under which nobody pays (a rule, an agreement)."""

    def within(self, start: int, end: int, field: Source = "text") -> list[Mention]:
        """The mentions that lie in a stretch of title or text, in order."""
        return [mention for mention in self.mentions if mention.field == field and start <= mention.start and mention.end <= end]


class Recogniser:
    """Names of organisations, people, programmes and places. Made once (about 0.3 s), then only read: safe between threads."""

    def __init__(self, registry: Registry, lexicon: Lexicon, names: OpenNames | None = None) -> None:
        """Build the matcher and the open rules over a registry; `names` finds what neither knows."""
        self.registry, self.lexicon, self._names = registry, lexicon, names
        self._matcher = Matcher(registry, lexicon)
        self._organisations = OpenOrganisations(registry, lexicon)
        self._people = People(lexicon)
        self._programmes = OpenProgrammes(lexicon)
        self._references = References(lexicon)
        self._lists = ListedOrganisations(lexicon)

    @classmethod
    def load(cls, registry: Registry | None = None) -> Recogniser:
        """A recogniser over the given or the shipped registry, with the shipped NER. Raises ModelError where that is missing or damaged."""
        return cls(registry or load_registry(), load_lexicon(), OpenNames.load())

    def recognise(self, title: str, text: str, published: date | None = None) -> Found:
        """All entities of an article. Any two strings will do; offsets are code points of the strings as given."""
        views = (make_view("title", title), make_view("text", text))
        return self._found(self._hits(views, published))

    def _hits(self, views: tuple[View, ...], published: date | None) -> list[Hit]:
        claims, closed = Claims(), Claims()
        tokens = [tokenise(view) for view in views]
        for stretch in tokens:
            close_headlines(stretch, closed)
        hits = self._named(views, tokens, claims, closed, published)
        registered = [hit for hit in hits if hit.type is EntityType.PERSON]
        hits = [hit for hit in hits if hit.type is not EntityType.PERSON]
        people = [hit for stretch in tokens for hit in self._people.find(stretch, hits, claims, closed)]
        hits += link_people(people, registered, self.registry, self.lexicon, claims)
        for stretch in tokens:
            hits += self._lists.find(stretch, hits, claims, closed)
            hits += self._programmes.find(stretch, claims, closed)
        if self._names is not None:
            hits = self._names.amend(views, hits, claims, closed)
        found = hits
        hits, shorts = define(unify_people(unify_organisations(siblings(found)), self.registry), self.registry)
        moved = {old.key: new.key for old, new in zip(found, hits, strict=True)}
        hits = [replace(hit, affiliation=moved.get(hit.affiliation, hit.affiliation)) if hit.affiliation else hit for hit in hits]
        called = nicknames(hits)
        hits = [_renamed(hit, called if hit.type is EntityType.PERSON else shorts if hit.type in ORGANISATIONS else {}) for hit in hits]
        shorts |= called
        hits += short_mentions(views, shorts, hits, claims)
        hits += stem_mentions(views, stems(hits, self.lexicon, views), hits, claims)
        hits = salient(in_full(hits, views[0], self.lexicon), self.registry)
        hits += self._references.find(views, hits, claims)
        return sorted(hits, key=lambda hit: (hit.view.field != "title", hit.start))

    def _named(self, views: tuple[View, ...], tokens: list[Tokens], claims: Claims, closed: Claims, published: date | None) -> list[Hit]:
        """Registered names and open organisations, each stretch to the better of the two."""
        registered = self._matcher.find(views, published)
        for hit in registered:
            if hit.type not in (EntityType.PERSON, EntityType.PLACE):
                claims.take(hit)
        names = [hit for hit in registered if hit.id != MEDIA and not self._is_building(hit)]
        opened: list[Hit] = []
        for stretch in tokens:
            if stretch.view.cased:
                opened += self._organisations.find(stretch, closed, published.year if published else None)
        opened = [hit for hit in opened if not any(hit.overlaps(name) and _better(name, hit) for name in registered)]
        for hit in opened:
            claims.take(hit)
        return [*(name for name in names if not any(hit.overlaps(name) for hit in opened)), *opened]

    def _is_building(self, hit: Hit) -> bool:
        before = re.sub(r"\S*/$", "", hit.view.text[max(0, hit.start - 30) : hit.start]).split()  # "Gedung DPR/MPR"
        return hit.type in ORGANISATIONS and bool(before) and before[-1] in self.lexicon.buildings

    def _found(self, hits: list[Hit]) -> Found:
        groups: defaultdict[tuple[EntityType, str], list[Hit]] = defaultdict(list)
        kinds: dict[str, EntityType] = {}
        for hit in hits:
            kind = kinds.setdefault(hit.key, hit.type)
            if hit.kind != "reference":
                groups[kind, hit.key].append(hit)
        names: dict[str, str] = {}
        for hit in hits:
            if hit.kind == "name" and len(hit.name) >= len(names.get(hit.key, "")):
                names[hit.key] = hit.name
        names |= {hit.key: hit.id for hit in hits if hit.id}
        entities = [self._entity(members, names) for members in groups.values()]
        number = {key: index for index, key in enumerate(groups)}
        mentions = tuple(
            Mention(*hit.view.raw_span(hit.start, hit.end), hit.view.field, number[kinds[hit.key], hit.key], hit.kind) for hit in hits
        )
        rows = [self.registry.get(entity.id) if entity.id else None for entity in entities]
        formed = {index: row.form for index, row in enumerate(rows) if row and row.form}
        no_schemes = frozenset(index for index, form in formed.items() if form != BUDGET)
        return Found(
            tuple(entities),
            tuple(_organisation(entity) for entity in entities if entity.type in ORGANISATIONS),
            tuple(entity.name for entity in entities if entity.type is EntityType.PERSON),
            tuple(
                _with_short_form(entity, groups[kinds_key])
                for index, (entity, kinds_key) in enumerate(zip(entities, groups, strict=True))
                if entity.type is EntityType.PROGRAMME and index not in formed
            ),
            mentions,
            no_schemes,
        )

    def _entity(self, hits: list[Hit], names: dict[str, str]) -> Entity:
        named = [hit for hit in hits if hit.kind == "name"] or hits
        best = max(named, key=lambda hit: (len(hit.name.split()), len(hit.name)))
        identity = next((hit.id for hit in hits if hit.id), None)
        row = self.registry.get(identity) if identity else None
        forms = [hit.name for hit in hits]
        if row:
            forms += [row.name, row.name_en, *(alias.text for alias in row.aliases if alias.rule is not Rule.QUERY)]
        role = next((hit.role for hit in sorted(hits, key=lambda hit: -len(hit.name.split())) if hit.role), "")
        spans = tuple(
            Span(start=start, end=end, field=hit.view.field) for hit in hits for start, end in [hit.view.raw_span(hit.start, hit.end)]
        )
        return Entity(
            type=row.type if row else best.type,
            name=best.name,
            canonical=row.name if row else best.name,
            id=identity,
            aliases=tuple(form for form in dict.fromkeys(filter(None, forms)) if form != best.name),
            role=role or None,
            affiliation=next((names.get(hit.affiliation, hit.affiliation) for hit in hits if hit.affiliation), None),
            mentions=spans,
            confidence=max(hit.weight for hit in hits),
        )


def _better(name: Hit, opened: Hit) -> bool:
    """Whether a registered name keeps its stretch against an open one that overlaps it."""
    if name.id == MEDIA or (opened.id == name.id and opened.end - opened.start <= name.end - name.start):
        return True
    if not opened.contains(name) or (opened.rule == "tail" and name.end == opened.end and not opened.id):
        return True
    if opened.id:
        return False
    begins = name.start - opened.start <= len("PT ")
    if begins and name.type is not EntityType.COMPANY:
        return True
    rest = opened.name[name.end - opened.start :].split()
    if begins and rest and {word.casefold() for word in rest} <= EMPTY_TAILS:
        return True
    return begins and " " in name.name and not opened.name.startswith("PT") and len(rest) < 4


def _renamed(hit: Hit, owners: dict[str, str]) -> Hit:
    """The hit under the key of the entity whose short form it is."""
    return replace(hit, key=owners[hit.name], kind="short") if hit.name in owners else hit


def _with_short_form(entity: Entity, hits: list[Hit]) -> str:
    """A programme's name with the abbreviation the article also uses: "Kredit Usaha Rakyat (KUR)"."""
    short = next((hit.name for hit in hits if _is_short(hit) and hit.name not in entity.name), "")
    return f"{entity.name} ({short})" if short and " " in entity.name else entity.name


def _is_short(hit: Hit) -> bool:
    """Whether a hit is written as an abbreviation, as far as capitals are left to tell."""
    return " " not in hit.name and (hit.name.isupper() or (not hit.view.cased and len(hit.name) <= SHORT_CAPITALS))


def _organisation(entity: Entity) -> Organisation:
    return Organisation(name=entity.name, canonical=entity.canonical, aliases=entity.aliases, id=entity.id, type=entity.type)
