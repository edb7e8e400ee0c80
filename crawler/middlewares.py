"""Manners and safety of every request: where we never go, when we wait, what is archived."""

from __future__ import annotations

import asyncio
import logging
import re
from collections import defaultdict
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Self, cast
from urllib.parse import urlsplit

from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response

from crawler.archive import Capture
from crawler.asked import Asked
from crawler.errors import SpoolError, UnsafeUrlError
from crawler.safety import check_url
from crawler.session import Session
from crawler.spiders.source import SourceSpider
from crawler.stopping import stop

log = logging.getLogger(__name__)

_BLOCK_PAGE = re.compile(
    rb"cf-browser-verification|cf-challenge|challenge-platform|Attention Required! \| Cloudflare|Just a moment\.\.\.|_Incapsula_Resource"
    rb"|Request unsuccessful|Access Denied</title>|g-recaptcha|hcaptcha\.com|DDoS protection by|Pardon Our Interruption",
    re.IGNORECASE,
)
_BLOCK_PAGE_LONGEST = 20_000
"""A page longer than this is no interstitial, whatever scripts it loads."""


def is_block_page(response: Response) -> bool:
    """Whether a page that says 200 is really a refusal: a challenge or an interstitial."""
    return len(response.body) <= _BLOCK_PAGE_LONGEST and _BLOCK_PAGE.search(response.body) is not None


class SafetyMiddleware:
    """Checks every URL, redirects included, before anything is sent: the source's own hosts, http(s), no private address.

    Where the operator has a proxy, everything goes through it.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._allow_private = crawler.settings.getbool("PANTAU_ALLOW_PRIVATE")
        self._proxy = crawler.settings.get("PANTAU_PROXY") or ""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        if not cast("SourceSpider", self._crawler.spider).source.owns(request.url):
            raise IgnoreRequest(f"refused: {urlsplit(request.url).netloc} is not a host of this source")
        try:
            check_url(request.url, allow_private=self._allow_private)
        except UnsafeUrlError as error:
            raise IgnoreRequest(f"refused: {error}") from error
        if self._proxy:
            request.meta["proxy"] = self._proxy


class BackoffMiddleware:
    """Waits where a host asks for it: Retry-After on 429 and 503, doubling pauses on 403 and 429, and leaves a host that goes on refusing.

    A refused request is asked again once the pause is over, at most `TRIES` times; a host that refused `GIVE_UP` requests in a row,
    or asks for longer than the run may wait, is left alone until the next run.
    """

    TRIES = 2
    GIVE_UP = 5
    STATUSES = frozenset({403, 429, 503})

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._first = max(1.0, crawler.settings.getfloat("DOWNLOAD_DELAY") * 5)
        self._longest = crawler.settings.getfloat("PANTAU_LONGEST_WAIT")
        self._until: dict[str, float] = defaultdict(float)
        self._refused: dict[str, int] = defaultdict(int)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        host = urlsplit(request.url).netloc
        if self._refused[host] >= self.GIVE_UP:
            raise IgnoreRequest(f"{host} refuses us; left alone until the next run")
        wait = self._until[host] - monotonic()
        if wait > 0:
            await asyncio.sleep(wait)

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        host = urlsplit(request.url).netloc
        if response.status not in self.STATUSES:
            self._refused[host] = 0
            return response
        self._refused[host] += 1
        pause = retry_after(response, datetime.now(UTC))
        tries = request.meta.get("pantau_tries", 0)
        if pause is None:
            pause = self._first * 2 ** (self._refused[host] - 1)
        if pause > self._longest:
            self._refused[host] = self.GIVE_UP
        if tries >= self.TRIES or self._refused[host] >= self.GIVE_UP or (response.status == 403 and tries >= 1):
            return response
        self._until[host] = max(self._until[host], monotonic() + pause)
        again = request.replace(dont_filter=True)
        again.meta["pantau_tries"] = tries + 1
        return again


def retry_after(response: Response, now: datetime) -> float | None:
    """Seconds the server asks us to wait, by figure or date; None where it does not say."""
    raw = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if raw.isdigit():
        return float(raw)
    try:
        moment = parsedate_to_datetime(raw)
    except (TypeError, ValueError):
        return None
    return max(0.0, (moment - now).total_seconds()) if moment.tzinfo else None


class ArchiveMiddleware:
    """Keeps every answered page in the WARC archive and puts capture and place into the request's meta; spots block pages."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    @property
    def _session(self) -> Session:
        return cast("SourceSpider", self._crawler.spider).session

    def process_response(self, request: Request, response: Response) -> Response:
        if response.status != 200 or not response.body:
            return response
        session = self._session
        if is_block_page(response):
            session.refuse("a block page instead of the page asked for", response.url, "blocked")
            raise IgnoreRequest("a block page")
        session.count("pages")
        session.count("bytes", len(response.body))
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, values in response.headers.items() for value in values]
        kind = (response.headers.get("Content-Type") or b"").decode("latin-1")
        at = session.now().replace(microsecond=0)  # as exactly as a WARC record says it: a replay reads the very same
        asked = _asked(request, session)
        capture = Capture(response.url, at, response.status, kind, response.body, session.source.name, asked.as_text() if asked else None)
        try:
            request.meta["warc"] = session.archive.write(capture, headers)
        except SpoolError as error:
            stop(self._crawler, error)
            raise
        request.meta["capture"] = capture
        return response


def _asked(request: Request, session: Session) -> Asked | None:
    """What was wanted of an article's page; None of lists and robots.txt."""
    link, draft = request.cb_kwargs.get("link"), request.cb_kwargs.get("draft")
    if link is None:
        return None
    url = request.meta.get("redirect_urls", [request.url])[0]
    return Asked(url, link, draft.urls[0] if draft else None, session.rules.numeric_dates)
