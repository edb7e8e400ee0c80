"""An article as the alerts see it, read back from the store: title, text, story, and what holds of its facts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, case, select

from api.alerts.matching import Arrival
from api.store.schema import (
    articles,
    commitment_actors,
    commitment_beneficiaries,
    commitments,
    entities,
    entity_mentions,
    pledges,
    progress,
    sightings,
    versions,
)
from nlp.analysis import (
    Actor,
    Analysis,
    Commitment,
    Entity,
    EntityType,
    Evidence,
    Kind,
    Period,
    Progress,
    Recipient,
    Span,
    Status,
)


def published(row: Row[Any]) -> datetime | date | None:
    """When an article says it was published: a moment, a day (in Jakarta) or nothing."""
    if row.published_precision == "minute" and row.published_at is not None:
        moment: datetime = row.published_at
        return moment
    return date.fromisoformat(row.published_day) if row.published_day else None


def read_arrival(connection: Connection, article_id: str, *, origin: str | None = None) -> Arrival | None:
    """The article's present version with its facts as they hold now, or None where there is no such article.

    Args:
        origin: how it came this time; by default as the article's row says.
    """
    row = connection.execute(
        select(articles, versions.c.text)
        .join(versions, versions.c.version_id == articles.c.current_version)
        .where(articles.c.article_id == article_id)
    ).first()
    if row is None:
        return None
    facts = _commitments(connection, article_id)
    found = Analysis(
        commitments=tuple(commitment for commitment, _, _ in facts),
        entities=_entities(connection, row.current_version),
        progress=_progress(connection, article_id),
    )
    return Arrival(
        article_id=article_id,
        title=row.title,
        text=row.text,
        outlet=row.outlet,
        url=row.url,
        rights=row.rights,
        published=published(row),
        origin=origin or row.origin,
        story_id=row.story_id or 0,
        analysis=found,
        lang=row.lang,
        type=row.type,
        fact_ids=tuple(fact for _, fact, _ in facts),
        pledge_ids=tuple(pledge for _, _, pledge in facts),
    )


def _commitments(connection: Connection, article_id: str) -> list[tuple[Commitment, int, int | None]]:
    """(commitment, fact id, id of the pledge it counts for, merged ones followed) for what holds and no person rejected."""
    pledge = case((pledges.c.merged_into.is_not(None), pledges.c.merged_into), else_=sightings.c.pledge_id)
    rows = connection.execute(
        select(commitments, pledge.label("pledge"))
        .outerjoin(sightings, (sightings.c.fact_id == commitments.c.fact_id) & sightings.c.tx_to.is_(None))
        .outerjoin(pledges, (pledges.c.pledge_id == sightings.c.pledge_id) & pledges.c.tx_to.is_(None))
        .where(commitments.c.article_id == article_id, commitments.c.tx_to.is_(None))
        .where(commitments.c.rejected.is_(False), commitments.c.orphaned.is_(False))
        .order_by(commitments.c.number)
    ).all()
    return [(_commitment(connection, row), row.fact_id, row.pledge) for row in rows]


def _commitment(connection: Connection, row: Row[Any]) -> Commitment:
    actors = connection.execute(
        select(commitment_actors).where(commitment_actors.c.row_id == row.row_id).order_by(commitment_actors.c.number)
    ).all()
    receivers = connection.execute(
        select(commitment_beneficiaries).where(commitment_beneficiaries.c.row_id == row.row_id).order_by(commitment_beneficiaries.c.number)
    ).all()
    has_period = row.period_start is not None or row.period_end is not None
    return Commitment(
        amount_low=row.amount_low,
        amount_high=row.amount_high,
        currency=row.currency,
        approx=row.approx,
        kind=Kind(row.kind),
        status=Status(row.status),
        actors=tuple(Actor(name=a.name, canonical=a.canonical, aliases=tuple(a.aliases), id=a.registry_id, share=a.share) for a in actors),
        beneficiaries=tuple(r.name for r in receivers),
        recipients=tuple(Recipient(name=r.name, number=r.count, id=r.registry_id) for r in receivers),
        programme=row.programme,
        programme_id=row.programme_id,
        date=row.date,
        period=Period(start=row.period_start, end=row.period_end, stated=bool(row.period_stated)) if has_period else None,
        said_by=row.said_by,
        place=row.place,
        sector=row.sector,
        evidence=_evidence(row),
    )


def _evidence(row: Row[Any]) -> Evidence:
    return Evidence(text=row.evidence, start=row.evidence_start, end=row.evidence_end, field=row.evidence_field)


def _progress(connection: Connection, article_id: str) -> tuple[Progress, ...]:
    rows = connection.execute(select(progress).where(progress.c.article_id == article_id, progress.c.tx_to.is_(None)))
    return tuple(
        Progress(
            amount_low=row.amount_low, amount_high=row.amount_high, currency=row.currency, programme=row.programme,
            programme_id=row.programme_id, as_of=row.as_of, percent=row.percent, evidence=_evidence(row),
        )
        for row in rows
    )  # fmt: skip


def _entities(connection: Connection, version_id: str) -> tuple[Entity, ...]:
    rows = connection.execute(select(entities).where(entities.c.version_id == version_id).order_by(entities.c.number)).all()
    spans: dict[int, list[Span]] = {}
    mentions = (
        select(entity_mentions)
        .join(entities, entities.c.entity_row == entity_mentions.c.entity_row)
        .where(entities.c.version_id == version_id)
        .order_by(entity_mentions.c.number)
    )
    for mention in connection.execute(mentions):
        span = Span(start=mention.start, end=mention.end, field="title" if mention.field == "title" else "text")
        spans.setdefault(mention.entity_row, []).append(span)
    return tuple(
        Entity(
            type=EntityType(row.type), name=row.name, canonical=row.canonical, id=row.registry_id, aliases=tuple(row.aliases),
            role=row.role, affiliation=row.affiliation, inferred=row.inferred, mentions=tuple(spans.get(row.entity_row, ())),
        )
        for row in rows
    )  # fmt: skip
