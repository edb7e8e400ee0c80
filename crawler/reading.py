"""From a response to an article: pages joined, documents read, topics checked, identities given."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from zlib import crc32

from scrapy.http import Response

from crawler.dates import read_date
from crawler.discovery import Link
from crawler.documents.parts import DocumentParts
from crawler.documents.pdf import ScannedError
from crawler.documents.read import article_of_document, read_document
from crawler.errors import ExtractionError
from crawler.extract.article import PageParts, extract_page
from crawler.extract.body import join
from crawler.extract.generic import agreement, generic_body, tree_source
from crawler.extract.page import parse
from crawler.extract.rules import on_topic
from crawler.items import Article, Origin, Page, Precision, Published, WarcPlace, make_article
from crawler.joining import joined
from crawler.session import Session
from crawler.urls import canonical_url

_SAMPLE = 100
"""One page in so many is read by the generic layers too."""
_SAME = 0.8
"""F1 of page and document above which they say the same."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of a response: an article, or the next page to fetch, or why it was left out."""

    article: Article | None = None
    aliases: tuple[str, ...] = ()
    next_page: str | None = None
    draft: Draft | None = None
    skipped: str | None = None
    title: str = ""


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

    def finish(self, session: Session, *, complete: bool = True) -> Reading:
        """The article of the pages so far, or its next attachment to fetch."""
        if self.waiting and complete:
            return Reading(next_page=self.waiting[0], draft=replace(self, waiting=self.waiting[1:]))
        text, pages = joined(self.texts, self.urls)
        for url, document in self.attached:
            text, pages = with_document(text, pages, self.urls[0], url, document)
        flags = self.first.flags if complete else (*self.first.flags, "incomplete")
        parts = replace(self.first, text=text, flags=flags)
        return _reading(parts, self.link, self.urls, pages, self.fetched_at, self.warc, session)


def with_document(text: str, pages: tuple[Page, ...], page_url: str, url: str, document: DocumentParts) -> tuple[str, tuple[Page, ...]]:
    """A release's page and its document as one text with the document's pages to cite.

    A document that says the same as the page adds no text: its pages are placed where their first words stand in it.
    """
    if agreement(text, document.text) >= _SAME:
        placed = [(number, _place(text, page.text)) for number, page in ((p.number, p) for p in document.pages)]
        return text, (*pages, *(Page(number=number, start=start, url=url) for number, start in placed if start is not None))
    own = pages or (Page(number=1, start=0, url=page_url),)
    offset = len(text) + 2
    more = tuple(Page(number=number, start=offset + start, url=url) for number, start in document.starts())
    return f"{text}\n\n{document.text}", (*own, *more)


def _cross_check(response: Response, parts: PageParts, session: Session) -> None:
    """On one page in `_SAMPLE`, chosen by its address, count how far selectors and generic layers read the same text."""
    if parts.layers.get("text") != "selector" or crc32(response.url.encode()) % _SAMPLE:
        return
    generic, _ = generic_body(tree_source(parse(response.body)))
    session.count("cross_checked")
    session.count("cross_agreement", agreement(parts.text, join(generic)))


def _place(text: str, page: str) -> int | None:
    """Where a page's first words stand in the text, white space aside."""
    words = re.findall(r"\w+", page)[:6]
    match = re.search(r"\W+".join(map(re.escape, words)), text) if len(words) == 6 else None
    return match.start() if match else None


def _is_document(response: Response, kind: str) -> bool:
    return response.body.lstrip()[:5] == b"%PDF-" or response.body.startswith(b"PK\x03\x04") or "pdf" in kind or "officedocument" in kind


def _read_document(response: Response, link: Link, draft: Draft | None, session: Session) -> Reading:
    """An attachment of `draft`, or a document by itself."""
    try:
        document = read_document(response.body)
    except ScannedError as error:
        session.state.put_waiting(response.url, session.source.name, str(error), session.now())
        if draft is None:
            raise
        return draft.finish(session)
    if draft is not None:
        return replace(draft, attached=(*draft.attached, (response.url, document))).finish(session)
    article = article_of_document(
        document,
        outlets=session.outlets,
        source=session.source.name,
        run=session.run,
        now=session.now(),
        origin=Origin.CRAWL,
        url=response.url,
        outlet=session.source.outlet,
        title=link.title,
        rights=session.rules.rights,
        warc=response.meta.get("warc"),
    )
    return Reading(article=article, title=article.title)


def read_response(response: Response, link: Link, draft: Draft | None, session: Session) -> Reading:
    """Read an article page, or a further page of `draft`.

    Raises:
        ExtractionError: there is no article on it.
    """
    kind = (response.headers.get("Content-Type") or b"").decode("latin-1").lower()
    fetched_at = session.now()
    if _is_document(response, kind):
        return _read_document(response, link, draft, session)
    if "html" not in kind and not response.body.lstrip()[:15].lower().startswith((b"<!doctype", b"<html")):
        raise ExtractionError(f"not a page but {kind.partition(';')[0] or 'unknown'}")
    redirected = draft is None and bool(response.meta.get("redirect_urls"))
    if redirected and not session.source.is_article(response.url):
        raise ExtractionError(f"leads to a page that is no article: {response.url}")
    charset = kind.partition("charset=")[2].strip(" \"';") or None
    parts = extract_page(response.body, response.url, session.rules, now=fetched_at, charset=charset)
    if draft is None:
        session.learn(parts.published.raw)
        _cross_check(response, parts, session)
        waiting = tuple(url for url in dict.fromkeys(parts.documents) if session.source.owns(url))
        draft = Draft(link, parts, fetched_at, response.meta.get("warc"), (response.url,), (parts.text,), waiting)
    else:
        draft = replace(draft, urls=(*draft.urls, response.url), texts=(*draft.texts, parts.text))
    paging = session.source.paging
    if paging and parts.next_page and parts.next_page not in draft.urls:
        if len(draft.urls) < paging.max_pages:
            return Reading(next_page=parts.next_page, draft=draft)
        return draft.finish(session, complete=False)
    return draft.finish(session)


def _reading(
    parts: PageParts,
    link: Link,
    urls: tuple[str, ...],
    pages: tuple[Page, ...],
    fetched_at: datetime,
    warc: WarcPlace | None,
    session: Session,
) -> Reading:
    rules = session.rules
    title = parts.title or link.title
    published = _published(parts, link, session)
    skipped = _why_not(title, parts, published, link, session)
    if skipped:
        return Reading(skipped=skipped)
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
        origin=Origin.CRAWL,
        run=session.run,
        fetched_at=fetched_at,
        published=published,
        updated=parts.updated,
        authors=parts.authors,
        dateline=parts.dateline,
        section=parts.section,
        tags=parts.tags or link.tags,
        lang=parts.lang,
        type=parts.type,
        layers=layers,
        flags=parts.flags,
        pages=pages,
        warc=warc,
    )
    others = (canonical_url(url) for url in (link.url, *urls))
    aliases = tuple(dict.fromkeys(url for url in others if url and url != canonical))
    return Reading(article=article, aliases=aliases, title=title)


def _published(parts: PageParts, link: Link, session: Session) -> Published:
    """The page's date, or the list's where the page has none, or the list's time where the page has only that day."""
    if parts.published.precision is Precision.MINUTE or not link.published:
        return parts.published
    rules = session.rules
    listed = read_date(link.published, zone=rules.timezone, order=rules.numeric_dates, now=session.now(), layer="feed")
    if parts.published.precision is Precision.NONE and listed.value:
        return listed
    moment = listed.moment()
    same = moment is not None and (listed.value or "")[:10] == parts.published.value
    return listed if same else parts.published


def _why_not(title: str, parts: PageParts, published: Published, link: Link, session: Session) -> str | None:
    """Why an article is left out, or None where it is kept."""
    rules = session.rules
    if any(re.search(pattern, title, re.IGNORECASE) for pattern in rules.drop_titles):
        return "title says it is no news"
    if not on_topic(rules, title, parts.section or "", " ".join((*parts.tags, *link.tags)), link.url, parts.text[:600]):
        return "none of the topics"
    day = (published.value or "")[:10]
    if session.since and day and day < session.since.isoformat():
        return "before the dates asked for"
    if session.until and day and day > session.until.isoformat():
        return "after the dates asked for"
    return None
