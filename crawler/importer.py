"""`pantau import`: files of articles into the spool, resumable and idempotent.

Rows (JSONL, CSV), single pages (HTML), documents (PDF, DOCX) and archives (WARC). What was delivered is remembered by version
in the crawler's state, once it is durable: a second run adds nothing, a killed one goes on. What cannot be read is reported by
file, line and reason, and counted. An import never raises alerts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from crawler.errors import CrawlerError, ImportFormatError
from crawler.formats import Format, files_of, format_of
from crawler.items import Article, Precision
from crawler.outlets import Outlets, load_outlets
from crawler.replay import Replay, ReplayContext
from crawler.rows import RowContext, article_of_row, learn_orders, read_rows
from crawler.scans import Scans
from crawler.singles import SingleContext, read_single
from crawler.sources import Source
from crawler.spool import SpoolWriter, recover
from crawler.state import State, state_path

EVERY = 50
"""Entries between two reports of progress."""

Entry = tuple[int, Article | CrawlerError]
"""Line (0: the whole file) and the article it holds, or why it holds none."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing that was not imported."""

    path: Path
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.reason}" if self.line else f"{self.path}: {self.reason}"


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """Where an import stands. Counts are cumulative over all files; `refusals` are those since the last report."""

    path: Path
    done: int = 0
    """Entries of this file read."""
    total: int = 0
    """Entries of this file; 0 where unknown."""
    entries: int = 0
    added: int = 0
    known: int = 0
    """Versions delivered before, by this run or an earlier one."""
    undated: int = 0
    """Of all articles read, those without a date."""
    refused: int = 0
    refusals: tuple[Refusal, ...] = ()


def import_paths(
    paths: Iterable[Path],
    *,
    data: Path,
    run: str,
    now: datetime,
    sources: Mapping[str, Source],
    outlets: Outlets | None = None,
) -> Iterator[ImportProgress]:
    """Import files and folders into the spool of `data`, telling how far it is every `EVERY` entries and at each file's end.

    `run` names the import in spool and ledger; `now` (aware) is when it happens; `sources` give rights and, for pages, rules.
    The last report holds the totals; each refusal is told once.

    Raises:
        SpoolError: the data directory cannot be written. What was delivered before stays delivered.
    """
    job = _Import(data, run, now, sources, outlets or load_outlets())
    try:
        yield from job.all(paths)
    finally:
        job.close()


class _Import:
    """One run of `import_paths`: spool writer, state and running counts."""

    def __init__(self, data: Path, run: str, now: datetime, sources: Mapping[str, Source], outlets: Outlets) -> None:
        self._state = State(state_path(data))
        self._state.start_run(run, "import", now)
        self._scans = Scans(data)
        self._spool = SpoolWriter(data / "spool", run, on_durable=self._delivered)
        recover(data / "spool")
        self._run, self._now, self._outlets = run, now, outlets
        rights = {source.outlet: source.rights for source in sources.values()}
        self._rows = RowContext(run, now, outlets, rights, {})
        self._singles = SingleContext(run, now, outlets, sources, self._scans)
        self._replay = Replay(ReplayContext(run, now, outlets, sources, self._scans))
        self._pending: set[str] = set()
        self._refusals: list[Refusal] = []
        self._at = ImportProgress(Path())

    def all(self, paths: Iterable[Path]) -> Iterator[ImportProgress]:
        for path in files_of(paths):
            self._at = replace(self._at, path=path, done=0, total=0)
            try:
                yield from self._file(path)
            except ImportFormatError as error:
                self._refuse(0, error)
            yield self._report()
        for _, entry in self._replay.rest():
            self._entry(0, entry)
        self._spool.flush()
        yield self._report()

    def close(self) -> None:
        self._spool.flush()
        self._state.add_counts(self._run, "import", {"articles": self._at.added, "refused": self._at.refused})
        self._state.end_run(self._run, self._now)
        self._scans.close()
        self._state.close()

    def _file(self, path: Path) -> Iterator[ImportProgress]:
        for line, entry in self._entries(path):
            self._entry(line, entry)
            if self._at.done % EVERY == 0:
                yield self._report()

    def _entry(self, line: int, entry: Article | CrawlerError) -> None:
        self._at = replace(self._at, done=self._at.done + 1, entries=self._at.entries + 1)
        if isinstance(entry, CrawlerError):
            self._refuse(line, entry)
        else:
            self._take(entry)

    def _entries(self, path: Path) -> Iterator[Entry]:
        kind = format_of(path)
        if kind is Format.WARC:
            return self._replay.read(path)
        if kind not in {Format.JSONL, Format.CSV}:
            return _single_entry(path, self._singles)
        total, orders = learn_orders(read_rows(path), self._outlets)
        self._at = replace(self._at, total=total)
        return _row_entries(path, replace(self._rows, orders=orders))

    def _take(self, article: Article) -> None:
        undated = self._at.undated + (article.published.precision is Precision.NONE)
        if article.version_id in self._pending or self._state.was_imported(article.version_id):
            self._at = replace(self._at, known=self._at.known + 1, undated=undated)
            return
        self._pending.add(article.version_id)
        self._at = replace(self._at, added=self._at.added + 1, undated=undated)
        self._spool.write(article)

    def _delivered(self, articles: Sequence[Article]) -> None:
        versions = [article.version_id for article in articles]
        self._state.mark_imported(versions, self._run)
        self._pending.difference_update(versions)

    def _refuse(self, line: int, error: CrawlerError) -> None:
        refusal = Refusal(self._at.path, line, str(error))
        self._refusals.append(refusal)
        self._state.add_reason(self._run, "import", refusal.reason, str(refusal))
        self._at = replace(self._at, refused=self._at.refused + 1)

    def _report(self) -> ImportProgress:
        report = replace(self._at, refusals=tuple(self._refusals))
        self._refusals.clear()
        return report


def _single_entry(path: Path, context: SingleContext) -> Iterator[Entry]:
    try:
        yield 0, read_single(path, context)
    except CrawlerError as error:
        yield 0, error


def _row_entries(path: Path, context: RowContext) -> Iterator[Entry]:
    for line, row in read_rows(path):
        if isinstance(row, ImportFormatError):
            yield line, row
            continue
        try:
            yield line, article_of_row(row, context)
        except ImportFormatError as error:
            yield line, error
