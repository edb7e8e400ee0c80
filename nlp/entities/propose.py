"""New programmes and organisations that many articles name and no registry holds: proposals for a person to take in.

Names are grouped by their comparable form; with an embedder, names that mean the same ("Program Juragan Internet", "Juragan
Internet Sumatera") are joined as well. Nothing is written: `pantau registry propose` prints what this returns.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from nlp.analysis import EntityType
from nlp.embeddings.base import Embedder
from nlp.entities.recognise import Recogniser
from nlp.registry import comparable

ALIKE = 0.75
"""Cosine from which two names that share a word are one name to the default embedder, whose vectors are centred."""
EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class ArticleText:
    """What `propose` reads of an article."""

    id: str
    outlet: str
    title: str
    text: str
    published: date | None = None


@dataclass(frozen=True, slots=True)
class NameProposal:
    """A name to take into a registry, with its other spellings and where it stands."""

    type: EntityType
    name: str
    spellings: tuple[str, ...]
    articles: int
    outlets: int
    examples: tuple[str, ...]
    """Ids of a few articles that name it."""


@dataclass(slots=True)
class _Group:
    type: EntityType
    names: Counter[str] = field(default_factory=Counter)
    articles: dict[str, str] = field(default_factory=dict)

    def add(self, other: _Group) -> None:
        self.names.update(other.names)
        self.articles.update(other.articles)


def propose(
    articles: Iterable[ArticleText],
    recogniser: Recogniser,
    *,
    kinds: frozenset[EntityType] = frozenset({EntityType.PROGRAMME, EntityType.COMPANY, EntityType.PUBLIC_BODY, EntityType.ASSOCIATION}),
    least: int = 3,
    embedder: Embedder | None = None,
) -> list[NameProposal]:
    """The unregistered names that at least `least` articles use, the most used first."""
    groups: dict[tuple[EntityType, str], _Group] = {}
    for article in articles:
        for entity in recogniser.recognise(article.title, article.text, article.published).entities:
            if entity.id is None and entity.type in kinds:
                group = groups.setdefault((entity.type, comparable(entity.name)), _Group(entity.type))
                group.names[entity.name] += 1
                group.articles[article.id] = article.outlet
    joined = list(groups.values())
    if embedder:
        joined = _joined([group for group in joined if group.type is EntityType.PROGRAMME], embedder) + [
            group for group in joined if group.type is not EntityType.PROGRAMME
        ]
    kept = [group for group in joined if len(group.articles) >= least]
    return [_proposal(group) for group in sorted(kept, key=lambda group: (-len(group.articles), group.names.most_common(1)[0][0]))]


def _joined(groups: list[_Group], embedder: Embedder) -> list[_Group]:
    """Groups whose names mean the same, joined to the most used one; only names that share a word are compared."""
    groups = sorted(groups, key=lambda group: -len(group.articles))
    names = [group.names.most_common(1)[0][0] for group in groups]
    vectors = embedder.embed_passages(names)
    by_word: defaultdict[str, list[int]] = defaultdict(list)
    kept: list[int] = []
    for number, name in enumerate(names):
        words = {word for word in comparable(name).split() if len(word) > 3}
        near = {other for word in words for other in by_word[word]}
        owner = max(near, key=lambda other: float(vectors[number] @ vectors[other]), default=None)
        if owner is not None and float(vectors[number] @ vectors[owner]) >= ALIKE:
            groups[owner].add(groups[number])
            continue
        kept.append(number)
        for word in words:
            by_word[word].append(number)
    return [groups[number] for number in kept]


def _proposal(group: _Group) -> NameProposal:
    names = [name for name, _ in group.names.most_common()]
    outlets = len(set(group.articles.values()))
    return NameProposal(group.type, names[0], tuple(names[1:]), len(group.articles), outlets, tuple(list(group.articles)[:EXAMPLES]))
