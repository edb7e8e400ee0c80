"""How each source's crawl is doing, from the crawler's own state. No Scrapy here."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path

from crawler.alarms import Level
from crawler.errors import SourceError
from crawler.health import SourceHealth, source_health
from crawler.newsroom import SOURCES as SAMPLE
from crawler.sources import Source, load_sources


def crawl_health(data: Path, now: datetime) -> list[SourceHealth]:
    """The sources that were ever crawled into this data directory, the sample newsroom's included, worst first."""
    return [health for health in source_health(data, _sources(), now) if health.level is not Level.UNKNOWN]


@cache
def _sources() -> tuple[Source, ...]:
    """Read once: they are package data, and parsing them takes longer than everything else on the page."""
    found = tuple(load_sources().values())
    try:
        return (*found, *load_sources(SAMPLE).values())
    except SourceError:
        return found
