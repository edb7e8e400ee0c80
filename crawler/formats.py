"""What kind of file is it? By name and by its first bytes, which must agree."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path

from crawler.errors import ImportFormatError


class Format(StrEnum):
    """A kind of file that can be imported."""

    JSONL = "jsonl"
    CSV = "csv"
    HTML = "html"
    PDF = "pdf"
    DOCX = "docx"
    WARC = "warc"


_SUFFIXES: dict[str, Format] = {
    ".jsonl": Format.JSONL,
    ".ndjson": Format.JSONL,
    ".csv": Format.CSV,
    ".tsv": Format.CSV,
    ".html": Format.HTML,
    ".htm": Format.HTML,
    ".pdf": Format.PDF,
    ".docx": Format.DOCX,
    ".warc": Format.WARC,
}
_MAGIC: dict[bytes, Format] = {b"%PDF-": Format.PDF, b"PK\x03\x04": Format.DOCX, b"WARC/": Format.WARC}


def files_of(paths: Iterable[Path]) -> Iterator[Path]:
    """The files given, and of folders every file below that has a known name, in alphabetical order."""
    for path in paths:
        if path.is_dir():
            yield from (found for found in sorted(path.rglob("*")) if found.is_file() and _by_name(found))
        else:
            yield path


def format_of(path: Path) -> Format:
    """The format of a file.

    Raises:
        ImportFormatError: missing, unreadable, empty, of an unknown kind, or not what its name says.
    """
    head = _head(path)
    named = _by_name(path)
    found = next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), None)
    if not head.strip():
        raise ImportFormatError("the file is empty")
    if named is None and found is None:
        raise ImportFormatError(f"unknown kind of file; known are {', '.join(sorted(_SUFFIXES))}, the text ones also as .gz")
    if named is not None and found is not None and found is not named:
        raise ImportFormatError(f"is named like {named.upper()} but is {found.upper()}")
    if named is not None and named in _MAGIC.values() and found is None:
        raise ImportFormatError(f"is named like {named.upper()} but is not")
    if named in {Format.JSONL, Format.CSV, Format.HTML} and b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ImportFormatError(f"is named like {named.upper()} but is not text")
    return found or named or Format.JSONL


def _by_name(path: Path) -> Format | None:
    suffixes = [suffix.lower() for suffix in path.suffixes[-2:]]
    if suffixes and suffixes[-1] == ".gz":
        suffixes.pop()
    return _SUFFIXES.get(suffixes[-1]) if suffixes else None


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            head = file.read(512)
        if head.startswith(b"\x1f\x8b"):
            with gzip.open(path, "rb") as unzipped:
                return unzipped.read(512)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ImportFormatError(f"damaged gzip file: {error}") from None
    except OSError as error:
        raise ImportFormatError(f"cannot be read: {error.strerror}") from None
    if path.suffix.lower() == ".gz" and head:
        raise ImportFormatError("is named .gz but is not gzip")
    return head
