"""`pantau sources`: what is collected from where, and whether a source's page still reads."""

from __future__ import annotations

import click

from api.commands.common import as_json, print_json


@click.group()
def sources() -> None:
    """List the sources and try them."""


@sources.command("list")
@as_json
def list_(as_json: bool) -> None:
    """All sources with their outlet, discovery, rights and status."""
    from crawler.sources import load_sources

    rows = [
        {
            "name": source.name,
            "outlet": source.outlet,
            "discovery": sorted({way.kind for way in source.discovery}),
            "rights": source.rights.value,
            "status": source.status.value,
        }
        for source in load_sources().values()
    ]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        click.echo(f"{row['name']:24} {row['outlet']:20} {', '.join(row['discovery']):24} {row['rights']:8} {row['status']}")
