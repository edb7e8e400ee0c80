"""The date reader: every shape Indonesian pages use, and what it must refuse."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.dates import learn_order, read_date
from crawler.items import Precision
from crawler.sources import DateOrder

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "value", "zone"),
    [
        ("2018-12-13", "2018-12-13", "Asia/Jakarta"),
        ("Jumat, 29 Mei 2026 22:02 WIB", "2026-05-29T22:02:00+07:00", "stated"),
        ("Selasa, 29 Januari 2019 / 20:44 WIB", "2019-01-29T20:44:00+07:00", "stated"),
        ("13+December+2018", "2018-12-13", "Asia/Jakarta"),
        ("Jumat, 26 Agustus 2022 | 08:35 WIB ,", "2022-08-26T08:35:00+07:00", "stated"),
        ("2025-11-15T23:35:00", "2025-11-15T23:35:00+07:00", "Asia/Jakarta"),
        ("2025-02-28 18:30:00", "2025-02-28T18:30:00+07:00", "Asia/Jakarta"),
        ("2025-02-24 00:00:00", "2025-02-24", "Asia/Jakarta"),
        ("2025-02-21 09:47:05+00:00", "2025-02-21T09:47:05+00:00", "stated"),
        ("2025-02-22 04:01:59.894000+00:00", "2025-02-22T04:01:59+00:00", "stated"),
        ("Jum'at, 28 Ags 2026 15.30 WIB", "2026-08-28T15:30:00+07:00", "stated"),
        ("Minggu, 3 Nop 2024, 07.05 WITA", "2024-11-03T07:05:00+08:00", "stated"),
        ("2025-05-28T13:30:00WIB", "2025-05-28T13:30:00+07:00", "stated"),
        ("2025-05-28T06:30:00Z", "2025-05-28T06:30:00+00:00", "stated"),
        ("3 Mei 2026 16:00 WIT", "2026-05-03T16:00:00+09:00", "stated"),
        ("Tue, 24 Nov 2026 08:00:00 +0700", "2026-11-24T08:00:00+07:00", "stated"),
        ("28 Mei 2025, 13:30 (GMT+7)", "2025-05-28T13:30:00+07:00", "stated"),
        ("May 3, 2026 3:15 PM", "2026-05-03T15:15:00+07:00", "Asia/Jakarta"),
        ("2022/12/10 14:30:00", "2022-12-10T14:30:00+07:00", "Asia/Jakarta"),
        ("1446710203000", "2015-11-05T07:56:43+00:00", "stated"),
        ("5 menit lalu", "2026-11-24T16:55:00+07:00", "Asia/Jakarta"),
        ("2 jam yang lalu", "2026-11-24T15:00:00+07:00", "Asia/Jakarta"),
        ("2 minggu lalu", "2026-11-10", "Asia/Jakarta"),
        ("Kemarin 14.30", "2026-11-23T14:30:00+07:00", "Asia/Jakarta"),
        ("Contoh.com - 28/05/2025, 13:30 WIB Diperbarui 29/05/2025, 14:00 WIB", "2025-05-28T13:30:00+07:00", "stated"),
        ("Diperbarui 29 Mei 2025 14:00 · Diterbitkan 28 Mei 2025 13:30", "2025-05-28T13:30:00+07:00", "Asia/Jakarta"),
    ],
)
def test_a_date_is_read_with_its_precision_and_zone(raw: str, value: str, zone: str) -> None:
    published = read_date(raw, now=NOW)
    assert (published.value, published.zone) == (value, zone)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("", "no date given"),
        ("03/04/2026", "order of day and month cannot be decided"),
        ("31 Februari 2026", "no such day"),
        ("13/13/2026", "no such day"),
        ("4 tahun lalu", "too coarse"),
        ("Diperbarui 29 Mei 2025, 14:00 WIB", "only a time of update"),
        ("Oleh: Redaksi", "no known shape"),
    ],
)
def test_what_cannot_be_decided_is_no_date_with_the_reason(raw: str, reason: str) -> None:
    published = read_date(raw, now=NOW)
    assert published.precision is Precision.NONE
    assert reason in (published.reason or "")


@pytest.mark.parametrize(("order", "day"), [(DateOrder.DMY, "2025-10-09"), (DateOrder.MDY, "2025-09-10")])
def test_the_order_of_figures_belongs_to_the_outlet(order: DateOrder, day: str) -> None:
    assert read_date("9/10/2025 22:30", order=order).value == f"{day}T22:30:00+07:00"


def test_a_weekday_beside_figures_decides_their_order() -> None:
    assert read_date("Jumat, 03/04/2026").value == "2026-04-03"


def test_an_order_is_learnt_from_the_dates_that_can_be_read_one_way() -> None:
    assert learn_order(["9/10/2025", "10/21/2025", "x"]) is DateOrder.MDY
    assert learn_order(["9/10/2025", "21/10/2025"]) is DateOrder.DMY


def test_an_order_is_not_learnt_where_dates_disagree_or_say_nothing() -> None:
    assert learn_order(["21/10/2025", "10/21/2025"]) is None
    assert learn_order(["9/10/2025"]) is None


def test_the_time_of_an_update_is_read_apart() -> None:
    raw = "28/05/2025, 13:30 WIB Diperbarui 29/05/2025, 14:00 WIB"
    assert read_date(raw, updated=True).value == "2025-05-29T14:00:00+07:00"
    assert read_date("28/05/2025, 13:30 WIB", updated=True).precision is Precision.NONE


def test_a_time_without_zone_is_in_the_outlets_zone() -> None:
    assert read_date("1 Mei 2026 10:00", zone="Asia/Makassar").value == "2026-05-01T10:00:00+08:00"


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(raw: str) -> None:
    published = read_date(raw, now=NOW)
    assert (published.value is None) == (published.precision is Precision.NONE)


@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2090, 1, 1)))  # noqa: DTZ001 - made aware by the reader
def test_every_iso_time_is_read_back(moment: datetime) -> None:
    published = read_date(moment.replace(second=1, microsecond=0).isoformat() + "+07:00")
    assert published.value == moment.replace(second=1, microsecond=0).isoformat() + "+07:00"
