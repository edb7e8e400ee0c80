"""Annotations as facts: nothing of the article in them, everything of it back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nlp.errors import GoldError
from nlp.training.facts import pack, unpack

ARTICLE = {
    "id": "a1",
    "title": "Bank Contoh salurkan kredit",
    "published": "2024-01-02",
    "url": "https://kabar.example/1",
    "outlet": "kabar",
    "text": (
        "Bank Contoh menyalurkan Rp 1 miliar kepada koperasi. Dari Rp 10 miliar, Rp 1 miliar untuk IKM, kata Siti Aminah, Direktur Kredit."
    ),
}
ANNOTATION: dict[str, Any] = {
    "split": "heldout",
    "money": [
        {"surface": s, "low": low, "high": low, "currency": "IDR", "approx": False, "per": None, "role": "commitment"}
        for s, low in (("Rp 1 miliar", 10**9), ("Rp 10 miliar", 10**10), ("Rp 1 miliar", 10**9))
    ],
    "companies": ["Bank Contoh"],
    "gov": [],
    "programmes": [],
    "people": [{"name": "Siti Aminah", "role": "Direktur Kredit"}],
    "commitments": [
        {
            "amount_low": 10**9,
            "amount_high": 10**9,
            "currency": "IDR",
            "kind": "credit",
            "status": "disbursed",
            "actors": ["Bank Contoh"],
            "beneficiaries": ["koperasi"],
            "programme": None,
            "evidence": "Bank Contoh menyalurkan Rp 1 miliar kepada koperasi.",
        }
    ],
}


def test_a_packed_annotation_unpacks_to_what_it_was() -> None:
    gold = unpack(pack(ANNOTATION, ARTICLE), ARTICLE)
    assert {k: gold[k] for k in ("companies", "people", "split")} == {k: ANNOTATION[k] for k in ("companies", "people", "split")}
    assert gold["commitments"] == ANNOTATION["commitments"]
    assert [m["start"] for m in gold["money"]] == [24, 58, 72]


def test_a_fact_line_holds_no_word_of_the_article() -> None:
    assert "menyalurkan" not in str(pack(ANNOTATION, ARTICLE))


def test_facts_refuse_an_article_whose_words_have_changed() -> None:
    with pytest.raises(GoldError, match="not those that were annotated"):
        unpack(pack(ANNOTATION, ARTICLE), {**ARTICLE, "text": ARTICLE["text"] + " Tambahan."})


def test_an_amount_that_is_not_in_the_text_is_refused() -> None:
    amount = {
        "surface": "Rp 7 miliar",
        "low": 7 * 10**9,
        "high": 7 * 10**9,
        "currency": "IDR",
        "approx": False,
        "per": None,
        "role": "other",
    }
    wrong = {**ANNOTATION, "money": [amount]}
    with pytest.raises(GoldError, match="Rp 7 miliar"):
        pack(wrong, ARTICLE)


def test_speaker_place_and_shares_are_kept_as_places_in_the_text_and_come_back() -> None:
    commitment = {**ANNOTATION["commitments"][0], "said_by": "Siti Aminah", "place": "IKM", "shares": {"Bank Contoh": 60}}
    fact = pack({**ANNOTATION, "commitments": [commitment]}, ARTICLE)
    assert "Aminah" not in json.dumps(fact)
    assert unpack(fact, ARTICLE)["commitments"][0] == commitment


def test_an_amount_whose_place_is_known_may_stand_before_a_number_of_a_list() -> None:
    article = ARTICLE | {"text": "1. Anggaran Rp 1 triliun.2. Kabupaten lain Rp 2 triliun."}
    money = [
        {
            "surface": "Rp 1 triliun",
            "start": 12,
            "low": 1e12,
            "high": 1e12,
            "currency": "IDR",
            "approx": False,
            "per": None,
            "role": "other",
        }
    ]
    assert pack(ANNOTATION | {"money": money, "commitments": []}, article)["money"][0]["start"] == 12
