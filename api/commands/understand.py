"""`pantau extract`, `analyse`, `evaluate` and `registry`: what a page says, what we infer from it, and how well."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import click

from api.commands.common import as_json, pass_settings, print_json, say
from api.config import Settings


def _objects() -> Iterator[tuple[int, dict[str, Any] | None]]:
    """The JSON objects of standard input, by line; None for a line that holds none."""
    for number, line in enumerate(sys.stdin.buffer, 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except ValueError:
            value = None
        yield number, value if isinstance(value, dict) else None


def _day(raw: object) -> date | None:
    """The day of a `published` value: an ISO date, time, or anything the crawler's date reader knows."""
    from api.parts import now
    from crawler.dates import read_date
    from crawler.sources.model import DateOrder

    if not isinstance(raw, str) or not raw.strip():
        return None
    found = read_date(raw, zone="Asia/Jakarta", order=DateOrder.DMY, now=now()).value
    return date.fromisoformat(found[:10]) if found else None


@click.command()
@pass_settings
def analyse(settings: Settings) -> None:
    """Analyse articles: JSON Lines {"id", "title", "text", "published"} on standard input, one JSON object a line out.

    The output is docs/schemas/analysis.json. A line that cannot be read is told on standard error and counted; the rest goes on.
    """
    from api.parts import open_pipeline
    from nlp.serialise import to_json

    pipeline, refused = open_pipeline(settings), 0
    for number, value in _objects():
        title, text = (value or {}).get("title") or "", (value or {}).get("text")
        if not isinstance(text, str) or not isinstance(title, str):
            say(f"line {number}: expected a JSON object with a text")
            refused += 1
            continue
        identity = (value or {}).get("id")
        found = pipeline.analyse(
            title, text, published=_day((value or {}).get("published")), id=None if identity is None else str(identity)
        )
        click.echo(to_json(found))
    if refused:
        raise click.ClickException(f"{refused} lines could not be read")


@click.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--url", help="Where the page came from: decides its source's rules, its outlet and its id.")
@pass_settings
def extract(settings: Settings, files: tuple[Path, ...], url: str | None) -> None:
    """Extract articles from raw HTML or PDF files, or from JSON Lines {"id", "url", "html"} on standard input, as JSON Lines."""
    from api.extraction import extract_file, extract_html

    refused = 0
    jobs: Iterator[tuple[str, Any]] = (
        ((str(path), lambda p=path: extract_file(settings, p, url)) for path in files)
        if files
        else ((f"line {number}", lambda v=value: extract_html(settings, v or {})) for number, value in _objects())
    )
    from crawler.errors import CrawlerError

    for label, job in jobs:
        try:
            click.echo(job().model_dump_json())
        except CrawlerError as error:
            say(f"{label}: {error}")
            refused += 1
    if refused:
        raise click.ClickException(f"{refused} could not be extracted")


@click.command()
@click.argument("gold", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--errors", is_flag=True, help="List what was missed or wrong, by phenomenon.")
@click.option("--oracle", is_flag=True, help="Also with gold amounts, roles and names in turn: where F1 is lost.")
@click.option("--intervals", is_flag=True, help="With 95 % intervals (bootstrap over articles).")
@click.option("--by", multiple=True, type=click.Choice(["outlet", "language"]), help="Also for each outlet or language alone.")
@as_json
@pass_settings
def evaluate(
    settings: Settings,
    gold: tuple[Path, ...],
    errors: bool,
    oracle: bool,
    intervals: bool,
    by: tuple[str, ...],
    as_json: bool,
) -> None:
    """Score the analysis against gold files; without one, analysis and search on the sample newsroom. Fails under the floors."""
    from crawler.newsroom import GOLD
    from nlp.evaluate import evaluate as run

    below: list[str] = []
    for path in gold or (GOLD,):
        report = run(path, oracle=oracle, intervals=intervals, by=by)
        if as_json:
            print_json(asdict(report))
        else:
            click.echo("\n".join(report.lines()))
            for error in report.errors if errors else ():
                click.echo(str(error))
        below += report.below
    if not gold:
        below += _evaluate_search(settings, as_json=as_json)
    if below:
        raise click.ClickException("under the pinned floors: " + "; ".join(below))


def _evaluate_search(settings: Settings, *, as_json: bool) -> tuple[str, ...]:
    """Prints how well the newsroom's articles are found; says what is under its floor."""
    from api.parts import open_embedder
    from api.search.evaluate import evaluate as run
    from crawler.newsroom import GOLD, QUESTIONS

    embedder = open_embedder(settings)
    if embedder is None:
        say("PANTAU_EMBEDDER is none: search is not scored")
        return ()
    report = run("newsroom", GOLD, QUESTIONS, embedder)
    if as_json:
        print_json(asdict(report))
    else:
        click.echo("\n".join(report.lines()))
    return report.below


@click.group()
def registry() -> None:
    """Companies, public bodies, associations, programmes, people and places that Pantau knows."""


@registry.command("check")
@as_json
def registry_check(as_json: bool) -> None:
    """Validate the registries: duplicates, clashing names, missing sources, dates that cannot be."""
    from nlp.registry import check, load_registry

    problems = check()
    if as_json:
        print_json([asdict(p) for p in problems])
    else:
        for problem in problems:
            click.echo(f"{problem.file}:{problem.line}: {problem.what}")
        say(f"{len(load_registry())} rows, {len(problems)} problems")
    if problems:
        raise click.ClickException(f"{len(problems)} problems")


@registry.command("propose")
@click.option("--limit", default=2000, show_default=True, help="Newest articles read.")
@as_json
@pass_settings
def registry_propose(settings: Settings, limit: int, as_json: bool) -> None:
    """Names of programmes that several articles use and the registry does not know, for a person to judge."""
    from api import parts
    from api.store.articles import current_versions, newest
    from nlp.entities import Recogniser
    from nlp.entities.propose import ArticleText, propose

    with closing(parts.open_database(settings)) as database, database.read() as connection:
        rows = newest(connection, limit)
        versions = current_versions(connection, [r.article_id for r in rows])
    texts = [ArticleText(i, v.article.outlet, v.article.title, v.article.text) for i, v in versions.items()]
    proposals = propose(texts, Recogniser.load(parts.open_registry()), embedder=parts.open_embedder(settings))
    if as_json:
        print_json([asdict(p) for p in proposals])
        return
    for found in proposals:
        click.echo(
            f"{found.articles:5} articles, {found.outlets} outlets  {found.type.value:12} {' = '.join((found.name, *found.spellings))}"
        )
