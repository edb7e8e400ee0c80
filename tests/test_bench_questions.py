"""The rules that the fresh questions of the retrieval bench were written by, as far as a machine can check them."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "bench" / "data"
STYLES = {"question", "keywords"}


def asked(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


def test_there_are_enough_fresh_questions() -> None:
    questions = asked("fresh_questions.jsonl")
    assert len(questions) >= 160
    assert len({one["article"] for one in questions}) >= 80


def test_every_article_is_asked_for_once_in_each_style() -> None:
    styles = defaultdict(list)
    for one in asked("fresh_questions.jsonl"):
        styles[one["article"]].append(one["style"])
    assert not [article for article, found in styles.items() if len(found) != len(STYLES) or set(found) != STYLES]


def test_a_fresh_question_has_no_digit_and_is_asked_only_once() -> None:
    texts = [one["question"] for one in asked("fresh_questions.jsonl")]
    assert not [text for text in texts if any(character.isdigit() for character in text)]
    assert len(set(texts)) == len(texts)


def test_fresh_questions_ask_for_no_article_that_an_earlier_file_asks_for() -> None:
    fresh = {one["article"] for one in asked("fresh_questions.jsonl")}
    earlier = {
        one["article"] for file in DATA.glob("*_questions.jsonl") if file.name != "fresh_questions.jsonl" for one in asked(file.name)
    }
    assert not fresh & earlier
