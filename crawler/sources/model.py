"""The schema of a source file."""

from __future__ import annotations

import datetime as dt
import re
from enum import StrEnum
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from crawler.items import Frozen, Rights
from crawler.selector import compile_selector

VERIFIED_MONTHS = 24
"""A source checked against a page older than this counts as declared again: outlets redesign about that often."""


class Kind(StrEnum):
    """Who publishes: decides nothing but the order of tables and the facets of the source list."""

    MINISTRY = "ministry"
    AGENCY = "agency"
    ASSOCIATION = "association"
    WIRE = "wire"
    NATIONAL = "national"
    BUSINESS = "business"
    REGIONAL = "regional"
    TRADE = "trade"
    SAMPLE = "sample"


class DateOrder(StrEnum):
    """Order of day and month where a date is written in figures only."""

    DMY = "dmy"
    MDY = "mdy"


class Status(StrEnum):
    """Whether somebody has seen the selectors work on a real page."""

    VERIFIED = "verified"
    DECLARED = "declared"


def _http(url: str) -> str:
    if urlsplit(url).scheme not in {"http", "https"}:
        raise ValueError("must start with http:// or https://")
    return url


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from None
    return value


def _selector(value: str) -> str:
    compile_selector(value)
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError):
        raise ValueError("not an IANA time zone, e.g. Asia/Jakarta") from None
    return value


HttpUrl = Annotated[str, AfterValidator(_http)]
Pattern = Annotated[str, AfterValidator(_pattern)]
Zone = Annotated[str, AfterValidator(_zone)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
Selector = Annotated[str, Field(min_length=1), AfterValidator(_selector)]
"""CSS, or XPath where it begins with "/" or "("; `css @attribute` takes an attribute instead of the text."""


class Feed(Frozen):
    """An RSS or Atom feed."""

    kind: Literal["feed"]
    url: HttpUrl


class Sitemap(Frozen):
    """A (news) sitemap or an index of them; gzip is read too."""

    kind: Literal["sitemap"]
    url: HttpUrl
    follow: Pattern | None = None
    """Of a sitemap index, only the sitemaps whose URL this finds."""


class Listing(Frozen):
    """Pages that list links.

    `url` may hold `{page}` (counted from `first_page` by `step`) and `{date:%Y-%m-%d}`, which walks back day by day.
    A walk ends at `max_pages`, at a page without a new link, or at the date asked for.
    """

    kind: Literal["listing"]
    url: HttpUrl
    links: Selector = "a"
    next: Selector | None = None
    """Link to the next page, where pages are not counted."""
    first_page: int = 1
    step: int = Field(default=1, ge=1)
    max_pages: int = Field(default=3, ge=1, le=200)

    @property
    def dated(self) -> bool:
        return "{date" in self.url


class Search(Frozen):
    """A site's own search: `url` holds `{query}` and may hold `{page}`, `{start:…}` and `{end:…}` (window of `window_days`)."""

    kind: Literal["search"]
    url: HttpUrl
    queries: tuple[str, ...] = Field(min_length=1)
    links: Selector = "a"
    next: Selector | None = None
    first_page: int = 1
    step: int = Field(default=1, ge=1)
    max_pages: int = Field(default=3, ge=1, le=200)
    window_days: int = Field(default=7, ge=1)

    @property
    def dated(self) -> bool:
        return "{start" in self.url


Discovery = Annotated[Feed | Sitemap | Listing | Search, Field(discriminator="kind")]


class Selectors(Frozen):
    """What is where on a page, for the pages captured from `valid_from` to `valid_until` (inclusive, both may be open).

    Each field is a list of selectors tried in order; the first that gives something wins. `remove` lists what is cut out of
    the body before it is read; `drop` are patterns of whole paragraphs to leave out. `paywall` marks a page of which only
    a part is shown. `documents` are links to attached PDF or DOCX files.
    """

    version: str
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None
    title: tuple[Selector, ...] = ()
    date: tuple[Selector, ...] = ()
    updated: tuple[Selector, ...] = ()
    author: tuple[Selector, ...] = ()
    body: tuple[Selector, ...] = ()
    section: tuple[Selector, ...] = ()
    tags: tuple[Selector, ...] = ()
    remove: tuple[Selector, ...] = ()
    drop: tuple[Pattern, ...] = ()
    paywall: tuple[Selector, ...] = ()
    documents: tuple[Selector, ...] = ()

    def valid_on(self, day: dt.date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_until is None or day <= self.valid_until)


class ArticleUrls(Frozen):
    """Which URLs are articles: `pattern` must be found in the URL, none of `exclude` may."""

    pattern: Pattern
    exclude: tuple[Pattern, ...] = ()

    def matches(self, url: str) -> bool:
        return re.search(self.pattern, url) is not None and not any(re.search(p, url) for p in self.exclude)


class Paging(Frozen):
    """How an article over several pages is read whole: a query for the one-page view, or the link to the next page."""

    whole: str | None = None
    """Query that shows all pages at once, e.g. "page=all"; `url` stays without it."""
    next: Selector | None = None
    max_pages: int = Field(default=10, ge=1, le=50)


class Politeness(Frozen):
    """Manners towards the outlet's servers; robots.txt is obeyed on top of this."""

    delay: float = Field(default=2.0, ge=0, description="Seconds between two requests to one host.")
    concurrency: int = Field(default=1, ge=1, le=8)
    timeout: float = Field(default=30.0, gt=0)
    interval_low: int = Field(default=15, ge=1, description="Shortest time between two looks at discovery, minutes.")
    interval_high: int = Field(default=1440, ge=1, description="Longest, minutes.")

    @model_validator(mode="after")
    def _ordered(self) -> Politeness:
        if self.interval_low > self.interval_high:
            raise ValueError("interval_low is greater than interval_high")
        return self


class Yield(Frozen):
    """Articles a day that are normal for this source before its own history says better; silence below `low` is an alarm."""

    low: float = Field(ge=0)
    high: float = Field(gt=0)

    @model_validator(mode="after")
    def _ordered(self) -> Yield:
        if self.low > self.high:
            raise ValueError("low is greater than high")
        return self


class Evidence(Frozen):
    """Why we believe the selectors: the day a real page was captured, or the line of the research that says so."""

    captured: dt.date | None = None
    research: str | None = None


class Source(Frozen):
    """One outlet's file."""

    name: Name
    title: str
    outlet: Name
    """Outlet id of `outlets.yml`."""
    kind: Kind
    hosts: tuple[str, ...] = Field(min_length=1)
    """Hosts we may fetch from, each with all its subdomains."""
    lang: Literal["id", "en"] = "id"
    timezone: Zone = "Asia/Jakarta"
    numeric_dates: DateOrder | None = None
    """Order of figure-only dates on pages; absent: the outlet's in `outlets.yml`, else learnt, else undecidable."""
    status: Status
    evidence: Evidence
    rights: Rights
    discovery: tuple[Discovery, ...] = Field(min_length=1)
    article: ArticleUrls
    selectors: tuple[Selectors, ...] = ()
    paging: Paging | None = None
    topics: tuple[str, ...] = ()
    """Words of which one must stand in title, section, tags, URL or lead; none: everything is kept."""
    drop_titles: tuple[Pattern, ...] = ()
    """Titles that are no news (tenders, vacancies)."""
    expected_per_day: Yield
    politeness: Politeness = Politeness()
    enabled: bool = True

    @model_validator(mode="after")
    def _evidence_fits(self) -> Source:
        if self.status is Status.VERIFIED and self.evidence.captured is None:
            raise ValueError("status verified needs evidence.captured, the day the page was saved")
        if self.status is Status.DECLARED and self.evidence.research is None:
            raise ValueError("status declared needs evidence.research, the line that says so")
        versions = [s.version for s in self.selectors]
        if len(set(versions)) != len(versions):
            raise ValueError("two sets of selectors have the same version")
        return self

    def status_on(self, day: dt.date) -> Status:
        """`verified` only while its captured page is younger than `VERIFIED_MONTHS`."""
        seen = self.evidence.captured
        fresh = seen is not None and (day.year - seen.year) * 12 + day.month - seen.month <= VERIFIED_MONTHS
        return Status.VERIFIED if self.status is Status.VERIFIED and fresh else Status.DECLARED

    def owns(self, url: str) -> bool:
        """Whether the URL's host is one of `hosts` or a subdomain of one."""
        host = (urlsplit(url).hostname or "").lower()
        return any(host == own or host.endswith("." + own) for own in self.hosts)

    def is_article(self, url: str) -> bool:
        return self.owns(url) and self.article.matches(url)
