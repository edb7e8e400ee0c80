"""Operations on a whole store: analyse again, forget an article, back up, restore. They tell nobody."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Row, delete, select

from api import stories
from api.errors import NotFoundError, StoreError
from api.ingest import Analyse, Prepared, write_current
from api.ledger.booking import refold
from api.store import queue, transactions, vectors
from api.store.articles import current_versions
from api.store.database import Database
from api.store.money import load_rates
from api.store.schema import articles, commitments, pledges, sightings, versions
from crawler.items import WarcPlace
from crawler.urls import canonical_url

BATCH = 50
Progress = Callable[[int, int | None], None]


def reanalyse(database: Database, analyse: Analyse, now: Callable[[], datetime], progress: Progress | None = None) -> int:
    """Analyse every article's current version again; facts keep their ids where they have heirs. How many articles."""
    with database.read() as connection:
        ids = list(connection.scalars(select(articles.c.article_id).order_by(articles.c.number)))
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        with database.read() as connection:
            found = [row.article for row in current_versions(connection, batch).values()]
        prepared = [_prepare(article, analyse) for article in found]
        with database.write() as connection:
            at = now()
            tx = transactions.begin(connection, "reanalyse", at)
            rates = load_rates(connection)
            for item in prepared:
                write_current(connection, tx, item, rates, at)
            queue.enqueue(connection, batch, "put", at)
        if progress:
            progress(min(start + BATCH, len(ids)), len(ids))
    return len(ids)


def _prepare(article: object, analyse: Analyse) -> Prepared:
    from api.store.clock import day_of
    from crawler.items import Article

    assert isinstance(article, Article)  # noqa: S101 - what the store keeps
    analysis = analyse(article.title, article.text, published=day_of(article.published))
    return Prepared(article, analysis, stories.signature(stories.shingles(article.title, article.text)))


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What else has to go: the URLs the crawler remembers, and where the raw pages lie in the archive."""

    urls: tuple[str, ...]
    pages: tuple[WarcPlace, ...]


def forget(database: Database, url_or_id: str, now: datetime) -> Forgotten:
    """Remove an article, all its versions, facts, sightings and vectors; queue its removal from the engine.

    Raises:
        NotFoundError: there is no such article.
    """
    with database.write() as connection:
        row = _find(connection, url_or_id)
        pages = _pages(connection, row.article_id)
        tx = transactions.begin(connection, "forget", now, row.article_id)
        touched = set(connection.scalars(select(sightings.c.pledge_id).where(sightings.c.article_id == row.article_id)))
        stories.leave(connection, row.article_id)
        for table in (sightings, commitments):
            connection.execute(delete(table).where(table.c.article_id == row.article_id))
        connection.execute(delete(articles).where(articles.c.article_id == row.article_id))
        for pledge_id in sorted(touched):
            refold(connection, tx, pledge_id)
        vectors.sweep(connection)
        queue.enqueue(connection, [row.article_id], "delete", now)
    return Forgotten(tuple(url for url in (row.url, row.canonical_url) if url), pages)


def _pages(connection: Connection, article_id: str) -> tuple[WarcPlace, ...]:
    v = versions.c
    rows = connection.execute(select(v.warc_file, v.warc_offset).where(v.article_id == article_id, v.warc_file.is_not(None)))
    return tuple(WarcPlace(file=file, offset=offset) for file, offset in rows)


def _find(connection: Connection, url_or_id: str) -> Row[str, str | None, str | None]:
    columns = (articles.c.article_id, articles.c.url, articles.c.canonical_url)
    wanted = {url_or_id, canonical_url(url_or_id) or url_or_id}
    match = articles.c.canonical_url.in_(wanted) | articles.c.url.in_(wanted) | (articles.c.article_id == url_or_id)
    row = connection.execute(select(*columns).where(match)).first()
    if row is None:
        raise NotFoundError(f"{url_or_id}: no such article")
    return row


def backup(database: Database, target: Path) -> None:
    """Copy a SQLite store while it is used (online backup), whole and consistent.

    Raises:
        StoreError: the store is on a server (use its own tools), or `target` exists or cannot be written.
    """
    if database.dialect != "sqlite":
        raise StoreError("the store is on a PostgreSQL server: back it up with pg_dump")
    if target.exists():
        raise StoreError(f"{target}: exists already; choose another name")
    source = str(database.engine.url.database)
    try:
        with sqlite3.connect(source) as here, sqlite3.connect(target) as there:
            here.backup(there)
    except sqlite3.Error as error:
        raise StoreError(f"{target}: {error}") from error


def restore(source: Path, target: Path) -> dict[str, int]:
    """Put a backup in the place of `target`, which must not exist yet; what is in it.

    Raises:
        StoreError: the backup is damaged, or `target` exists.
    """
    if target.exists():
        raise StoreError(f"{target}: exists already; move it away first, nothing is overwritten")
    try:
        with sqlite3.connect(f"file:{source}?mode=ro", uri=True) as backup_:
            if backup_.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
                raise StoreError(f"{source}: the backup is damaged")
    except sqlite3.Error as error:
        raise StoreError(f"{source}: is no backup of Pantau: {error}") from error
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    opened = Database.open(target)
    try:
        with opened.read() as connection:
            return {t.name: len(connection.execute(select(t.c[0])).all()) for t in (articles, pledges)}
    finally:
        opened.close()
