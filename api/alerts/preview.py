"""What a watch would have told lately: shown before it is saved, so that nobody orders a flood or silence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy import Connection, or_, select, union

from api.alerts.arrivals import read_arrival
from api.alerts.matching import Arrival, QueryMatch, matches
from api.alerts.model import Subject, Watch
from api.alerts.watches import Wish
from api.store.schema import articles, commitment_actors, commitment_beneficiaries, commitments, entities, progress
from api.wording import JAKARTA

DAYS = 30
SAMPLES = 10


@dataclass(frozen=True, slots=True)
class Sample:
    """A story that would have been told, and why."""

    article_id: str
    title: str
    outlet: str
    published: datetime | date | None
    why: str


@dataclass(frozen=True, slots=True)
class Preview:
    """Messages the last DAYS days would have brought: in all, by week (its Monday, Jakarta), and the newest of them.

    Copies of a story and repeated events count once, as in real watches; imports count too, so that a new store can be tried.
    """

    messages: int
    weeks: tuple[tuple[date, int], ...]
    samples: tuple[Sample, ...]

    @property
    def per_week(self) -> float:
        """Messages a week, on average."""
        return round(self.messages * 7 / DAYS, 1)


def preview(connection: Connection, wish: Wish, *, now: datetime, query: QueryMatch) -> Preview:
    """Runs the wish over the last DAYS days.

    Raises:
        QueryError: the wish is a query that cannot be understood.
    """
    watch = Watch(0, wish.subject, wish.value, wish.label, wish.email, now, wish.asks, wish.lang)
    today = now.astimezone(JAKARTA).date()
    first = today - timedelta(days=DAYS - 1)
    weeks = dict.fromkeys(_mondays(first, today), 0)
    stories: set[int] = set()
    pledges: set[int] = set()
    told: list[Sample] = []
    for article_id in _candidates(connection, wish, first, today):
        arrival = read_arrival(connection, article_id)
        hit = matches(watch, arrival, partial(query, connection)) if arrival is not None else None
        if arrival is None or hit is None or arrival.story_id in stories:
            continue
        found = {arrival.pledge_ids[index] for index in hit[1]}
        news = not found or None in found or not found <= pledges
        stories.add(arrival.story_id)
        pledges |= {pledge for pledge in found if pledge is not None}
        if news:
            weeks[_monday(arrival)] += 1
            told.append(Sample(article_id, arrival.title, arrival.outlet, arrival.published, hit[0].why))
    return Preview(len(told), tuple(weeks.items()), tuple(reversed(told[-SAMPLES:])))


def _candidates(connection: Connection, wish: Wish, first: date, last: date) -> list[str]:
    """Articles published in these days, oldest first; where the wish names something, those that name it."""
    asked = (
        select(articles.c.article_id)
        .where(articles.c.published_day >= first.isoformat(), articles.c.published_day <= last.isoformat())
        .order_by(articles.c.sort_key)
    )
    if wish.subject is not Subject.QUERY:
        asked = asked.where(articles.c.article_id.in_(_naming(wish.value)))
    return list(connection.scalars(asked))


def _naming(value: str) -> Iterable[str]:
    paying = select(commitment_actors.c.row_id).where(commitment_actors.c.registry_id == value)
    receiving = select(commitment_beneficiaries.c.row_id).where(commitment_beneficiaries.c.registry_id == value)
    money = or_(commitments.c.programme_id == value, commitments.c.row_id.in_(paying), commitments.c.row_id.in_(receiving))
    named: Iterable[str] = union(
        select(entities.c.article_id).where(entities.c.registry_id == value),
        select(commitments.c.article_id).where(money),
        select(progress.c.article_id).where(progress.c.programme_id == value),
    )  # type: ignore[assignment]  # a select is what in_() takes too, though the name says rows
    return named


def _mondays(first: date, last: date) -> list[date]:
    start = first - timedelta(days=first.weekday())
    return [start + timedelta(days=offset) for offset in range(0, (last - start).days + 1, 7)]


def _monday(arrival: Arrival) -> date:
    when = arrival.published
    day = when.astimezone(JAKARTA).date() if isinstance(when, datetime) else when
    if day is None:
        raise ValueError(f"{arrival.article_id} was chosen by its day but has none")
    return day - timedelta(days=day.weekday())
