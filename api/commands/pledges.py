"""`pantau pledges` and `pantau export`: the ledger for a terminal, a script or a spreadsheet."""

from __future__ import annotations

import sys
from contextlib import closing
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from api.commands.common import as_json, pass_settings, print_json, say
from api.config import Settings
from api.ledger.queries import PledgeFilter, PledgeRow
from api.rowfiles import FORMATS, Format


def _filter(settings: Settings, **chosen: str | None) -> PledgeFilter:
    """The filter of the options; names become registry ids, an amount hundredths of a rupiah."""
    from api import parts
    from api.search.grammar import folded
    from api.search.quantities import read_amount
    from api.store.types import sort_key

    known = parts.names(parts.open_registry(), parts.outlets_of(settings))

    def party(name: str | None) -> str | None:
        return (known.party(name) or folded(name)) if name else None

    least = read_amount(chosen["least"]) if chosen["least"] else None
    if chosen["least"] and (least is None or least.low is None):
        raise click.BadParameter("expected an amount such as '50 miliar'", param_hint="--least")
    programme = chosen["programme"]
    return PledgeFilter(
        payer=party(chosen["by"]), receiver=party(chosen["to"]), programme=(known.programme(programme) or programme) if programme else None,
        kind=chosen["kind"], stage=chosen["stage"], year=chosen["year"], least=sort_key(least.low) if least else None,
    )  # fmt: skip


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, datetime) else value


filters = [
    click.option("--by", help="Who pays: ticker, id or name."),
    click.option("--to", help="Who receives."),
    click.option("--programme", help="Programme, by id or name."),
    click.option("--kind", help="Instrument: credit, investment, budget …"),
    click.option("--stage", help="announced, signed, disbursed or completed."),
    click.option("--year", help="Year it is for."),
    click.option("--least", help="At least this amount, e.g. '50 miliar'."),
]


def with_filters(command: Any) -> Any:
    """The options that choose pledges."""
    for option in reversed(filters):
        command = option(command)
    return command


@click.group()
def pledges() -> None:
    """The ledger: every pledge once, however many outlets tell it."""


@pledges.command("list")
@with_filters
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000))
@as_json
@pass_settings
def list_(settings: Settings, /, limit: int, as_json: bool, **chosen: str | None) -> None:
    """Pledges, the latest first."""
    from api import parts
    from api.ledger.queries import count_pledges, list_pledges

    wanted = _filter(settings, **chosen)
    with closing(parts.open_database(settings)) as database, database.read() as connection:
        rows = list_pledges(connection, wanted, limit=limit)
        total = count_pledges(connection, wanted)
    if as_json:
        print_json({"total": total, "pledges": [_plain(asdict(row)) for row in rows]})
        return
    for row in rows:
        click.echo(_line(row))
    say(f"{len(rows)} of {total} pledges")


def _line(row: PledgeRow) -> str:
    from api.wording import amount_text, kind_text, status_text

    amount = amount_text(row.amount_low, row.amount_high, row.currency, approx=row.approx)
    who = ", ".join(p.name for p in row.actors) or "?"
    whom = ", ".join(p.name for p in row.beneficiaries) or "?"
    marks = "".join(m for m, on in (("≠", row.conflict), ("↻", row.restated), ("−", not row.in_totals)) if on)
    return (
        f"{row.pledge_id:6} {row.date or '—':10} {amount:24} {kind_text(row.kind)}, {status_text(row.stage)}: "
        f"{who} → {whom}  [{row.programme or '—'}; {row.sightings}× {row.outlets} media] {marks}"
    )


@pledges.command()
@click.argument("pledge", type=int)
@as_json
@pass_settings
def show(settings: Settings, pledge: int, as_json: bool) -> None:
    """One pledge with its sightings and stages."""
    from api import parts
    from api.ledger.queries import get_pledge

    with closing(parts.open_database(settings)) as database, database.read() as connection:
        found = get_pledge(connection, pledge)
    if as_json:
        print_json(_plain(asdict(found)))
        return
    click.echo(_line(found.pledge))
    for stage in found.stages:
        click.echo(f"  {stage.day or '—'}  {stage.stage}")
    for seen in found.sightings:
        click.echo(f"  {seen.published_day or '—'}  {seen.outlet}: {seen.title} ({seen.relation})\n      “{seen.evidence}”")


@pledges.command()
@with_filters
@click.option("--group", default="year", show_default=True, type=click.Choice(["year", "programme", "kind", "payer"]))
@as_json
@pass_settings
def sums(settings: Settings, /, group: str, as_json: bool, **chosen: str | None) -> None:
    """Sums by group, currency and status, with what is not in them and why."""
    from api import parts
    from api.ledger.queries import sums as add_up
    from api.wording import amount_text, status_text

    with closing(parts.open_database(settings)) as database, database.read() as connection:
        found = add_up(connection, _filter(settings, **chosen), by=group)
    if as_json:
        print_json(_plain(asdict(found)))
        return
    for row in found.rows:
        click.echo(f"{row.group:30} {status_text(row.status):16} {amount_text(row.low, row.high, row.currency):26} {row.count} pledges")
    left = ", ".join(f"{n} {reason}" for reason, n in sorted(found.left_out.items()))
    say(f"{found.counted} pledges counted" + (f"; left out: {left}" if left else ""))


@click.command()
@with_filters
@click.option("--format", "form", default="csv", show_default=True, type=click.Choice(FORMATS))
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="File to write (default: standard output).")
@click.option("--snapshot", type=int, help="State of the ledger to export (a transaction number; default: now).")
@pass_settings
def export(settings: Settings, /, form: Format, output: Path | None, snapshot: int | None, **chosen: str | None) -> None:
    """Export pledges with their evidence; the snapshot number in it gives the same rows again later."""
    from api import parts
    from api.export import export_pledges

    if form in {"xlsx", "parquet"} and output is None:
        raise click.UsageError(f"--format {form} needs --output FILE")
    wanted = _filter(settings, **chosen)
    with closing(parts.open_database(settings)) as database, database.read() as connection:
        if output is None:
            count = export_pledges(connection, wanted, form, sys.stdout.buffer, snapshot=snapshot)
        else:
            with output.open("wb") as target:
                count = export_pledges(connection, wanted, form, target, snapshot=snapshot)
    say(f"{count} pledges exported")
