"""Slots that only some commitments state: right of those annotated."""

from __future__ import annotations

from typing import Any

import pytest

from nlp.registry import load_registry
from nlp.scoring_stated import stated

AMOUNT: dict[str, Any] = {"amount_low": 1e9, "amount_high": 1e9, "currency": "IDR"}


@pytest.mark.parametrize(
    ("slot", "wanted", "right", "wrong"),
    [
        ("period", "2024", {"period": {"start": "2024", "end": "2024"}}, {"period": {"start": "2023", "end": "2024"}}),
        ("period", "2025-10/2025-12", {"period": {"start": "2025", "end": "2025"}}, {"period": None}),
        ("said_by", "Siti Aminah", {"said_by": "SITI AMINAH"}, {"said_by": None}),
        ("place", "Jawa Tengah", {"place": "33"}, {"place": "3374"}),
        ("place", "Negeri Antah", {"place": "33"}, {"place": "33"}),
        ("sector", "35", {"sector": "35"}, {"sector": "64"}),
        ("recipients", 12, {"recipients": [{"name": "12 koperasi", "number": 12}]}, {"recipients": []}),
        ("parts", [3e8, 7e8], {"parts": ["700000000", "300000000"]}, {"parts": ["300000000"]}),
        ("shares", {"PT Contoh": 51}, {"actors": [{"name": "PT Contoh Tbk", "share": "51"}]}, {"actors": [{"name": "PT Contoh"}]}),
    ],
)
def test_a_stated_slot_counts_as_right_only_where_it_says_the_same(
    slot: str, wanted: object, right: dict[str, Any], wrong: dict[str, Any]
) -> None:
    gold = [{"id": name, "commitments": [AMOUNT | {slot: wanted}]} for name in ("right", "wrong")]
    said = {"right": {"commitments": [AMOUNT | right]}, "wrong": {"commitments": [AMOUNT | wrong]}}
    found = stated(gold, said, load_registry())[slot]
    assert (found.right, found.of) == ((0, 0) if wanted == "Negeri Antah" else (1, 2))


def test_a_slot_nobody_annotated_and_a_commitment_nobody_found_are_not_counted() -> None:
    gold = [{"id": "a", "commitments": [AMOUNT]}, {"id": "b", "commitments": [AMOUNT | {"period": "2024"}]}]
    found = stated(gold, {"a": {"commitments": [AMOUNT | {"period": {"start": "2024", "end": "2024"}}]}}, load_registry())
    assert {item.of for item in found.values()} == {0}
