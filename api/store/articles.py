"""Articles and their versions, read back as they stood when `api.store.arrivals` kept them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from api.errors import NotFoundError
from api.store.arrivals import AS_JSON, AS_THEY_ARE
from api.store.schema import articles, entities, story_members, versions
from crawler.items import Article, Published


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """An article as lists show it: the current version without its text."""

    article_id: str
    version_id: str
    external_id: str | None
    url: str | None
    outlet: str
    source: str
    rights: str
    origin: str
    type: str
    lang: str
    title: str
    sort_key: int
    published_at: datetime | None
    published_day: date | None
    precision: str
    fetched_at: datetime
    story_id: int | None


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version whole. `article` is the crawler's own record, rebuilt; `number` counts from 1; `run_id` is its analysis."""

    article: Article
    number: int
    run_id: int | None


@dataclass(frozen=True, slots=True)
class Counts:
    """What the store holds."""

    articles: int
    versions: int
    undated: int
    stories: int
    outlets: int


def _listing() -> Select[Any]:
    return select(articles)


def _article_row(row: Row[Any]) -> ArticleRow:
    return ArticleRow(
        article_id=row.article_id,
        version_id=row.current_version,
        external_id=row.external_id,
        url=row.url,
        outlet=row.outlet,
        source=row.source,
        rights=row.rights,
        origin=row.origin,
        type=row.type,
        lang=row.lang,
        title=row.title,
        sort_key=row.sort_key,
        published_at=row.published_at,
        published_day=date.fromisoformat(row.published_day) if row.published_day else None,
        precision=row.published_precision,
        fetched_at=row.fetched_at,
        story_id=row.story_id,
    )


def get_article(connection: Connection, article_id: str) -> ArticleRow:
    """One article as lists show it.

    Raises:
        NotFoundError: there is no such article.
    """
    row = connection.execute(_listing().where(articles.c.article_id == article_id)).one_or_none()
    if row is None:
        raise NotFoundError(f"article {article_id}: not in the store")
    return _article_row(row)


def get_many(connection: Connection, article_ids: Sequence[str]) -> dict[str, ArticleRow]:
    """The articles of `article_ids` that the store has, by id."""
    rows = connection.execute(_listing().where(articles.c.article_id.in_(article_ids)))
    return {row.article_id: _article_row(row) for row in rows}


def get_version(connection: Connection, version_id: str) -> VersionRow:
    """One version whole, as it was extracted.

    Raises:
        NotFoundError: there is no such version.
    """
    query = select(versions, articles.c.canonical_url, articles.c.outlet).join(articles, articles.c.article_id == versions.c.article_id)
    row = connection.execute(query.where(versions.c.version_id == version_id)).one_or_none()
    if row is None:
        raise NotFoundError(f"version {version_id}: not in the store")
    return _version_row(row)


def current_versions(connection: Connection, article_ids: Sequence[str]) -> dict[str, VersionRow]:
    """The current versions of articles, whole, by article id."""
    query = select(versions, articles.c.canonical_url, articles.c.outlet).join(
        articles, articles.c.current_version == versions.c.version_id
    )
    rows = connection.execute(query.where(articles.c.article_id.in_(article_ids)))
    return {row.article_id: _version_row(row) for row in rows}


def _version_row(row: Row[Any]) -> VersionRow:
    kept: Mapping[str, Any] = dict(row._mapping)
    fields = {name: kept[name] for name in (*AS_THEY_ARE, *AS_JSON, "section", "rights", "origin", "lang", "type")}
    warc = {"file": row.warc_file, "offset": row.warc_offset} if row.warc_file else None
    article = Article.model_validate({**fields, "canonical_url": row.canonical_url, "outlet": row.outlet, "warc": warc})
    return VersionRow(article, row.number, row.run_id)


def version_ids(connection: Connection, article_id: str) -> tuple[str, ...]:
    """All versions of an article, oldest first."""
    query = select(versions.c.version_id).where(versions.c.article_id == article_id).order_by(versions.c.number)
    return tuple(connection.execute(query).scalars())


def newest(connection: Connection, limit: int, *, before: int | None = None, outlet: str | None = None) -> list[ArticleRow]:
    """The newest articles; `before` is the `sort_key` of the last one seen."""
    query = _listing().order_by(articles.c.sort_key.desc()).limit(limit)
    if before is not None:
        query = query.where(articles.c.sort_key < before)
    if outlet is not None:
        query = query.where(articles.c.outlet == outlet)
    return [_article_row(row) for row in connection.execute(query)]


def by_entity(connection: Connection, registry_id: str, limit: int, *, before: int | None = None) -> list[ArticleRow]:
    """The newest articles whose current version mentions a company, body, person or programme of the registry."""
    mentioned = select(entities.c.version_id).where(entities.c.registry_id == registry_id)
    query = _listing().where(articles.c.current_version.in_(mentioned)).order_by(articles.c.sort_key.desc()).limit(limit)
    if before is not None:
        query = query.where(articles.c.sort_key < before)
    return [_article_row(row) for row in connection.execute(query)]


def copies(connection: Connection, story_ids: Sequence[int]) -> dict[int, list[ArticleRow]]:
    """All articles of stories, by story, earliest first."""
    query = select(articles, story_members.c.relation).join(story_members, story_members.c.article_id == articles.c.article_id)
    found: dict[int, list[ArticleRow]] = {}
    for row in connection.execute(query.where(articles.c.story_id.in_(story_ids)).order_by(articles.c.sort_key)):
        found.setdefault(row.story_id, []).append(_article_row(row))
    return found


def published_of(connection: Connection, version_id: str) -> Published:
    """What the page said about its time."""
    return Published.model_validate(
        connection.execute(select(versions.c.published).where(versions.c.version_id == version_id)).scalar_one()
    )


def counts(connection: Connection) -> Counts:
    """How much the store holds."""
    total, undated, outlets_seen, stories = connection.execute(
        select(
            func.count(),
            func.count().filter(articles.c.published_day.is_(None)),
            func.count(articles.c.outlet.distinct()),
            func.count(articles.c.story_id.distinct()),
        ).select_from(articles)
    ).one()
    held = connection.execute(select(func.count()).select_from(versions)).scalar_one()
    return Counts(articles=total, versions=held, undated=undated, stories=stories, outlets=outlets_seen)
