"""The evaluation: the same figures as the gold set's own scorer, floors that only rise, errors that name their file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nlp.errors import GoldError
from nlp.evaluate import evaluate, raised, read_gold
from nlp.pipeline import Pipeline
from nlp.scoring import score

SCORES = Path(__file__).parents[1] / "fixtures" / "nlp" / "scores.json"
"""Thirty invented articles with flawed predictions, and the figures that the gold set's own scorer gave for them."""


def _gold(text: str, **parts: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {"money": [], "commitments": [], "companies": [], "gov": [], "people": [], "programmes": []}
    return {"id": "a", "title": "", "published": None, "text": text, **empty, **parts}


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return Pipeline.load()


def test_every_figure_agrees_with_the_scorer_of_the_gold_set() -> None:
    known = json.loads(SCORES.read_text(encoding="utf-8"))
    figures = score(known["gold"], {item["id"]: item for item in known["predicted"]}).figures()
    assert figures == known["figures"]


def test_a_perfect_analysis_scores_one_and_a_missing_one_scores_nothing(tmp_path: Path, pipeline: Pipeline) -> None:
    text = "Harga emas dipatok Rp 1,2 juta per gram."
    money = [
        {
            "surface": "Rp 1,2 juta",
            "start": 19,
            "low": 1.2e6,
            "high": 1.2e6,
            "currency": "IDR",
            "approx": False,
            "per": "gram",
            "role": "price",
        }
    ]
    path = tmp_path / "own.jsonl"
    path.write_text(json.dumps(_gold(text, money=money)) + "\n", encoding="utf-8")
    report = evaluate(path, pipeline=pipeline, oracle=True)
    assert report.figures["money"] == report.figures["money_role"] == 1.0
    assert set(report.oracle) == {"none", "gold money", "gold roles", "gold entities"}
    assert score([_gold(text, money=money)], {}).figures()["money"] == 0.0


def test_a_figure_under_its_floor_is_reported(tmp_path: Path, pipeline: Pipeline) -> None:
    path = tmp_path / "own.jsonl"
    path.write_text(json.dumps(_gold("Tidak ada uang.", programmes=["Program Tak Dikenal"])) + "\n", encoding="utf-8")
    report = evaluate(path, pipeline=pipeline, floors={"programmes": 0.5})
    assert report.below == ("programmes: 0.0000, floor 0.5000",)
    assert ("programmes missed", 1) in report.phenomena()


def test_floors_only_rise() -> None:
    assert raised({"money": 0.9, "negatives_with_a_false_one": 0.2}, {"money": 0.8, "negatives_with_a_false_one": 0.1}) == {
        "money": 0.9,
        "negatives_with_a_false_one": 0.1,
    }


@pytest.mark.parametrize(("line", "what"), [("{", "no JSON"), ('{"id": "a"}', "lacks text")])
def test_a_malformed_annotation_stops_with_file_and_line(tmp_path: Path, line: str, what: str) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text("\n" + line, encoding="utf-8")
    with pytest.raises(GoldError, match=f"bad.jsonl line 2: {what}"):
        read_gold(path)


def test_the_sample_newsroom_is_understood_above_its_pinned_floors(pipeline: Pipeline) -> None:
    report = evaluate(Path(__file__).parents[2] / "crawler" / "newsroom" / "gold.jsonl", pipeline=pipeline)
    assert report.articles >= 40
    assert report.below == ()


def test_articles_are_also_scored_apart_by_outlet_and_language(tmp_path: Path, pipeline: Pipeline) -> None:
    rows = [
        _gold("Bank Contoh menyalurkan kredit kepada koperasi di desa itu.") | {"id": "a", "outlet": "kabar"},
        _gold("The bank said that it had lent to the cooperatives of the village.") | {"id": "b", "outlet": "news"},
    ]
    (tmp_path / "gold.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    report = evaluate(tmp_path / "gold.jsonl", pipeline=pipeline, by=("outlet", "language"))
    assert set(report.groups) == {"outlet kabar (1)", "outlet news (1)", "language id (1)", "language en (1)"}
