"""Stored pages (`tests/fixtures/pages/<source>/<case>`): synthetic texts in an outlet's markup, each field with its layer."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from crawler.check import check_page
from crawler.sources import load_sources

FOLDER = Path(__file__).parents[1] / "fixtures" / "pages"
CASES = sorted(path.parent for path in FOLDER.glob("*/*/meta.json"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_a_stored_page_is_read_as_it_was(case: Path) -> None:
    meta = json.loads((case / "meta.json").read_text(encoding="utf-8"))
    expected = json.loads((case / "expected.json").read_text(encoding="utf-8"))
    page = (case / "page.html").read_text(encoding="utf-8")
    check = check_page(load_sources()[case.parent.name], page, meta["url"], datetime.fromisoformat(meta["fetched_at"]))
    assert meta["texts"] == "synthetic"
    assert {field.name: {"value": field.value, "layer": field.layer} for field in check.fields} == expected
