"""What the alerts are about: watches, what arrives, why it matched, and the notice a person gets. Types only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from api.wording import Lang

EMAIL, WEBHOOK, FEED = "email", "webhook", "feed"
"""Channels. A feed is fetched, so nothing is sent for it."""


class Subject(StrEnum):
    """What a watch follows."""

    COMPANY = "company"
    PROGRAMME = "programme"
    AGENCY = "agency"
    QUERY = "query"


class Ask(StrEnum):
    """In which part a followed company or agency must appear."""

    PAYS = "pays"
    RECEIVES = "receives"
    SUBJECT = "subject"
    MENTION = "mention"


DEFAULT_ASKS = (Ask.PAYS, Ask.RECEIVES, Ask.SUBJECT)
"""Any mention is noise: of 101 articles that name a bank, 7 say that it gives money."""


class State(StrEnum):
    """Whether a watch tells. A paused one keeps its reason; a removed one keeps its log."""

    ACTIVE = "active"
    PAUSED = "paused"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Watch:
    """Something a person asked to be told about.

    Attributes:
        value: a registry id, or for QUERY the text of the query.
        label: what it is called in messages.
        email, webhook: where to; both None where the watch is read as a feed only.
        lang: language of the messages.
        paused_because: why it tells nothing at present, in words its owner understands.
    """

    id: int
    subject: Subject
    value: str
    label: str
    email: str | None
    created_at: datetime
    asks: tuple[Ask, ...] = DEFAULT_ASKS
    lang: Lang = "id"
    state: State = State.ACTIVE
    paused_because: str | None = None
    webhook: str | None = None

    @property
    def target(self) -> tuple[str, str] | None:
        """Channel and address of its messages; None where it is a feed only."""
        if self.webhook:
            return WEBHOOK, self.webhook
        return (EMAIL, self.email) if self.email else None


@dataclass(frozen=True, slots=True)
class Fact:
    """A commitment in a notice. `evidence` is the sentence that says it."""

    amount_low: Decimal
    amount_high: Decimal
    currency: str
    approx: bool
    kind: str
    status: str
    actors: tuple[str, ...] = ()
    beneficiaries: tuple[str, ...] = ()
    programme: str | None = None
    evidence: str = ""
    fact_id: int | None = None
    pledge_id: int | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a watch matched.

    Attributes:
        why: the part its subject plays ("pays", "programme", "query" …), or "stage" where a pledge told before has come further.
        fact_ids: the facts it rests on.
        before, after, earlier: of a stage: what it was, what it is, and the article by which it was first told.
    """

    watch_id: int
    label: str
    why: str
    fact_ids: tuple[int, ...] = ()
    before: str | None = None
    after: str | None = None
    earlier: str | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """Everything a message about one story says.

    Attributes:
        rights: what the source lets us show: "full", "excerpt" or "link".
        lead: the article's first words; shown as far as `rights` allows.
        copies: the other outlets that carry the story.
    """

    article_id: str
    title: str
    outlet: str
    url: str | None
    published: datetime | date | None
    rights: str
    lead: str
    reasons: tuple[Reason, ...]
    facts: tuple[Fact, ...] = ()
    copies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mail:
    """A message ready to be handed to a mail server.

    Attributes:
        message_id: stable for its outbox row, so that a repeat can be recognised as one.
        unsubscribe: link that ends the watch; one POST suffices (RFC 8058).
    """

    to: str
    subject: str
    text: str
    html: str
    message_id: str
    unsubscribe: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
