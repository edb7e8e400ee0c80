"""Opens ingest with everything it needs: database, the NLP pipeline, the alerts' matcher. For the composition roots."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from api import alerting, parts
from api.config import Settings
from api.errors import StoreBusyError
from api.ingest import Ingest
from api.store.database import Database
from nlp.analysis import Analysis


@contextmanager
def one_at_a_time(settings: Settings, name: str) -> Iterator[None]:
    """Hold the data directory's lock `name`: one ingest, one indexer, however many commands are started.

    Raises:
        StoreBusyError: another process holds it.
    """
    settings.data.mkdir(parents=True, exist_ok=True)
    with (settings.data / f"{name}.lock").open("w", encoding="ascii") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreBusyError(f"another pantau process does {name} in {settings.data}; wait for it or stop it") from None
        yield


@contextmanager
def open_ingest(settings: Settings, *, alerts: bool = True) -> Iterator[Ingest]:
    """Ingest over the spool of the data directory."""
    pipeline = parts.open_pipeline(settings)
    registry = parts.open_registry()

    def analyse(title: str, text: str, *, published: date | None) -> Analysis:
        return pipeline.analyse(title, text, published=published)

    with one_at_a_time(settings, "ingest"):
        database: Database = parts.open_database(settings)
        try:
            match = alerting.matcher(settings, registry).match if alerts else None
            yield Ingest(database, settings.data / "spool", analyse, match, parts.now)
        finally:
            database.close()
