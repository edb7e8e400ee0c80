"""The commitments of articles as chips, for hits: who, how much, what, to whom, how far."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Column, Connection, not_, select

from api.records import FactChip
from api.store.schema import articles, commitment_actors, commitment_beneficiaries, commitments, sightings


def chips(connection: Connection, article_ids: Sequence[str]) -> dict[str, tuple[FactChip, ...]]:
    """Article id → its commitments in the order of its text; articles without any are missing."""
    c = commitments.c
    shown = (c.row_id, c.fact_id, c.article_id, c.amount_low, c.amount_high, c.currency, c.approx, c.kind, c.status, c.programme)
    holds = (commitments.c.tx_to.is_(None), not_(commitments.c.rejected), articles.c.article_id.in_(article_ids))
    query = (
        select(*shown, sightings.c.pledge_id)
        .join(articles, articles.c.current_version == commitments.c.version_id)
        .outerjoin(sightings, (sightings.c.fact_id == commitments.c.fact_id) & sightings.c.tx_to.is_(None))
        .where(*holds)
        .order_by(commitments.c.article_id, commitments.c.number)
    )
    rows = connection.execute(query).all()
    keys = [row.row_id for row in rows]
    by = commitment_actors.c
    actors = _names(connection, by.row_id, by.canonical, by.number, keys)
    to = commitment_beneficiaries.c
    received = _names(connection, to.row_id, to.name, to.number, keys)
    found: dict[str, list[FactChip]] = defaultdict(list)
    for row in rows:
        chip = FactChip(
            fact_id=row.fact_id, pledge_id=row.pledge_id, amount_low=row.amount_low, amount_high=row.amount_high,
            currency=row.currency, approx=row.approx, kind=row.kind, status=row.status,
            actors=tuple(actors[row.row_id]), beneficiaries=tuple(received[row.row_id]), programme=row.programme,
        )  # fmt: skip
        found[row.article_id].append(chip)
    return {article: tuple(list_) for article, list_ in found.items()}


def _names(connection: Connection, key: Column[int], name: Column[str], number: Column[int], keys: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    if not keys:
        return found
    for row_id, value in connection.execute(select(key, name).where(key.in_(keys)).order_by(number)):
        found[row_id].append(value)
    return found
