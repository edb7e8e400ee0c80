"""`pantau search`: what GET /api/search answers, for a terminal or a script."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.commands.common import as_json, pass_settings, print_json, say
from api.config import Settings
from api.records import FACETS, Hit, Mode, SearchAnswer, SearchRequest, Snippet, Sort

if TYPE_CHECKING:
    from api.reading.coverage import Coverage
    from api.store.database import Database

SHOWN_OUTLETS = 20


def _filters(chosen: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for item in chosen:
        name, equals, value = item.partition("=")
        if not equals or name not in FACETS:
            raise click.BadParameter(f"expected FACET=VALUE with one of {', '.join(FACETS)}", param_hint="--filter")
        found[name] = (*found.get(name, ()), value)
    return found


@click.command()
@click.argument("query", nargs=-1)
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 100), help="Hits shown.")
@click.option(
    "--mode", default="hybrid", show_default=True, type=click.Choice([m.value for m in Mode]), help="Rank by words, meaning or both."
)
@click.option("--sort", default="relevance", show_default=True, type=click.Choice([s.value for s in Sort]), help="Order of the hits.")
@click.option(
    "--filter", "filters", multiple=True, metavar="FACET=VALUE", help="Only this value, e.g. outlet=kontan or month=2024-03. Repeatable."
)
@click.option("--cursor", help="Go on where an answer's `next` says.")
@click.option(
    "--coverage", is_flag=True, help="Also what each outlet published on the days of the search (told anyway where nothing is found)."
)
@click.option(
    "--export",
    "target",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write every article found to FILE (.csv, .xlsx, .jsonl or .parquet), whatever --limit says.",
)
@click.option("--fold/--no-fold", default=True, help="List a story once and only count market notes and advertorials (default: yes).")
@as_json
@pass_settings
def search(
    settings: Settings,
    query: tuple[str, ...],
    limit: int,
    mode: str,
    sort: str,
    filters: tuple[str, ...],
    cursor: str | None,
    fold: bool,
    coverage: bool,
    target: Path | None,
    as_json: bool,
) -> None:
    """Search announcements: words, "phrases", AND OR NOT, field:value, e.g. kucuran to:IKM amount:>=50 miliar."""
    from api import parts
    from api.schemas import as_json as public
    from api.schemas import search_result

    request = SearchRequest(" ".join(query), _filters(filters), Mode(mode), Sort(sort), limit, cursor, fold)
    embedder = parts.open_embedder(settings) if request.mode is not Mode.WORDS else None
    model = parts.model_id(embedder) if embedder else parts.indexed_model(settings)
    with closing(parts.open_database(settings)) as database, closing(parts.open_engine(settings, model)) as engine:
        service = parts.open_service(settings, database, engine, embedder)
        if target is not None:
            _write(service.search, request, target)
            return
        answer = service.search(request)
        covered = _coverage(settings, database, request, answer) if coverage or not answer.total else None
    if as_json:
        print_json(public(search_result(answer, covered)))
    else:
        _show(answer)
        _show_coverage(covered)


def _write(search: Callable[[SearchRequest], SearchAnswer], request: SearchRequest, target: Path) -> None:
    from api.reading.exports import article_stream
    from api.rowfiles import FORMATS, check_format

    form = next((form for form in FORMATS if target.suffix.lower() == f".{form}"), None)
    if form is None:
        raise click.BadParameter(f"the name ends in one of {', '.join('.' + form for form in FORMATS)}", param_hint="--export")
    check_format(form)
    total = search(replace(request, limit=0, cursor=None)).total
    with target.open("wb") as file:
        file.writelines(article_stream(search, request, form))
    say(f"{total} articles written to {target}")


def _coverage(settings: Settings, database: Database, request: SearchRequest, answer: SearchAnswer) -> Coverage:
    from api import parts
    from api.reading.coverage import coverage

    only = request.filters.get("outlet", ())
    with database.read() as connection:
        return coverage(connection, parts.outlets_of(settings), settings.data, datetime.now(UTC), period=answer.period, only=only)


def _show_coverage(covered: Coverage | None) -> None:
    """A line an outlet: its articles by day, and what is wrong."""
    if covered is None:
        return
    say(f"coverage {covered.first} to {covered.last}:")
    for outlet in covered.outlets[:SHOWN_OUTLETS]:
        say(f"  {outlet.label:30.30} {outlet.state:7} " + " ".join(str(count or "·") for _, count in outlet.days))


def _show(answer: SearchAnswer) -> None:
    if answer.suggestion:
        say(f"Did you mean: {answer.suggestion}")
    for chip in answer.chips:
        if chip.kind == "synonym":
            say(f"Also found: {chip.label} (as written only: {chip.without})")
    for number, hit in enumerate(answer.hits, 1):
        _show_hit(number, hit)
    for name, values in answer.facets.items():
        if values:
            say(f"{name}: " + ", ".join(f"{v.label} {v.count}" for v in values[:6]))
    undated = f", {answer.undated} more without a date" if answer.undated else ""
    folded = "".join(f", {count} of them {name.replace('_', ' ')} not listed (--no-fold)" for name, count in answer.folded.items())
    say(f"{answer.total} articles{folded}{undated}" + (f"; more: --cursor {answer.next}" if answer.next else ""))


def _show_hit(number: int, hit: Hit) -> None:
    from api.wording import amount_text, kind_text, status_text

    click.echo(f"{number:3}. {_marked(hit.title)}  [{hit.outlet}, {hit.published or '—'}]" + ("  ≈" if hit.semantic_only else ""))
    click.echo(f"     {_marked(hit.snippet)}")
    for fact in hit.facts:
        amount = amount_text(fact.amount_low, fact.amount_high, fact.currency, approx=fact.approx)
        who = f"{', '.join(fact.actors) or '?'} → {', '.join(fact.beneficiaries) or '?'}"
        click.echo(f"     ● {amount} · {kind_text(fact.kind)} · {status_text(fact.status)} · {who}")
    if hit.copies:
        click.echo(f"     juga di {', '.join(hit.copies)}")


def _marked(snippet: Snippet) -> str:
    out, at = [], 0
    for start, end in snippet.marks:
        out += [snippet.text[at:start], click.style(snippet.text[start:end], bold=True)]
        at = end
    return "".join([*out, snippet.text[at:]]).replace("\n", " ")
