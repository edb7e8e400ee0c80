"""The spool: how articles travel from crawler and importer to ingest, as files that are whole or absent.

`<spool>/<utc>-<run>-<n>.jsonl`, one article a line. A segment is written as `.part`, and closed after `MAX_ARTICLES` or
`MAX_SECONDS`: fsync of the file, rename, fsync of the folder; only then is `on_durable` told, and only it marks URLs as seen.
A `.part` that a killed run left is cut to its last whole line and sealed by `recover`. An article may so come twice, with
the same hash; ingest ignores the second.
"""

from __future__ import annotations

import fcntl
import io
import json
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Any

from crawler.errors import SpoolError
from crawler.files import append, new_file
from crawler.items import Article

MAX_ARTICLES = 50
MAX_SECONDS = 5.0

PART = ".part"


class SpoolWriter:
    """Writes articles into segments of one run. One writer per run; several runs may write beside each other.

    `before_close` is called before a segment's fsync (the WARC file is flushed there), `on_durable` after the folder's fsync
    with the articles that are now safe.
    """

    def __init__(
        self,
        folder: Path,
        run: str,
        *,
        on_durable: Callable[[Sequence[Article]], None] | None = None,
        before_close: Callable[[], None] | None = None,
        max_articles: int = MAX_ARTICLES,
        max_seconds: float = MAX_SECONDS,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self.folder, self.run = folder, run
        self._on_durable, self._before_close = on_durable, before_close
        self._max_articles, self._max_seconds, self._clock = max_articles, max_seconds, clock
        self._file: io.FileIO | None = None
        self._opened = 0.0
        self._number = 0
        self._held: list[Article] = []
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SpoolError(f"{folder}: cannot be made: {error.strerror}") from error

    def write(self, article: Article) -> None:
        """Add an article; closes the segment where it is full or old.

        Raises:
            SpoolError: the disk refuses; nothing of this article stands in the segment, and nothing of the segment was reported as durable.
        """
        line = article.model_dump_json().encode() + b"\n"
        try:
            if self._file is None:
                self._file = self._open()
            append(self._file, line)
        except OSError as error:
            raise SpoolError(f"{self.folder}: cannot be written: {error.strerror}") from error
        self._held.append(article)
        if len(self._held) >= self._max_articles:
            self.flush()
        else:
            self.tick()

    def tick(self) -> None:
        """Close the segment if it is old: to be called every second or so where articles may stay away."""
        if self._file is not None and self._clock() - self._opened >= self._max_seconds:
            self.flush()

    def flush(self) -> None:
        """Close the open segment, if any, and report its articles as durable."""
        if self._file is None:
            return
        part = Path(str(self._file.name))
        try:
            if self._before_close:
                self._before_close()
            os.fsync(self._file.fileno())
            part.rename(part.with_suffix("")) if self._held else part.unlink()
            file, held, self._file, self._held = self._file, self._held, None, []
            file.close()
            sync_folder(self.folder)
        except OSError as error:
            raise SpoolError(f"{part}: cannot be sealed: {error.strerror}") from error
        if self._on_durable and held:
            self._on_durable(held)

    def _open(self) -> io.FileIO:
        self._number += 1
        self._opened = self._clock()
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
        file = new_file(self.folder / f"{stamp}-{self.run}-{self._number:06d}.jsonl{PART}")
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return file

    def __enter__(self) -> SpoolWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.flush()


def recover(folder: Path) -> list[Path]:
    """Seal what killed runs left: each `.part` is cut to its last whole, readable line and renamed; an empty one is removed.

    A `.part` whose writer still lives (it holds a lock) is left alone. Returns the sealed segments.
    """
    sealed = []
    for part in sorted(folder.glob(f"*{PART}")):
        with part.open("r+b") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            size = _whole_lines(file.read())
            if size == 0:
                part.unlink()
                continue
            file.truncate(size)
            os.fsync(file.fileno())
            part.rename(part.with_suffix(""))
        sealed.append(part.with_suffix(""))
    if sealed:
        sync_folder(folder)
    return sealed


def _whole_lines(data: bytes) -> int:
    end = 0
    for line in data.splitlines(keepends=True):
        if not line.endswith(b"\n") or not _is_object(line):
            break
        end += len(line)
    return end


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def segments(folder: Path) -> list[Path]:
    """Whole segments, oldest first."""
    return sorted(folder.glob("*.jsonl"))


def read_segment(path: Path) -> Iterator[tuple[int, dict[str, Any] | None]]:
    """(line number from 1, the JSON object or None where the line holds none) for each line of a segment."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            yield number, json.loads(line) if _is_object(line) else None


def sync_folder(folder: Path) -> None:
    """Make renames in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
