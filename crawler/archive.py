"""The raw archive: every fetched page as a WARC record, compressed and rotated, so that a crawl can be replayed without network.

`<data>/archive/<year-month>/<run>-<n>.warc.gz`. An article's `warc` says in which file and at which byte its record begins.
"""

from __future__ import annotations

import gzip
import io
import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.asked import asked_of
from crawler.errors import ImportFormatError, SpoolError
from crawler.files import append, new_file
from crawler.items import WarcPlace

ROTATE = 200 * 1024 * 1024
"""Bytes after which a new file is begun."""

_SOURCE = "WARC-Pantau-Source"
_ASKED = "WARC-Pantau-Asked"


@dataclass(frozen=True, slots=True)
class Capture:
    """One archived answer of a server, its body as served after transfer and content decoding."""

    url: str
    fetched_at: datetime
    status: int
    content_type: str
    body: bytes
    source: str | None = None
    asked: str | None = None
    """What the crawl wanted of it (`crawler.asked`), as it stands in the record's header."""
    offset: int = 0
    """Of a capture that was read: where its record begins in its file."""


class DamagedArchiveError(ImportFormatError):
    """A WARC file breaks off or is no WARC → what came before it is taken, the rest refused with this reason."""


class Archive:
    """Writes the captures of one run."""

    def __init__(self, folder: Path, run: str, *, rotate: int = ROTATE) -> None:
        self._folder, self._run, self._rotate = folder, run, rotate
        self._file: io.FileIO | None = None
        self._number = 0

    def write(self, capture: Capture, headers: Sequence[tuple[str, str]] = ()) -> WarcPlace:
        """Append a capture and say where it lies. A record stands there whole or not at all.

        Raises:
            SpoolError: the archive cannot be written.
        """
        packed = _packed(capture, headers)
        try:
            file = self._open(capture.fetched_at)
            return WarcPlace(file=str(Path(str(file.name)).relative_to(self._folder)), offset=append(file, packed))
        except OSError as error:
            raise SpoolError(f"{self._folder}: the archive cannot be written: {error.strerror}") from error

    def flush(self) -> None:
        """Make everything written durable.

        Raises:
            SpoolError: the disk refuses.
        """
        if self._file is None:
            return
        try:
            os.fsync(self._file.fileno())
        except OSError as error:
            raise SpoolError(f"{self._folder}: the archive cannot be written: {error.strerror}") from error

    def close(self) -> None:
        if self._file is not None:
            self.flush()
            self._file.close()
            self._file = None

    def _open(self, at: datetime) -> io.FileIO:
        if self._file is not None and self._file.tell() >= self._rotate:
            self.close()
        if self._file is None:
            self._number += 1
            path = self._folder / f"{at:%Y-%m}" / f"{self._run}-{self._number:04d}.warc.gz"
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = new_file(path)
        return self._file


def _packed(capture: Capture, headers: Sequence[tuple[str, str]]) -> bytes:
    """A capture as one compressed WARC record."""
    kept = [(name, value) for name, value in headers if name.lower() not in _HOP]
    kept.append(("Content-Length", str(len(capture.body))))
    extra = {"WARC-Date": capture.fetched_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
    if capture.source:
        extra[_SOURCE] = capture.source
    if capture.asked:
        extra[_ASKED] = capture.asked
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True)
    record = writer.create_warc_record(
        capture.url,
        "response",
        payload=io.BytesIO(capture.body),
        length=len(capture.body),
        http_headers=StatusAndHeaders(f"{capture.status} OK", kept, protocol="HTTP/1.1"),
        warc_headers_dict=extra,
    )
    writer.write_record(record)
    return out.getvalue()


_HOP = frozenset({"content-encoding", "transfer-encoding", "content-length", "connection", "set-cookie"})
"""Headers that no longer hold for the decoded body, or are nobody's business."""


def read_archive(path: Path) -> Iterator[Capture]:
    """The responses of a WARC file, gzipped or not, in order.

    Raises:
        DamagedArchiveError: the file is damaged; what came before it was yielded.
    """
    with path.open("rb") as file:
        try:
            records = ArchiveIterator(file)
            for record in records:
                if record.rec_type == "response" and record.http_headers is not None:
                    # the body is read first: warcio knows where a compressed record begins only then
                    body = record.content_stream().read()
                    yield _capture(record, body, records.get_record_offset())
        except (ArchiveLoadFailed, gzip.BadGzipFile, EOFError, ValueError) as error:
            raise DamagedArchiveError(f"damaged WARC file: {error}") from None


def _capture(record: object, body: bytes, offset: int) -> Capture:
    headers, http = record.rec_headers, record.http_headers  # type: ignore[attr-defined]  # warcio has no types
    status = http.get_statuscode()
    return Capture(
        url=headers.get_header("WARC-Target-URI") or "",
        fetched_at=datetime.fromisoformat(headers.get_header("WARC-Date")),
        status=int(status) if status.isdigit() else 0,
        content_type=http.get_header("Content-Type") or "",
        body=body,
        source=headers.get_header(_SOURCE),
        asked=headers.get_header(_ASKED),
        offset=offset,
    )


def files_of_run(folder: Path, file: str) -> list[Path]:
    """All files of the run that wrote `file`, in order: a release may lie in one and its attachment in the next."""
    run = Path(file).name.rsplit("-", 1)[0]
    return sorted(folder.rglob(f"{run}-*.warc.gz"), key=lambda path: path.name)


def remove_from_archive(folder: Path, place: WarcPlace) -> bool:
    """Blot out the page whose record lies at `place`, its later pages and attachments, and every other capture of its URL in that run
    (`pantau forget`). Returns whether something was removed.

    Records are overwritten in place by ones of the same length that say "forgotten", so that all other places stay true.
    """
    path = folder / place.file
    if not path.exists():
        return False
    url = next((owner for start, _, owner in _spans(path) if start == place.offset), None)
    if not url:
        return False
    for found in files_of_run(folder, place.file):
        spans = [(start, length) for start, length, owner in _spans(found) if owner == url]
        with found.open("r+b") as file:
            for start, length in spans:
                file.seek(start)
                file.write(_blot(length))
            file.flush()
            os.fsync(file.fileno())
    return True


def _spans(path: Path) -> Iterator[tuple[int, int, str]]:
    """(offset, length, URL of the article's first page) of each record as it lies in the file."""
    with path.open("rb") as file:
        records = ArchiveIterator(file)
        for record in records:
            headers = record.rec_headers
            asked = asked_of(headers.get_header(_ASKED))
            url = (asked and asked.first) or headers.get_header("WARC-Target-URI") or ""
            record.content_stream().read()
            start = records.get_record_offset()
            yield start, records.get_record_length(), url


def _blot(length: int) -> bytes:
    """A gzipped WARC record of exactly `length` bytes that says nothing; the room is filled by the gzip header's comment."""
    head = b"WARC/1.0\r\nWARC-Type: metadata\r\nWARC-Record-ID: <urn:forgotten>\r\nContent-Length: 9\r\n\r\nforgotten\r\n\r\n"
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = packer.compress(head) + packer.flush()
    tail = struct.pack("<II", zlib.crc32(head), len(head))
    comment = b" " * (length - 10 - len(body) - len(tail) - 1) + b"\x00"
    return b"\x1f\x8b\x08\x10\x00\x00\x00\x00\x02\xff" + comment + body + tail
