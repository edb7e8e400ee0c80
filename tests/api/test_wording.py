"""Amounts and days as people read them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from api.wording import Lang, amount_text, day_text, kind_text, moment_text, status_text, words
from nlp.analysis import Kind, Status


@pytest.mark.parametrize(
    ("low", "high", "currency", "approx", "lang", "shown"),
    [
        ("100000000000", "100000000000", "IDR", True, "id", "sekitar Rp 100 miliar"),
        ("10000000", "12000000", "IDR", False, "id", "Rp 10–12 juta"),
        ("1250000000000", "1250000000000", "IDR", False, "en", "IDR 1.25 trillion"),
        ("1250000000000", "1250000000000", "IDR", False, "id", "Rp 1,25 triliun"),
        ("400000", "400000", "IDR", False, "id", "Rp 400.000"),
        ("2000000000", "4000000000", "USD", False, "en", "US$ 2–4 billion"),
        ("599440900000", "599440900000", "IDR", False, "id", "Rp 599,44 miliar"),
        ("4200000000000000", "4200000000000000", "IDR", False, "id", "Rp 4.200 triliun"),
        ("500", "500", "JPY", False, "id", "JPY 500"),
        ("1" + "0" * 60, "1" + "0" * 60, "IDR", False, "en", "IDR 1" + ",000" * 16 + " trillion"),
        ("0.25", "0.25", "USD", False, "en", "US$ 0.25"),
    ],
)
def test_an_amount_reads_as_people_write_it(low: str, high: str, currency: str, approx: bool, lang: Lang, shown: str) -> None:
    assert amount_text(Decimal(low), Decimal(high), currency, approx=approx, lang=lang) == shown


def test_a_moment_is_told_in_jakarta() -> None:
    late = datetime(2022, 10, 31, 20, 5, tzinfo=UTC)
    assert moment_text(late) == "1 November 2022 03.05 WIB"
    assert day_text(late, "en") == "1 November 2022"
    assert day_text(date(2025, 5, 7)) == "7 Mei 2025"


@pytest.mark.parametrize("lang", ["id", "en"])
def test_every_kind_and_stage_has_a_name(lang: Lang) -> None:
    assert set(Kind) <= set(words(lang).kind)
    assert set(Status) <= set(words(lang).status)
    assert kind_text("credit", "id") == "kredit"
    assert status_text("unheard of", lang) == "unheard of"
