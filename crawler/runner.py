"""Running a crawl: `crawl()` starts a child process with Scrapy in it and reports what came of each source.

The reactor lives in the child only, so that no server, model or command shares a process with it. The child is
`python -m crawler.child`, gets the job as JSON on its standard input and tells its progress as JSON lines on its standard output.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pydantic import Field

from crawler.errors import CrawlerError
from crawler.items import Frozen
from crawler.schedule import next_interval
from crawler.sources import Source
from crawler.spool import recover
from crawler.state import State, state_path


class Job(Frozen):
    """What the child is told."""

    sources: tuple[Source, ...]
    data: Path
    run: str
    user_agent: str
    allow_private: bool = False
    proxy: str = ""
    since: date | None = None
    until: date | None = None
    outlets: tuple[Path, ...] = ()
    only: str = ""
    """Fetch this one address as an article, and no lists (`sources check`)."""
    settings: dict[str, Any] = Field(default_factory=dict)
    """Scrapy settings that replace ours (tests: no delays)."""


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What a run did for one source: `articles` are new ones, `changed` new versions of known ones."""

    source: str
    articles: int = 0
    changed: int = 0
    unchanged: int = 0
    skipped: int = 0
    failed: int = 0
    blocked: int = 0
    robots: int = 0
    refused: int = 0
    incomplete: int = 0
    listed: int = 0
    lists_wrong: int = 0
    pages: int = 0


@dataclass(frozen=True, slots=True)
class CrawlReport:
    """What a run did, by source."""

    run: str
    sources: Mapping[str, SourceReport] = field(default_factory=dict)

    @property
    def articles(self) -> int:
        return sum(report.articles for report in self.sources.values())


class CrawlFailedError(CrawlerError):
    """The child process ended badly → what it had delivered is safe; the message holds its last words."""


def spider_class(source: Source, module: str = __name__) -> type:
    """The spider of a source, with the source's manners as its settings."""
    from crawler.spiders.source import SourceSpider

    manners = source.politeness
    settings = {
        "DOWNLOAD_DELAY": manners.delay,
        "AUTOTHROTTLE_START_DELAY": manners.delay,
        "AUTOTHROTTLE_ENABLED": manners.delay > 0,
        "CONCURRENT_REQUESTS_PER_DOMAIN": manners.concurrency,
        "DOWNLOAD_TIMEOUT": manners.timeout,
    }
    return type(
        f"Spider_{source.name.replace('-', '_')}",
        (SourceSpider,),
        {"name": source.name, "source": source, "custom_settings": settings, "__module__": module},
    )


def new_run(now: datetime) -> str:
    """The name of a run that starts now."""
    return now.astimezone(UTC).strftime("%Y%m%dT%H%M%S")


def crawl(
    sources: Iterable[Source],
    *,
    data: Path,
    user_agent: str,
    allow_private: bool = False,
    proxy: str = "",
    since: date | None = None,
    until: date | None = None,
    outlets: tuple[Path, ...] = (),
    only: str = "",
    run: str | None = None,
    settings: Mapping[str, Any] | None = None,
    on_progress: Callable[[str, str], None] | None = None,
    timeout: float | None = None,
) -> CrawlReport:
    """Crawl sources in a child process and wait for it.

    `since` and `until` are days of publication (backfill); `proxy` is an HTTP proxy that everything goes through; `outlets` are
    further outlet files; `only` is one address to fetch instead of the lists; `on_progress` is told (source, title) of each article
    delivered. An interrupt lets the child close its segments before it is passed on.

    Raises:
        CrawlFailedError: the child ended with an error or took longer than `timeout` seconds.
        SpoolError: the data directory cannot be written.
    """
    chosen = tuple(sources)
    job = Job(
        sources=chosen,
        data=data.resolve(),
        run=run or new_run(datetime.now(UTC)),
        user_agent=user_agent,
        allow_private=allow_private,
        proxy=proxy,
        since=since,
        until=until,
        outlets=outlets,
        only=only,
        settings=dict(settings or {}),
    )
    state = State(state_path(data))
    try:
        recover(data / "spool")
        state.start_run(job.run, "crawl", datetime.now(UTC))
        _run_child(job, on_progress, timeout)
        report = _report(job, state)
        _reschedule(job, state, report)
        state.end_run(job.run, datetime.now(UTC))
    finally:
        state.close()
    return report


def _run_child(job: Job, on_progress: Callable[[str, str], None] | None, timeout: float | None) -> None:
    command = [sys.executable, "-m", "crawler.child"]
    # The child's log goes to a file: nobody reads a pipe while the child talks, and a full one would stop it for ever.
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as log,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True) as child,  # noqa: S603
    ):
        watch = _Watchdog(child, timeout)
        try:
            _talk(child, job, on_progress)
        except KeyboardInterrupt:
            child.send_signal(signal.SIGTERM)
            child.wait(30)
            raise
        finally:
            watch.cancel()
        child.wait()
        log.seek(0)
        words = log.read()
    if watch.fired:
        raise CrawlFailedError(f"the crawl took longer than {timeout} s and was stopped")
    if child.returncode:
        last = " | ".join(words.strip().splitlines()[-3:])
        raise CrawlFailedError(f"the crawl ended with code {child.returncode}: {last or 'no message'}")


class _Watchdog:
    """Stops a child that takes too long; `fired` says whether it did."""

    def __init__(self, child: subprocess.Popen[str], timeout: float | None) -> None:
        self.fired = False
        self._child = child
        self._timer = threading.Timer(timeout, self._fire) if timeout else None
        if self._timer:
            self._timer.start()

    def _fire(self) -> None:
        self.fired = True
        self._child.kill()

    def cancel(self) -> None:
        if self._timer:
            self._timer.cancel()


def _talk(child: subprocess.Popen[str], job: Job, on_progress: Callable[[str, str], None] | None) -> None:
    if child.stdin is None or child.stdout is None:
        return
    child.stdin.write(job.model_dump_json())
    child.stdin.close()
    for line in child.stdout:
        event = json.loads(line)
        if on_progress:
            on_progress(event["source"], event["title"])


def _report(job: Job, state: State) -> CrawlReport:
    names = SourceReport.__dataclass_fields__.keys() - {"source"}
    found = {
        source.name: SourceReport(
            source.name, **{name: int(value) for name, value in state.counts(job.run, source.name).items() if name in names}
        )
        for source in job.sources
    }
    return CrawlReport(job.run, found)


def _reschedule(job: Job, state: State, report: CrawlReport) -> None:
    now = datetime.now(UTC)
    for source in job.sources:
        before = state.schedule(source.name)
        done = report.sources[source.name]
        interval = next_interval(before[2] if before else None, new=done.articles, listed=done.listed, manners=source.politeness)
        state.set_schedule(source.name, now, interval)


def due_sources(sources: Iterable[Source], *, data: Path, now: datetime) -> list[Source]:
    """The enabled sources whose discovery or revisits are due, longest overdue first; one that never ran comes first."""
    state = State(state_path(data))
    try:
        due = []
        for source in sources:
            schedule = state.schedule(source.name)
            at = schedule[1] if schedule else datetime.min.replace(tzinfo=UTC)
            if source.enabled and (at <= now or state.due_articles(source.name, now, 1)):
                due.append((at, source.name, source))
        return [source for _, _, source in sorted(due, key=lambda entry: entry[:2])]
    finally:
        state.close()
