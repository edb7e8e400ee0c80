"""Every table of the system of record, for SQLite and PostgreSQL alike (DESIGN §3).

Rows of facts and of the ledger are temporal: `tx_from` is the transaction that made the row true, `tx_to` the one that ended it
(NULL: it holds). `fact_id` and `pledge_id` are the stable names; `row_id` names one state of them. Offsets count code points.
"""

from api.store.tables.articles import (
    articles,
    meta,
    outlets,
    stories,
    story_bands,
    story_members,
    transactions,
    version_differences,
    versions,
)
from api.store.tables.base import metadata
from api.store.tables.facts import (
    analysis_runs,
    changes,
    checks,
    commitment_actors,
    commitment_beneficiaries,
    commitments,
    corrections,
    entities,
    entity_mentions,
    fact_ids,
    money_mentions,
    progress,
    proposals,
)
from api.store.tables.ledger import pledge_actors, pledge_beneficiaries, pledge_ids, pledges, rates, sightings, stages
from api.store.tables.service import deliveries, exports, frozen_results, matches, outbox, principals, watch_secrets, watches
from api.store.tables.work import chunks, embed_queue, index_queue, vectors

__all__ = [
    "analysis_runs", "articles", "changes", "checks", "chunks", "commitment_actors", "commitment_beneficiaries", "commitments",
    "corrections", "deliveries", "embed_queue", "entities", "entity_mentions", "exports", "fact_ids", "frozen_results", "index_queue",
    "matches", "meta", "metadata", "money_mentions", "outbox", "outlets", "pledge_actors", "pledge_beneficiaries", "pledge_ids",
    "pledges", "principals", "progress", "proposals", "rates", "sightings", "stages", "stories", "story_bands", "story_members",
    "transactions", "vectors", "version_differences", "versions", "watch_secrets", "watches",
]  # fmt: skip
