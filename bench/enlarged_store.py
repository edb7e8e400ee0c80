"""The enlarged collection as a store: articles, one version each, entities, a commitment where there is one, chunks with vectors.

What the analysis would say is drawn, not computed (100,000 articles would take an hour), so that search, facets, fact chips and
snippets have as much to read as with a real store of that size.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

import numpy as np
from sqlalchemy import Connection, Table, insert

from api.search.base import EngineDocument
from api.store import queue, schema
from api.store.database import Database
from bench.enlarged import TYPES

WHEN = datetime(2026, 1, 1, tzinfo=UTC)
BATCH = 2_000
Rows = dict[Table, list[dict[str, Any]]]


def fill(database: Database, documents: Iterable[EngineDocument], model: str) -> int:
    """Store the documents and queue them for the engine; how many there were."""
    with database.write() as connection:
        if connection.execute(schema.analysis_runs.select()).first() is None:
            connection.execute(insert(schema.analysis_runs).values(run_id=1, digest="drawn", components={}, first_used=WHEN))
            connection.execute(insert(schema.transactions).values(tx=1, at=WHEN, kind="bench"))
    outlets: set[str] = set()
    total = 0
    remaining = iter(documents)
    while batch := list(islice(remaining, BATCH)):
        with database.write() as connection:
            for outlet in {d.keywords["outlet"][0] for d in batch} - outlets:
                outlets.add(outlet)
                if connection.execute(schema.outlets.select().where(schema.outlets.c.outlet == outlet)).first() is None:
                    connection.execute(insert(schema.outlets).values(outlet=outlet, label=outlet.title(), first_seen=WHEN))
            _store(connection, batch, model)
            queue.enqueue(connection, [d.id for d in batch], "put", WHEN)
        total += len(batch)
    return total


def _store(connection: Connection, batch: Iterable[EngineDocument], model: str) -> None:
    rows: Rows = defaultdict(list)
    for document in batch:
        _article(rows, document)
        _entities(rows, document)
        if "kind" in document.keywords:
            _commitment(rows, document)
        _chunks(rows, document, model)
    for table in schema.metadata.sorted_tables:
        if rows.get(table):
            connection.execute(insert(table), rows[table])


def _number(document: EngineDocument) -> int:
    return int(document.id, 16) + 1


def _article(rows: Rows, document: EngineDocument) -> None:
    number, day = _number(document), str(document.day)
    shared = {
        "article_id": document.id, "url": f"https://example.org/{document.id}", "source": "bench", "rights": "full", "origin": "import",
        "type": "news", "lang": "id", "title": document.title, "fetched_at": WHEN,
    }  # fmt: skip
    rows[schema.articles].append(shared | {
        "number": number, "outlet": document.keywords["outlet"][0], "current_version": document.id, "sort_key": document.newest,
        "published_day": f"{day[:4]}-{day[4:6]}-{day[6:]}", "published_precision": "day", "stored_at": WHEN, "story_id": number,
    })  # fmt: skip
    rows[schema.versions].append(shared | {
        "version_id": document.id, "number": 1, "text": document.text, "sha256": document.id, "run": "bench", "published": {},
        "authors": [], "tags": [], "layers": {}, "flags": [], "pages": [], "run_id": 1,
    })  # fmt: skip
    rows[schema.stories].append({
        "story_id": number, "first_article": document.id, "first_version": document.id, "first_at": WHEN, "last_at": WHEN, "size": 1,
    })  # fmt: skip


def _entities(rows: Rows, document: EngineDocument) -> None:
    for name, kind in TYPES.items():
        for at, identity in enumerate(document.keywords.get(name, ())):
            rows[schema.entities].append({
                "version_id": document.id, "article_id": document.id, "number": at, "type": kind.value, "name": identity,
                "canonical": identity, "registry_id": identity, "aliases": [], "confidence": 1.0,
            })  # fmt: skip


def _commitment(rows: Rows, document: EngineDocument) -> None:
    number = _number(document)
    millions = max(1, document.amount >> 24)
    key = millions * 100_000_000
    evidence, amount = document.text[:120], Decimal(key // 100)
    rows[schema.fact_ids].append({"fact_id": number, "list": "commitments", "article_id": document.id})
    rows[schema.commitments].append({
        "row_id": number, "fact_id": number, "article_id": document.id, "version_id": document.id, "run_id": 1, "number": 0,
        "digest": document.id, "tx_from": 1, "amount_low": amount, "amount_high": amount, "low_key": key, "high_key": key,
        "currency": "IDR", "idr_low_key": key, "idr_high_key": key, "conversion": "same", "kind": document.keywords["kind"][0],
        "status": document.keywords["status"][0], "equivalents": [], "parts": [], "evidence": evidence, "evidence_start": 0,
        "evidence_end": len(evidence), "evidence_field": "text", "mentions": [], "confidence": 1.0, "rule": "drawn",
    })  # fmt: skip
    for name in document.keywords.get("company", ())[:1]:
        rows[schema.commitment_actors].append(
            {"row_id": number, "number": 0, "name": name, "canonical": name, "registry_id": name, "aliases": []}
        )
    rows[schema.commitment_beneficiaries].append({"row_id": number, "number": 0, "name": "IKM"})


def _chunks(rows: Rows, document: EngineDocument, model: str) -> None:
    size = max(1, len(document.text) // max(1, len(document.vectors)))
    for at, vector in enumerate(document.vectors):
        chunk = f"{document.id}-{at}"
        rows[schema.chunks].append({
            "version_id": document.id, "article_id": document.id, "model_id": model, "number": at, "chunk_id": chunk,
            "start": at * size, "end": (at + 1) * size,
        })  # fmt: skip
        rows[schema.vectors].append({"chunk_id": chunk, "model_id": model, "vector": vector.astype(np.dtype("<f2")).tobytes()})
