"""`pantau demo`: the whole chain on the bundled newsroom, then the web UI."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import click

from api.commands.common import pass_settings, progress, say
from api.config import Settings

FAST = {"DOWNLOAD_DELAY": 0, "AUTOTHROTTLE_ENABLED": False, "CONCURRENT_REQUESTS_PER_DOMAIN": 8}
"""The newsroom is ours and on this machine: no need to wait between its pages."""


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), help="Port to serve on (default: PANTAU_PORT).")
@click.option("--no-serve", is_flag=True, help="Fill the demo's data directory and end.")
@pass_settings
def demo(settings: Settings, port: int | None, no_serve: bool) -> None:
    """Crawl the bundled sample newsroom over local HTTP, run extract, spool, ingest, analysis, store and index, serve the web UI.

    Works in a data directory of its own (DATA/demo); a second run finds nothing new and serves at once.
    """
    own = settings.model_copy(
        update={"data": settings.data / "demo", "allow_private": True, "port": settings.port if port is None else port,
                "database_url": None, "search_url": None},
    )  # fmt: skip
    fill(own)
    if not no_serve:
        from api.commands.serve import run_server

        run_server(own)


def fill(settings: Settings) -> None:
    """Run the chain on the newsroom into the data directory of `settings`."""
    from api import parts

    settings.data.mkdir(parents=True, exist_ok=True)
    _crawl(settings)
    _take_in(settings)
    _index(settings, "index")
    embedder = parts.open_embedder(settings)
    if embedder is not None:
        from api.search.embedding import EmbedReport, embed_pending

        with closing(parts.open_database(settings)) as database, progress("embed") as advance:

            def told(report: EmbedReport) -> None:
                advance(report.articles, None)

            embed_pending(database, embedder, now=parts.now, progress=told)
        _index(settings, "index with vectors")


def _crawl(settings: Settings) -> None:
    from crawler.newsroom import OUTLETS, SOURCES
    from crawler.newsroom.server import serve
    from crawler.runner import crawl
    from crawler.sources import load_sources

    shutil.copyfile(OUTLETS, settings.data / "outlets.yml")
    sources = load_sources(Path(SOURCES))
    seen = 0
    with serve() as proxy, progress("crawl") as advance:
        say(f"crawl: {len(sources)} sources of the bundled newsroom at {proxy}")

        def delivered(source: str, title: str) -> None:  # noqa: ARG001 - told by the crawler
            nonlocal seen
            seen += 1
            advance(seen, None)

        report = crawl(
            sources.values(), data=settings.data, user_agent=settings.user_agent, allow_private=True, proxy=proxy,
            outlets=(Path(OUTLETS),), settings=FAST, on_progress=delivered, timeout=300,
        )  # fmt: skip
    say(f"crawl: {report.articles} new articles")


def _take_in(settings: Settings) -> None:
    from api.commands.intake import take_in

    take_in(settings)


def _index(settings: Settings, label: str) -> None:
    from api import parts
    from api.search.indexer import Indexer

    model = parts.indexed_model(settings)
    with (
        closing(parts.open_database(settings)) as database,
        closing(parts.open_engine(settings, model)) as engine,
        progress(label) as advance,
    ):
        Indexer(database, engine, model).drain(progress=advance)
        total = engine.count()
    say(f"{label}: {total} articles can be searched")
