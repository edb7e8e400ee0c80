"""`pantau index`, `pantau embed` and `pantau reindex`: from the store into the search engine."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict

import click

from api import parts
from api.commands.common import as_json, pass_settings, print_json, progress, say
from api.config import Settings


@click.command()
@click.option("--limit", type=click.IntRange(min=1), help="At most so many queued articles.")
@as_json
@pass_settings
def index(settings: Settings, limit: int | None, as_json: bool) -> None:
    """Put what is queued into the search engine. Safe to kill: what was not committed stays queued."""
    from api.search.indexer import Indexer

    model = parts.model_id(parts.open_embedder(settings))
    with closing(parts.open_database(settings)) as database, closing(parts.open_engine(settings, model)) as engine:
        with progress("index") as advance:
            report = Indexer(database, engine, model).drain(limit=limit, progress=advance)
        total = engine.count()
    if as_json:
        print_json(asdict(report) | {"indexed": total})
    else:
        say(f"indexed {report.put}, removed {report.deleted}; {total} articles can be searched")


@click.command()
@click.option("--limit", type=click.IntRange(min=1), help="At most so many queued articles.")
@as_json
@pass_settings
def embed(settings: Settings, limit: int | None, as_json: bool) -> None:
    """Compute the vectors of queued articles, newest first; the next `pantau index` takes them up. Safe to kill."""
    from api.search.embedding import EmbedReport, embed_pending, queue_depth, queue_missing

    embedder = parts.open_embedder(settings)
    if embedder is None:
        say("PANTAU_EMBEDDER is none: search is by words alone, nothing to embed")
        return
    with closing(parts.open_database(settings)) as database:
        with database.write() as connection:
            queue_missing(connection, embedder.spec.model_id, parts.now())
            waiting, _ = queue_depth(connection)
        total = waiting if limit is None else min(limit, waiting)
        with progress("embed") as advance:

            def told(so_far: EmbedReport) -> None:
                advance(so_far.articles, total)

            report = embed_pending(database, embedder, now=parts.now, limit=limit, progress=told)
    if as_json:
        print_json(asdict(report) | {"model": embedder.spec.model_id})
        return
    say(f"embedded {report.articles} articles: {report.chunks} chunks, {report.computed} of them computed; {report.waiting} waiting")
    if report.set_aside:
        say(f"{report.set_aside} articles are set aside: embedding them ended the process several times")


@click.command()
@as_json
@pass_settings
def reindex(settings: Settings, as_json: bool) -> None:
    """Build the search index anew from the store while searching goes on; needed after a change of model, tokens or fields."""
    from api.search.indexer import Indexer

    model = parts.model_id(parts.open_embedder(settings))
    with (
        closing(parts.open_database(settings)) as database,
        closing(parts.open_engine(settings, model, rebuild=True)) as engine,
        progress("reindex") as advance,
    ):
        report = Indexer(database, engine, model).rebuild(progress=advance)
    if as_json:
        print_json(asdict(report))
    else:
        say(f"rebuilt: {report.put} articles")
