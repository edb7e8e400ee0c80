"""The one interface of search engines: what is put in, what is asked, what is answered. Two engines keep it (embedded, elastic).

An engine is derived and rebuildable. It sees tokens of `nlp.analyser`, keywords and integers, never a person's query: the service
parses, resolves facts by SQL and hands over a small tree of `Node`s. Both engines answer the same ids, totals and facet counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from api.records import Sort

Vector = NDArray[np.float32]

KEYWORDS = (
    "outlet", "company", "agency", "person", "programme", "place", "sector", "kind", "status", "type", "lang", "month", "currency",
)  # fmt: skip
"""Keyword fields of a document; each may hold several values. Any of them can be a facet."""

TITLE_EXACT, TITLE_STEM, TEXT_EXACT, TEXT_STEM = 2.0, 1.0, 1.0, 0.5
"""What a word counts for in each field: as written above its stem, in the title above the text."""

WEAKER = 0.05
"""What another form of a word counts for beside it: the rare words of a full form in a title stay below the short form in a text."""

SCHEMA = "5"
"""Changes with the fields, the analyser or the mapping; an index of another one is rebuilt."""


@dataclass(frozen=True, slots=True)
class EngineDocument:
    """One article as the engines see it.

    Attributes:
        id: article id.
        title, text: as stored (Elasticsearch indexes them also with its own Indonesian analysis; else unused).
        keywords: field of `KEYWORDS` → values.
        day: day of publication as YYYYMMDD, 0 where undated.
        newest, amount: unique integer keys to sort by (`articles.sort_key`; `amount_order`).
        vectors: unit vectors of its chunks, best chunk wins; empty until they are computed.
    """

    id: str
    title: str
    text: str
    keywords: Mapping[str, tuple[str, ...]]
    day: int
    newest: int
    amount: int
    vectors: tuple[Vector, ...] = ()


@dataclass(frozen=True, slots=True)
class Word:
    """A word: matches where its stem stands in title or text; counts more where the word itself stands."""

    exact: str
    stem: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in this order, as written, in title or text."""

    exact: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Weaker:
    """What `child` says, but it counts only the share `by` of what it would: as a rule so little that what was typed ranks first."""

    child: Node
    by: float = WEAKER


@dataclass(frozen=True, slots=True)
class Prefix:
    """Words that begin so, as written, in title or text. Does not rank."""

    start: str


@dataclass(frozen=True, slots=True)
class Keyword:
    """Any of the values in a keyword field. Does not rank."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Days:
    """Published from `low` to `high` (YYYYMMDD, inclusive). Does not rank."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Ids:
    """One of these articles (facts resolved by SQL). Does not rank."""

    ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class And:
    """All of them; no child means everything."""

    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of them."""

    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """None of it."""

    child: Node


Node = Word | Phrase | Weaker | Prefix | Keyword | Days | Ids | And | Or | Not

EVERYTHING = And(())


@dataclass(frozen=True, slots=True)
class EngineQuery:
    """One question to an engine.

    Attributes:
        where: what must hold.
        filters: facet selections, OR within a field, AND between; a facet's counts ignore its own.
        facets: keyword fields to count.
        limit: hits wanted, at most 1,000.
        after: for newest and amount: only hits whose key is smaller (keyset cursor).
    """

    where: Node = EVERYTHING
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    facets: tuple[str, ...] = ()
    sort: Sort = Sort.RELEVANCE
    limit: int = 20
    after: int | None = None

    def filtered(self, *, but: str | None = None) -> Node:
        """`where` with the filters, except the one on field `but`."""
        chosen = tuple(Keyword(name, values) for name, values in sorted(self.filters.items()) if values and name != but)
        return And((self.where, *chosen)) if chosen else self.where


class EngineHit(NamedTuple):
    """One article found: its score (0 where not ranked by relevance) and its sort key."""

    id: str
    score: float
    key: int


@dataclass(frozen=True, slots=True)
class EngineAnswer:
    """Exact total and facet counts (value → count), and the first hits in order (ties by newest)."""

    total: int
    hits: tuple[EngineHit, ...]
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """What an index was made with; kept beside it, and compared when it is opened."""

    schema: str = SCHEMA
    model: str = "none"


class SearchEngine(Protocol):
    """What both engines do. All calls raise `EngineDown` where the engine does not answer."""

    @property
    def info(self) -> IndexInfo:
        """What the open index was made with."""

    @property
    def retried(self) -> int:
        """Requests and documents tried again since it was opened, for want of room on a server."""

    def present(self) -> str:
        """The name of what is written to and answers; another one after a switch."""

    def put(self, documents: Iterable[EngineDocument]) -> None:
        """Add or replace documents; searchable after `commit`."""

    def delete(self, ids: Iterable[str]) -> None:
        """Remove documents; unknown ids are ignored."""

    def commit(self) -> None:
        """Make everything put and deleted durable and searchable."""

    def search(self, query: EngineQuery) -> EngineAnswer:
        """Total, hits and facets of a query."""

    def scores(self, where: Node, ids: Sequence[str]) -> dict[str, float]:
        """The relevance of given articles to `where`; those that do not match are missing."""

    def near(self, vector: Vector, where: Node, limit: int) -> list[tuple[str, float]]:
        """The articles whose best chunk is nearest to a unit `vector` among those that `where` holds for: (id, cosine)."""

    def closeness(self, vector: Vector, ids: Sequence[str]) -> dict[str, float]:
        """The cosine of given articles' best chunks; those without vectors are missing."""

    def count(self) -> int:
        """Documents in the index."""

    def words_like(self, word: str) -> list[tuple[str, int]]:
        """Other spellings of `word` that are indexed (`api.search.spelling.close`), with the articles that say them."""

    def begin_rebuild(self, info: IndexInfo) -> SearchEngine:
        """An empty next generation beside the present one, which goes on answering."""

    def switch(self) -> None:
        """Called on a rebuilt generation: make it the present one, atomically, and drop the old."""

    def close(self) -> None:
        """Give back files, locks and connections."""


def amount_order(rupiah_hundredths: int | None, number: int) -> int:
    """A unique integer to sort by amount: millions of rupiah (39 bits) above the article's number (24 bits)."""
    millions = min(max(rupiah_hundredths or 0, 0) // 100_000_000, (1 << 39) - 1)
    return millions << 24 | number & 0xFFFFFF
