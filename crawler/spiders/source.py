"""The one spider: discovery, articles, revisits and paging of whatever a Source says."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Self

import scrapy
from scrapy.crawler import Crawler
from scrapy.http import Request, Response
from twisted.python.failure import Failure

from crawler.dates import read_date
from crawler.discovery import DiscoveryError, Found, Link, list_urls, page_url, read_feed, read_listing, read_sitemap
from crawler.documents.pdf import ScannedError
from crawler.errors import CrawlerError, ExtractionError
from crawler.extract.page import decode
from crawler.reading import Draft, Reading
from crawler.session import Session
from crawler.sources.model import Discovery, Feed, Listing, Search, Sitemap, Source
from crawler.spiders.answers import charset_of, explain, url_of, validators_of
from crawler.spiders.pages import read_response
from crawler.state import Seen
from crawler.stopping import SPOOL_ERROR
from crawler.urls import canonical_url

log = logging.getLogger(__name__)

MAX_SITEMAPS = 50
"""Sitemaps followed from one index."""
_REVISIT_PRIORITY = -10


@dataclass(frozen=True, slots=True)
class Walk:
    """Where a listing walk stands."""

    way: Listing | Search
    template: str
    number: int
    pages: int = 1


class SourceSpider(scrapy.Spider):
    """Crawls one source. The class attribute `source` is set by `crawler.runner` or `crawler.spiders.bundled`."""

    name = "source"
    source: Source

    def __init__(self, session: Session, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.session = session
        self._asked: set[str] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        settings = crawler.settings
        session = Session.open(
            cls.source,
            Path(settings.get("PANTAU_DATA")),
            settings.get("PANTAU_RUN") or f"{datetime.now(UTC):%Y%m%dT%H%M%S}",
            since=_day(kwargs.pop("since", None) or settings.get("PANTAU_SINCE")),
            until=_day(kwargs.pop("until", None) or settings.get("PANTAU_UNTIL")),
            extra_outlets=tuple(Path(path) for path in settings.getlist("PANTAU_OUTLETS")),
        )
        spider = super().from_crawler(crawler, *args, session=session, **kwargs)
        crawler.signals.connect(spider.ended, signal=scrapy.signals.spider_closed)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        only = self.settings.get("PANTAU_ONLY")
        if only:
            yield self._article_request(Link(only))
            return
        for way in self.source.discovery:
            for request in self._first(way):
                yield request
        for seen in self.session.state.due_articles(self.source.name, self.session.now()):
            yield self._article_request(Link(seen.address), revisit=True)

    def ended(self, reason: str) -> None:
        try:
            if reason == "finished" and self.crawler.stats.get_value(SPOOL_ERROR) is None:
                self.session.settle()
        finally:
            self.session.close()

    # -- discovery --------------------------------------------------------------------------------------------------------

    def _first(self, way: Discovery) -> Iterator[Request]:
        if isinstance(way, Feed):
            yield self._list_request(way.url, self.parse_feed, conditional=True)
        elif isinstance(way, Sitemap):
            yield self._list_request(way.url, self.parse_sitemap, conditional=True, way=way, depth=0)
        else:
            for template in list_urls(way, since=self.session.since, today=self.session.until or self.session.today()):
                walk = Walk(way, template, way.first_page)
                yield self._list_request(page_url(template, walk.number), self.parse_listing, conditional=False, walk=walk)

    def _list_request(self, url: str, callback: Callable[..., Any], *, conditional: bool, **kwargs: Any) -> Request:
        headers = self._conditional(url) if conditional else {}
        return Request(url, callback, errback=self.list_failed, headers=headers, cb_kwargs=kwargs, dont_filter=True, priority=10)

    def _conditional(self, url: str) -> dict[str, str]:
        etag, modified = self.session.state.validators(url)
        headers = {"If-None-Match": etag, "If-Modified-Since": modified}
        return {name: value for name, value in headers.items() if value}

    def parse_feed(self, response: Response) -> Iterator[Request]:
        yield from self._listed(response, lambda: read_feed(response.body, response.url))

    def parse_sitemap(self, response: Response, way: Sitemap, depth: int) -> Iterator[Request]:
        found = self._read_list(response, lambda: read_sitemap(response.body, response.url))
        if found is None:
            return
        yield from self._links(found)
        for url in self._sitemaps_to_follow(found, way)[: MAX_SITEMAPS if depth < 2 else 0]:
            yield self._list_request(url, self.parse_sitemap, conditional=True, way=way, depth=depth + 1)

    def _sitemaps_to_follow(self, found: Found, way: Sitemap) -> list[str]:
        return [url for url in found.sitemaps if self.source.owns(url) and (way.follow is None or re.search(way.follow, url))]

    def parse_listing(self, response: Response, walk: Walk) -> Iterator[Request]:
        following: list[str | None] = [None]

        def read() -> Found:
            found, following[0] = read_listing(decode(response.body, charset_of(response)), response.url, walk.way)
            return found

        requests = list(self._listed(response, read))
        yield from requests
        yield from self._next_listing(walk, following[0], fresh=bool(requests))

    def _next_listing(self, walk: Walk, following: str | None, *, fresh: bool) -> Iterator[Request]:
        """The next page of a walk, while pages bring new links; a walk back in time goes on over pages already known."""
        counted = "{page}" in walk.template
        if walk.pages >= walk.way.max_pages or not (fresh or self.session.since) or not (following or counted):
            return
        after = Walk(walk.way, walk.template, walk.number + walk.way.step, walk.pages + 1)
        url = following or page_url(walk.template, after.number)
        yield self._list_request(url, self.parse_listing, conditional=False, walk=after)

    def _listed(self, response: Response, read: Callable[[], Found]) -> Iterator[Request]:
        found = self._read_list(response, read)
        if found is not None:
            yield from self._links(found)

    def _read_list(self, response: Response, read: Callable[[], Found]) -> Found | None:
        if response.status == 304:
            self.session.count("lists_unchanged")
            return None
        try:
            found = read()
        except (DiscoveryError, ExtractionError) as error:
            self.session.refuse(str(error), response.url, "lists_wrong")
            return None
        self.session.count("lists_read")
        known = validators_of(response)
        self.session.lists += [known] if known else []
        return found

    def _links(self, found: Found) -> Iterator[Request]:
        for link in found.links:
            url = canonical_url(link.url)
            if url is None or url in self._asked or not self.source.is_article(link.url):
                continue
            self._asked.add(url)
            self.session.count("listed")
            self._note_newest(link)
            if self._wanted(url, link):
                self.session.count("new")
                yield self._article_request(link)

    def _note_newest(self, link: Link) -> None:
        """Remember the newest date a list shows: a list that stops moving is stale."""
        day = self._listed_day(link)
        if day is not None and day <= self.session.today() + timedelta(days=1):
            epoch = datetime.combine(day, time(12), UTC).timestamp()
            self.session.counts["newest_listed"] = max(self.session.counts["newest_listed"], int(epoch))

    def _listed_day(self, link: Link) -> date | None:
        rules = self.session.rules
        listed = read_date(link.published, zone=rules.timezone, order=rules.numeric_dates, now=self.session.now())
        return date.fromisoformat(listed.value[:10]) if listed.value else None

    def _wanted(self, url: str, link: Link) -> bool:
        state = self.session.state
        if state.find(url) is not None or state.given_up(url):
            return False
        day = self._listed_day(link)
        if day is None:
            return True
        slack = timedelta(days=1)
        since, until = self.session.since, self.session.until
        return not ((since and day < since - slack) or (until and day > until + slack))

    # -- articles ---------------------------------------------------------------------------------------------------------

    def _article_request(self, link: Link, *, revisit: bool = False) -> Request:
        paging = self.source.paging
        url = link.url
        if paging and paging.whole and paging.whole not in url:
            url += ("&" if "?" in url else "?") + paging.whole
        return Request(
            url,
            self.parse_article,
            errback=self.article_failed,
            headers=self._conditional(url) if revisit else {},
            cb_kwargs={"link": link},
            priority=_REVISIT_PRIORITY if revisit else 0,
            dont_filter=True,  # what was asked is remembered here; the filter would drop redirects without a word
        )

    def parse_article(self, response: Response, link: Link, draft: Draft | None = None) -> Iterator[Any]:
        if response.status == 304:
            self._unchanged(link)
            return
        try:
            reading = read_response(response, link, draft, self.session)
        except ScannedError as error:
            self.session.refuse(str(error), response.url, "scanned")
            self.session.state.skip(canonical_url(link.url) or link.url, self.source.name, str(error), self.session.now())
            return
        except CrawlerError as error:
            self._page_refused(response.url, link, str(error))
            return
        yield from self._after(reading, response, link)

    def _after(self, reading: Reading, response: Response, link: Link) -> Iterator[Any]:
        if reading.next_page is not None:
            yield Request(
                reading.next_page,
                self.parse_article,
                errback=self.page_failed,
                cb_kwargs={"link": link, "draft": reading.draft},
                dont_filter=True,
            )
            return
        if reading.article is not None:
            alone = "draft" not in response.cb_kwargs and len(reading.article.pages) == 0
            yield replace(reading, validators=validators_of(response) if alone else None)
        else:
            self.session.count("skipped")
        if reading.skipped:
            self.session.state.skip(canonical_url(link.url) or link.url, self.source.name, reading.skipped, self.session.now())

    def _unchanged(self, link: Link) -> None:
        self.session.count("unchanged")
        seen: Seen | None = self.session.state.find(canonical_url(link.url) or link.url)
        if seen is not None:
            self.session.state.mark_visited(seen, self.session.now())

    def _page_refused(self, url: str, link: Link, reason: str) -> None:
        self.session.refuse(reason, url, "failed")
        self.session.state.note_failure(canonical_url(link.url) or link.url, self.source.name, reason, self.session.now())

    # -- what went wrong --------------------------------------------------------------------------------------------------

    def list_failed(self, failure: Failure) -> None:
        kind, reason = explain(failure)
        walk = getattr(failure, "request", Request("about:blank")).cb_kwargs.get("walk")
        if walk is not None and walk.pages > 1 and reason.endswith(" 404"):
            return  # a walk that went past its last page
        self.session.refuse(reason, url_of(failure), "lists_failed" if kind == "failed" else kind)

    def article_failed(self, failure: Failure) -> None:
        """A page that did not come is remembered under the address its list gave, not under where it was sent on to."""
        kind, reason = explain(failure)
        url = failure.request.cb_kwargs["link"].url  # type: ignore[attr-defined]  # set by Scrapy
        self.session.refuse(reason, url, kind)
        if kind in {"failed", "refused"}:
            self.session.state.note_failure(canonical_url(url) or url, self.source.name, reason, self.session.now())

    def page_failed(self, failure: Failure) -> Iterator[Any]:
        """A later page of an article did not come: what is there is delivered, marked incomplete."""
        request = failure.request  # type: ignore[attr-defined]  # set by Scrapy
        reading = request.cb_kwargs["draft"].flagged("incomplete").finish(self.session.desk)
        self.session.refuse(f"a later page is missing: {explain(failure)[1]}", request.url, "incomplete")
        yield from self._after(reading, Response(request.url, request=request), request.cb_kwargs["link"])


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
