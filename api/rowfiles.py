"""Rows as files: CSV, XLSX, JSON Lines and, with the extra `parquet`, Parquet. Streams: memory does not grow with the rows.

A cell that a spreadsheet would take for a formula is quoted. XLSX goes on in another sheet at Excel's limit and says so in its head.
"""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.util import find_spec
from typing import IO, Any, Literal

from api.refusals import query_error

Format = Literal["csv", "xlsx", "jsonl", "parquet"]
FORMATS: tuple[Format, ...] = ("csv", "xlsx", "jsonl", "parquet")
MEDIA: dict[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/x-ndjson",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}
Rows = Iterable[dict[str, Any]]
SHEET_ROWS = 1_048_575
"""Rows a sheet of XLSX holds below its header."""
GROUP_ROWS = 10_000
"""Rows of a Parquet file written at a time."""
PIECE = 64 * 1024
NUMBERS = frozenset({"pledge_id", "count", "sightings", "outlets", "snapshot", "story_id"})
FLAGS = frozenset({"approx", "in_totals", "conflict", "restated", "reviewed"})
SHARES = frozenset({"confidence"})
"""Columns that are whole numbers, yes or no, and fractions in Parquet; all others are text, exact amounts too."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(value: Any) -> Any:
    """A text that a spreadsheet would run as a formula, quoted; everything else as it is."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def available() -> tuple[Format, ...]:
    """The formats that can be written here."""
    return tuple(form for form in FORMATS if form != "parquet" or find_spec("pyarrow") is not None)


def check_format(form: Format) -> None:
    """Refuse a format that cannot be written here.

    Raises:
        QueryError: Parquet is asked for, and its extra is not installed.
    """
    if form not in available():
        raise query_error("parquet")


def stream(rows: Rows, columns: Sequence[str], form: Format) -> Iterator[bytes]:
    """The rows in a format, piece by piece."""
    makers: dict[str, Callable[[Rows, Sequence[str]], Iterator[bytes]]] = {
        "csv": _csv, "jsonl": _jsonl, "xlsx": _xlsx, "parquet": _parquet,
    }  # fmt: skip
    return makers[form](rows, columns)


def _csv(rows: Rows, columns: Sequence[str]) -> Iterator[bytes]:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    for row in rows:
        writer.writerow({k: safe_cell(row[k]) for k in columns})
        if text.tell() > PIECE:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


def _jsonl(rows: Rows, columns: Sequence[str]) -> Iterator[bytes]:
    for row in rows:
        yield json.dumps({k: row[k] for k in columns}, ensure_ascii=False, default=str).encode() + b"\n"


def _xlsx(rows: Rows, columns: Sequence[str]) -> Iterator[bytes]:
    import xlsxwriter

    with tempfile.TemporaryFile() as target:
        book = xlsxwriter.Workbook(target, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
        sheet, line = book.add_worksheet(), 0
        sheet.write_row(0, 0, columns)
        for row in rows:
            if line >= SHEET_ROWS:
                sheet, line = book.add_worksheet(), 0
                sheet.write_row(0, 0, [*columns, "continued from the sheet before"])
            line += 1
            sheet.write_row(line, 0, [safe_cell(row[k]) for k in columns])
        book.close()
        yield from _pieces(target)


def _parquet(rows: Rows, columns: Sequence[str]) -> Iterator[bytes]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {name: pa.int64() if name in NUMBERS else pa.bool_() if name in FLAGS else pa.float64() for name in NUMBERS | FLAGS | SHARES}
    schema = pa.schema([(name, kinds.get(name, pa.string())) for name in columns])
    with tempfile.TemporaryFile() as target:
        with pq.ParquetWriter(target, schema) as writer:
            for group in _groups(rows):
                values = {name: [row[name] if name in kinds else _text(row[name]) for row in group] for name in columns}
                writer.write_table(pa.table(values, schema=schema))
        yield from _pieces(target)


def _groups(rows: Rows) -> Iterator[list[dict[str, Any]]]:
    group: list[dict[str, Any]] = []
    for row in rows:
        group.append(row)
        if len(group) == GROUP_ROWS:
            yield group
            group = []
    if group:
        yield group


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _pieces(target: IO[bytes]) -> Iterator[bytes]:
    target.seek(0)
    while piece := target.read(PIECE):
        yield piece
