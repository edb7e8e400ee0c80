"""Whether a watch matches an article, and why. No clock of its own; the store only where a query is evaluated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from api.alerts.model import Ask, Reason, Subject, Watch
from api.wording import JAKARTA
from nlp.analysis import Analysis, Commitment

FRESH = timedelta(days=7)
"""Only what was published this lately is told: an older article that turns up now is history, not news."""
LEAD = 300
"""Code points of the text that count as its beginning."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """An article as it enters the store, with what was inferred from it and where it was put.

    Attributes:
        origin: how it came ("crawl", "import", "replay", "reanalysis" …).
        fact_ids, pledge_ids: for each of `analysis.commitments` its fact and its pledge (None where the ledger has none).
    """

    article_id: str
    title: str
    text: str
    outlet: str
    url: str | None
    rights: str
    published: datetime | date | None
    origin: str
    story_id: int
    analysis: Analysis
    lang: str = "id"
    type: str = "news"
    fact_ids: tuple[int, ...] = ()
    pledge_ids: tuple[int | None, ...] = ()


QueryMatch = Callable[[Connection, str, Arrival], tuple[int, ...] | None]
"""Evaluates a query on one article: indices of the commitments that satisfy its fact fields (empty where it has none), or None
where it does not match. Raises api.errors.QueryError for a query that cannot be understood."""


Hit = tuple[Reason, tuple[int, ...]]
"""Why a watch matches, and the indices of the commitments it matches by."""


def may_tell(arrival: Arrival, now: datetime) -> bool:
    """Whether anybody is told of it at all: it came by crawl, and was published in the last seven days (by Jakarta's calendar)."""
    if arrival.origin != "crawl" or arrival.published is None:
        return False
    if isinstance(arrival.published, datetime):
        return now - FRESH <= arrival.published
    return (now.astimezone(JAKARTA) - FRESH).date() <= arrival.published


def matches(watch: Watch, arrival: Arrival, query: Callable[[str, Arrival], tuple[int, ...] | None]) -> Hit | None:
    """Why the watch matches, with the indices of the commitments it matches by; None where it does not.

    Raises:
        QueryError: the watch's query cannot be understood any more.
    """
    if watch.subject is Subject.QUERY:
        found = query(watch.value, arrival)
        return None if found is None else (_reason(watch, "query", found, arrival), found)
    if watch.subject is Subject.PROGRAMME:
        return _programme(watch, arrival)
    return _body(watch, arrival)


def main_subjects(analysis: Analysis) -> frozenset[str]:
    """Registry ids of what the article is about: named in the title, or most often of all and already in the first words."""
    counts: Counter[str] = Counter()
    early: set[str] = set()
    in_title: set[str] = set()
    for entity in analysis.entities:
        if entity.id is None or entity.inferred:
            continue
        counts[entity.id] += len(entity.mentions)
        in_title |= {entity.id for span in entity.mentions if span.field == "title"}
        early |= {entity.id for span in entity.mentions if span.field == "text" and span.start < LEAD}
    most = max(counts.values(), default=0)
    return frozenset(in_title | {name for name in early if counts[name] == most and most > 1})


def _body(watch: Watch, arrival: Arrival) -> Hit | None:
    """A company or public body: pays, receives, is the subject, is mentioned — the first of the asked that holds."""
    commitments = arrival.analysis.commitments
    pays = _where(commitments, lambda c: watch.value in {actor.id for actor in c.actors})
    receives = _where(commitments, lambda c: watch.value in {recipient.id for recipient in c.recipients})
    mentioned = {entity.id for entity in arrival.analysis.entities} | {body.id for body in arrival.analysis.organisations}
    holds = {
        Ask.PAYS: bool(pays),
        Ask.RECEIVES: bool(receives),
        Ask.SUBJECT: watch.value in main_subjects(arrival.analysis),
        Ask.MENTION: watch.value in mentioned,
    }
    why = next((ask for ask in Ask if ask in watch.asks and holds[ask]), None)
    if why is None:
        return None
    found = tuple(sorted({*pays, *receives}))
    return _reason(watch, why.value, found, arrival), found


def _programme(watch: Watch, arrival: Arrival) -> Hit | None:
    """A programme: money for it, progress of it, or a story about it; a passing mention only where asked for."""
    analysis = arrival.analysis
    found = _where(analysis.commitments, lambda c: c.programme_id == watch.value)
    about = watch.value in main_subjects(analysis) or any(p.programme_id == watch.value for p in analysis.progress)
    mentioned = Ask.MENTION in watch.asks and watch.value in {entity.id for entity in analysis.entities}
    if not (found or about or mentioned):
        return None
    return _reason(watch, "programme", found, arrival), found


def _where(commitments: Iterable[Commitment], holds: Callable[[Commitment], bool]) -> tuple[int, ...]:
    return tuple(index for index, commitment in enumerate(commitments) if holds(commitment))


def _reason(watch: Watch, why: str, found: tuple[int, ...], arrival: Arrival) -> Reason:
    facts = tuple(arrival.fact_ids[index] for index in found if index < len(arrival.fact_ids))
    return Reason(watch.id, watch.label, why, facts)
