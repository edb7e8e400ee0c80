"""The queue of scanned documents: what waits for OCR is recognised, and delivered like what a crawl or an import finds.

Crawled documents are read again from the archive, attachments together with the release they belong to; imported files from where
they lie. What cannot be recognised goes on waiting, with the new reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from pathlib import Path

from crawler.archive import files_of_run
from crawler.documents.ocr import why_no_ocr
from crawler.errors import CrawlerError, DocumentError
from crawler.importer import import_paths
from crawler.items import Article, Origin
from crawler.outlets import Outlets, load_outlets
from crawler.replay import Replay, ReplayContext
from crawler.scans import Scans, Waiting
from crawler.sources import Source
from crawler.spool import SpoolWriter
from crawler.state import State, Visit, state_path


@dataclass(frozen=True, slots=True)
class Recognised:
    """What came of one waiting document: the title of its article, or why it goes on waiting."""

    address: str
    title: str = ""
    reason: str | None = None


def waiting_documents(data: Path) -> list[Waiting]:
    """The documents of a data directory that wait for OCR, longest first."""
    if not state_path(data).exists():
        return []
    with Scans(data) as scans:
        return scans.waiting()


def recognise_waiting(
    data: Path,
    *,
    run: str,
    now: datetime,
    sources: Mapping[str, Source],
    limit: int | None = None,
    untried: bool = False,
    outlets: Outlets | None = None,
) -> Iterator[Recognised]:
    """Recognise what waits, at most `limit` documents, telling of each as it is done; the spool holds it then.

    `untried`: leave alone what failed before (a person may ask for it again).

    Raises:
        DocumentError: OCR is not installed; says what is missing.
        SpoolError: the data directory cannot be written.
    """
    missing = why_no_ocr()
    if missing:
        raise DocumentError(f"OCR is not possible: {missing}")
    with Scans(data) as scans:
        job = _Job(data, scans, ReplayContext(run, now, outlets or load_outlets(), sources, scans, Origin.CRAWL))
        queue = [document for document in scans.waiting() if not (untried and document.tries)]
        for document in queue[:limit]:
            if document in scans.waiting():  # attachments of one release are recognised together
                yield job.crawled(document) if document.archive else job.file(document)


@dataclass(frozen=True, slots=True)
class _Job:
    """One run over the queue."""

    data: Path
    scans: Scans
    context: ReplayContext

    def file(self, document: Waiting) -> Recognised:
        """An imported file, imported again; that takes it off the queue where it succeeds."""
        path, at = Path(document.address), self.context
        if not path.exists():
            return self._still(document, "the file is no longer there")
        reports = list(import_paths([path], data=self.data, run=at.run, now=at.now, sources=at.sources, outlets=at.outlets))
        refusals = [refusal.reason for report in reports for refusal in report.refusals]
        return self._still(document, refusals[0]) if refusals else Recognised(document.address, path.name)

    def crawled(self, document: Waiting) -> Recognised:
        """A crawled document, with its release, out of the archive of its run."""
        archive = self.data / "archive"
        replay = Replay(self.context, only={document.first}, folder=archive)
        found, problem = _last(replay, files_of_run(archive, document.archive))
        if found is None or "ocr" not in found.flags:
            return self._still(document, problem or "its page is no longer in the archive")
        state = State(state_path(self.data))

        def seen(articles: Sequence[Article]) -> None:
            state.mark_seen(_visit(article, document, self.context.now) for article in articles)
            self.scans.done_with(document.first)

        try:
            with SpoolWriter(self.data / "spool", self.context.run, on_durable=seen) as spool:
                spool.write(found)
        finally:
            state.close()
        return Recognised(document.address, found.title)

    def _still(self, document: Waiting, reason: str) -> Recognised:
        self.scans.put(replace(document, reason=reason, tries=document.tries + 1), self.context.now)
        return Recognised(document.address, reason=reason)


def _last(replay: Replay, files: Sequence[Path]) -> tuple[Article | None, str | None]:
    """(the last article of a replay, the last reason it gave none)."""
    found: Article | None = None
    problem: str | None = None
    for _, entry in chain(*map(replay.read, files), replay.rest()):
        if isinstance(entry, CrawlerError):
            problem = str(entry)
        else:
            found = entry
    return found, problem


def _visit(article: Article, document: Waiting, now: datetime) -> Visit:
    url = article.canonical_url or document.address
    return Visit(article.article_id, url, article.url or document.address, article.source, article.sha256, now)
