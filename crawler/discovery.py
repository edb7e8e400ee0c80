"""Where articles are found: pure functions from the answers of feeds, sitemaps and listings to links."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import quote_plus, urljoin

import feedparser
from lxml import etree

from crawler.errors import CrawlerError
from crawler.extract.page import parse
from crawler.selector import select, text_of
from crawler.sources.model import Listing, Search

_LISTED_DAY = re.compile(r"\b\d{1,2}(?:[/-]\d{1,2}[/-]|\s+[A-Z][a-z]+\.?\s+)\d{4}(?:[\s,|/-]{1,5}\d{1,2}[:.]\d{2}(?:\s*WI(?:B|TA|T))?)?")
_ENTRY_LONGEST = 300
"""Characters of a list entry above which its dates may be those of other entries."""
UNZIPPED_LIMIT = 50 * 1024 * 1024
"""Bytes a compressed sitemap may unfold to: the standard's own limit."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link to what may be an article, with what its list says of it."""

    url: str
    title: str = ""
    published: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What a list holds: links to articles, and for an index of sitemaps the sitemaps."""

    links: tuple[Link, ...]
    sitemaps: tuple[str, ...] = ()


class DiscoveryError(CrawlerError):
    """A feed, sitemap or listing is not what it should be → counted in health, the other ways of discovery go on."""


def read_feed(body: bytes, base: str) -> Found:
    """Entries of an RSS or Atom feed.

    Raises:
        DiscoveryError: it is no feed (HTML, an error page, nothing).
    """
    if not body.strip():
        raise DiscoveryError(f"the feed is no feed but empty: {base}")
    feed = feedparser.parse(body, response_headers={"content-location": base})
    if not feed.version and not feed.entries:
        kind = "HTML" if b"<html" in body[:2000].lower() else "no feed"
        raise DiscoveryError(f"the feed is {kind}: {base}")
    links = []
    for entry in feed.entries:
        url = entry.get("link") or ""
        if url:
            tags = tuple(tag.get("term") or "" for tag in entry.get("tags", ()))
            published = entry.get("published") or entry.get("updated") or entry.get("date") or ""
            links.append(Link(urljoin(base, url), entry.get("title") or "", published, tuple(filter(None, tags))))
    return Found(tuple(links))


def read_sitemap(body: bytes, base: str) -> Found:
    """Entries of a sitemap, news sitemap or index of sitemaps, gzipped or not; malformed XML gives what can be read.

    Raises:
        DiscoveryError: it is no sitemap, or unfolds to more than `UNZIPPED_LIMIT`.
    """
    xml = _unzipped(body, base)
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(xml or b"<empty/>", parser)
    except etree.XMLSyntaxError as error:
        raise DiscoveryError(f"the sitemap is no XML: {base}: {error}") from None
    kind = _local(root)
    if kind not in {"urlset", "sitemapindex"}:
        raise DiscoveryError(f"the sitemap is {'HTML' if b'<html' in xml[:2000].lower() else 'no sitemap'}: {base}")
    entries = [{_local(node): (node.text or "").strip() for node in entry.iter() if _local(node)} for entry in root]
    if kind == "sitemapindex":
        return Found((), tuple(urljoin(base, entry["loc"]) for entry in entries if entry.get("loc")))
    return Found(
        tuple(
            Link(
                urljoin(base, entry["loc"]),
                entry.get("title", ""),
                entry.get("publication_date") or entry.get("lastmod", ""),
                tuple(tag.strip() for tag in entry.get("keywords", "").split(",") if tag.strip()),
            )
            for entry in entries
            if entry.get("loc")
        )
    )


def _local(node: etree._Element) -> str:
    tag = getattr(node, "tag", None)  # a parser that recovers from everything may give no root at all
    return etree.QName(tag).localname.lower() if isinstance(tag, str) else ""


def _unzipped(body: bytes, base: str) -> bytes:
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        unfold = zlib.decompressobj(wbits=31)
        data = unfold.decompress(body, UNZIPPED_LIMIT)
    except (zlib.error, gzip.BadGzipFile) as error:
        raise DiscoveryError(f"the sitemap is damaged gzip: {base}: {error}") from None
    if unfold.unconsumed_tail:
        raise DiscoveryError(f"the sitemap unfolds to more than {UNZIPPED_LIMIT} bytes: {base}")
    return data


def read_listing(body: str, base: str, way: Listing | Search) -> tuple[Found, str | None]:
    """(links, URL of the next page by the `next` selector) of a listing page.

    Raises:
        ExtractionError: the page is empty or cannot be parsed.
    """
    tree = parse(body)
    links = []
    for element in select(tree, way.links):
        anchors: Iterable[etree._Element] = [element] if element.tag == "a" else element.iter("a")
        for anchor in anchors:
            href = (anchor.get("href") or "").strip()
            if href and not href.startswith(("#", "javascript:", "mailto:", "tel:")):
                links.append(Link(urljoin(base, href), text_of(anchor), _day_near(anchor)))
    following = None
    if way.next:
        following = next((urljoin(base, href) for found in select(tree, way.next) if (href := found.get("href"))), None)
    return Found(tuple(links)), following


def _day_near(anchor: etree._Element) -> str:
    """The date a list shows beside a link, in the text of the link or of what holds it; empty where it shows none."""
    for element in (anchor, anchor.getparent()):
        text = text_of(element) if element is not None else ""
        match = _LISTED_DAY.search(text) if len(text) <= _ENTRY_LONGEST else None
        if match:
            return match[0]
    return ""


def list_urls(way: Listing | Search, *, since: date | None, today: date) -> Iterator[str]:
    """First page of each walk: one, or one a day (listing) or window (search) from `today` back to `since`.

    The URLs still hold `{page}`. Without `since`, a dated walk covers today and yesterday.
    """
    start = since or today - timedelta(days=1)
    if isinstance(way, Listing):
        days = [today - timedelta(days=back) for back in range((today - start).days + 1)] if way.dated else [today]
        for day in days:
            yield _fill(way.url, date=day)
        return
    for query in way.queries:
        if not way.dated:
            yield _fill(way.url.replace("{query}", quote_plus(query)))
            continue
        end = today
        while end >= start:
            first = max(start, end - timedelta(days=way.window_days - 1))
            yield _fill(way.url.replace("{query}", quote_plus(query)), start=first, end=end)
            end = first - timedelta(days=1)


def page_url(template: str, number: int) -> str:
    """A walk's URL for one page."""
    return template.replace("{page}", str(number))


class _Keep(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def _fill(template: str, **values: date) -> str:
    return template.format_map(_Keep(values))
