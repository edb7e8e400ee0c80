"""`pantau run` and `pantau work`: everything in one process tree, or the worker of a server."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from types import FrameType

import click

from api.commands.common import pass_settings, say
from api.config import Settings
from api.errors import EngineDown, StoreBusyError
from crawler.errors import SpoolError

IDLE = 5.0
"""Seconds the worker rests when there was nothing to do."""
STOP_WAIT = 20.0
"""Seconds a child gets to end by itself."""
CHILDREN = (("work",), ("crawl", "--watch"), ("serve",))


@click.command()
@click.option("--no-crawl", is_flag=True, help="Serve and work only; crawl elsewhere.")
@pass_settings
def run(settings: Settings, no_crawl: bool) -> None:
    """Crawl on schedule, ingest, index, embed, deliver and serve: one command, one tree of processes, ended together."""
    wanted = [child for child in CHILDREN if not (no_crawl and child[0] == "crawl")]
    base = [sys.executable, "-m", "api.cli", "--data", str(settings.data)]
    children = {child[0]: subprocess.Popen([*base, *child]) for child in wanted}  # noqa: S603 - our own command
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        while all(child.poll() is None for child in children.values()):
            time.sleep(0.5)
        failed = next(name for name, child in children.items() if child.poll() is not None)
        raise click.ClickException(f"`pantau {failed}` ended; the others are stopped")
    finally:
        _stop(list(children.values()))


def _interrupt(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - signature of signal
    raise KeyboardInterrupt


def _stop(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        if child.poll() is None:
            child.send_signal(signal.SIGINT)
    deadline = time.monotonic() + STOP_WAIT
    for child in children:
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()


@click.command()
@click.option("--once", is_flag=True, help="One round, then end.")
@pass_settings
def work(settings: Settings, once: bool) -> None:
    """Recognise scans, ingest, index, embed and deliver in turn, for ever.

    A stage that cannot run now is told and tried again in the next round.
    """
    signal.signal(signal.SIGTERM, _interrupt)
    with closing(Worker(settings)) as worker:
        while True:
            did = worker.round()
            if once:
                return
            if not did:
                time.sleep(IDLE)


class Worker:
    """The stages behind the crawl, one after another, with their parts kept open."""

    EMBED_AT_ONCE = 40
    """Articles embedded a round, so that new ones never wait long for words."""

    def __init__(self, settings: Settings) -> None:
        from api import alerting, parts
        from api.intake import open_ingest

        self.settings = settings
        self.embedder = parts.open_embedder(settings)
        self.model = parts.model_id(self.embedder)
        self._ingest_context = open_ingest(settings)
        self.ingest = self._ingest_context.__enter__()
        self.database = self.ingest.database
        self.engine = parts.open_engine(settings, self.model)
        self.office = alerting.office(settings)

    def round(self) -> bool:
        """Each stage once; whether any had something to do."""
        from api.alerts.deliver import deliver
        from api.parts import now
        from api.search.embedding import embed_pending
        from api.search.indexer import Indexer

        indexer = Indexer(self.database, self.engine, self.model)
        stages: tuple[tuple[str, Callable[[], int]], ...] = (
            ("ocr", self._recognise),
            ("ingest", lambda: self.ingest.run().lines),
            ("index", lambda: (r := indexer.drain()).put + r.deleted),
            ("deliver", lambda: deliver(self.database, self.office, now=now).sent),
            (
                "embed",
                lambda: embed_pending(self.database, self.embedder, now=now, limit=self.EMBED_AT_ONCE).articles if self.embedder else 0,
            ),
        )
        done = [self._stage(name, stage) for name, stage in stages]
        return any(done)

    def _recognise(self) -> int:
        """One scanned document a round, where OCR is installed: they take long, and nothing else should wait for them."""
        from api.commands.intake import recognise
        from crawler.documents.ocr import ocr_available

        return len(recognise(self.settings, 1, untried=True)) if ocr_available() else 0

    @staticmethod
    def _stage(name: str, stage: Callable[[], int]) -> bool:
        try:
            done = stage()
        except (EngineDown, StoreBusyError, SpoolError) as error:
            say(f"{name}: {error}; trying again")
            return False
        if done:
            say(f"{name}: {done}")
        return bool(done)

    def close(self) -> None:
        """Close every part."""
        self.engine.close()
        self._ingest_context.__exit__(None, None, None)
