"""The raw archive: every fetched page as a WARC record, compressed and rotated, so that a crawl can be replayed without network.

`<data>/archive/<year-month>/<run>-<n>.warc.gz`. An article's `warc` says in which file and at which byte its record begins.
"""

from __future__ import annotations

import gzip
import io
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.errors import ImportFormatError, SpoolError
from crawler.items import WarcPlace

ROTATE = 200 * 1024 * 1024
"""Bytes after which a new file is begun."""


@dataclass(frozen=True, slots=True)
class Capture:
    """One archived answer of a server, its body as served after transfer and content decoding."""

    url: str
    fetched_at: datetime
    status: int
    content_type: str
    body: bytes
    source: str | None = None


class Archive:
    """Writes the captures of one run."""

    def __init__(self, folder: Path, run: str, *, rotate: int = ROTATE) -> None:
        self._folder, self._run, self._rotate = folder, run, rotate
        self._file: BinaryIO | None = None
        self._writer: WARCWriter | None = None
        self._number = 0

    def write(self, capture: Capture, headers: Sequence[tuple[str, str]] = ()) -> WarcPlace:
        """Append a capture and say where it lies.

        Raises:
            SpoolError: the archive cannot be written.
        """
        try:
            file, writer = self._open(capture.fetched_at)
            place = WarcPlace(file=str(Path(file.name).relative_to(self._folder)), offset=file.tell())
            kept = [(name, value) for name, value in headers if name.lower() not in _HOP]
            kept.append(("Content-Length", str(len(capture.body))))
            extra = {"WARC-Date": capture.fetched_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
            if capture.source:
                extra["WARC-Pantau-Source"] = capture.source
            record = writer.create_warc_record(
                capture.url,
                "response",
                payload=io.BytesIO(capture.body),
                length=len(capture.body),
                http_headers=StatusAndHeaders(f"{capture.status} OK", kept, protocol="HTTP/1.1"),
                warc_headers_dict=extra,
            )
            writer.write_record(record)
        except OSError as error:
            raise SpoolError(f"{self._folder}: the archive cannot be written: {error.strerror}") from error
        return place

    def flush(self) -> None:
        """Make everything written durable."""
        if self._file is not None:
            self._file.flush()
            os.fsync(self._file.fileno())

    def close(self) -> None:
        if self._file is not None:
            self.flush()
            self._file.close()
            self._file = self._writer = None

    def _open(self, at: datetime) -> tuple[BinaryIO, WARCWriter]:
        if self._file is not None and self._file.tell() >= self._rotate:
            self.close()
        if self._file is None or self._writer is None:
            self._number += 1
            path = self._folder / f"{at:%Y-%m}" / f"{self._run}-{self._number:04d}.warc.gz"
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("xb")
            self._writer = WARCWriter(self._file, gzip=True)
        return self._file, self._writer


_HOP = frozenset({"content-encoding", "transfer-encoding", "content-length", "connection", "set-cookie"})
"""Headers that no longer hold for the decoded body, or are nobody's business."""


def read_archive(path: Path) -> Iterator[Capture]:
    """The responses of a WARC file, gzipped or not, in order.

    Raises:
        ImportFormatError: the file is damaged; what came before it was yielded.
    """
    with path.open("rb") as file:
        try:
            for record in ArchiveIterator(file):
                if record.rec_type == "response" and record.http_headers is not None:
                    yield _capture(record)
        except (ArchiveLoadFailed, gzip.BadGzipFile, EOFError, ValueError) as error:
            raise ImportFormatError(f"damaged WARC file: {error}") from None


def _capture(record: object) -> Capture:
    headers, http = record.rec_headers, record.http_headers  # type: ignore[attr-defined]  # warcio has no types
    status = http.get_statuscode()
    return Capture(
        url=headers.get_header("WARC-Target-URI") or "",
        fetched_at=datetime.fromisoformat(headers.get_header("WARC-Date")),
        status=int(status) if status.isdigit() else 0,
        content_type=http.get_header("Content-Type") or "",
        body=record.content_stream().read(),  # type: ignore[attr-defined]  # as above
        source=headers.get_header("WARC-Pantau-Source"),
    )


def remove_from_archive(folder: Path, place: WarcPlace) -> bool:
    """Rewrite the file of a record without the captures of its URL (`pantau forget`). Returns whether something was removed."""
    path = folder / place.file
    if not path.exists():
        return False
    url = next((capture.url for offset, capture in _with_offsets(path) if offset == place.offset), None)
    if url is None:
        return False
    clean = path.with_suffix(".part")
    with clean.open("wb") as out:
        writer = WARCWriter(out, gzip=True)
        with path.open("rb") as file:
            for record in ArchiveIterator(file):
                if record.rec_headers.get_header("WARC-Target-URI") == url:
                    continue
                writer.write_record(record)
        out.flush()
        os.fsync(out.fileno())
    clean.rename(path)
    return True


def _with_offsets(path: Path) -> Iterator[tuple[int, Capture]]:
    with path.open("rb") as file:
        records = ArchiveIterator(file)
        for record in records:
            offset = records.get_record_offset()
            if record.rec_type == "response" and record.http_headers is not None:
                yield offset, _capture(record)
