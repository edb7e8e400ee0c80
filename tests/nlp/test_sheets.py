"""Sheets to annotate by: numbered amounts out, short answers in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nlp.errors import GoldError
from nlp.training.facts import load_gold
from nlp.training.sheets import drawn, main, packed, sheet

TEXT = (
    "Bank Contoh menyiapkan Rp 5 triliun untuk koperasi, yaitu Rp 3 triliun dan Rp 2 triliun. "
    + "Direktur berkata begitu kepada wartawan. " * 12
)
ARTICLE: dict[str, Any] = {
    "id": "a1",
    "title": "Bank Contoh siapkan kredit koperasi",
    "published": "2024-01-02",
    "url": "https://kabar.example/1",
    "outlet": "kabar",
    "text": TEXT,
}
UNDERTAKING = {
    "amounts": [1],
    "parts": [2, 3],
    "kind": "credit",
    "status": "planned",
    "actors": ["Bank Contoh"],
    "beneficiaries": ["koperasi"],
}
ANSWER: dict[str, Any] = {"id": "a1", "roles": "ccc", "companies": ["Bank Contoh"], "commitments": [UNDERTAKING]}


def test_a_sheet_numbers_the_amounts_of_the_body() -> None:
    assert "⟦1: Rp 5 triliun⟧ untuk koperasi, yaitu ⟦2: Rp 3 triliun⟧ dan ⟦3: Rp 2 triliun⟧" in sheet(ARTICLE)


def test_an_answer_becomes_the_facts_of_its_article(tmp_path: Path) -> None:
    (tmp_path / "corpus.jsonl").write_text(json.dumps(ARTICLE) + "\n", encoding="utf-8")
    (tmp_path / "answers.jsonl").write_text(json.dumps(ANSWER) + "\n", encoding="utf-8")
    main(["pack", str(tmp_path / "corpus.jsonl"), str(tmp_path / "answers.jsonl"), str(tmp_path / "facts.jsonl")])
    (gold,) = load_gold([tmp_path / "facts.jsonl"], tmp_path / "corpus.jsonl")
    assert next((m["surface"], m["role"]) for m in gold["money"]) == ("Rp 5 triliun", "commitment")
    (commitment,) = gold["commitments"]
    assert (commitment["amount_low"], commitment["actors"], commitment["parts"]) == (5e12, ["Bank Contoh"], [3e12, 2e12])
    assert commitment["evidence"].startswith("Bank Contoh menyiapkan")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"roles": "cc"}, "3 amounts need 3 letters"),
        ({"roles": "cczz"}, "3 amounts need 3 letters"),
        ({"id": "a2"}, "no such article"),
        ({"commitments": [UNDERTAKING | {"kind": "gift"}]}, "kind is one of"),
        ({"commitments": [UNDERTAKING | {"amounts": [4]}]}, "numbered 1 to 3"),
    ],
)
def test_an_answer_that_does_not_fit_its_article_is_refused_with_the_reason(change: dict[str, Any], said: str) -> None:
    with pytest.raises(GoldError, match=said):
        list(packed([ANSWER | change], {"a1": ARTICLE}, "train"))


def test_no_article_is_drawn_without_money_or_for_a_market_note_or_as_a_copy() -> None:
    rows = [
        ARTICLE,
        ARTICLE | {"id": "copy"},
        ARTICLE | {"id": "dry", "text": TEXT.replace("Rp", "ada").replace("triliun", "hal")},
        ARTICLE | {"id": "note", "title": "Harga emas Antam hari ini"},
    ]
    assert len(drawn(rows, ["kabar"], 4, "seed")) == 1
