"""What every command shares: the settings, progress on a terminal or as log lines, JSON on stdout."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click
import simplejson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from api.config import Settings

pass_settings = click.make_pass_decorator(Settings)
as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")

Advance = Callable[[int, int | None], None]
"""progress(done, total): absolute counts; `total` None while unknown."""

LOG_EVERY = 5.0
"""Seconds between two progress lines where the output is no terminal."""


def console() -> Console:
    """The terminal for people: stderr, so that stdout stays clean for scripts."""
    return Console(stderr=True, highlight=False)


def say(message: str) -> None:
    """One line for the person who runs the command (stderr)."""
    click.echo(message, err=True)


def print_json(value: Any, *, indent: bool = False) -> None:
    """One JSON document on stdout; Decimals are written exactly."""
    click.echo(simplejson.dumps(value, ensure_ascii=False, use_decimal=True, indent=2 if indent else None))


@contextmanager
def progress(label: str) -> Iterator[Advance]:
    """A progress bar on a terminal, a log line every few seconds otherwise."""
    if not sys.stderr.isatty():
        with _log_lines(label) as advance:
            yield advance
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console()) as bar:
        task = bar.add_task(label, total=None)

        def advance(done: int, total: int | None) -> None:
            bar.update(task, completed=done, total=total)

        yield advance


@contextmanager
def _log_lines(label: str) -> Iterator[Advance]:
    last = time.monotonic()
    counts: tuple[int, int | None] = (0, None)

    def line(done: int, total: int | None) -> str:
        return f"{label}: {done}" + (f" of {total}" if total else "")

    def advance(done: int, total: int | None) -> None:
        nonlocal last, counts
        counts = (done, total)
        if time.monotonic() - last >= LOG_EVERY:
            last = time.monotonic()
            say(line(done, total))

    yield advance
    if counts[0]:
        say(line(*counts))
