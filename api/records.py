"""Records the api package hands around: who asks, what is asked, what is answered. Types only; everything is frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import IntEnum, StrEnum


class Role(IntEnum):
    """What a principal may do; each role includes those below it."""

    PUBLIC = 0
    READER = 1
    ANALYST = 2
    ADMIN = 3


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks. `key_id` is the API key's id, None for public and for the local admin."""

    role: Role
    name: str
    key_id: int | None = None


class Sort(StrEnum):
    """Order of a result list."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    AMOUNT = "amount"


class Mode(StrEnum):
    """What a search ranks by."""

    WORDS = "words"
    MEANING = "meaning"
    HYBRID = "hybrid"


FACETS = ("outlet", "company", "agency", "programme", "kind", "type", "month")
"""Facets of every search answer, in the order shown."""


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """One search as UI, API, alerts and exports put it.

    Attributes:
        query: text in the grammar of DESIGN §6; empty means the newest.
        filters: facet name → chosen values; the same as `field:value` clauses joined by OR within, AND between.
        cursor: opaque, signed, from the previous answer's `next`.
        fold: copies of a story stand once, market notes and advertorials are left to a count; False lists every article found.
    """

    query: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    mode: Mode = Mode.HYBRID
    sort: Sort = Sort.RELEVANCE
    limit: int = 20
    cursor: str | None = None
    fold: bool = True


@dataclass(frozen=True, slots=True)
class FactChip:
    """A commitment as shown beside a hit: enough to read it and to open its evidence."""

    fact_id: int
    pledge_id: int | None
    amount_low: Decimal
    amount_high: Decimal
    currency: str
    approx: bool
    kind: str
    status: str
    actors: tuple[str, ...]
    beneficiaries: tuple[str, ...]
    programme: str | None


@dataclass(frozen=True, slots=True)
class Snippet:
    """A stretch of stored text with the words to mark as (start, end) offsets into it."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """One result. `copies` are the other outlets that carry the same story ("juga di 7 media"). `restatement`: it tells another
    article's story with other amounts."""

    id: str
    url: str | None
    title: Snippet
    outlet: str
    published: str | None
    type: str
    lang: str
    score: float
    snippet: Snippet
    facts: tuple[FactChip, ...] = ()
    copies: tuple[str, ...] = ()
    story_id: int | None = None
    semantic_only: bool = False
    restatement: bool = False


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One row of a facet: the value that filters, the label a person reads, how many articles."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Chip:
    """One clause of the query as parsed, with the query that is left when it is taken away.

    `field` and `value` are those of a clause that names something, so that a page can say it in its own language.
    """

    label: str
    without: str
    kind: str = "clause"
    field: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """The answer to a SearchRequest. `total` and `facets` are those of words and filters.

    Attributes:
        undated: articles without a date that a dated search leaves out.
        suggestion: the query in another spelling, where it finds next to nothing as it stands and more in that one.
        folded: type → articles of it that are found and counted but not listed.
        period: first and last day (ISO, None where open) of publication that it asks for; None where it asks for no dates.
    """

    total: int
    hits: tuple[Hit, ...]
    facets: Mapping[str, tuple[FacetValue, ...]]
    next: str | None = None
    chips: tuple[Chip, ...] = ()
    undated: int = 0
    suggestion: str | None = None
    notes: tuple[str, ...] = ()
    folded: Mapping[str, int] = field(default_factory=dict)
    period: tuple[str | None, str | None] | None = None
