"""Parts of an undertaking: sums, rates and what its sentence names."""

from __future__ import annotations

from decimal import Decimal

import pytest

from nlp.analysis import Analysis, MoneyRole
from nlp.pipeline import Pipeline


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return Pipeline.load()


def read(pipeline: Pipeline, text: str) -> Analysis:
    return pipeline.analyse("Pemerintah siapkan anggaran pemulihan", text)


def test_amounts_behind_a_total_that_add_up_to_it_are_its_parts(pipeline: Pipeline) -> None:
    found = read(
        pipeline,
        "Pemerintah mengalokasikan anggaran Rp 10 triliun untuk pemulihan pascabencana di Maluku. Rencana itu disusun tiga kementerian. "
        "Alokasi tersebut terbagi menjadi Rp 3,9 triliun pada 2026, Rp 3,3 triliun pada 2027, dan Rp 2,8 triliun pada 2028.",
    )
    whole = next(item for item in found.commitments if item.amount_low == Decimal(10**13))
    assert whole.parts == (Decimal("3.9e12"), Decimal("3.3e12"), Decimal("2.8e12"))
    assert {money.role for money in found.money} == {MoneyRole.COMMITMENT}
    assert all(item.parent == found.commitments.index(whole) for item in found.commitments if item is not whole)


def test_a_rate_paid_a_whole_number_of_times_is_a_part(pipeline: Pipeline) -> None:
    found = read(
        pipeline, "Pemerintah menyalurkan bantuan Rp 900 ribu untuk keluarga miskin, yaitu Rp 300 ribu per bulan selama tiga bulan."
    )
    assert [item.parts for item in found.commitments if item.amount_low == 900_000] == [(Decimal(300_000),)]


def test_amounts_that_do_not_add_up_are_no_parts(pipeline: Pipeline) -> None:
    found = read(
        pipeline,
        "Pemerintah mengalokasikan anggaran Rp 10 triliun untuk pemulihan. Tahun lalu terpakai Rp 4 triliun. Ekspor naik Rp 5 triliun.",
    )
    assert [item.parts for item in found.commitments if item.amount_low == 10**13] == [()]
