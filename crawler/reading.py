"""From a fetched page to an article: pages joined, documents read, topics checked, identities given.

Crawl and replay read alike: both hand in captures one after another, each with the draft that it carries on. No Scrapy here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

from crawler.archive import Capture
from crawler.dates import read_date
from crawler.discovery import Link
from crawler.documents.parts import DocumentParts
from crawler.documents.pdf import ScannedError
from crawler.documents.read import Memory, article_of_document, is_document, read_document
from crawler.errors import DocumentError, ExtractionError
from crawler.extract.article import PageParts, extract_page
from crawler.extract.rules import Rules, on_topic
from crawler.items import Article, Origin, Page, Precision, Published, WarcPlace, make_article
from crawler.joining import joined, with_document
from crawler.outlets import Outlets
from crawler.sources import Source
from crawler.state import Validators
from crawler.urls import canonical_url


@dataclass(frozen=True, slots=True)
class Desk:
    """What reading needs beside the pages. `since` and `until` are the days of publication asked for.

    `ocr`: whether scanned pages are recognised at once (a replay) or left to wait (a crawl, which must not stand still); `memory`
    knows those recognised before.
    """

    source: Source
    rules: Rules
    outlets: Outlets
    run: str
    origin: Origin
    since: date | None = None
    until: date | None = None
    ocr: bool = True
    memory: Memory | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of a page: an article, or the next page to fetch, or why it was left out."""

    article: Article | None = None
    aliases: tuple[str, ...] = ()
    next_page: str | None = None
    draft: Draft | None = None
    skipped: str | None = None
    unasked: str | None = None
    """Why it was left out of this crawl alone: another may want those days."""
    title: str = ""
    scanned: str | None = None
    """Why the page just read, an attachment, waits for OCR."""
    trouble: str | None = None
    """Why the page just read, a later one, gave nothing; the article goes on without it."""
    validators: Validators | None = None
    """Of the answer, where the article is this one page."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An article whose pages are still coming."""

    link: Link
    first: PageParts
    fetched_at: datetime
    warc: WarcPlace | None
    urls: tuple[str, ...]
    texts: tuple[str, ...]
    waiting: tuple[str, ...] = ()
    """Attached documents still to fetch."""
    attached: tuple[tuple[str, DocumentParts], ...] = ()
    flags: tuple[str, ...] = ()

    def flagged(self, *flags: str) -> Draft:
        """The draft with further flags."""
        return replace(self, flags=tuple(dict.fromkeys((*self.flags, *flags))))

    def finish(self, desk: Desk) -> Reading:
        """The article of the pages so far, or its next attachment to fetch."""
        if self.waiting:
            return Reading(next_page=self.waiting[0], draft=replace(self, waiting=self.waiting[1:]))
        text, pages = joined(self.texts, self.urls)
        for url, document in self.attached:
            text, pages = with_document(text, pages, self.urls[0], url, document)
        return _reading(replace(self, first=replace(self.first, text=text)), pages, desk)


def read_capture(
    capture: Capture,
    link: Link,
    draft: Draft | None,
    desk: Desk,
    *,
    warc: WarcPlace | None = None,
    redirected: bool = False,
    on_parts: Callable[[PageParts], None] | None = None,
) -> Reading:
    """Read an article's page, or a further page or attachment of `draft`. `on_parts` is told what a first page said.

    Raises:
        ScannedError: a document by itself that needs OCR.
        ExtractionError, DocumentError: there is no article on it.
    """
    try:
        if is_document(capture.body, capture.content_type):
            return _document(capture, link, draft, desk, warc)
        return _page(capture, link, draft, desk, warc, redirected=redirected, on_parts=on_parts)
    except (ExtractionError, DocumentError) as error:
        if draft is None:
            raise
        scanned = isinstance(error, ScannedError)
        reading = draft.flagged("scanned" if scanned else "incomplete").finish(desk)
        return replace(reading, scanned=str(error)) if scanned else replace(reading, trouble=str(error))


def _page(
    capture: Capture,
    link: Link,
    draft: Draft | None,
    desk: Desk,
    warc: WarcPlace | None,
    *,
    redirected: bool,
    on_parts: Callable[[PageParts], None] | None,
) -> Reading:
    kind = capture.content_type.lower()
    if "html" not in kind and not capture.body.lstrip()[:15].lower().startswith((b"<!doctype", b"<html")):
        raise ExtractionError(f"not a page but {kind.partition(';')[0] or 'unknown'}")
    source = desk.source
    if draft is None and redirected and not source.is_article(capture.url):
        raise ExtractionError(f"leads to a page that is no article: {capture.url}")
    charset = kind.partition("charset=")[2].strip(" \"';") or None
    parts = extract_page(capture.body, capture.url, desk.rules, now=capture.fetched_at, charset=charset)
    if draft is None:
        if on_parts is not None:
            on_parts(parts)
        waiting = tuple(url for url in dict.fromkeys(parts.documents) if source.owns(url))
        draft = Draft(link, parts, capture.fetched_at, warc, (capture.url,), (parts.text,), waiting)
    else:
        draft = replace(draft, urls=(*draft.urls, capture.url), texts=(*draft.texts, parts.text))
    if source.paging and parts.next_page and parts.next_page not in draft.urls:
        if len(draft.urls) < source.paging.max_pages:
            return Reading(next_page=parts.next_page, draft=draft)
        draft = draft.flagged("incomplete")
    return draft.finish(desk)


def _document(capture: Capture, link: Link, draft: Draft | None, desk: Desk, warc: WarcPlace | None) -> Reading:
    """An attachment of `draft`, or a document by itself."""
    first = draft.urls[0] if draft is not None else capture.url
    document = read_document(capture.body, ocr=desk.ocr, memory=desk.memory, first=first)
    if draft is not None:
        return replace(draft, attached=(*draft.attached, (capture.url, document))).flagged(*document.flags).finish(desk)
    article = article_of_document(
        document,
        outlets=desk.outlets,
        source=desk.source.name,
        run=desk.run,
        now=capture.fetched_at,
        origin=desk.origin,
        url=capture.url,
        outlet=desk.source.outlet,
        title=link.title,
        rights=desk.rules.rights,
        warc=warc,
    )
    return Reading(article=article, title=article.title)


def _reading(draft: Draft, pages: tuple[Page, ...], desk: Desk) -> Reading:
    parts, link, rules, urls = draft.first, draft.link, desk.rules, draft.urls
    title = parts.title or link.title
    published = _published(parts, link, rules, draft.fetched_at)
    skipped, unasked = _why_not(title, parts, link, desk), _outside(published, desk)
    if skipped or unasked:
        return Reading(skipped=skipped, unasked=unasked)
    layers = dict(parts.layers)
    if not parts.title and link.title:
        layers["title"] = "feed"
    if published.layer:
        layers["published"] = published.layer
    if parts.selectors:
        layers["selectors"] = parts.selectors
    canonical = parts.canonical_url or canonical_url(urls[0])
    article = make_article(
        canonical_url=canonical,
        outlet=rules.outlet,
        title=title,
        text=parts.text,
        url=urls[0],
        source=rules.source,
        rights=rules.rights,
        origin=desk.origin,
        run=desk.run,
        fetched_at=draft.fetched_at,
        published=published,
        updated=parts.updated,
        authors=parts.authors,
        dateline=parts.dateline,
        section=parts.section,
        tags=parts.tags or link.tags,
        lang=parts.lang,
        type=parts.type,
        layers=layers,
        flags=(*parts.flags, *draft.flags),
        pages=pages,
        warc=draft.warc,
    )
    others = (canonical_url(url) for url in (link.url, *urls))
    aliases = tuple(dict.fromkeys(url for url in others if url and url != canonical))
    return Reading(article=article, aliases=aliases, title=title)


def _published(parts: PageParts, link: Link, rules: Rules, now: datetime) -> Published:
    """The page's date, or the list's where the page has none, or the list's time where the page has only that day."""
    if parts.published.precision is Precision.MINUTE or not link.published:
        return parts.published
    listed = read_date(link.published, zone=rules.timezone, order=rules.numeric_dates, now=now, layer="feed")
    if parts.published.precision is Precision.NONE and listed.value:
        return listed
    moment = listed.moment()
    same = moment is not None and (listed.value or "")[:10] == parts.published.value
    return listed if same else parts.published


def _why_not(title: str, parts: PageParts, link: Link, desk: Desk) -> str | None:
    """Why an article is left out for good, or None where it is kept."""
    rules = desk.rules
    if any(re.search(pattern, title, re.IGNORECASE) for pattern in rules.drop_titles):
        return "title says it is no news"
    if not on_topic(rules, title, parts.section or "", " ".join((*parts.tags, *link.tags)), link.url, parts.text[:600]):
        return "none of the topics"
    return None


def _outside(published: Published, desk: Desk) -> str | None:
    """Why an article is not of the days asked for; one without a date is."""
    day = (published.value or "")[:10]
    if desk.since and day and day < desk.since.isoformat():
        return "before the dates asked for"
    if desk.until and day and day > desk.until.isoformat():
        return "after the dates asked for"
    return None
