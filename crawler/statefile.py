"""The connection to the crawler's state file: what SQLite cannot do is a SpoolError."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from crawler.errors import SpoolError


class Connection(sqlite3.Connection):
    """A connection whose statements fail with SpoolError: a full disk, or a file that another process holds for too long."""

    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        with told_as_spool_error():
            return super().execute(*arguments)

    def executemany(self, *arguments: Any) -> sqlite3.Cursor:
        with told_as_spool_error():
            return super().executemany(*arguments)


@contextmanager
def told_as_spool_error() -> Iterator[None]:
    """SQLite's operational errors become ours."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise SpoolError(f"the crawler's state cannot be written: {error}") from error


def open_state_file(path: Path, schema: str) -> Connection:
    """Open the file, made where it is missing, with the tables of `schema`. Statements commit by themselves.

    Raises:
        SpoolError: it cannot be opened.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        opened = sqlite3.connect(path, timeout=30, isolation_level=None, factory=Connection)
        opened.execute("PRAGMA journal_mode=WAL")
        opened.execute("PRAGMA synchronous=NORMAL")
        opened.executescript(schema)
    except (OSError, sqlite3.Error, SpoolError) as error:
        raise SpoolError(f"{path}: the crawler's state cannot be opened: {error}") from error
    return opened
