"""Rows for tests that need an article in the store without the whole way through ingest."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, insert, select

from api.store.schema import (
    analysis_runs,
    articles,
    commitment_actors,
    commitment_beneficiaries,
    commitments,
    embed_queue,
    fact_ids,
    outlets,
    pledge_ids,
    sightings,
    stories,
    story_members,
    transactions,
    versions,
)

FETCHED = datetime(2026, 3, 10, 4, 30, tzinfo=UTC)


def put_article(connection: Connection, article_id: str, title: str, text: str, **changes: Any) -> str:
    """An article with one version, a story of its own (or `story_id`) and a row in the embed queue; answers its version id."""
    story_id = changes.pop("story_id", None)
    outlet = changes.get("outlet", "kabar")
    if connection.scalar(select(outlets.c.outlet).where(outlets.c.outlet == outlet)) is None:
        connection.execute(insert(outlets).values(outlet=outlet, label=outlet.title(), first_seen=FETCHED))
    version_id = f"{article_id}-1"
    shared: dict[str, Any] = {
        "article_id": article_id, "title": title, "source": "kabar", "rights": "full", "origin": "crawl", "type": "news", "lang": "id",
        "url": f"https://kabar.example/{article_id}", "fetched_at": FETCHED,
    } | {key: value for key, value in changes.items() if key in {"rights", "origin", "url", "type", "lang"}}  # fmt: skip
    number = int(article_id, 16) % 1_000_000
    row = shared | {
        "outlet": outlet, "current_version": version_id, "sort_key": changes.get("sort_key", number), "published_at": FETCHED,
        "published_day": "2026-03-10", "published_precision": "minute", "stored_at": FETCHED,
    }  # fmt: skip
    connection.execute(insert(articles).values(row | {k: v for k, v in changes.items() if k in articles.c}))
    connection.execute(
        insert(versions).values(
            shared | {"version_id": version_id, "number": 1, "text": text, "sha256": version_id, "run": "test", "published": {},
                      "authors": [], "tags": [], "layers": {}, "flags": [], "pages": []}
        )
    )  # fmt: skip
    _place(connection, article_id, version_id, story_id)
    connection.execute(insert(embed_queue).values(version_id=version_id, sort_key=row["sort_key"], attempts=0, at=FETCHED))
    return version_id


def _place(connection: Connection, article_id: str, version_id: str, story_id: int | None) -> None:
    relation = "copy"
    if story_id is None:
        first = {"first_article": article_id, "first_version": version_id, "first_at": FETCHED, "last_at": FETCHED, "size": 1}
        story_id = connection.execute(insert(stories).values(first).returning(stories.c.story_id)).scalar_one()
        relation = "first"
    member = {"article_id": article_id, "story_id": story_id, "relation": relation, "jaccard": 1.0, "signature": b""}
    connection.execute(insert(story_members).values(member))
    connection.execute(articles.update().where(articles.c.article_id == article_id).values(story_id=story_id))


def put_fact(connection: Connection, article_id: str, *, pledge: int | None = None, payer: str = "idx:ASII", **changes: Any) -> int:
    """Rp 100 miliar of credit by `payer` to IKM in this article, counted for `pledge` (a new one where None); answers its fact id."""
    tx = connection.execute(insert(transactions).values(at=FETCHED, kind="test").returning(transactions.c.tx)).scalar_one()
    run = connection.scalar(select(analysis_runs.c.run_id))
    if run is None:
        made = insert(analysis_runs).values(digest="test", components={}, first_used=FETCHED).returning(analysis_runs.c.run_id)
        run = connection.execute(made).scalar_one()
    fact = connection.execute(insert(fact_ids).values(list="commitments", article_id=article_id).returning(fact_ids.c.fact_id)).scalar_one()
    amount = Decimal(changes.pop("amount", 100_000_000_000))
    keys = {"low_key": int(amount) * 100, "high_key": int(amount) * 100}
    row = {
        "fact_id": fact, "article_id": article_id, "version_id": f"{article_id}-1", "run_id": run, "number": fact, "tx_from": tx,
        "amount_low": amount, "amount_high": amount, "currency": "IDR", "approx": True, "kind": "credit", "status": "disbursed",
        "idr_low_key": keys["low_key"], "idr_high_key": keys["high_key"], "conversion": "same", "equivalents": [], "parts": [],
        "evidence": "Sekitar Rp 100 miliar sudah disalurkan.", "evidence_start": 0, "evidence_end": 39, "evidence_field": "text",
        "mentions": [], "confidence": 1.0, "rule": "test", "digest": f"test-{fact}",
    } | keys | changes  # fmt: skip
    row_id = connection.execute(
        insert(commitments).values({k: v for k, v in row.items() if k in commitments.c}).returning(commitments.c.row_id)
    ).scalar_one()
    actor = {"row_id": row_id, "number": 0, "name": payer, "canonical": "PT Astra International Tbk", "registry_id": payer, "aliases": []}
    connection.execute(insert(commitment_actors).values(actor))
    receiver = {"row_id": row_id, "number": 0, "name": "IKM", "registry_id": None, "count": None}
    connection.execute(insert(commitment_beneficiaries).values(receiver))
    if pledge is None:
        pledge = connection.execute(insert(pledge_ids).values(tx=tx).returning(pledge_ids.c.pledge_id)).scalar_one()
    seen = {"pledge_id": pledge, "fact_id": fact, "article_id": article_id, "relation": "first", "by": "rule", "tx_from": tx}
    connection.execute(insert(sightings).values(seen))
    return int(fact)


def pledge_of(connection: Connection, fact_id: int) -> int:
    """The pledge a fact counts for."""
    return int(connection.execute(select(sightings.c.pledge_id).where(sightings.c.fact_id == fact_id)).scalar_one())
