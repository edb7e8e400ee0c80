"""The commitments of articles as chips, for hits: who, how much, what, to whom, how far."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import BindParameter, Connection, Select, bindparam, not_, select

from api.records import FactChip
from api.store.schema import articles, commitment_actors, commitment_beneficiaries, commitments, sightings

_c = commitments.c
_STATED = (
    select(
        _c.row_id, _c.fact_id, _c.article_id, _c.amount_low, _c.amount_high, _c.currency, _c.approx, _c.kind, _c.status, _c.programme,
        sightings.c.pledge_id,
    )
    .join(articles, articles.c.current_version == _c.version_id)
    .outerjoin(sightings, (sightings.c.fact_id == _c.fact_id) & sightings.c.tx_to.is_(None))
    .where(_c.tx_to.is_(None), not_(_c.rejected), articles.c.article_id.in_(bindparam("ids", expanding=True)))
    .order_by(_c.article_id, _c.number)
)  # fmt: skip
_KEYS: BindParameter[Sequence[int]] = bindparam("keys", expanding=True)
_by, _to = commitment_actors.c, commitment_beneficiaries.c
_BY = select(_by.row_id, _by.canonical).where(_by.row_id.in_(_KEYS)).order_by(_by.number)
_TO = select(_to.row_id, _to.name).where(_to.row_id.in_(_KEYS)).order_by(_to.number)


def chips(connection: Connection, article_ids: Sequence[str]) -> dict[str, tuple[FactChip, ...]]:
    """Article id → its commitments in the order of its text; articles without any are missing."""
    rows = connection.execute(_STATED, {"ids": article_ids}).all()
    keys = [row.row_id for row in rows]
    actors, received = _names(connection, _BY, keys), _names(connection, _TO, keys)
    found: dict[str, list[FactChip]] = defaultdict(list)
    for row in rows:
        chip = FactChip(
            fact_id=row.fact_id, pledge_id=row.pledge_id, amount_low=row.amount_low, amount_high=row.amount_high,
            currency=row.currency, approx=row.approx, kind=row.kind, status=row.status,
            actors=tuple(actors[row.row_id]), beneficiaries=tuple(received[row.row_id]), programme=row.programme,
        )  # fmt: skip
        found[row.article_id].append(chip)
    return {article: tuple(list_) for article, list_ in found.items()}


def _names(connection: Connection, query: Select[Any], keys: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    if keys:
        for row_id, name in connection.execute(query, {"keys": keys}):
            found[row_id].append(name)
    return found
