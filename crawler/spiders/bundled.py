"""A spider class per bundled source, so that `scrapy list` and `scrapy crawl kontan` work alone."""

from __future__ import annotations

from crawler.runner import spider_class
from crawler.sources import load_sources

globals().update({f"Spider_{name}": spider_class(source, __name__) for name, source in load_sources().items() if source.enabled})
