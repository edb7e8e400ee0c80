"""Pledges as CSV, XLSX or JSON Lines: every row with its evidence, its sources, and the snapshot that gives it again.

A cell that a spreadsheet would take for a formula is quoted. XLSX goes on in another sheet at Excel's limit.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from typing import IO, Any

from sqlalchemy import Connection

from api.ledger.queries import PledgeFilter, PledgeRow, SightingRow, list_pledges, sightings_of
from api.reading.rights import quotable
from api.store.transactions import check_snapshot

COLUMNS = (
    "pledge_id", "date", "year", "amount_low", "amount_high", "currency", "approx", "per", "count", "kind", "status", "stage",
    "payers", "recipients", "programme", "programme_id", "sightings", "outlets", "in_totals", "left_out", "parent", "conflict",
    "restated", "reviewed", "confidence", "evidence", "evidence_url", "evidence_outlet", "evidence_published", "snapshot",
)  # fmt: skip
PAGE = 500
SHEET_ROWS = 1_048_575
"""Rows a sheet of XLSX holds below its header."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(value: Any) -> Any:
    """A text that a spreadsheet would run as a formula, quoted; everything else as it is."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def rows(connection: Connection, wanted: PledgeFilter, snapshot: int) -> Iterator[dict[str, Any]]:
    """The pledges of a snapshot as flat rows, a page at a time."""
    offset = 0
    while page := list_pledges(connection, wanted, limit=PAGE, offset=offset, snapshot=snapshot):
        told = sightings_of(connection, [pledge.pledge_id for pledge in page], snapshot=snapshot)
        for pledge in page:
            yield _row(pledge, told[pledge.pledge_id], snapshot)
        offset += PAGE


def _row(pledge: PledgeRow, told: Sequence[SightingRow], snapshot: int) -> dict[str, Any]:
    fitting = (s for s in told if (s.currency, s.amount_low) == (pledge.currency, pledge.amount_low))
    best = next(fitting, told[0] if told else None)  # the first article that gives the figure shown
    values: dict[str, Any] = {name: getattr(pledge, name, None) for name in COLUMNS}
    return values | {
        "amount_low": f"{pledge.amount_low:f}",
        "amount_high": f"{pledge.amount_high:f}",
        "payers": "; ".join(p.name for p in pledge.actors),
        "recipients": "; ".join(p.name for p in pledge.beneficiaries),
        "evidence": quotable(best.evidence, best.rights) if best else None,
        "evidence_url": best.url if best else None,
        "evidence_outlet": best.outlet if best else None,
        "evidence_published": best.published_day if best else None,
        "snapshot": snapshot,
    }


def export_pledges(connection: Connection, wanted: PledgeFilter, form: str, target: IO[bytes], *, snapshot: int | None = None) -> int:
    """Write the pledges to `target` as "csv", "xlsx" or "jsonl"; how many.

    Raises:
        NotFoundError: there is no such snapshot yet.
    """
    found = rows(connection, wanted, check_snapshot(connection, snapshot))
    writers = {"csv": _write_csv, "xlsx": _write_xlsx, "jsonl": _write_jsonl}
    return writers[form](found, target)


def _write_csv(found: Iterator[dict[str, Any]], target: IO[bytes]) -> int:
    text = io.TextIOWrapper(target, encoding="utf-8", newline="", write_through=True)
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    count = 0
    for count, row in enumerate(found, 1):  # noqa: B007 - counted for the answer
        writer.writerow({k: safe_cell(v) for k, v in row.items()})
    text.detach()
    return count


def _write_jsonl(found: Iterator[dict[str, Any]], target: IO[bytes]) -> int:
    count = 0
    for count, row in enumerate(found, 1):  # noqa: B007 - as above
        target.write(json.dumps(row, ensure_ascii=False, default=str).encode() + b"\n")
    return count


def _write_xlsx(found: Iterator[dict[str, Any]], target: IO[bytes]) -> int:
    import xlsxwriter

    book = xlsxwriter.Workbook(target, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet, line, count = None, 0, 0
    for count, row in enumerate(found, 1):  # noqa: B007 - as above
        if sheet is None or line >= SHEET_ROWS:
            sheet, line = book.add_worksheet(), 0
            sheet.write_row(0, 0, COLUMNS)
        line += 1
        sheet.write_row(line, 0, [safe_cell(row[name]) for name in COLUMNS])
    if sheet is None:
        book.add_worksheet().write_row(0, 0, COLUMNS)
    book.close()
    return count
