"""The child process of a crawl: `python -m crawler.child` with a `Job` as JSON on standard input."""

from __future__ import annotations

import json
import logging
import sys
from functools import partial
from typing import Any

import scrapy
from pydantic import ValidationError
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import Settings

from crawler import settings as ours
from crawler.reading import Reading
from crawler.runner import Job, spider_class
from crawler.stopping import SPOOL_ERROR


def main() -> int:
    """Run the job; 0 done, 1 failed, 2 a job that cannot be read."""
    try:
        job = Job.model_validate_json(sys.stdin.read())
    except ValidationError as error:
        sys.stderr.write(f"the job cannot be read: {error}\n")
        return 2
    process = AsyncCrawlerProcess(_settings(job), install_root_handler=False)
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(logging.WARNING)  # Scrapy's own loggers are set to DEBUG, which tells every article whole
    logging.basicConfig(handlers=[handler], format="%(levelname)s %(name)s: %(message)s")
    failures: list[str] = []
    crawlers = []
    for source in job.sources:
        crawler = process.create_crawler(spider_class(source))
        crawlers.append(crawler)
        crawler.signals.connect(_told, signal=scrapy.signals.item_scraped, weak=False)
        task = process.crawl(crawler)
        task.add_done_callback(partial(_note, failures, source.name))
    process.start(stop_after_crawl=True)
    failures += [words for crawler in crawlers if crawler.spider is not None and (words := _spool_error(crawler))]
    for failure in failures:
        sys.stderr.write(failure + "\n")
    return 1 if failures else 0


def _settings(job: Job) -> Settings:
    settings = Settings()
    settings.setmodule(ours, priority="project")
    settings.setdict(
        {
            "USER_AGENT": job.user_agent,
            "ROBOTSTXT_USER_AGENT": job.user_agent.split("/")[0],
            "PANTAU_DATA": str(job.data),
            "PANTAU_RUN": job.run,
            "PANTAU_ALLOW_PRIVATE": job.allow_private,
            "PANTAU_PROXY": job.proxy,
            "PANTAU_SINCE": job.since.isoformat() if job.since else "",
            "PANTAU_UNTIL": job.until.isoformat() if job.until else "",
            "PANTAU_ONLY": job.only,
            "PANTAU_OUTLETS": [str(path) for path in job.outlets],
            **job.settings,
        },
        priority="cmdline",
    )
    return settings


def _spool_error(crawler: Crawler) -> str | None:
    words: str | None = crawler.stats.get_value(SPOOL_ERROR)
    return words


def _told(item: Any) -> None:
    if isinstance(item, Reading) and item.article is not None:
        line = json.dumps({"source": item.article.source, "title": item.article.title}, ensure_ascii=False)
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


def _note(failures: list[str], name: str, task: Any) -> None:
    if not task.cancelled() and task.exception() is not None:
        failures.append(f"{name}: {task.exception()}")


if __name__ == "__main__":
    sys.exit(main())
