"""What a person should know about a running Pantau: each part, whether it is well, and what to do where it is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass

from sqlalchemy import Connection

from api import parts
from api.alerts import outbox
from api.config import Settings
from api.errors import ApiError
from api.reading.crawling import crawl_health
from api.store import queue
from api.store.articles import counts
from crawler.alarms import Level
from crawler.documents.ocr import why_no_ocr
from crawler.errors import CrawlerError
from crawler.recognising import waiting_documents
from crawler.spool import segments
from nlp.errors import NlpError

BACKLOG = 500
"""Queued articles from which a queue is behind."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One part and how it is."""

    part: str
    ok: bool
    says: str


def examine(settings: Settings) -> list[Finding]:
    """Every part in turn; one that cannot be opened is a finding, not an error."""
    found: list[Finding] = []
    for part, look in (("store", _store), ("index", _index), ("spool", _spool), ("sources", _sources)):
        found += _looked(part, look, settings)
    return found


def _looked(part: str, look: Callable[[Settings], Iterator[Finding]], settings: Settings) -> list[Finding]:
    try:
        return list(look(settings))
    except (ApiError, NlpError, CrawlerError) as error:
        return [Finding(part, ok=False, says=str(error))]


def _store(settings: Settings) -> Iterator[Finding]:
    with closing(parts.open_database(settings)) as database, database.read() as connection:
        held = counts(connection)
        yield Finding("store", ok=True, says=f"{held.articles} articles, {held.stories} stories, {held.undated} undated; {database.url}")
        yield from _queues(connection)
        told = outbox.counts(connection)
        failed = told.get("failed", 0)
        says = ", ".join(f"{n} {state}" for state, n in sorted(told.items())) or "nothing to send"
        yield Finding("mail", ok=not failed, says=says + ("; `pantau watch log` says why" if failed else ""))


def _queues(connection: Connection) -> Iterator[Finding]:
    for name, waiting in (("to index", queue.index_backlog(connection)), ("to embed", queue.embed_backlog(connection))):
        verb = "index" if name == "to index" else "embed"
        yield Finding(name, ok=waiting < BACKLOG, says=f"{waiting} waiting" + (f"; run `pantau {verb}`" if waiting >= BACKLOG else ""))


def _index(settings: Settings) -> Iterator[Finding]:
    with closing(parts.open_engine(settings, parts.indexed_model(settings))) as engine:
        yield Finding("index", ok=True, says=f"{engine.count()} articles; {settings.search_url or settings.data / 'index'}")


def _spool(settings: Settings) -> Iterator[Finding]:
    spool = settings.data / "spool"
    waiting = len(segments(spool)) if spool.exists() else 0
    kept = sorted((spool / "quarantine").glob("*")) if (spool / "quarantine").exists() else []
    yield Finding("spool", ok=True, says=f"{waiting} segments waiting")
    says = f"{len(kept)} segments with lines that could not be taken" + (f"; see {spool / 'quarantine'}" if kept else "")
    yield Finding("quarantine", ok=not kept, says=says)
    yield from _scans(settings)


def _scans(settings: Settings) -> Iterator[Finding]:
    """Scanned documents wait for a person only where OCR is missing; elsewhere for their turn."""
    scans, missing = len(waiting_documents(settings.data)), why_no_ocr()
    says = f"{scans} scanned documents wait for OCR" + (f"; {missing or 'run `pantau ocr`'}" if scans else "")
    yield Finding("scans", ok=not (scans and missing), says=says)


def _sources(settings: Settings) -> Iterator[Finding]:
    crawled = crawl_health(settings.data, parts.now())
    ill = [health for health in crawled if health.level is not Level.OK]
    yield Finding("sources", ok=not ill, says=f"{len(crawled)} crawled, {len(crawled) - len(ill)} well")
    for health in ill:
        why = "; ".join(alarm.text for alarm in health.alarms)
        yield Finding(health.source, ok=False, says=f"{health.level.value} since {health.since}: {why}")
