"""What we infer from a text: the Analysis and everything in it. Types only: no spaCy, no models, no rules.

All offsets count code points into the title or the text as given (`field` says which). Amounts are `Decimal`, never float.
The JSON form (`docs/schemas/analysis.json`) is what `pantau analyse` prints: the flat lists `money`, `commitments`,
`organisations`, `people`, `programmes` are what the gold scorer reads; `entities` carries the same people, bodies,
programmes and places with ids, roles and mentions.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Source = Literal["title", "text"]


class Frozen(BaseModel):
    """Base of the immutable inferred records."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class MoneyRole(StrEnum):
    """What an amount is in its article (GUIDELINES: role of every amount)."""

    COMMITMENT = "commitment"
    TARGET = "target"
    REALISATION = "realisation"
    REVENUE = "revenue"
    PRICE = "price"
    MARKET_VALUE = "market_value"
    STATISTIC = "statistic"
    LOSS = "loss"
    OTHER = "other"


class Kind(StrEnum):
    """Instrument of a commitment."""

    CREDIT = "credit"
    INVESTMENT = "investment"
    BUDGET = "budget"
    AID = "aid"
    GRANT = "grant"
    PURCHASE = "purchase"
    TRANSACTION = "transaction"
    GUARANTEE = "guarantee"
    TAX_INCENTIVE = "tax_incentive"
    OTHER = "other"


class Status(StrEnum):
    """How far a commitment has come, as this article tells it."""

    PLANNED = "planned"
    PLEDGED = "pledged"
    TARGET = "target"
    SIGNED = "signed"
    DISBURSED = "disbursed"
    REALISED = "realised"


class EntityType(StrEnum):
    """What a named thing is."""

    COMPANY = "company"
    PUBLIC_BODY = "public_body"
    ASSOCIATION = "association"
    ORGANISATION = "organisation"
    PERSON = "person"
    PROGRAMME = "programme"
    PLACE = "place"


class Span(Frozen):
    """A stretch of title or text; `end` is exclusive."""

    start: int = Field(ge=0)
    end: int = Field(ge=0)
    field: Source = "text"


class Money(Frozen):
    """One amount of money as written.

    Attributes:
        low, high: bounds in units of `currency` (equal for a single figure). "Rp 10-12 juta" is 10,000,000 to 12,000,000.
        currency: ISO 4217 code.
        approx: a hedge stands beside it (sekitar, hampir, lebih dari, hingga, -an …).
        bound: "under" (hingga, maksimal), "above" (lebih dari, minimal) or None.
        per: the unit it is a price of (unit, each, share, kg, USD, person, year …) or None.
        count: number of recipients where `per` is "each" and the text states it.
        role: what it is in the article.
        equivalent_of: index in `Analysis.money` of the amount that this one converts, or None.
        rule: the rule or feature that decided the role.
    """

    start: int = Field(ge=0)
    end: int = Field(ge=0)
    field: Source = "text"
    surface: str
    low: Decimal
    high: Decimal
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    approx: bool = False
    bound: Literal["under", "above"] | None = None
    per: str | None = None
    count: int | None = None
    role: MoneyRole = MoneyRole.OTHER
    equivalent_of: int | None = None
    confidence: float = Field(default=1.0, ge=0, le=1)
    rule: str = ""


class Organisation(Frozen):
    """A company or public body: the name the article uses, the registry's, and its own other names only."""

    name: str
    canonical: str
    aliases: tuple[str, ...] = ()
    id: str | None = None
    """Registry id, e.g. "idx:ASII", "gov:kemenperin", "org:kadin"; None where only recognised, not resolved."""
    type: EntityType = EntityType.ORGANISATION


class Entity(Frozen):
    """A named thing with all its mentions; the rich form of people, bodies, programmes and places."""

    type: EntityType
    name: str
    canonical: str
    id: str | None = None
    aliases: tuple[str, ...] = ()
    role: str | None = None
    """A person's role as stated ("Direktur Utama")."""
    affiliation: str | None = None
    """Registry id or name of the body the role belongs to."""
    inferred: bool = False
    """True where meant but not named (a programme linked by meaning)."""
    mentions: tuple[Span, ...] = ()
    confidence: float = Field(default=1.0, ge=0, le=1)


class Actor(Frozen):
    """Who provides. `share` is this payer's part of the amount, where stated."""

    name: str
    canonical: str
    aliases: tuple[str, ...] = ()
    id: str | None = None
    share: Decimal | None = None


class Recipient(Frozen):
    """Who or what receives, with its number where stated ("12 koperasi" → 12) and its registry id where it has one."""

    name: str
    number: int | None = None
    id: str | None = None


class Period(Frozen):
    """The time a commitment is for: ISO dates, years or year-months; `stated` or inferred from the date of publication."""

    start: str | None = None
    end: str | None = None
    stated: bool = True


class Equivalent(Frozen):
    """A commitment's amount in another currency, as the article converts it."""

    amount: Decimal
    currency: str


class Evidence(Frozen):
    """The sentence that says it."""

    text: str
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    field: Source = "text"


class Commitment(Frozen):
    """An undertaking to provide money, once per article however often it is repeated (gold/GUIDELINES)."""

    amount_low: Decimal
    amount_high: Decimal
    currency: str
    approx: bool = False
    per: str | None = None
    count: int | None = None
    kind: Kind
    status: Status
    actors: tuple[Actor, ...] = ()
    beneficiaries: tuple[str, ...] = ()
    recipients: tuple[Recipient, ...] = ()
    programme: str | None = None
    programme_id: str | None = None
    programme_inferred: bool = False
    date: str | None = None
    period: Period | None = None
    said_by: str | None = None
    parent: int | None = None
    """Index in `Analysis.commitments` of the commitment this one is a part of."""
    equivalents: tuple[Equivalent, ...] = ()
    parts: tuple[Decimal, ...] = ()
    place: str | None = None
    """BPS code of the place where stated."""
    sector: str | None = None
    """KBLI division, two digits, where stated."""
    evidence: Evidence
    mentions: tuple[int, ...] = ()
    """Indices in `Analysis.money` of the amounts that state it."""
    confidence: float = Field(default=1.0, ge=0, le=1)
    rule: str = ""


class Proposal(Frozen):
    """Money asked for, drafted or under discussion: not a commitment."""

    amount_low: Decimal
    amount_high: Decimal
    currency: str
    actors: tuple[Actor, ...] = ()
    programme: str | None = None
    evidence: Evidence


class Progress(Frozen):
    """A realisation figure beside its target: cumulative or periodic, never summed with commitments."""

    amount_low: Decimal
    amount_high: Decimal
    currency: str
    programme: str | None = None
    programme_id: str | None = None
    actors: tuple[Actor, ...] = ()
    period: Period | None = None
    as_of: str | None = None
    percent: Decimal | None = None
    evidence: Evidence


class Change(Frozen):
    """An undertaking reported as reduced, suspended or cancelled."""

    change: Literal["reduced", "suspended", "cancelled"]
    amount_low: Decimal | None = None
    amount_high: Decimal | None = None
    currency: str | None = None
    actors: tuple[Actor, ...] = ()
    programme: str | None = None
    evidence: Evidence


class Check(Frozen):
    """A stated relation between figures, computed: percent × base, parts = total, rate × foreign, shares."""

    relation: Literal["percent_of", "parts_total", "rate", "shares"]
    stated: Decimal
    computed: Decimal
    agrees: bool
    money: tuple[int, ...] = ()
    """Indices in `Analysis.money` of the amounts that take part."""
    evidence: Evidence


class Analysis(Frozen):
    """Everything inferred from one title and text. `components` names the versions of rules, data and models that made it."""

    id: str | None = None
    lang: Literal["id", "en", "other"] = "id"
    type: str = "news"
    money: tuple[Money, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    organisations: tuple[Organisation, ...] = ()
    people: tuple[str, ...] = ()
    programmes: tuple[str, ...] = ()
    entities: tuple[Entity, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    progress: tuple[Progress, ...] = ()
    changes: tuple[Change, ...] = ()
    checks: tuple[Check, ...] = ()
    components: dict[str, str] = Field(default_factory=dict)
