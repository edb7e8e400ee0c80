"""Files that hold pages or documents: HTML, PDF, DOCX, and WARC archives that are read again without network."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from crawler.archive import Capture, read_archive
from crawler.documents.pdf import ScannedError
from crawler.documents.read import article_of_document, read_document
from crawler.errors import CrawlerError, ImportFormatError
from crawler.extract.article import PageParts, extract_page
from crawler.extract.rules import Rules, generic_rules, rules_of
from crawler.formats import Format
from crawler.items import Article, Origin, Rights, make_article
from crawler.outlets import Outlets
from crawler.sources import Source
from crawler.state import State

_PDF_TYPES = ("application/pdf", "application/vnd.openxmlformats-officedocument.wordprocessingml.document")


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
        yield 0, _page(path, context) if kind is Format.HTML else _document(path, context)
    except CrawlerError as error:
        yield 0, error


def _page(path: Path, context: SingleContext) -> Article:
    data = path.read_bytes()
    body = gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data
    rules = generic_rules(None, context.outlets)
    parts = extract_page(body, None, rules, now=context.now)
    source = source_of(parts.canonical_url, context.sources)
    if source is not None or parts.canonical_url:
        rules = rules_for(parts.canonical_url, source, context.outlets, context.now)
        parts = extract_page(body, parts.canonical_url, rules, now=context.now)
    return page_article(parts, rules, context, context.now, row_id=path.name)


def _document(path: Path, context: SingleContext) -> Article:
    try:
        document = read_document(path.read_bytes())
    except ScannedError as error:
        context.state.put_waiting(str(path.resolve()), "import", str(error), context.now)
        raise
    article = article_of_document(
        document, outlets=context.outlets, source="import", run=context.run, now=context.now, origin=Origin.IMPORT, row_id=path.name
    )
    context.state.done_waiting(str(path.resolve()))
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
    if capture.content_type.startswith(_PDF_TYPES):
        return article_of_document(
            read_document(capture.body),
            outlets=context.outlets,
            source=source.name if source else "import",
            run=context.run,
            now=capture.fetched_at,
            origin=Origin.REPLAY,
            url=capture.url,
            outlet=source.outlet if source else None,
            rights=source.rights if source else Rights.EXCERPT,
        )
    if "html" not in capture.content_type:
        raise ImportFormatError(f"{capture.url}: not a page but {capture.content_type or 'unknown'}")
    rules = rules_for(capture.url, source, context.outlets, capture.fetched_at)
    charset = capture.content_type.partition("charset=")[2].strip(" \"';") or None
    parts = extract_page(capture.body, capture.url, rules, now=capture.fetched_at, charset=charset)
    return page_article(parts, rules, context, capture.fetched_at, url=capture.url, origin=Origin.REPLAY)


def source_of(url: str | None, sources: Mapping[str, Source]) -> Source | None:
    """The source that calls a URL one of its articles, that of the longest host first."""
    owners = [source for source in sources.values() if url and source.is_article(url)]
    return max(owners, key=lambda source: max(map(len, source.hosts)), default=None)


def rules_for(url: str | None, source: Source | None, outlets: Outlets, at: datetime) -> Rules:
    """Rules of a source on a day, or the generic ones for a URL."""
    return rules_of(source, outlets, at.date()) if source else generic_rules(url, outlets)


def page_article(
    parts: PageParts,
    rules: Rules,
    context: SingleContext,
    at: datetime,
    *,
    url: str | None = None,
    row_id: str = "",
    origin: Origin = Origin.IMPORT,
) -> Article:
    """The article of an extracted page."""
    return make_article(
        canonical_url=parts.canonical_url,
        outlet=rules.outlet,
        title=parts.title,
        text=parts.text,
        row_id=row_id,
        url=url or parts.canonical_url,
        source=rules.source,
        rights=rules.rights,
        origin=origin,
        run=context.run,
        fetched_at=at,
        published=parts.published,
        updated=parts.updated,
        authors=parts.authors,
        dateline=parts.dateline,
        section=parts.section,
        tags=parts.tags,
        lang=parts.lang,
        type=parts.type,
        layers=parts.layers,
        flags=parts.flags,
    )
