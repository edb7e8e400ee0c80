"""Exports as streams: articles of a whole search, pledges of a snapshot. No cap; memory does not grow with the rows (XLSX: disk)."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Literal

from api.deps import Searcher
from api.export import COLUMNS as PLEDGE_COLUMNS
from api.export import SHEET_ROWS, safe_cell
from api.export import rows as pledge_rows
from api.ledger.queries import PledgeFilter
from api.records import Hit, Mode, SearchRequest, Sort
from api.store.database import Database
from api.wording import amount_text

Format = Literal["csv", "xlsx", "jsonl"]
Row = dict[str, Any]
MEDIA: dict[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/x-ndjson",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
ARTICLE_COLUMNS = ("id", "title", "outlet", "published", "url", "type", "lang", "story_id", "copies", "snippet", "facts")
PAGE = 100
PIECE = 64 * 1024


def articles(searcher: Searcher, request: SearchRequest) -> Iterator[Row]:
    """Every article that words and filters find, newest first: as many as the search's total, copies and market notes too."""
    asked: SearchRequest | None = replace(request, mode=Mode.WORDS, sort=Sort.NEWEST, limit=PAGE, cursor=None, fold=False)
    while asked is not None:
        answer = searcher.search(asked)
        yield from map(_article, answer.hits)
        asked = replace(asked, cursor=answer.next) if answer.next else None


def pledges(database: Database, wanted: PledgeFilter, snapshot: int) -> Iterator[Row]:
    """The pledges of a snapshot, as `pantau export` writes them."""
    with database.read() as connection:
        yield from pledge_rows(connection, wanted, snapshot)


def article_stream(searcher: Searcher, request: SearchRequest, form: Format) -> Iterator[bytes]:
    """A search in a format."""
    return _stream(articles(searcher, request), ARTICLE_COLUMNS, form)


def pledge_stream(database: Database, wanted: PledgeFilter, snapshot: int, form: Format) -> Iterator[bytes]:
    """The ledger in a format."""
    return _stream(pledges(database, wanted, snapshot), PLEDGE_COLUMNS, form)


def _article(hit: Hit) -> Row:
    facts = "; ".join(
        f"{amount_text(f.amount_low, f.amount_high, f.currency, approx=f.approx)} {f.kind} {f.status} {', '.join(f.actors)}".strip()
        for f in hit.facts
    )
    return {
        "id": hit.id, "title": hit.title.text, "outlet": hit.outlet, "published": hit.published, "url": hit.url, "type": hit.type,
        "lang": hit.lang, "story_id": hit.story_id, "copies": "; ".join(hit.copies), "snippet": hit.snippet.text, "facts": facts,
    }  # fmt: skip


def _stream(rows: Iterator[Row], columns: Sequence[str], form: Format) -> Iterator[bytes]:
    makers = {"csv": _csv, "jsonl": _jsonl, "xlsx": _xlsx}
    return makers[form](rows, columns)


def _csv(rows: Iterator[Row], columns: Sequence[str]) -> Iterator[bytes]:
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


def _jsonl(rows: Iterator[Row], columns: Sequence[str]) -> Iterator[bytes]:
    for row in rows:
        yield json.dumps({k: row[k] for k in columns}, ensure_ascii=False, default=str).encode() + b"\n"


def _xlsx(rows: Iterator[Row], columns: Sequence[str]) -> Iterator[bytes]:
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
        target.seek(0)
        while piece := target.read(PIECE):
            yield piece
