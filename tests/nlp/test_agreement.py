"""Two readers of the same articles, and how sure a figure is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nlp.intervals import intervals
from nlp.training.agreement import kappa, roles_of_both
from nlp.training.csui import passages


def test_readers_who_always_agree_have_a_kappa_of_one() -> None:
    assert kappa([("price", "price"), ("loss", "loss")]) == 1.0


def test_readers_who_agree_as_often_as_chance_have_a_kappa_of_zero() -> None:
    assert kappa([("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")]) == pytest.approx(0.0)


def test_only_amounts_that_both_readers_marked_are_compared() -> None:
    first = {"money": [{"start": 1, "role": "price"}, {"start": 9, "role": "loss"}]}
    second = {"money": [{"start": 9, "role": "other"}, {"start": 20, "role": "price"}]}
    assert roles_of_both(first, second) == [("loss", "other")]


def article(identity: str, commitments: list[int]) -> dict[str, Any]:
    """A gold record that holds nothing but commitments of these amounts."""
    slots: dict[str, Any] = {"currency": "IDR", "kind": "credit", "status": "planned", "actors": [], "beneficiaries": [], "programme": None}
    made = [{"amount_low": amount, "amount_high": amount, **slots} for amount in commitments]
    return {"id": identity, "money": [], "commitments": made, "companies": [], "gov": [], "people": [], "programmes": []}


def test_an_interval_holds_the_figure_and_narrows_with_more_articles() -> None:
    few = [article(f"a{n}", [n + 1]) for n in range(6)]
    many = [article(f"a{n}", [n + 1]) for n in range(60)]
    widths = []
    for records in (few, many):
        said = {record["id"]: record for record in records[::2]}
        low, high = intervals(records, said, draws=200)["commitments"]
        assert low < 2 / 3 < high
        widths.append(high - low)
    assert widths[1] < widths[0]


def test_the_same_seed_gives_the_same_interval() -> None:
    records = [article(f"a{n}", [n + 1]) for n in range(6)]
    said = {record["id"]: record for record in records[::2]}
    assert intervals(records, said, draws=50) == intervals(records, said, draws=50)


def test_sentences_of_a_treebank_become_articles_without_a_title(tmp_path: Path) -> None:
    (tmp_path / "id_csui-ud-test.conllu").write_text("# sent_id = s-1\n# text = Bank itu naik.\n1\tBank\n\n", encoding="utf-8")
    [passage] = passages(tmp_path)
    assert (passage["id"], passage["title"], passage["text"]) == ("csui:test:s-1", "", "Bank itu naik.")
