"""From the spider to the spool: only what is new or changed is delivered, and a URL counts as seen once it is durable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Self, cast

import scrapy
from scrapy.crawler import Crawler
from twisted.internet.task import LoopingCall
from twisted.python.failure import Failure

from crawler.errors import SpoolError
from crawler.health import article_counts
from crawler.items import Article
from crawler.reading import Reading
from crawler.session import Session
from crawler.spiders.source import SourceSpider
from crawler.spool import SpoolWriter, recover
from crawler.state import Visit
from crawler.stopping import stop, stop_on

TICK = 1.0
"""Seconds between two looks at whether a segment is old."""


class DeliverPipeline:
    """Article → spool. Order: WARC flushed, segment sealed, then URLs marked seen (DESIGN section 3)."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._waiting: dict[str, Reading] = {}
        """Version → how it was read, of the articles that are written but not yet durable."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        made = cls(crawler)
        for signal in (scrapy.signals.spider_error, scrapy.signals.item_error):
            crawler.signals.connect(made.failed, signal=signal)
        return made

    @property
    def _session(self) -> Session:
        return cast("SourceSpider", self._crawler.spider).session

    def open_spider(self) -> None:
        session = self._session
        recover(session.data / "spool")
        self._spool = SpoolWriter(
            session.data / "spool",
            f"{session.run}-{session.source.name}",
            on_durable=self._durable,
            before_close=session.archive.flush,
        )
        self._clock = LoopingCall(self._guarded, self._spool.tick)
        self._clock.start(TICK, now=False)

    def close_spider(self) -> None:
        if self._clock.running:
            self._clock.stop()
        self._guarded(self._spool.flush)

    def process_item(self, item: Any) -> Any:
        reading = cast("Reading", item)
        article = reading.article
        if article is None:
            return item
        session = self._session
        for name, value in article_counts(article).items():
            session.count(name, value)
        known = session.state.find_id(article.article_id)
        if known is not None and known.sha256 == article.sha256:
            session.count("unchanged")
            session.state.mark_seen([_visit(article, reading)])
            return item
        if article.version_id in self._waiting:
            first = self._waiting[article.version_id]
            self._waiting[article.version_id] = replace(first, aliases=(*first.aliases, article.canonical_url or "", *reading.aliases))
            return item
        session.count("changed" if known else "articles")
        self._waiting[article.version_id] = reading
        self._guarded(self._spool.write, article)
        return item

    def failed(self, failure: Failure) -> None:
        """A callback or this pipeline raised."""
        stop_on(self._crawler, failure)

    def _guarded(self, step: Callable[..., None], *arguments: Any) -> None:
        """A spool that cannot be written stops the crawl: what is not durable is not marked as seen, and comes again."""
        try:
            step(*arguments)
        except SpoolError as error:
            stop(self._crawler, error)

    def _durable(self, articles: Sequence[Article]) -> None:
        self._session.state.mark_seen(_visit(article, self._waiting.pop(article.version_id)) for article in articles)


def _visit(article: Article, reading: Reading) -> Visit:
    address, canonical = article.url or "", article.canonical_url or ""
    seen = (article.article_id, canonical, address, article.source, article.sha256, article.fetched_at)
    return Visit(*seen, reading.aliases, reading.validators)
