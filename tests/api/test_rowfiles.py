"""Rows as files."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest

from api import rowfiles
from api.errors import QueryError
from api.rowfiles import available, check_format, stream

COLUMNS = ("story_id", "approx", "amount_low", "title")
ROWS: list[dict[str, Any]] = [
    {"story_id": 1, "approx": True, "amount_low": "100000000000.05", "title": "=1+1"},
    {"story_id": None, "approx": False, "amount_low": None, "title": "Kredit, \"mebel\""},
]  # fmt: skip


def test_parquet_keeps_kinds_exact_amounts_and_what_is_missing(tmp_path: Path) -> None:
    target = tmp_path / "rows.parquet"
    target.write_bytes(b"".join(stream(iter(ROWS), COLUMNS, "parquet")))
    assert pq.read_table(target).to_pylist() == ROWS


def test_parquet_is_written_in_groups(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(rowfiles, "GROUP_ROWS", 2)
    target = tmp_path / "rows.parquet"
    target.write_bytes(b"".join(stream((ROWS[0] | {"story_id": n} for n in range(5)), COLUMNS, "parquet")))
    assert pq.ParquetFile(target).num_row_groups == 3
    assert pq.read_table(target).column("story_id").to_pylist() == list(range(5))


def test_xlsx_goes_on_in_another_sheet_at_its_limit_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rowfiles, "SHEET_ROWS", 3)
    book = openpyxl.load_workbook(io.BytesIO(b"".join(stream((ROWS[0] | {"story_id": n} for n in range(7)), COLUMNS, "xlsx"))))
    assert [sheet.max_row - 1 for sheet in book.worksheets] == [3, 3, 1]
    heads = [[cell.value for cell in sheet[1]] for sheet in book.worksheets]
    assert heads[0] == list(COLUMNS)
    assert heads[1][-1] == heads[2][-1] == "continued from the sheet before"


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_cell_that_looks_like_a_formula_is_quoted_where_it_would_run(form: rowfiles.Format) -> None:
    written = b"".join(stream(iter(ROWS), COLUMNS, form))
    if form == "csv":
        assert b"'=1+1" in written
    else:
        (sheet,) = openpyxl.load_workbook(io.BytesIO(written)).worksheets
        assert sheet["D2"].value == "'=1+1"


def test_parquet_without_its_extra_is_refused_and_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rowfiles, "find_spec", lambda _: None)
    assert "parquet" not in available()
    with pytest.raises(QueryError, match=r"pantau\[parquet\]"):
        check_format("parquet")
