"""Builds the notice about an article from the store: what it says now, corrections included."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Row, select

from api.alerts.arrivals import published
from api.alerts.matching import LEAD
from api.alerts.model import Fact, Notice, Reason
from api.store.schema import articles, commitment_actors, commitment_beneficiaries, commitments, outlets, sightings, versions

MAX_FACTS = 6
"""Commitments shown in one message; the page has all of them."""


def read_notice(connection: Connection, article_id: str, reasons: Sequence[Reason]) -> Notice | None:
    """The notice about an article for these reasons, or None where the article was forgotten.

    Its facts are those the reasons rest on, or where they rest on none the article's own, at most MAX_FACTS.
    """
    row = connection.execute(
        select(articles, outlets.c.label, versions.c.text)
        .join(outlets, outlets.c.outlet == articles.c.outlet)
        .join(versions, versions.c.version_id == articles.c.current_version)
        .where(articles.c.article_id == article_id)
    ).first()
    if row is None:
        return None
    asked = [fact for reason in reasons for fact in reason.fact_ids]
    return Notice(
        article_id=article_id,
        title=row.title,
        outlet=row.label,
        url=row.url,
        published=published(row),
        rights=row.rights,
        lead=row.text[: 4 * LEAD],
        reasons=tuple(reasons),
        facts=read_facts(connection, article_id, asked),
        copies=_copies(connection, row),
    )


def read_facts(connection: Connection, article_id: str, fact_ids: Sequence[int] = ()) -> tuple[Fact, ...]:
    """The commitments that hold for an article now: those with `fact_ids` where any of them holds, else all."""
    rows = connection.execute(
        select(commitments, sightings.c.pledge_id)
        .outerjoin(sightings, (sightings.c.fact_id == commitments.c.fact_id) & sightings.c.tx_to.is_(None))
        .where(commitments.c.article_id == article_id, commitments.c.tx_to.is_(None), commitments.c.rejected.is_(False))
        .order_by(commitments.c.number)
    ).all()
    wanted = [row for row in rows if row.fact_id in set(fact_ids)] or list(rows)
    return tuple(_fact(connection, row) for row in wanted[:MAX_FACTS])


def _fact(connection: Connection, row: Row[tuple[object, ...]]) -> Fact:
    actors = select(commitment_actors.c.canonical).where(commitment_actors.c.row_id == row.row_id).order_by(commitment_actors.c.number)
    receivers = (
        select(commitment_beneficiaries.c.name)
        .where(commitment_beneficiaries.c.row_id == row.row_id)
        .order_by(commitment_beneficiaries.c.number)
    )
    return Fact(
        amount_low=row.amount_low,
        amount_high=row.amount_high,
        currency=row.currency,
        approx=row.approx,
        kind=row.kind,
        status=row.status,
        actors=tuple(connection.scalars(actors)),
        beneficiaries=tuple(connection.scalars(receivers)),
        programme=row.programme,
        evidence=row.evidence,
        fact_id=row.fact_id,
        pledge_id=row.pledge_id,
    )


def _copies(connection: Connection, row: Row[tuple[object, ...]]) -> tuple[str, ...]:
    if row.story_id is None:
        return ()
    others = (
        select(outlets.c.label)
        .join(articles, articles.c.outlet == outlets.c.outlet)
        .where(articles.c.story_id == row.story_id, articles.c.outlet != row.outlet)
        .distinct()
        .order_by(outlets.c.label)
    )
    return tuple(connection.scalars(others))
