"""The ledger: every pledge once, however many articles tell it; what it leaves out, it says."""

from __future__ import annotations

import random
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from api.export import export_pledges
from api.ledger.queries import PledgeFilter, get_pledge, list_pledges, sums
from api.rowfiles import FORMATS, Format, safe_cell
from api.store import transactions
from api.store.corrections import correct_fact
from api.store.database import Database
from api.store.schema import commitments
from api.upkeep import forget, reanalyse
from nlp.analysis import Actor, Commitment, Kind, Status
from tests.api.ingest_samples import FILLER, NOW, Analyser, article, commitment, dollars, later, period, take

Told = list[tuple[str, Commitment]]
BRI = (Actor(name="BRI", canonical="PT Bank Rakyat Indonesia (Persero) Tbk", id="idx:BBRI"),)
KUR = {"programme": "KUR", "programme_id": "prog:kur"}


def tell(database: Database, data: Path, *told: tuple[str, Commitment], order: list[int] | None = None) -> None:
    """One article for each (ISO day, commitment), each of its own words and outlet."""
    words = [f"berita{n} " * 40 for n in range(len(told))]
    found = {words[n][:12]: (c.model_copy(update={"date": day}),) for n, (day, c) in enumerate(told)}
    items = [article(n, words[n] + FILLER, outlet=f"media{n}", day=day) for n, (day, _) in enumerate(told)]
    take(database, data, [items[n] for n in order or range(len(items))], Analyser(found))


def pledges_of(database: Database, **wanted: Any) -> list[Any]:
    with database.read() as c:
        return list_pledges(c, PledgeFilter(**wanted))


def test_two_outlets_that_tell_the_same_undertaking_are_one_pledge(database: Database, tmp_path: Path) -> None:
    tell(database, tmp_path, ("2026-11-01", commitment(100)), ("2026-11-02", commitment(100)))
    (pledge,) = pledges_of(database)
    assert (pledge.sightings, pledge.outlets, pledge.amount_low) == (2, 2, Decimal(100 * 10**9))


def test_a_pledge_moves_from_signed_to_disbursed(database: Database, tmp_path: Path) -> None:
    tell(database, tmp_path, ("2025-03-01", commitment(100, status=Status.SIGNED)), ("2025-09-01", commitment(100)))
    (pledge,) = pledges_of(database)
    with database.read() as c:
        detail = get_pledge(c, pledge.pledge_id)
    assert pledge.stage == "disbursed"
    assert [(s.stage, s.day) for s in detail.stages] == [("signed", "2025-03-01"), ("disbursed", "2025-09-01")]


def test_a_restated_figure_stays_visible_in_one_pledge(database: Database, tmp_path: Path) -> None:
    tell(database, tmp_path, ("2025-03-01", commitment(100, **KUR)), ("2025-06-01", commitment(120, **KUR)))
    (pledge,) = pledges_of(database)
    with database.read() as c:
        detail = get_pledge(c, pledge.pledge_id)
    assert pledge.restated
    assert {s.amount_low for s in detail.sightings} == {Decimal(100 * 10**9), Decimal(120 * 10**9)}


def test_two_figures_of_one_day_are_a_conflict(database: Database, tmp_path: Path) -> None:
    tell(database, tmp_path, ("2025-03-01", commitment(100, **KUR)), ("2025-03-01", commitment(110, **KUR)))
    (pledge,) = pledges_of(database)
    assert pledge.conflict


def test_a_conversion_is_the_same_pledge(database: Database, tmp_path: Path) -> None:
    usd = commitment(1, amount_low=Decimal(10**9), amount_high=Decimal(10**9), currency="USD", kind=Kind.INVESTMENT)
    rupiah = commitment(16500, kind=Kind.INVESTMENT, equivalents=dollars(1000))
    tell(database, tmp_path, ("2025-03-01", usd), ("2025-03-02", rupiah))
    assert len(pledges_of(database)) == 1


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (commitment(100, actors=BRI), "another payer"),
        (commitment(100, kind=Kind.INVESTMENT), "another instrument"),
        (commitment(900), "another amount without a programme"),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_other_undertakings_stay_apart(database: Database, tmp_path: Path, other: Commitment, why: str) -> None:
    tell(database, tmp_path, ("2025-03-01", commitment(100)), ("2025-03-02", other))
    assert len(pledges_of(database)) == 2, why


def test_quotas_of_two_years_do_not_merge(database: Database, tmp_path: Path) -> None:
    first, second = commitment(280, actors=BRI, period=period(2024), **KUR), commitment(300, actors=BRI, period=period(2025), **KUR)
    tell(database, tmp_path, ("2024-12-01", first), ("2025-01-10", second))
    assert sorted(p.year for p in pledges_of(database)) == ["2024", "2025"]


def test_sums_never_mix_statuses_and_say_what_they_leave_out(database: Database, tmp_path: Path) -> None:
    target = commitment(50, actors=BRI, status=Status.TARGET)
    shares = commitment(70, kind=Kind.TRANSACTION, actors=BRI, status=Status.REALISED)
    tell(database, tmp_path, ("2025-01-01", commitment(100)), ("2025-02-01", target), ("2025-03-01", shares))
    with database.read() as c:
        found = sums(c, PledgeFilter())
    assert {(s.status, s.low) for s in found.rows} == {("disbursed", Decimal(100 * 10**9)), ("target", Decimal(50 * 10**9))}
    assert found.left_out == {"existing_shares": 1}


def test_a_part_of_another_commitment_is_not_summed_again(database: Database, tmp_path: Path) -> None:
    whole, part = commitment(100), commitment(40, parent=0)
    text = "bagian " * 30 + FILLER
    take(database, tmp_path, [article(1, text)], Analyser({"bagian": (whole, part)}))
    with database.read() as c:
        found = sums(c, PledgeFilter())
    assert [s.low for s in found.rows] == [Decimal(100 * 10**9)]
    assert found.left_out == {"part": 1}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6))
def test_the_ledger_is_the_same_whatever_the_order_of_arrival(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    told: Told = [
        ("2025-01-01", commitment(100, status=Status.SIGNED)),
        ("2025-02-01", commitment(100)),
        ("2025-02-02", commitment("100.4")),
        ("2025-03-01", commitment(200, actors=BRI, **KUR)),
        ("2025-04-01", commitment(230, actors=BRI, **KUR)),
    ]
    order = list(range(len(told)))
    random.Random(seed).shuffle(order)
    states = []
    for sequence in (list(range(len(told))), order):
        folder = tmp_path_factory.mktemp("ledger")
        shutil.copyfile(sqlite_template, folder / "pantau.sqlite")
        store = Database.open(folder / "pantau.sqlite")
        tell(store, folder, *told, order=sequence)
        states.append(sorted((p.amount_low, p.stage, p.sightings, p.restated, p.conflict) for p in pledges_of(store)))
        store.close()
    assert states[0] == states[1]


def test_a_snapshot_gives_the_same_rows_later(database: Database, tmp_path: Path) -> None:
    tell(database, tmp_path, ("2025-01-01", commitment(100, status=Status.SIGNED)))
    with database.read() as c:
        at = transactions.snapshot(c)
        before = list_pledges(c, PledgeFilter(), snapshot=at)
    text = "lanjutan " * 30 + FILLER
    take(
        database,
        tmp_path,
        [article(9, text, outlet="baru", day="2025-05-01")],
        Analyser({"lanjutan": (commitment(100, date="2025-05-01"),)}),
        now=later(2),
    )
    with database.read() as c:
        assert list_pledges(c, PledgeFilter(), snapshot=at) == before
        assert list_pledges(c, PledgeFilter())[0].stage == "disbursed"


def test_reanalysis_by_the_same_rules_changes_nothing(database: Database, tmp_path: Path) -> None:
    analyser = Analyser({"tetap": (commitment(100),)})
    take(database, tmp_path, [article(1, "tetap " * 30 + FILLER)], analyser)
    with database.read() as c:
        before = c.execute(select(commitments)).all()
    reanalyse(database, analyser, lambda: NOW)
    with database.read() as c:
        assert c.execute(select(commitments)).all() == before


def test_a_fact_keeps_its_id_when_it_is_read_better(database: Database, tmp_path: Path) -> None:
    analyser = Analyser({"tetap": (commitment(100),)})
    take(database, tmp_path, [article(1, "tetap " * 30 + FILLER)], analyser)
    (before,) = pledges_of(database)
    analyser.told = {"tetap": (commitment(100, status=Status.SIGNED),)}
    reanalyse(database, analyser, lambda: NOW)
    (after,) = pledges_of(database)
    assert (after.pledge_id, after.status) == (before.pledge_id, "signed")


def test_a_correction_survives_reanalysis(database: Database, tmp_path: Path) -> None:
    analyser = Analyser({"tetap": (commitment(100),)})
    take(database, tmp_path, [article(1, "tetap " * 30 + FILLER)], analyser)
    with database.write() as c:
        fact = c.scalar(select(commitments.c.fact_id))
        assert fact is not None
        tx = transactions.begin(c, "correct", NOW)
        correct_fact(c, tx, fact, "set", {"kind": "grant"}, principal="ana", reason="hibah", now=NOW)
    analyser.told = {"tetap": (commitment(100, status=Status.SIGNED),)}
    reanalyse(database, analyser, lambda: NOW)
    with database.read() as c:
        row = c.execute(select(commitments).where(commitments.c.tx_to.is_(None))).one()
    assert (row.fact_id, row.kind, row.status, row.reviewed) == (fact, "grant", "signed", True)


def test_what_a_person_touched_stays_when_nothing_continues_it(database: Database, tmp_path: Path) -> None:
    analyser = Analyser({"tetap": (commitment(100),)})
    take(database, tmp_path, [article(1, "tetap " * 30 + FILLER)], analyser)
    with database.write() as c:
        fact = c.scalar(select(commitments.c.fact_id))
        assert fact is not None
        correct_fact(c, transactions.begin(c, "correct", NOW), fact, "review", {}, principal="ana", reason=None, now=NOW)
    analyser.told = {}
    reanalyse(database, analyser, lambda: NOW)
    with database.read() as c:
        row = c.execute(select(commitments).where(commitments.c.tx_to.is_(None))).one()
    assert (row.fact_id, row.orphaned) == (fact, True)


def test_a_forgotten_article_leaves_no_sighting_and_a_pledge_without_one_ends(database: Database, tmp_path: Path) -> None:
    tell(database, tmp_path, ("2025-01-01", commitment(100)))
    forget(database, "https://media0.example/berita/0", NOW)
    assert pledges_of(database) == []


@pytest.mark.parametrize("form", FORMATS)
def test_an_export_holds_every_pledge_with_its_evidence(database: Database, tmp_path: Path, form: Format) -> None:
    tell(database, tmp_path, ("2025-01-01", commitment(100)), ("2025-02-01", commitment(7, actors=BRI)))
    target = tmp_path / f"out.{form}"
    with database.read() as c, target.open("wb") as out:
        assert export_pledges(c, PledgeFilter(), form, out) == 2
    assert target.stat().st_size > 200
    if form in {"csv", "jsonl"}:
        assert "Kredit 100 miliar disalurkan kepada IKM." in target.read_text(encoding="utf-8")


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx"])
def test_a_cell_never_runs_as_a_formula(cell: str) -> None:
    assert safe_cell(cell) == f"'{cell}"


def test_a_figure_above_a_years_state_budget_waits_for_a_person(database: Database, tmp_path: Path) -> None:
    tell(database, tmp_path, ("2025-01-01", commitment(599_440_900)))
    with database.read() as c:
        assert sums(c, PledgeFilter()).left_out == {"implausible": 1}
