"""Files that hold pages or documents: HTML, PDF, DOCX, and WARC archives that are read again without network."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from crawler.archive import Capture, DamagedArchiveError, read_archive
from crawler.documents.pdf import ScannedError
from crawler.errors import CrawlerError, ImportFormatError
from crawler.extract.article import PageParts, extract_page
from crawler.extract.rules import Rules
from crawler.extraction import article_of_page, article_of_parts, rules_for, source_of
from crawler.formats import Format
from crawler.items import Article, Origin
from crawler.joining import joined
from crawler.outlets import Outlets
from crawler.sources import Source
from crawler.state import State

_OK = 200
_READABLE = ("text/html", "application/xhtml", "application/pdf", "application/vnd.openxmlformats")


@dataclass(frozen=True, slots=True)
class SingleContext:
    """What a page or document needs beside itself to become an article."""

    run: str
    now: datetime
    outlets: Outlets
    sources: Mapping[str, Source]
    state: State


def read_single(path: Path, kind: Format, context: SingleContext) -> Iterator[tuple[int, Article | CrawlerError]]:
    """(record number from 1 in an archive, else 0; the article or why there is none) of a page, document or archive."""
    if kind is Format.WARC:
        yield from _Replay(context).read(path)
        return
    try:
        yield 0, _file(path, context)
    except CrawlerError as error:
        yield 0, error


def _file(path: Path, context: SingleContext) -> Article:
    data = path.read_bytes()
    body = gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data
    waiting = str(path.resolve())
    try:
        article = article_of_page(
            body, None, sources=context.sources, outlets=context.outlets, run=context.run, now=context.now, external_id=path.name
        )
    except ScannedError as error:
        context.state.put_waiting(waiting, "import", str(error), context.now)
        raise
    context.state.done_waiting(waiting)
    return article


@dataclass(frozen=True, slots=True)
class _Paged:
    """An article of an archive whose later pages are still to come."""

    first: PageParts
    rules: Rules
    fetched_at: datetime
    urls: tuple[str, ...]
    texts: tuple[str, ...]

    def article(self, run: str, *, complete: bool) -> Article:
        text, pages = joined(self.texts, self.urls)
        flags = self.first.flags if complete else (*self.first.flags, "incomplete")
        parts = replace(self.first, text=text, flags=flags)
        return article_of_parts(parts, self.rules, url=self.urls[0], run=run, now=self.fetched_at, origin=Origin.REPLAY, pages=pages)


class _Replay:
    """One archive read again. Lists, robots.txt and pages that no source calls an article are passed over."""

    def __init__(self, context: SingleContext) -> None:
        self._context = context
        self._open: dict[str, _Paged] = {}
        """Address of the next page → the article it belongs to."""

    def read(self, path: Path) -> Iterator[tuple[int, Article | CrawlerError]]:
        captures = iter(read_archive(path))
        number = 0
        while True:
            number += 1
            try:
                capture = next(captures)
                article = self._article(capture)
            except StopIteration:
                break
            except DamagedArchiveError as error:
                yield number, error
                break
            except CrawlerError as error:
                yield number, error
                continue
            if article is not None:
                yield number, article
        for paged in self._open.values():
            yield number, paged.article(self._context.run, complete=False)

    def _article(self, capture: Capture) -> Article | None:
        source = self._context.sources.get(capture.source or "") or source_of(capture.url, self._context.sources)
        if capture.status != _OK or not (source is None or source.is_article(capture.url) or capture.url in self._open):
            return None
        if source is not None and source.paging is not None and source.paging.next and "html" in capture.content_type:
            return self._page(capture, source)
        return _capture(capture, source, self._context)

    def _page(self, capture: Capture, source: Source) -> Article | None:
        """A page of a source that pages its articles: the article, once its last page is there."""
        rules = rules_for(capture.url, source, self._context.outlets, capture.fetched_at)
        parts = extract_page(capture.body, capture.url, rules, now=capture.fetched_at, charset=_charset(capture))
        begun = self._open.pop(capture.url, None)
        if begun is None:
            paged = _Paged(parts, rules, capture.fetched_at, (capture.url,), (parts.text,))
        else:
            paged = replace(begun, urls=(*begun.urls, capture.url), texts=(*begun.texts, parts.text))
        if parts.next_page and parts.next_page not in paged.urls:
            self._open[parts.next_page] = paged
            return None
        return paged.article(self._context.run, complete=True)


def _charset(capture: Capture) -> str | None:
    return capture.content_type.partition("charset=")[2].strip(" \"';") or None


def _capture(capture: Capture, source: Source | None, context: SingleContext) -> Article:
    if not capture.content_type.startswith(_READABLE):
        raise ImportFormatError(f"{capture.url}: not a page but {capture.content_type or 'unknown'}")
    return article_of_page(
        capture.body,
        capture.url,
        sources=context.sources,
        outlets=context.outlets,
        run=context.run,
        now=capture.fetched_at,
        origin=Origin.REPLAY,
        charset=_charset(capture),
        source=source,
    )
