"""One order from two lists, weighed by the language of the query."""

from __future__ import annotations

import pytest

from api.search.fusion import Weights, fuse, is_english, weights_of


@pytest.mark.parametrize(
    "query",
    [
        "Which state bank lends to furniture makers?",
        "how much was pledged for battery plants",
        "banks slowly adopting green financing instruments",
        "furniture exports",
        "unhusked rice price Cirebon",
        "explainer motor vehicle fuel tax as regional tax",
    ],
)
def test_an_english_query_is_recognised(query: str) -> None:
    assert is_english(query)
    assert weights_of(query).meaning > weights_of(query).words


@pytest.mark.parametrize(
    "query",
    [
        "kredit untuk perajin mebel",
        "berapa kuota KUR tahun depan?",
        "harga emas Antam hari ini",
        "Dolar AS dan tarif Trump",
        "investasi BYD di Subang",
        "Link and Match IKM",
        "kambing penting kering",
        "food estate Kalimantan Tengah",
        "Anggota DPR Dorong Pembentukan UU Artificial Intelligence Tahun Ini Juga",
        "net zero emission PLN",
        "",
    ],
)
def test_an_indonesian_query_is_not_english(query: str) -> None:
    assert not is_english(query)


def test_a_candidate_without_vectors_is_judged_by_its_words() -> None:
    fused = fuse({"a": 10.0, "b": 5.0, "c": 0.0}, {"b": 0.9, "c": 0.8}, Weights(words=0.5, meaning=0.5))
    assert fused["a"] == 1.0
    assert fused["b"] == 0.75
    assert fused["c"] == 0.0


def test_meaning_alone_orders_by_meaning() -> None:
    fused = fuse({"a": 10.0, "b": 0.0}, {"a": 0.8, "b": 0.9}, Weights(words=0, meaning=1))
    assert fused["b"] > fused["a"]
