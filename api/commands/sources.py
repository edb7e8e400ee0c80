"""`pantau sources`: what is collected from where, and whether a source's page still reads."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from api.commands.common import as_json, pass_settings, print_json, say
from api.config import Settings

FIXTURES = Path("tests/fixtures/pages")
SHOWN = 90
"""Characters of a value shown on a terminal."""


@click.group()
def sources() -> None:
    """List the sources and try them."""


@sources.command("list")
@as_json
def list_(as_json: bool) -> None:
    """All sources with their outlet, discovery, rights and status."""
    from crawler.sources import load_sources

    today = datetime.now(UTC).date()
    rows = [
        {
            "name": source.name,
            "outlet": source.outlet,
            "discovery": sorted({way.kind for way in source.discovery}),
            "rights": source.rights.value,
            "status": source.status_on(today).value,
        }
        for source in load_sources().values()
    ]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        click.echo(f"{row['name']:24} {row['outlet']:20} {', '.join(row['discovery']):24} {row['rights']:8} {row['status']}")


@sources.command("check")
@click.argument("name", required=False)
@click.option("--url", help="An article of the source: fetched politely, and read field by field.")
@click.option("--write-fixture", "fixture", is_flag=True, help=f"Keep the page, its texts made up, under {FIXTURES}.")
@as_json
@pass_settings
def check(settings: Settings, name: str | None, url: str | None, fixture: bool, as_json: bool) -> None:
    """Validate all source files, or show which layer gives which field of one page of a source."""
    from crawler.sources import load_sources

    known = load_sources()
    if name is None:
        say(f"{len(known)} source files are valid")
        return
    if name not in known:
        raise click.UsageError(f"no source {name!r}; `pantau sources list` shows them")
    if url is None:
        say(f"{name} is valid; give --url to try a page of it")
        return
    from crawler.check import check_source, write_fixture

    source = known[name]
    found = check_source(source, url, user_agent=settings.user_agent, allow_private=settings.allow_private)
    if as_json:
        print_json({key: value for key, value in asdict(found).items() if key not in {"html", "fetched_at"}})
    else:
        for field in found.fields:
            shown = " ".join(field.value.split())
            click.echo(f"{field.name:10} {field.layer or '-':12} {shown[:SHOWN]}{'…' if len(shown) > SHOWN else ''}")
        click.echo(f"{'article':10} {'pattern':12} {'yes' if found.is_article else 'no: the address does not fit article.pattern'}")
        click.echo(f"{'agreement':10} {'':12} {found.generic_agreement:.2f} of rules and generic layers")
    if fixture:
        case = datetime.now(UTC).strftime("%Y-%m-%d-%H%M%S")
        say(f"written: {write_fixture(found, source, FIXTURES, case)}")
