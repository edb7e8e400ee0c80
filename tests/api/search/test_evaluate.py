"""Search on the sample newsroom holds its floors, and what is under a floor is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from api.search.evaluate import NOWHERE, Asked, evaluate, place_in, recall
from crawler.newsroom import GOLD, QUESTIONS
from nlp.embeddings.onnx import OnnxEmbedder


@pytest.fixture(scope="module")
def embedder() -> OnnxEmbedder:
    return OnnxEmbedder()


def test_the_newsroom_is_found_at_least_as_well_as_its_floors_say(embedder: OnnxEmbedder) -> None:
    report = evaluate("newsroom", GOLD, QUESTIONS, embedder)
    assert report.below == ()
    assert report.counts["english_recall_1"] >= 30


def test_a_figure_under_its_floor_is_named(embedder: OnnxEmbedder, tmp_path: Path) -> None:
    gold, questions = tmp_path / "gold.jsonl", tmp_path / "questions.tsv"
    rows = [{"id": "a", "title": "Bantuan mesin tenun", "text": "Perajin di Flores menerima alat."}]
    gold.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    questions.write_text("# language, id, query\nen\tmissing\tlooms for weavers\n", encoding="utf-8")
    report = evaluate("none", gold, questions, embedder, floors={"english_recall_1": 0.5, "known_item_recall_1": 0.5})
    assert report.below == ("english_recall_1: 0.000 < 0.500",)
    assert report.lines()[-1] == "BELOW FLOOR english_recall_1: 0.000 < 0.500"


def test_every_question_asks_for_an_article_there_is() -> None:
    known = {json.loads(line)["id"] for line in GOLD.read_text(encoding="utf-8").splitlines()}
    asked = [line.split("\t") for line in QUESTIONS.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert {article for _, article, _ in asked} <= known
    assert {language for language, _, _ in asked} == {"en", "id"}


def test_places_count_from_the_first_and_ties_go_by_name() -> None:
    assert [place_in({"a": 1.0, "b": 2.0, "c": 1.0}, name) for name in "bacx"] == [0, 1, 2, NOWHERE]
    assert recall([0, 3, NOWHERE], 1) == pytest.approx(1 / 3)


def test_the_weight_of_words_can_be_tried() -> None:
    asked = Asked("kredit", "a", {"b": 2.0, "a": 1.0}, {"a": 1.0, "b": 2.0}, {"a": 0.9, "b": 0.1})
    assert (asked.place(1.0), asked.place(0.0), asked.place_by_words()) == (1, 0, 1)
