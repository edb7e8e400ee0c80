"""What ends a pledge, what holds its figure back, and what people decide about it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from api.errors import IngestError, NotFoundError
from api.export import export_pledges
from api.ledger.booking import book
from api.ledger.decisions import merge, split
from api.ledger.outliers import FACTOR, standing_out
from api.ledger.queries import PledgeFilter, PledgeRow, get_pledge, list_pledges, sums
from api.store import transactions
from api.store.corrections import correct_fact
from api.store.database import Database
from api.store.schema import commitments
from api.upkeep import reanalyse
from nlp.analysis import Actor, Analysis, Change, Commitment, Evidence, Kind, Status
from tests.api.ingest_samples import FILLER, NOW, Analyser, article, commitment, period, take
from tests.api.test_ledger import BRI, KUR, pledges_of, tell

ASTRA = Actor(name="Astra", canonical="PT Astra International Tbk", id="idx:ASII")


class Ending(Analyser):
    """Tells the changes it was given for a text, beside its commitments."""

    def __init__(self, ends: Mapping[str, Change], told: Mapping[str, tuple[Commitment, ...]] | None = None) -> None:
        super().__init__(told)
        self.ends = ends

    def __call__(self, title: str, text: str, *, published: object) -> Analysis:
        found = super().__call__(title, text, published=None)
        return found.model_copy(update={"changes": tuple(c for key, c in self.ends.items() if key in text)})


def ending(change: str = "cancelled", *, miliar: int | None = 100, actor: Actor = ASTRA) -> Change:
    """A change of an undertaking of `actor`."""
    amount = Decimal(miliar) * 10**9 if miliar else None
    return Change.model_validate(
        {"change": change, "amount_low": amount, "amount_high": amount, "currency": "IDR" if miliar else None, "actors": (actor,),
         "evidence": Evidence(text="Kredit itu dibatalkan.", start=0, end=10)}
    )  # fmt: skip


def tell_end(database: Database, data: Path, change: Change, *, day: str = "2025-06-01") -> None:
    take(database, data, [article(77, "akhir " * 30 + FILLER, outlet="akhir", day=day)], Ending({"akhir": change}))


def one(database: Database) -> PledgeRow:
    (pledge,) = pledges_of(database)
    assert isinstance(pledge, PledgeRow)
    return pledge


@pytest.mark.parametrize("change", ["reduced", "suspended", "cancelled"])
def test_a_pledge_told_as_ended_is_in_no_total_and_says_since_when(database: Database, tmp_path: Path, change: str) -> None:
    tell(database, tmp_path, ("2025-03-01", commitment(100, status=Status.SIGNED)))
    tell_end(database, tmp_path, ending(change))
    pledge = one(database)
    with database.read() as c:
        detail = get_pledge(c, pledge.pledge_id)
    assert (pledge.stage, pledge.in_totals, pledge.left_out) == (change, False, change)
    assert [(s.stage, s.day) for s in detail.stages] == [("signed", "2025-03-01"), (change, "2025-06-01")]


def test_a_pledge_told_again_after_its_end_goes_on(database: Database, tmp_path: Path) -> None:
    tell(database, tmp_path, ("2025-03-01", commitment(100, status=Status.SIGNED)))
    tell_end(database, tmp_path, ending("suspended"))
    again = commitment(100, date="2025-09-01")
    take(database, tmp_path, [article(8, "lanjut " * 30 + FILLER, outlet="lanjut", day="2025-09-01")], Analyser({"lanjut": (again,)}))
    assert (one(database).stage, one(database).in_totals) == ("disbursed", True)


@pytest.mark.parametrize("change", [ending(miliar=7), ending(miliar=None), ending(actor=BRI[0], miliar=7)])
def test_an_end_that_may_mean_another_pledge_touches_none(database: Database, tmp_path: Path, change: Change) -> None:
    tell(database, tmp_path, ("2025-03-01", commitment(100)))
    tell_end(database, tmp_path, change)
    assert one(database).stage == "disbursed"


def test_an_end_that_a_new_analysis_no_longer_finds_is_taken_away(database: Database, tmp_path: Path) -> None:
    told = {"mula": (commitment(100),)}
    take(database, tmp_path, [article(1, "mula " * 30 + FILLER, day="2025-03-01")], Analyser(told))
    tell_end(database, tmp_path, ending())
    assert one(database).stage == "cancelled"
    reanalyse(database, Analyser(told), lambda: NOW)
    assert one(database).stage == "disbursed"


def test_a_figure_a_hundred_times_a_payers_others_is_held_back_until_the_others_catch_up(database: Database, tmp_path: Path) -> None:
    small = [("2020-01-01", commitment(n, beneficiaries=(f"daerah {n}",))) for n in (3, 7, 11)]
    tell(database, tmp_path, *small, ("2025-01-01", commitment(5000)))
    with database.read() as c:
        assert sums(c, PledgeFilter()).left_out == {"outlier": 1}
    large = commitment(900, date="2024-01-01")
    take(database, tmp_path, [article(50, "besar " * 30 + FILLER, day="2024-01-01")], Analyser({"besar": (large,)}))
    with database.read() as c:
        assert sums(c, PledgeFilter()).left_out == {}


@given(st.dictionaries(st.integers(1, 50), st.integers(1, 10**16), max_size=12))
def test_what_stands_out_is_the_largest_and_far_above_all_others(figures: dict[int, int]) -> None:
    found = standing_out(figures)
    if found is not None:
        assert all(figures[found] > FACTOR * value for pledge, value in figures.items() if pledge != found)
        assert len(figures) > 3


def test_each_of_several_recipients_gets_the_amount_in_the_sum(database: Database, tmp_path: Path) -> None:
    tell(database, tmp_path, ("2025-01-01", commitment(2, per="each", count=12)))
    with database.read() as c:
        assert [s.low for s in sums(c, PledgeFilter()).rows] == [Decimal(24 * 10**9)]


def test_a_rejected_commitment_no_longer_decides_the_figure(database: Database, tmp_path: Path) -> None:
    tell(database, tmp_path, ("2025-03-01", commitment(100, **KUR)), ("2025-06-01", commitment(120, **KUR)))
    with database.write() as c:
        fact = c.scalar(select(commitments.c.fact_id).where(commitments.c.amount_low == Decimal(120 * 10**9)))
        assert fact is not None
        tx = transactions.begin(c, "correct", NOW)
        correct_fact(c, tx, fact, "reject", {}, principal="ana", reason=None, now=NOW)
        book(c, tx, [fact], [])
    assert one(database).amount_low == Decimal(100 * 10**9)
    assert not one(database).restated


def test_a_corrected_figure_is_compared_by_its_new_value(database: Database, tmp_path: Path) -> None:
    tell(database, tmp_path, ("2025-03-01", commitment(100)))
    with database.write() as c:
        fact = c.scalar(select(commitments.c.fact_id))
        assert fact is not None
        correct_fact(
            c,
            transactions.begin(c, "correct", NOW),
            fact,
            "set",
            {"amount_low": "5", "amount_high": "5"},
            principal="ana",
            reason=None,
            now=NOW,
        )
        row = c.execute(select(commitments).where(commitments.c.tx_to.is_(None))).one()
    assert (row.idr_low_key, row.low_key) == (500, 500)


def two(database: Database, data: Path) -> tuple[int, int]:
    tell(database, data, ("2025-03-01", commitment(100)), ("2025-06-01", commitment(900)))
    first, second = sorted(p.pledge_id for p in pledges_of(database))
    return first, second


def test_pledges_that_a_person_merges_are_one_and_the_other_says_into_which(database: Database, tmp_path: Path) -> None:
    first, second = two(database, tmp_path)
    with database.write() as c:
        merge(c, transactions.begin(c, "correct", NOW), first, [second], principal="ana", reason="satu", now=NOW)
    assert (one(database).pledge_id, one(database).sightings) == (first, 2)
    with database.read() as c:
        assert get_pledge(c, second).pledge.merged_into == first
        assert sum(s.count for s in sums(c, PledgeFilter()).rows) == 1


def test_a_merge_survives_reanalysis_and_can_be_seen_undone_in_the_past(database: Database, tmp_path: Path) -> None:
    first, second = two(database, tmp_path)
    with database.read() as c:
        before = transactions.snapshot(c)
    with database.write() as c:
        merge(c, transactions.begin(c, "correct", NOW), first, [second], principal="ana", reason=None, now=NOW)
    told = {"berita0": (commitment(100, date="2025-03-01"),), "berita1": (commitment(900, date="2025-06-01"),)}
    reanalyse(database, Analyser(told), lambda: NOW)
    assert one(database).sightings == 2
    with database.read() as c:
        assert len(list_pledges(c, PledgeFilter(), snapshot=before)) == 2


def test_a_pledge_that_a_person_splits_is_two_and_stays_two(database: Database, tmp_path: Path) -> None:
    tell(database, tmp_path, ("2025-03-01", commitment(100)), ("2025-03-05", commitment(100)))
    pledge = one(database)
    with database.write() as c:
        facts = [s.fact_id for s in get_pledge(c, pledge.pledge_id).sightings]
        made = split(c, transactions.begin(c, "correct", NOW), pledge.pledge_id, facts[1:], principal="ana", reason=None, now=NOW)
    told = {"berita0": (commitment(100, date="2025-03-01"),), "berita1": (commitment(100, date="2025-03-05"),)}
    reanalyse(database, Analyser(told), lambda: NOW)
    assert sorted((p.pledge_id, p.sightings) for p in pledges_of(database)) == [(pledge.pledge_id, 1), (made, 1)]


def test_what_cannot_be_merged_or_split_is_refused(database: Database, tmp_path: Path) -> None:
    first, second = two(database, tmp_path)
    with database.write() as c:
        tx = transactions.begin(c, "correct", NOW)
        with pytest.raises(IngestError, match="itself"):
            merge(c, tx, first, [first], principal="ana", reason=None, now=NOW)
        with pytest.raises(NotFoundError, match="999"):
            merge(c, tx, first, [999], principal="ana", reason=None, now=NOW)
        with pytest.raises(IngestError, match="not all"):
            split(c, tx, first, [s.fact_id for s in get_pledge(c, first).sightings], principal="ana", reason=None, now=NOW)
        with pytest.raises(NotFoundError, match="no sighting"):
            split(c, tx, first, [s.fact_id for s in get_pledge(c, second).sightings], principal="ana", reason=None, now=NOW)


QATAR = (Actor(name="Qatar", canonical="Qatar"),)
FUND = (Actor(name="Qatar Investment Authority", canonical="Qatar Investment Authority", id="co:qia"),)
DANANTARA = (Actor(name="Danantara", canonical="Danantara", id="gov:danantara"),)


def dollars_of(billions: int, actors: tuple[Actor, ...]) -> Commitment:
    amount = Decimal(billions) * 10**9
    return commitment(amount_low=amount, amount_high=amount, currency="USD", kind=Kind.INVESTMENT, status=Status.SIGNED, actors=actors)


def test_a_payer_named_by_a_part_of_its_name_is_the_same_payer(database: Database, tmp_path: Path) -> None:
    tell(database, tmp_path, ("2025-04-15", dollars_of(2, FUND)), ("2025-04-20", dollars_of(2, QATAR)))
    assert one(database).sightings == 2


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0], [1, 2, 0]])
def test_the_shares_of_a_joint_pledge_told_elsewhere_are_not_summed_beside_it(database: Database, tmp_path: Path, order: list[int]) -> None:
    whole, share, other = dollars_of(4, FUND + DANANTARA), dollars_of(2, QATAR), dollars_of(2, DANANTARA)
    tell(database, tmp_path, ("2025-04-15", whole), ("2025-04-20", share), ("2025-05-02", other), order=order)
    with database.read() as c:
        found = sums(c, PledgeFilter())
    assert [s.low for s in found.rows] == [Decimal(4 * 10**9)]
    assert found.left_out == {"share": 2}


@pytest.mark.parametrize("order", [[0, 1], [1, 0]])
def test_a_banks_quota_within_the_programmes_quota_of_the_year_is_not_summed_beside_it(
    database: Database, tmp_path: Path, order: list[int]
) -> None:
    state = (Actor(name="pemerintah", canonical="pemerintah"),)
    whole = commitment(300_000, actors=state, status=Status.TARGET, period=period(2025), **KUR)
    bank = commitment(170_000, actors=BRI, status=Status.TARGET, period=period(2025), **KUR)
    tell(database, tmp_path, ("2025-01-05", whole), ("2025-01-20", bank), order=order)
    with database.read() as c:
        found = sums(c, PledgeFilter())
    assert [s.low for s in found.rows] == [Decimal(300_000 * 10**9)]
    assert found.left_out == {"quota": 1}


def test_a_part_is_counted_again_where_its_whole_is_rejected(database: Database, tmp_path: Path) -> None:
    tell(database, tmp_path, ("2025-04-15", dollars_of(4, FUND + DANANTARA)), ("2025-04-20", dollars_of(2, DANANTARA)))
    with database.write() as c:
        fact = c.scalar(select(commitments.c.fact_id).where(commitments.c.amount_low == Decimal(4 * 10**9)))
        assert fact is not None
        tx = transactions.begin(c, "correct", NOW)
        correct_fact(c, tx, fact, "reject", {}, principal="ana", reason=None, now=NOW)
        book(c, tx, [fact], [])
    with database.read() as c:
        found = sums(c, PledgeFilter())
    assert [s.low for s in found.rows] == [Decimal(2 * 10**9)]
    assert found.left_out == {"rejected": 1}


def test_two_currencies_that_agree_only_by_a_rate_are_not_one_budget_of_the_government(database: Database, tmp_path: Path) -> None:
    state: dict[str, Any] = {
        "actors": (Actor(name="pemerintah", canonical="pemerintah"),),
        "kind": Kind.BUDGET,
        "status": Status.PLANNED,
        "beneficiaries": (),
    }
    dollars = commitment(amount_low=Decimal(20 * 10**9), amount_high=Decimal(20 * 10**9), currency="USD", **state)
    tell(database, tmp_path, ("2025-03-01", dollars), ("2025-03-05", commitment(329_000, **state)))
    assert len(pledges_of(database)) == 2


def test_budgets_of_one_name_without_a_period_are_restated_only_within_a_season(database: Database, tmp_path: Path) -> None:
    budget: dict[str, Any] = {"kind": Kind.BUDGET, "programme": "Subsidi Energi"}
    tell(database, tmp_path, ("2022-03-01", commitment(350, **budget)), ("2022-12-01", commitment(210, **budget)))
    assert len(pledges_of(database)) == 2


def test_a_programme_and_its_initials_are_one(database: Database, tmp_path: Path) -> None:
    long, short = commitment(335, programme="Makan Bergizi Gratis"), commitment(320, programme="MBG")
    tell(database, tmp_path, ("2025-08-15", long), ("2025-08-20", short))
    assert one(database).restated


def test_an_export_row_cites_the_article_that_gives_its_figure(database: Database, tmp_path: Path) -> None:
    tell(database, tmp_path, ("2025-03-01", commitment(100, **KUR)), ("2025-06-01", commitment(120, **KUR)))
    out = BytesIO()
    with database.read() as c:
        export_pledges(c, PledgeFilter(), "jsonl", out)
    row = json.loads(out.getvalue())
    assert (row["amount_low"], row["evidence_outlet"]) == ("120000000000", "media1")
    assert row["evidence"].startswith("Kredit 120 miliar")
