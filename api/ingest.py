"""Spool → analysis → store: the one writer of articles, facts, stories, pledges, alert matches and queue rows.

Each batch is analysed outside any transaction and written in one: everything of an article appears together or not at all. A segment
moves to `done/` only after its articles are in the store; a crash at any point costs at most work done twice, since a version that
is known is ignored, unless a crawl found that its outlet went back to it. Lines that cannot be taken go to `quarantine/` with the reason.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol

from pydantic import ValidationError
from sqlalchemy import Connection

from api import stories
from api.ledger.booking import book, work_out
from api.ledger.endings import book_changes
from api.store import queue, transactions
from api.store.arrivals import bring_back, gone_back_to, known, put_version
from api.store.clock import day_of, moment_of
from api.store.database import Database
from api.store.differences import keep_differences
from api.store.facts import write_analysis
from api.store.money import load_rates
from crawler.items import Article, Origin
from crawler.spool import read_segment, segments, sync_folder
from nlp.analysis import Analysis

BATCH = 50
"""Articles a transaction: a segment's worth."""

Progress = Callable[[int, int | None], None]


class Analyse(Protocol):
    """What makes an Analysis of an article (`nlp.pipeline.Pipeline.analyse`)."""

    def __call__(self, title: str, text: str, *, published: date | None) -> Analysis: ...


class Match(Protocol):
    """What matches stored articles with watches, inside the transaction that stores them (`api.alerts.matcher.Matcher.match`)."""

    def __call__(self, connection: Connection, article_ids: Sequence[str], *, now: datetime) -> object: ...


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What one run did. `reasons` are those of the lines quarantined, at most 20."""

    lines: int = 0
    taken: int = 0
    known: int = 0
    quarantined: int = 0
    segments: int = 0
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prepared:
    """An article ready to be written: its analysis and its signature were made outside the transaction."""

    article: Article
    analysis: Analysis
    signature: bytes


@dataclass(slots=True)
class _Counts:
    lines: int = 0
    taken: int = 0
    known: int = 0
    quarantined: int = 0
    segments: int = 0
    reasons: list[str] = field(default_factory=list)

    def report(self) -> IngestReport:
        return IngestReport(self.lines, self.taken, self.known, self.quarantined, self.segments, tuple(self.reasons[:20]))


class Ingest:
    """Takes spool segments in.

    Args:
        spool: the spool folder.
        analyse: understands one article.
        match: finds the watches an arrival matters to; None tells nobody.
        now: the present, aware.
    """

    def __init__(self, database: Database, spool: Path, analyse: Analyse, match: Match | None, now: Callable[[], datetime]) -> None:
        self.database = database
        self.spool = spool
        self.analyse = analyse
        self._match = match
        self.now = now

    def run(self, progress: Progress | None = None) -> IngestReport:
        """Take in every sealed segment, oldest first. `progress(lines done, lines in all)`."""
        counts = _Counts()
        waiting = segments(self.spool)
        total = sum(_lines(path) for path in waiting) if progress else None
        for path in waiting:
            self._segment(path, counts)
            if progress:
                progress(counts.lines, total)
        return counts.report()

    def _segment(self, path: Path, counts: _Counts) -> None:
        articles: list[Article] = []
        refused: list[tuple[int, str]] = []
        for number, value in read_segment(path):
            counts.lines += 1
            try:
                article = Article.model_validate(value)
            except ValidationError as error:
                refused.append((number, _reason(error)))
                continue
            if _holds_nul(value):
                refused.append((number, "a NUL character: no database keeps it"))
            else:
                articles.append(article)
        for start in range(0, len(articles), BATCH):
            self._batch(articles[start : start + BATCH], counts)
        self._quarantine(path, refused, counts)
        self._done(path)
        counts.segments += 1

    def _batch(self, batch: Sequence[Article], counts: _Counts) -> None:
        with self.database.read() as connection:
            have = known(connection, [a.version_id for a in batch])
            again = gone_back_to(connection, [a for a in batch if a.version_id in have and a.origin is Origin.CRAWL])
        fresh = {a.version_id: a for a in batch if a.version_id not in have or a in again}
        counts.known += len(batch) - len(fresh)
        prepared = [self._prepare(article) for article in fresh.values()]
        if not prepared:
            return
        with self.database.write() as connection:
            taken = self._write(connection, prepared)
        counts.taken += taken
        counts.known += len(prepared) - taken

    def _prepare(self, article: Article) -> Prepared:
        analysis = self.analyse(article.title, article.text, published=day_of(article.published))
        return Prepared(article, analysis, stories.signature(stories.shingles(article.title, article.text)))

    def _write(self, connection: Connection, prepared: Sequence[Prepared]) -> int:
        """Everything of these articles, in their order; how many were new."""
        now = self.now()
        tx = transactions.begin(connection, "ingest", now)
        rates = load_rates(connection)
        arrived, alerting = 0, []
        for item in prepared:
            new = put_version(connection, item.article, now)
            stored = new or (bring_back(connection, item.article) if item.article.origin is Origin.CRAWL else None)
            if stored is None:
                continue
            arrived += 1
            if new is not None and new.previous is not None:
                keep_differences(connection, stored.article_id, stored.version_id)
            queue.enqueue(connection, [stored.article_id], "put", now)
            if not stored.current:
                continue
            write_current(connection, tx, item, rates, now)
            queue.embed_enqueue(connection, stored.version_id, stored.sort_key, now)
            alerting.append(stored.article_id)
        if self._match is not None and alerting:
            self._match(connection, alerting, now=now)
        return arrived

    def _quarantine(self, path: Path, refused: Sequence[tuple[int, str]], counts: _Counts) -> None:
        if not refused:
            return
        raw = path.read_bytes().splitlines()
        folder = self.spool / "quarantine"
        folder.mkdir(exist_ok=True)
        lines = [
            json.dumps({"segment": path.name, "line": n, "reason": why, "raw": raw[n - 1].decode("utf-8", "replace")}, ensure_ascii=False)
            for n, why in refused
        ]
        (folder / path.name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        sync_folder(folder)
        counts.quarantined += len(refused)
        counts.reasons += [f"{path.name}:{n}: {why}" for n, why in refused]

    def _done(self, path: Path) -> None:
        folder = self.spool / "done"
        folder.mkdir(exist_ok=True)
        path.replace(folder / path.name)
        sync_folder(folder)
        sync_folder(self.spool)


def write_current(connection: Connection, tx: int, item: Prepared, rates: Any, now: datetime) -> None:
    """Facts, story and pledges of an article's current version."""
    article = item.article
    day = day_of(article.published)
    written = write_analysis(
        connection, tx, article.article_id, article.version_id, item.analysis, day.isoformat() if day else None, rates, now
    )
    at = moment_of(article.published) or article.fetched_at
    stories.assign(connection, article.article_id, article.title, article.text, at, item.signature)
    book(connection, tx, written.holding, written.ended)
    work_out(connection, tx, book_changes(connection, tx, article.article_id))


def _lines(path: Path) -> int:
    return sum(1 for _ in _raw_lines(path))


def _raw_lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as handle:
        yield from handle


def _holds_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(_holds_nul(part) for part in parts)


def _reason(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, e['loc'])) or 'line'}: {e['msg']}" for e in error.errors()[:3])
