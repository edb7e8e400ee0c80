"""Practice articles with their labels in the text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nlp.errors import GoldError
from nlp.training.marked import main, unmarked

TEXT = (
    "{{A1:Bank Jepara}} menyiapkan [[Rp 5 miliar|commitment|1|credit|planned]] untuk {{B1:pengrajin mebel}} lewat {{P1:Kredit Ukir}}. "
    "Harga jati [[Rp 9 juta|price]]. Dari [[Rp 5 miliar|commitment|1|credit|planned]] itu, "
    "{{A2:Pemkab}} menambah [[Rp 200 juta|commitment|2|grant|pledged]]."
)


def test_marks_become_amounts_at_their_places_in_the_bare_text() -> None:
    record = unmarked({"title": "Kredit Ukir", "text": TEXT})
    assert "[[" not in record["text"]
    assert "{{" not in record["text"]
    assert [(m["surface"], m["role"]) for m in record["money"]] == [
        ("Rp 5 miliar", "commitment"), ("Rp 9 juta", "price"), ("Rp 5 miliar", "commitment"), ("Rp 200 juta", "commitment"),
    ]  # fmt: skip
    assert all(record["text"].startswith(m["surface"], m["start"]) for m in record["money"])


def test_an_undertaking_has_its_slots_and_the_amounts_that_state_it() -> None:
    record = unmarked({"title": "Kredit Ukir", "text": TEXT})
    first, second = record["commitments"]
    assert (first["kind"], first["status"], first["amount_low"]) == ("credit", "planned", 5e9)
    assert (first["actors"], first["beneficiaries"], first["programme"]) == (["Bank Jepara"], ["pengrajin mebel"], "Kredit Ukir")
    assert [record["text"][at : at + 11] for at in first["amounts"]] == ["Rp 5 miliar", "Rp 5 miliar"]
    assert (second["actors"], second["beneficiaries"]) == (["Pemkab"], [])


@pytest.mark.parametrize(
    "text",
    [
        "Dana [[Rp 5 miliar|nothing]] cair.",
        "Dana [[lima ikan|price]] cair.",
        "Dana [[Rp 5 miliar|commitment]] cair.",
        "Dana [[Rp 5 miliar|price|1|credit|planned]] cair.",
        "Dana [[Rp 5 miliar|commitment|1|gift|planned]] cair.",
        "Dana {{X1:Bank}} cair.",
    ],
)
def test_a_mark_that_says_nothing_is_refused(text: str) -> None:
    with pytest.raises(GoldError):
        unmarked({"title": "", "text": text})


def test_the_command_leaves_such_an_article_out_and_names_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    rows = [{"title": "baik", "text": TEXT}, {"title": "buruk", "text": "Dana [[Rp 5 miliar|nothing]] cair."}]
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert main([str(source), str(target)]) == 0
    assert "1 articles" in (said := capsys.readouterr()).out
    assert "nothing" in said.err
    assert len(target.read_text(encoding="utf-8").splitlines()) == 1
