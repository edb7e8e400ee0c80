"""A crawl that cannot keep what it fetches stops: a full disk ends it, and what was not durable is not marked as seen."""

from __future__ import annotations

import logging

from scrapy.crawler import Crawler
from scrapy.utils.defer import deferred_from_coro
from twisted.python.failure import Failure

from crawler.errors import SpoolError

log = logging.getLogger(__name__)

SPOOL_ERROR = "pantau/spool_error"
"""Scrapy statistic that holds why spool, archive or state could not be written; the child process fails with it."""


def stop(crawler: Crawler, error: SpoolError) -> None:
    """End the crawl of one source; the first reason counts."""
    if crawler.stats.get_value(SPOOL_ERROR) is not None:
        return
    log.warning("the crawl stops: %s", error)
    crawler.stats.set_value(SPOOL_ERROR, str(error))
    engine = crawler.engine
    if engine.spider is not None:
        deferred_from_coro(engine.close_spider_async(reason="spool"))


def stop_on(crawler: Crawler, failure: Failure) -> None:
    """End the crawl where a callback or the pipeline failed for want of room; other failures are Scrapy's to tell."""
    if isinstance(failure.value, SpoolError):
        stop(crawler, failure.value)
