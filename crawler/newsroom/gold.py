"""The newsroom's annotations in the gold form: `python -m crawler.newsroom.gold` writes gold.jsonl anew from the articles.

Values are read from the labelled surface itself; a commitment's evidence is the sentence that names its amount first, its converted
figure goes to `equiv`, another figure in the same currency to `parts`.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

from crawler.newsroom.model import MARK, ROLES, Newsroom, Promise, Story, cells, load

GOLD = Path(__file__).with_name("gold.jsonl")
NUMBER = re.compile(r"\d[\d.,]*")
GROUPED = re.compile(r"[.,]\d{3}")
SCALES = {
    "ribu": 10**3, "juta": 10**6, "miliar": 10**9, "triliun": 10**12,
    "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12,
}  # fmt: skip
SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z“\"])|\n+")


class Labelled(dict[str, Any]):
    """A money mention in the gold form, with the commitment it belongs to (0: none)."""

    commitment: int = 0


def lines(newsroom: Newsroom | None = None) -> list[str]:
    """One JSON line an article, in the order of their files."""
    room = newsroom or load()
    return [json.dumps(record(story, room), ensure_ascii=False) for story in room.stories]


def record(story: Story, room: Newsroom) -> dict[str, Any]:
    """One article in the gold form."""
    lang = room.outlets[story.outlet].lang
    money = mentions(story, lang)
    return {
        "id": f"newsroom-{story.outlet}-{story.slug}",
        "title": story.title,
        "published": story.published.date().isoformat() if story.published else None,
        "outlet": room.outlets[story.outlet].host,
        "companies": list(story.companies),
        "gov": list(story.gov),
        "people": [{"name": name, "role": role} for name, role in story.people.items()],
        "programmes": list(story.programmes),
        "money": money,
        "commitments": [_commitment(story, n, promise, money) for n, promise in enumerate(story.commitments, 1)],
        "text": story.text,
    }


def mentions(story: Story, lang: str) -> list[Labelled]:
    """The labelled amounts of an article in text order, with offsets into its text."""
    found, at = [], 0
    text = story.text
    for paragraph in story.body:
        if paragraph.startswith("!"):
            continue
        source = cells(paragraph) if paragraph.startswith("|") else paragraph
        for mark in MARK.finditer(source):
            start = text.index(mark[1], at)
            at = start + len(mark[1])
            found.append(_mention(mark[1], mark[2].split(), start, lang))
    return found


def _mention(surface: str, codes: list[str], start: int, lang: str) -> Labelled:
    low, high = _values(surface, lang)
    role = codes[0]
    made = Labelled(
        surface=surface, start=start, low=low, high=high, currency="USD" if surface.startswith("US$") else "IDR", approx="~" in codes,
        per=next((code[1:] for code in codes if code.startswith("/")), None), role=ROLES.get(role, "commitment"),
    )  # fmt: skip
    made.commitment = int(role[1:]) if role[0] == "c" else 0
    return made


def _values(surface: str, lang: str) -> tuple[int | float, int | float]:
    """Lowest and highest value of a surface. A magnitude distributes over a range ("Rp 10–12 juta"), but not to a number written out."""
    numbers = [(match, _scale(surface[match.end() :])) for match in NUMBER.finditer(surface)]
    last = numbers[-1][1]
    values = [_number(match.group(), lang) * (scale or (1 if GROUPED.search(match.group()) else last) or 1) for match, scale in numbers]
    return _plain(min(values)), _plain(max(values))


def _scale(after: str) -> int:
    word = re.match(r"\s*([a-z]+)", after)
    return SCALES.get(word[1], 0) if word else 0


def _number(text: str, lang: str) -> Decimal:
    thousands, point = (",", ".") if lang == "en" else (".", ",")
    return Decimal(text.strip(".,").replace(thousands, "").replace(point, "."))


def _plain(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _commitment(story: Story, number: int, promise: Promise, money: list[Labelled]) -> dict[str, Any]:
    mine = [mention for mention in money if mention.commitment == number]
    first = mine[0]
    others = {(m["low"], m["currency"]) for m in mine[1:]} - {(first["low"], first["currency"])}
    made: dict[str, Any] = {
        "amount_low": first["low"], "amount_high": first["high"], "currency": first["currency"], "kind": promise.kind,
        "status": promise.status, "actors": list(promise.actors), "beneficiaries": list(promise.beneficiaries),
        "programme": promise.programme, "evidence": _sentence(story.text, first["start"]), "date": promise.date, "approx": first["approx"],
    }  # fmt: skip
    made |= {"per": promise.per} if promise.per else {}
    made |= {"count": promise.count} if promise.count else {}
    equivalents = [low for low, currency in sorted(others) if currency != first["currency"]]
    parts = [low for low, currency in sorted(others) if currency == first["currency"]]
    return made | ({"equiv": equivalents} if equivalents else {}) | ({"parts": parts} if parts else {})


def _sentence(text: str, at: int) -> str:
    start = 0
    for border in SENTENCE.finditer(text):
        if border.end() > at:
            return text[start : border.start()]
        start = border.end()
    return text[start:]


if __name__ == "__main__":
    GOLD.write_text("".join(line + "\n" for line in lines()), encoding="utf-8")
