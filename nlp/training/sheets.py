"""Sheets to annotate by: articles with the amounts that the grammar finds numbered, and short answers made into facts.

    python -m nlp.training.sheets draw CORPUS FOLDER --outlets detik kontan --count 90 --seed S
    python -m nlp.training.sheets pack CORPUS ANSWERS.jsonl FACTS.jsonl [--split train]

`draw` leaves out what is annotated already, market notes, and copies of annotated articles. An answer is one JSON object an article:

    {"id": "…", "roles": "crx", "companies": […], "gov": […], "programmes": […], "people": [["name", "role" or null], …],
     "commitments": [{"amounts": [1, 4], "kind": "credit", "status": "planned", "actors": […], "beneficiaries": […], "programme": null}]}

`roles` has a letter for each numbered amount (`LETTERS`; x where it is no money). The first of `amounts` is the stated amount, the others
repeat or convert it; `parts` are the numbers of those that add up to it. `add` lists amounts that the grammar missed, as in the gold form.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any

from nlp.analysis import Money
from nlp.errors import GoldError
from nlp.money import find_money
from nlp.sentences import sentences
from nlp.training.facts import Record, pack, read_lines
from nlp.training.sampling import MARKET, one_a_story

LETTERS = {
    "c": "commitment",
    "t": "target",
    "r": "realisation",
    "v": "revenue",
    "p": "price",
    "m": "market_value",
    "s": "statistic",
    "l": "loss",
    "o": "other",
}
NO_MONEY = "x"
ANNOTATIONS = Path(__file__).parent / "annotations"
SHEET = 15
"""Articles on a sheet."""
WORDS, LONG_WORDS = (60, 650), (40, 1300)
UNDERTAKES = re.compile(
    r"invest|kredit|\bkur\b|anggar|apbn|suntik|kucur|gelontor|bantu|hibah|subsidi|insentif|bangun|alokasi|belanja|\bdana|akuisisi|pinjam|kontrak"
    r"|siap|salur|triliun|miliar|juta|modal|biaya|pabrik|proyek|program|beli|ekspansi|komitmen|capex|borong|rogoh",
    re.IGNORECASE,
)
"""Titles that may tell of an undertaking: every second article drawn has one."""
AMOUNTS, LONG_AMOUNTS = 14, 30
SAYS = re.compile(
    r"alokasi|anggarkan|dianggar|menyiapkan|disiapkan|kucur|gelontor|investasi(?:kan)? (?:sebesar|senilai|hingga|mencapai)|berinvestasi"
    r"|menginvest|tanam modal|pinjam|hibah|menyalurkan|disalurkan|suntik|akuisisi|membeli|kontrak|plafon|pagu|komit|bantuan|belanja modal"
    r"|capex|insentif|subsidi|membangun|pembangunan|senilai|allocat|invest|pledg|loan|grant",
    re.IGNORECASE,
)
"""Words that stand in sentences with an amount undertaken; `--says` draws only articles with such a sentence, long ones too."""
KINDS = ("credit", "investment", "budget", "aid", "grant", "purchase", "transaction", "guarantee", "tax_incentive", "other")
STATED = ("period", "said_by", "place", "sector", "count")
"""Slots given only where the article states them."""
STAGES = ("target", "planned", "pledged", "signed", "disbursed", "realised")


def annotated() -> set[str]:
    """The ids of every article annotated so far."""
    return {fact["id"] for file in ANNOTATIONS.glob("*.jsonl") for fact in read_lines(file)}


def drawn(
    rows: Sequence[Record], outlets: Iterable[str], count: int, seed: str, *, says: bool = False, seen: Iterable[str] = ()
) -> list[Record]:
    """`count` articles of these outlets with money, evenly by outlet and title, none annotated or `seen`, none a copy of one that is."""
    done, wanted, fits = annotated().union(seen), set(outlets), _says if says else _fits
    fit = [row for row in rows if row["outlet"] in wanted and row["id"] not in done and fits(row)]
    random.Random(seed).shuffle(fit)
    old = [row for row in rows if row["id"] in done]
    fresh = [row for row in one_a_story(old + fit) if row["id"] not in done]
    queues = [
        [row for row in fresh if row["outlet"] == name and telling == bool(UNDERTAKES.search(row["title"]))]
        for name in sorted(wanted)
        for telling in (True, False)
    ]
    return [row for row in chain.from_iterable(zip_longest(*queues)) if row is not None][:count]


def _fits(row: Record) -> bool:
    title, text = row["title"] or "", row["text"] or ""
    if MARKET.search(title) or not WORDS[0] <= len(text.split()) <= WORDS[1]:
        return False
    return 1 <= len(find_money(text)) <= AMOUNTS


def _says(row: Record) -> bool:
    text = row["text"] or ""
    if MARKET.search(row["title"] or "") or not LONG_WORDS[0] <= len(text.split()) <= LONG_WORDS[1]:
        return False
    money, spans = find_money(text), sentences(text)
    told = any(start <= one.start < end and SAYS.search(text[start:end]) for one in money for start, end in spans)
    return told and len(money) <= LONG_AMOUNTS


def sheet(row: Record) -> str:
    """An article as it is read: amounts numbered in brackets."""
    text, out, at = row["text"], "", 0
    for number, money in enumerate(find_money(text), 1):
        out += f"{text[at : money.start]}⟦{number}: {text[money.start : money.end]}⟧"
        at = money.end
    return f"### {row['id']} | {row['outlet']} | {(row['published'] or '')[:10]}\nTITLE: {row['title']}\n{out}{text[at:]}\n"


def _headings(file: Path) -> list[str]:
    return [line for line in file.read_text(encoding="utf-8").splitlines() if line.startswith("### ")]


def annotation(answer: Record, article: Record, split: str) -> Record:
    """An answer in the gold form.

    Raises:
        GoldError: letters and amounts do not match, or a kind, stage or amount is none of those there are.
    """
    found = find_money(article["text"])
    roles = answer["roles"]
    if len(roles) != len(found) or set(roles) - set(LETTERS) - {NO_MONEY}:
        raise GoldError(f"{article['id']}: {len(found)} amounts need {len(found)} letters of {''.join(LETTERS)}{NO_MONEY}, not {roles!r}")
    commitments = [_commitment(item, article, found) for item in answer.get("commitments", [])]
    money = [_mention(one, article, LETTERS[role]) for one, role in zip(found, roles, strict=True) if role != NO_MONEY]
    money += [{**item, "start": article["text"].index(item["surface"])} for item in answer.get("add", [])]
    return {
        "id": article["id"],
        "split": split,
        "money": sorted(money, key=lambda item: item["start"]),
        "people": [{"name": name, "role": role} for name, role in answer.get("people", [])],
        "commitments": commitments,
        **{key: answer.get(key, []) for key in ("companies", "gov", "programmes")},
    }


def _amounts(money: Money) -> Record:
    return {"low": float(money.low), "high": float(money.high), "currency": money.currency}


def _mention(money: Money, article: Record, role: str) -> Record:
    surface = article["text"][money.start : money.end]
    return {"start": money.start, "surface": surface, **_amounts(money), "approx": money.approx, "per": money.per, "role": role}


def _commitment(item: Record, article: Record, found: Sequence[Money]) -> Record:
    if item["kind"] not in KINDS or item["status"] not in STAGES:
        raise GoldError(f"{article['id']}: kind is one of {', '.join(KINDS)}; status one of {', '.join(STAGES)}")
    numbers = [*item["amounts"], *item.get("parts", [])]
    if not item["amounts"] or not all(1 <= number <= len(found) for number in numbers):
        raise GoldError(f"{article['id']}: amounts are numbered 1 to {len(found)}, not {numbers}")
    stated, *others = (found[number - 1] for number in item["amounts"])
    equivalents = [one for one in others if (one.currency, one.low) != (stated.currency, stated.low)]
    start, end = next(span for span in sentences(article["text"]) if span[0] <= stated.start < span[1])
    made: Record = {
        "amount_low": float(stated.low),
        "amount_high": float(stated.high),
        "currency": stated.currency,
        "approx": stated.approx,
        "per": stated.per,
        "date": None,
        "evidence": article["text"][start:end],
        **{key: item[key] for key in ("kind", "status")},
        **{key: item.get(key, []) for key in ("actors", "beneficiaries")},
        "programme": item.get("programme"),
    }
    made |= {key: item[key] for key in STATED if item.get(key)}
    if equivalents:
        made["equiv"] = [_amounts(one) for one in equivalents]
    if item.get("parts"):
        made["parts"] = [_amounts(found[number - 1]) for number in item["parts"]]
    return made


def packed(answers: Iterable[Record], articles: dict[str, Record], split: str) -> Iterator[Record]:
    """The fact lines of answers.

    Raises:
        GoldError: an answer does not fit its article.
    """
    for answer in answers:
        article = articles.get(answer["id"])
        if article is None:
            raise GoldError(f"{answer['id']}: no such article")
        yield pack(annotation(answer, article, split), article)


def main(arguments: list[str]) -> int:
    """`draw` or `pack` as the module's docstring says; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m nlp.training.sheets")
    verbs = parser.add_subparsers(required=True, dest="verb")
    draw, into = verbs.add_parser("draw"), verbs.add_parser("pack")
    for verb in (draw, into):
        verb.add_argument("corpus", type=Path)
    draw.add_argument("folder", type=Path)
    draw.add_argument("--outlets", nargs="+", required=True)
    draw.add_argument("--count", type=int, default=90)
    draw.add_argument("--seed", required=True)
    draw.add_argument("--says", action="store_true", help="only articles with an amount beside a word of undertaking, long ones too")
    draw.add_argument("--beside", type=Path, nargs="*", default=[], help="folders of sheets whose articles are left out")
    into.add_argument("answers", type=Path)
    into.add_argument("facts", type=Path)
    into.add_argument("--split", default="train")
    asked: Any = parser.parse_args(arguments)
    rows = list(read_lines(asked.corpus))
    if asked.verb == "draw":
        asked.folder.mkdir(parents=True, exist_ok=True)
        seen = [line.split()[1] for folder in asked.beside for file in folder.glob("*.txt") for line in _headings(file)]
        taken = drawn(rows, asked.outlets, asked.count, asked.seed, says=asked.says, seen=seen)
        for start in range(0, len(taken), SHEET):
            file = asked.folder / f"{start // SHEET + 1:03}.txt"
            file.write_text("\n".join(map(sheet, taken[start : start + SHEET])), encoding="utf-8")
        return 0
    lines = [
        json.dumps(fact, ensure_ascii=False) + "\n" for fact in packed(read_lines(asked.answers), {r["id"]: r for r in rows}, asked.split)
    ]
    asked.facts.write_text("".join(lines), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
