"""Rows for tests that need an article in the store without the whole way through ingest."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from api.store.schema import articles, embed_queue, outlets, stories, story_members, versions

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
