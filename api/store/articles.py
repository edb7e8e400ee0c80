"""Articles and their versions: taken in once, read back as they stood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select, update

from api.errors import NotFoundError
from api.store.clock import day_of, moment_of, newest_key
from api.store.schema import articles, entities, outlets, story_members, versions
from crawler.items import Article, Published


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


_AS_THEY_ARE = ("article_id", "version_id", "title", "text", "sha256", "external_id", "url", "source", "run", "fetched_at", "dateline")
_AS_JSON = ("published", "updated", "authors", "tags", "layers", "flags", "pages")


def _version_values(article: Article) -> dict[str, Any]:
    whole = article.model_dump(mode="json", include=set(_AS_JSON))
    return {
        **{name: getattr(article, name) for name in _AS_THEY_ARE},
        **whole,
        "section": article.section,
        "rights": article.rights.value,
        "origin": article.origin.value,
        "lang": article.lang,
        "type": article.type.value,
        "warc_file": article.warc.file if article.warc else None,
        "warc_offset": article.warc.offset if article.warc else None,
    }


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
    fields = {name: kept[name] for name in (*_AS_THEY_ARE, *_AS_JSON, "section", "rights", "origin", "lang", "type")}
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
