"""`pantau import`, `pantau ocr` and `pantau ingest`: files and scans into the spool, the spool into the store."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.commands.common import as_json, pass_settings, print_json, progress, say
from api.config import Settings

if TYPE_CHECKING:
    from crawler.recognising import Recognised

SHOWN_REFUSALS = 20
"""Refusals printed; the rest is counted, and all are in the quarantine."""


@click.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--no-ingest", is_flag=True, help="Only fill the spool; `pantau ingest` takes it from there.")
@pass_settings
def import_(settings: Settings, paths: tuple[Path, ...], no_ingest: bool) -> None:
    """Take in articles from JSONL or CSV (.gz), HTML, PDF, DOCX or WARC files and folders.

    Rows hold id, url, outlet, title, published, text. A second import of the same files adds nothing; a killed one goes on
    where it stopped. What cannot be read is reported by line and reason. An import never raises alerts.
    """
    from crawler.importer import ImportProgress, import_paths
    from crawler.sources import load_sources

    now = datetime.now(UTC)
    report, shown = ImportProgress(paths[0]), 0
    with progress("read") as advance:
        for report in import_paths(paths, data=settings.data, run=f"import-{now:%Y%m%dT%H%M%S}", now=now, sources=load_sources()):
            advance(report.done, report.total or None)
            for refusal in report.refusals[: max(0, SHOWN_REFUSALS - shown)]:
                say(f"refused: {refusal}")
            shown += len(report.refusals)
    if shown > SHOWN_REFUSALS:
        say(f"refused: … and {shown - SHOWN_REFUSALS} more")
    say(f"read {report.entries}: {report.added} new, {report.known} known, {report.undated} undated, {report.refused} refused")
    if not no_ingest:
        take_in(settings)
    if report.refused and not report.added and not report.known:
        raise click.ClickException("nothing could be imported")


@click.command()
@click.option("--list", "only_list", is_flag=True, help="Only show what waits, and why.")
@click.option("--limit", type=click.IntRange(1), help="Recognise at most so many documents.")
@click.option("--no-ingest", is_flag=True, help="Only fill the spool; `pantau ingest` takes it from there.")
@as_json
@pass_settings
def ocr(settings: Settings, only_list: bool, limit: int | None, no_ingest: bool, as_json: bool) -> None:
    """Recognise the scanned documents that wait, by Tesseract (pip install 'pantau[ocr]'; Debian: tesseract-ocr tesseract-ocr-ind).

    Attachments of a release join the release as a new version of it. What cannot be recognised goes on waiting, with the reason.
    """
    from crawler.recognising import waiting_documents

    if only_list:
        rows = [{"address": w.address, "source": w.source, "reason": w.reason} for w in waiting_documents(settings.data)]
        if as_json:
            print_json(rows)
        for row in [] if as_json else rows:
            click.echo(f"{row['source']:20} {row['address']}: {row['reason']}")
        return
    done = recognise(settings, limit)
    if as_json:
        print_json([{"address": d.address, "title": d.title, "reason": d.reason} for d in done])
    say(f"recognised: {sum(d.reason is None for d in done)}; {len(waiting_documents(settings.data))} still waiting")
    if done and not no_ingest:
        take_in(settings)


def recognise(settings: Settings, limit: int | None = None, *, untried: bool = False) -> list[Recognised]:
    """Recognise what waits (`untried`: save what failed before), saying what came of each."""
    from api.parts import now
    from crawler.newsroom import SOURCES as SAMPLE
    from crawler.recognising import recognise_waiting
    from crawler.sources import load_sources

    at = now()
    done = []
    sources = {**load_sources(SAMPLE), **load_sources()}
    run = f"ocr-{at:%Y%m%dT%H%M%S}"
    for told in recognise_waiting(settings.data, run=run, now=at, sources=sources, limit=limit, untried=untried):
        say(f"  {told.address}: {told.reason or told.title}")
        done.append(told)
    return done


@click.command()
@pass_settings
def ingest(settings: Settings) -> None:
    """Take the spool in: analyse each article, then write it, its facts, its story and its pledges in one transaction."""
    take_in(settings)


def take_in(settings: Settings) -> None:
    """Run ingest over the spool, with progress; says what was taken, known and quarantined."""
    from api.intake import open_ingest

    with open_ingest(settings) as ingest_, progress("taken in") as advance:
        report = ingest_.run(advance)
    for reason in report.reasons:
        say(f"quarantined: {reason}")
    say(f"taken in: {report.taken} new, {report.known} known, {report.quarantined} quarantined")
