"""From the spider to the spool: only what is new or changed is delivered, and a URL counts as seen once it is durable."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any, Self, cast

from scrapy.crawler import Crawler
from scrapy.utils.defer import deferred_from_coro
from twisted.internet.task import LoopingCall

from crawler.errors import SpoolError
from crawler.health import article_counts
from crawler.items import Article
from crawler.reading import Reading
from crawler.session import Session
from crawler.spiders.source import SourceSpider
from crawler.spool import SpoolWriter
from crawler.state import Visit

log = logging.getLogger(__name__)

SPOOL_ERROR = "pantau/spool_error"
"""Scrapy statistic that holds why the spool could not be written; the child process fails with it."""
TICK = 1.0
"""Seconds between two looks at whether a segment is old."""


class DeliverPipeline:
    """Article → spool. Order: WARC flushed, segment sealed, then URLs marked seen (DESIGN section 3)."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._waiting: dict[str, tuple[str, ...]] = {}
        """Version → other addresses of the articles that are written but not yet durable."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    @property
    def _session(self) -> Session:
        return cast("SourceSpider", self._crawler.spider).session

    def open_spider(self) -> None:
        session = self._session
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
            session.state.mark_seen([_visit(article, reading.aliases)])
            return item
        if article.version_id in self._waiting:
            self._waiting[article.version_id] += (article.canonical_url or "", *reading.aliases)
            return item
        session.count("changed" if known else "articles")
        self._waiting[article.version_id] = reading.aliases
        self._guarded(self._spool.write, article)
        return item

    def _guarded(self, step: Callable[..., None], *arguments: Any) -> None:
        """A spool that cannot be written stops the crawl: what is not durable is not marked as seen, and comes again."""
        try:
            step(*arguments)
        except SpoolError as error:
            log.warning("the crawl stops: %s", error)
            stats, engine = self._crawler.stats, self._crawler.engine
            if stats.get_value(SPOOL_ERROR) is None:
                stats.set_value(SPOOL_ERROR, str(error))
                if engine.spider is not None:
                    deferred_from_coro(engine.close_spider_async(reason="spool"))

    def _durable(self, articles: Sequence[Article]) -> None:
        self._session.state.mark_seen(_visit(article, self._waiting.pop(article.version_id, ())) for article in articles)


def _visit(article: Article, aliases: tuple[str, ...]) -> Visit:
    return Visit(
        article.article_id, article.canonical_url or "", article.url or "", article.source, article.sha256, article.fetched_at, aliases
    )
