"""Rows of an import file: `id, url, outlet, title, published, text` as JSON Lines or CSV, gzipped or not.

A row that cannot be read is an `ImportFormatError` in its place, so that the rest of the file goes on.
"""

from __future__ import annotations

import csv
import gzip
import json
import re
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, cast

from crawler.dates import learn_order, read_date
from crawler.errors import ImportFormatError
from crawler.extract.genre import article_type
from crawler.items import Article, Origin, Rights, make_article
from crawler.outlets import Outlets
from crawler.sources.model import DateOrder
from crawler.urls import canonical_url
from nlp.lang.guess import guess_language

Row = dict[str, Any]
FIELDS = ("id", "url", "outlet", "title", "published", "text")

csv.field_size_limit(64 * 1024 * 1024)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class RowContext:
    """What a row needs beside itself to become an article."""

    run: str
    now: datetime
    outlets: Outlets
    rights: Mapping[str, Rights]
    """Outlet id → what may be shown; others are `excerpt`."""
    orders: Mapping[str, DateOrder]
    """Outlet id → order of figure-only dates learnt from this file, for outlets that declare none."""


def read_rows(path: Path) -> Iterator[tuple[int, Row | ImportFormatError]]:
    """(line from 1, row or what is wrong with it) for each row of a JSONL or CSV file.

    Raises:
        ImportFormatError: the file as a whole cannot be read (not gzip, no header, unreadable).
    """
    try:
        with _opened(path) as file:
            yield from _csv_rows(file, path) if ".csv" in path.suffixes else _json_rows(file)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ImportFormatError(f"damaged gzip file: {error}") from None
    except OSError as error:
        raise ImportFormatError(f"cannot be read: {error.strerror}") from None


def _opened(path: Path) -> IO[bytes]:
    with path.open("rb") as file:
        zipped = file.read(2) == b"\x1f\x8b"
    if path.suffix == ".gz" and not zipped and path.stat().st_size:
        raise ImportFormatError("is named .gz but is not gzip")
    return cast("IO[bytes]", gzip.open(path, "rb") if zipped else path.open("rb"))


def _json_rows(file: IO[bytes]) -> Iterator[tuple[int, Row | ImportFormatError]]:
    for number, line in enumerate(file, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"))
        except UnicodeDecodeError:
            yield number, ImportFormatError("not UTF-8")
        except ValueError as error:
            yield number, ImportFormatError(f"not JSON: {error}")
        except RecursionError:
            yield number, ImportFormatError("not JSON: nested too deeply")
        else:
            yield number, row if isinstance(row, dict) else ImportFormatError("not a JSON object")


def _csv_rows(file: IO[bytes], path: Path) -> Iterator[tuple[int, Row | ImportFormatError]]:
    lines = (line.decode("utf-8-sig" if number == 0 else "utf-8", "replace") for number, line in enumerate(file))
    head = next(lines, "")
    delimiter = max(",;\t", key=head.count)
    names = [name.strip().lower() for name in next(csv.reader([head], delimiter=delimiter), [])]
    if "text" not in names:
        raise ImportFormatError(f"{path.name}: the first line must name the columns {', '.join(FIELDS)}")
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        for cells in reader:
            if len(cells) > len(names):
                yield reader.line_num + 1, ImportFormatError(f"{len(cells)} cells, the header has {len(names)}")
            elif cells:
                yield reader.line_num + 1, dict(zip(names, cells, strict=False))
    except csv.Error as error:
        yield reader.line_num + 1, ImportFormatError(f"not CSV: {error}")


def learn_orders(rows: Iterator[tuple[int, Row | ImportFormatError]], outlets: Outlets) -> tuple[int, dict[str, DateOrder]]:
    """(number of rows, outlet id → learnt order) over a whole file, for the outlets that declare no order."""
    raws: dict[str, list[str]] = defaultdict(list)
    count = 0
    for _, row in rows:
        count += 1
        if not isinstance(row, ImportFormatError) and isinstance(row.get("published"), str):
            raws[outlets.resolve(_text(row.get("outlet")), _text(row.get("url")))].append(row["published"])
    learnt = {outlet: learn_order(found) for outlet, found in raws.items() if outlets.get(outlet).numeric_dates is None}
    return count, {outlet: order for outlet, order in learnt.items() if order is not None}


def article_of_row(row: Row, context: RowContext) -> Article:
    """The article a row describes; its text is kept as given.

    Raises:
        ImportFormatError: no text, neither id nor URL, or a field of the wrong kind.
    """
    text = _text(row.get("text"))
    url, row_id = _text(row.get("url")).strip() or None, _text(row.get("id")).strip()
    if not text.strip():
        raise ImportFormatError("no text")
    canonical = canonical_url(url)
    if canonical is None and not row_id:
        raise ImportFormatError("neither an id nor a web address")
    title = _SPACE.sub(" ", _text(row.get("title"))).strip()
    outlet_id = context.outlets.resolve(_text(row.get("outlet")), url)
    outlet = context.outlets.get(outlet_id)
    published = read_date(
        _text(row.get("published")),
        zone=outlet.timezone,
        order=outlet.numeric_dates or context.orders.get(outlet_id),
        layer="import",
    )
    return make_article(
        canonical_url=canonical,
        outlet=outlet_id,
        title=title,
        text=text,
        row_id=row_id,
        url=url if canonical else None,
        source="import",
        rights=context.rights.get(outlet_id, Rights.EXCERPT),
        origin=Origin.IMPORT,
        run=context.run,
        fetched_at=context.now,
        published=published,
        lang=guess_language(text),
        type=article_type(title=title, text=text, url=url or "", outlet=outlet_id),
        layers={"title": "import", "text": "import", "published": "import"},
    )


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool | dict | list):
        raise ImportFormatError(f"a field holds a {type(value).__name__}, not text")
    return _UNSTORABLE.sub("", str(value))
