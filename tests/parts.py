"""The real parts tests talk to, found by URL, and the program for OCR.

A test skips only where its part is really absent, saying which; with PANTAU_TEST_REQUIRE_ALL set (CI) it fails instead.
"""

from __future__ import annotations

import os
from typing import NoReturn

import pytest

from crawler.documents.ocr import why_no_ocr

PARTS = {
    "PANTAU_TEST_ELASTICSEARCH_URL": "a real Elasticsearch",
    "PANTAU_TEST_ELASTICSEARCH_CLUSTER": "a command that runs one node (`COMMAND run PORT DATA setting=value …`, heap by ES_HEAP)",
    "PANTAU_TEST_DATABASE_URL": "a real PostgreSQL",
    "PANTAU_TEST_CHROMIUM": "a Chromium to drive",
    "PANTAU_TEST_TRANSFORMERS": "a Python that has the extra `transformers` (`make transformers`)",
}


def part(variable: str) -> str:
    """The address or path in `variable`; skips (or fails, in CI) where it is not set."""
    value = os.environ.get(variable)
    if not value:
        absent(f"{PARTS[variable]} is absent: {variable} is not set")
    return value


def need_ocr() -> None:
    """Skips (or fails, in CI) where the program tesseract, its Indonesian data or the extra `ocr` is not installed."""
    missing = why_no_ocr()
    if missing:
        absent(missing)


def absent(message: str) -> NoReturn:
    """Skip, or fail in CI."""
    if os.environ.get("PANTAU_TEST_REQUIRE_ALL"):
        pytest.fail(message)
    pytest.skip(message)
