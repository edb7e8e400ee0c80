"""`pantau crawl`: sources into the spool."""

from __future__ import annotations

import time
from datetime import date, datetime

import click

from api.commands.common import pass_settings, say
from api.config import Settings
from crawler.runner import CrawlReport
from crawler.sources import Source


@click.command()
@click.argument("names", nargs=-1, metavar="[SOURCE]…")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Go back to this day of publication (backfill).")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Nothing published after this day.")
@click.option("--watch", is_flag=True, help="Go on: look every PANTAU_CRAWL_INTERVAL seconds at which sources are due.")
@pass_settings
def crawl(settings: Settings, names: tuple[str, ...], since: datetime | None, until: datetime | None, watch: bool) -> None:
    """Crawl the named sources (default: those that are due) into the spool; `pantau ingest` takes it from there."""
    if since and until and since > until:
        raise click.UsageError("--since is after --until")
    chosen = choose(names)
    while True:
        run_crawl(settings, chosen if names else due(settings, chosen), since.date() if since else None, until.date() if until else None)
        if not watch:
            return
        time.sleep(settings.crawl_interval)


def choose(names: tuple[str, ...]) -> list[Source]:
    """The sources of these names; all enabled ones without any."""
    from crawler.sources import load_sources

    known = load_sources()
    unknown = [name for name in names if name not in known]
    if unknown:
        raise click.UsageError(f"no source {unknown[0]!r}; `pantau sources list` shows them")
    return [known[name] for name in names] or [source for source in known.values() if source.enabled]


def due(settings: Settings, sources: list[Source]) -> list[Source]:
    """Those whose lists are due by their interval, or that have articles due for another look."""
    from api.parts import now
    from crawler.runner import due_sources

    return due_sources(sources, data=settings.data, now=now())


def run_crawl(settings: Settings, sources: list[Source], since: date | None = None, until: date | None = None) -> None:
    """Crawl `sources` and say what came of each."""
    from crawler.runner import crawl as run

    if not sources:
        say("no source is due")
        return

    def delivered(source: str, title: str) -> None:
        say(f"  {source}: {title}")

    report: CrawlReport = run(
        sources, data=settings.data, user_agent=settings.user_agent, allow_private=settings.allow_private, since=since, until=until,
        on_progress=delivered,
    )  # fmt: skip
    for name, told in sorted(report.sources.items()):
        say(
            f"{name}: {told.articles} new, {told.changed} changed, {told.unchanged} unchanged, {told.failed} failed, {told.blocked} blocked"
        )
