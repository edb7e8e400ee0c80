"""Versions of articles as they arrive: each kept once, the latest shown; read back by `api.store.articles`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from api.store.clock import day_of, moment_of, newest_key
from api.store.schema import articles, outlets, versions
from crawler.items import Article

AS_THEY_ARE = ("article_id", "version_id", "title", "text", "sha256", "external_id", "url", "source", "run", "fetched_at", "dateline")
AS_JSON = ("published", "updated", "authors", "tags", "layers", "flags", "pages")
"""Columns of a version that hold a field of the article as it is, and those that hold its JSON."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What `put_version` did with a version that was new.

    Attributes:
        article_id, version_id: its identities.
        number: 1 for the first version of the article, then counting.
        current: it is the version people see now (no later one was fetched).
        previous: the version that was current before, or None.
        sort_key: the article's key for "newest".
    """

    article_id: str
    version_id: str
    number: int
    current: bool
    previous: str | None
    sort_key: int


def known(connection: Connection, version_ids: Sequence[str]) -> frozenset[str]:
    """Those of `version_ids` that the store has."""
    found = connection.execute(select(versions.c.version_id).where(versions.c.version_id.in_(version_ids)))
    return frozenset(found.scalars())


def put_version(connection: Connection, article: Article, now: datetime) -> Stored | None:
    """Keep one version of one article; None where it is known already (nothing changes).

    The article shows the version fetched last; an older one that arrives late is kept beside it.
    """
    if known(connection, [article.version_id]):
        return None
    before = connection.execute(select(articles).where(articles.c.article_id == article.article_id)).one_or_none()
    _ensure_outlet(connection, article.outlet, now)
    if before is None:
        sort_key = _insert_article(connection, article, now)
        number, current, previous = 1, True, None
    else:
        number = 1 + int(
            connection.execute(select(func.max(versions.c.number)).where(versions.c.article_id == article.article_id)).scalar() or 0
        )
        current, previous = article.fetched_at >= before.fetched_at, str(before.current_version)
        sort_key = _update_article(connection, article, before) if current else int(before.sort_key)
    connection.execute(insert(versions).values(number=number, **_version_values(article)))
    return Stored(article.article_id, article.version_id, number, current, previous, sort_key)


def bring_back(connection: Connection, article: Article) -> Stored | None:
    """A known version that its outlet went back to is shown again; None where it is shown already or was fetched before what is."""
    before = connection.execute(select(articles).where(articles.c.article_id == article.article_id)).one_or_none()
    if before is None or before.current_version == article.version_id or article.fetched_at <= before.fetched_at:
        return None
    number = connection.execute(select(versions.c.number).where(versions.c.version_id == article.version_id)).scalar_one()
    sort_key = _update_article(connection, article, before)
    return Stored(article.article_id, article.version_id, number, True, str(before.current_version), sort_key)


def gone_back_to(connection: Connection, found: Sequence[Article]) -> list[Article]:
    """Those of known versions that `bring_back` would show again."""
    ids = [article.article_id for article in found]
    query = select(articles.c.article_id, articles.c.current_version, articles.c.fetched_at).where(articles.c.article_id.in_(ids))
    shown = {row.article_id: row for row in connection.execute(query)}
    return [
        article
        for article in found
        if (row := shown.get(article.article_id)) and row.current_version != article.version_id and article.fetched_at > row.fetched_at
    ]


def _ensure_outlet(connection: Connection, outlet: str, now: datetime) -> None:
    if connection.execute(select(outlets.c.outlet).where(outlets.c.outlet == outlet)).first() is None:
        connection.execute(insert(outlets).values(outlet=outlet, label=outlet, first_seen=now))


def _insert_article(connection: Connection, article: Article, now: datetime) -> int:
    provisional = -int(article.article_id[:15], 16)  # unique until the row's own number is known
    row = insert(articles).values(article_id=article.article_id, stored_at=now, sort_key=provisional, **_article_values(article))
    number = int(connection.execute(row.returning(articles.c.number)).scalar_one())
    return _set_sort_key(connection, article, number)


def _update_article(connection: Connection, article: Article, before: Row[Any]) -> int:
    values = _article_values(article)
    if article.published.value is None and before.published_day is not None:  # a page that lost its date has not lost its day
        values = {k: v for k, v in values.items() if not k.startswith("published")}
    connection.execute(update(articles).where(articles.c.number == before.number).values(values))
    if "published_at" not in values:
        return int(before.sort_key)
    return _set_sort_key(connection, article, before.number)


def _set_sort_key(connection: Connection, article: Article, number: int) -> int:
    key = newest_key(moment_of(article.published), number)
    connection.execute(update(articles).where(articles.c.number == number).values(sort_key=key))
    return key


def _article_values(article: Article) -> dict[str, Any]:
    day = day_of(article.published)
    return {
        "external_id": article.external_id,
        "url": article.url,
        "canonical_url": article.canonical_url,
        "source": article.source,
        "outlet": article.outlet,
        "rights": article.rights.value,
        "origin": article.origin.value,
        "type": article.type.value,
        "lang": article.lang,
        "title": article.title,
        "current_version": article.version_id,
        "published_at": moment_of(article.published),
        "published_day": day.isoformat() if day else None,
        "published_precision": article.published.precision.value,
        "fetched_at": article.fetched_at,
    }


def _version_values(article: Article) -> dict[str, Any]:
    whole = article.model_dump(mode="json", include=set(AS_JSON))
    return {
        **{name: getattr(article, name) for name in AS_THEY_ARE},
        **whole,
        "section": article.section,
        "rights": article.rights.value,
        "origin": article.origin.value,
        "lang": article.lang,
        "type": article.type.value,
        "warc_file": article.warc.file if article.warc else None,
        "warc_offset": article.warc.offset if article.warc else None,
    }
