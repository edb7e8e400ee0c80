"""Archives read again without network: the pages of a crawl give the very articles that the crawl gave.

What the crawl wanted of a page stands beside it in the archive (`crawler.asked`), so that titles and dates of lists, later pages and
attached documents come together again. What a backfill fetched and left out by its date is taken too.
Archives of others are read page by page, by whatever source calls their address an article.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from crawler.archive import Capture, DamagedArchiveError, read_archive
from crawler.asked import Asked, asked_of
from crawler.discovery import Link
from crawler.documents.read import Memory
from crawler.errors import CrawlerError, ImportFormatError
from crawler.extraction import article_of_page, rules_for, source_of
from crawler.items import Article, Origin, WarcPlace
from crawler.outlets import Outlets
from crawler.reading import Desk, Draft, read_capture
from crawler.sources import Source

Entry = tuple[int, Article | CrawlerError]
"""Number of the record from 1 (0: after the last) and the article it completes, or why it gives none."""

_OK = 200
_READABLE = ("text/html", "application/xhtml", "application/pdf", "application/vnd.openxmlformats")


@dataclass(frozen=True, slots=True)
class ReplayContext:
    """What archives need beside themselves. `now` is when the replay is made; `origin` what its articles are called."""

    run: str
    now: datetime
    outlets: Outlets
    sources: Mapping[str, Source]
    memory: Memory
    origin: Origin = Origin.REPLAY


class Replay:
    """Archives read one after another. Lists, robots.txt and pages that no source calls an article are passed over.

    Args:
        only: read nothing but the articles whose first page has one of these addresses; None: all.
        folder: the archive folder, where the articles should say in which record their page lies.
    """

    def __init__(self, context: ReplayContext, *, only: Collection[str] | None = None, folder: Path | None = None) -> None:
        self._context, self._only, self._folder = context, only, folder
        self._open: dict[tuple[str, str], tuple[Draft, Desk]] = {}
        """(address of the first page, address of the next) → an article whose later pages are still to come."""

    def read(self, path: Path) -> Iterator[Entry]:
        """The articles of one file; those whose pages go on in the next are kept for it."""
        captures = iter(read_archive(path))
        number = 0
        while True:
            number += 1
            try:
                capture = next(captures)
                for article in self._articles(capture, path):
                    yield number, article
            except StopIteration:
                return
            except DamagedArchiveError as error:
                yield number, error
                return
            except CrawlerError as error:
                yield number, error

    def rest(self) -> Iterator[Entry]:
        """The articles whose later pages never came, marked incomplete: to be called after the last file."""
        for key in list(self._open):
            article = self._without_the_rest(key)
            if article is not None:
                yield 0, article

    def _articles(self, capture: Capture, path: Path) -> Iterator[Article]:
        asked = asked_of(capture.asked)
        source = self._context.sources.get(capture.source or "") or source_of(capture.url, self._context.sources)
        if capture.status != _OK or not self._wanted(capture, asked):
            return
        key = self._begun(capture, asked)
        if source is None:
            yield self._alone(capture)
        elif key is not None or asked is not None or source.is_article(capture.url):
            yield from self._read(capture, asked, key, source, path)

    def _wanted(self, capture: Capture, asked: Asked | None) -> bool:
        return self._only is None or ((asked and asked.first) or capture.url) in self._only

    def _begun(self, capture: Capture, asked: Asked | None) -> tuple[str, str] | None:
        """Key of the article that this page carries on."""
        if asked is None:
            return next((key for key in self._open if key[1] == capture.url), None)
        key = (asked.first or "", asked.url)
        return key if key in self._open else None

    def _read(self, capture: Capture, asked: Asked | None, key: tuple[str, str] | None, source: Source, path: Path) -> Iterator[Article]:
        if key is not None:
            draft, desk = self._open.pop(key)
        elif asked is not None and asked.first is not None:
            return  # a later page whose first one is not in the archive
        else:
            draft, desk = None, self._desk(capture, asked, source)
        link = draft.link if draft else asked.link if asked else Link(capture.url)
        redirected = asked is not None and asked.url != capture.url
        reading = read_capture(capture, link, draft, desk, warc=self._place(capture, path), redirected=redirected)
        if reading.next_page is not None and reading.draft is not None:
            waiting = (reading.draft.urls[0], reading.next_page)
            earlier = self._without_the_rest(waiting)
            if earlier is not None:
                yield earlier
            self._open[waiting] = (reading.draft, desk)
        elif reading.article is not None:
            yield reading.article

    def _without_the_rest(self, key: tuple[str, str]) -> Article | None:
        """What is there of an article whose next page is missing; None where there is no such article."""
        if key not in self._open:
            return None
        draft, desk = self._open.pop(key)
        reading = draft.flagged("incomplete").finish(desk)
        while reading.next_page is not None and reading.draft is not None:
            reading = reading.draft.finish(desk)
        return reading.article

    def _desk(self, capture: Capture, asked: Asked | None, source: Source) -> Desk:
        rules = rules_for(capture.url, source, self._context.outlets, capture.fetched_at)
        if rules.numeric_dates is None and asked is not None:
            rules = replace(rules, numeric_dates=asked.order)
        return Desk(source, rules, self._context.outlets, self._context.run, self._context.origin, memory=self._context.memory)

    def _place(self, capture: Capture, path: Path) -> WarcPlace | None:
        if self._folder is None:
            return None
        return WarcPlace(file=str(path.relative_to(self._folder)), offset=capture.offset)

    def _alone(self, capture: Capture) -> Article:
        """A page of an outlet that we have no source of."""
        if not capture.content_type.startswith(_READABLE):
            raise ImportFormatError(f"{capture.url}: not a page but {capture.content_type or 'unknown'}")
        return article_of_page(
            capture.body,
            capture.url,
            sources=self._context.sources,
            outlets=self._context.outlets,
            run=self._context.run,
            now=capture.fetched_at,
            origin=self._context.origin,
            charset=capture.content_type.partition("charset=")[2].strip(" \"';") or None,
        )
