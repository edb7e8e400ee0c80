"""Files that hold pages or documents: HTML, PDF, DOCX, and WARC archives that are read again without network."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from crawler.archive import Capture, read_archive
from crawler.documents.pdf import ScannedError
from crawler.errors import CrawlerError, ImportFormatError
from crawler.extraction import article_of_page, source_of
from crawler.formats import Format
from crawler.items import Article, Origin
from crawler.outlets import Outlets
from crawler.sources import Source
from crawler.state import State

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
        yield from _archive(path, context)
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


def _archive(path: Path, context: SingleContext) -> Iterator[tuple[int, Article | CrawlerError]]:
    """The articles of an archive. Lists, robots.txt and pages that no source calls an article are passed over."""
    captures = iter(read_archive(path))
    number = 0
    while True:
        number += 1
        try:
            capture = next(captures)
            source = context.sources.get(capture.source or "") or source_of(capture.url, context.sources)
            if capture.status == 200 and (source is None or source.is_article(capture.url)):
                yield number, _capture(capture, source, context)
        except StopIteration:
            return
        except ImportFormatError as error:
            yield number, error
            return
        except CrawlerError as error:
            yield number, error


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
        charset=capture.content_type.partition("charset=")[2].strip(" \"';") or None,
        source=source,
    )
