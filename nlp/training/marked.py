"""Practice articles with their labels in the text, as gold: `python -m nlp.training.marked IN.jsonl… OUT.jsonl`.

A line of IN is {"title", "text"}. Marks in the text: `[[Rp 9.500|price]]` is an amount with its role;
`[[Rp 5 miliar|commitment|1|credit|planned]]` one of undertaking 1, with kind and stage; `{{A1:Bank X}}` who pays undertaking 1,
`{{B1,2:…}}` who receives 1 and 2, `{{P1:…}}` a programme. OUT is in the form of the gold set. An article with a mark that cannot be
read is left out and named on stderr.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from nlp.analysis import Kind, Money, MoneyRole, Status
from nlp.errors import GoldError
from nlp.money import find_money
from nlp.training.facts import read_lines

_MARK = re.compile(r"\[\[([^\[\]|]+)\|([^\[\]]+)\]\]|\{\{([ABP])([\d,\s]+):([^{}]+)\}\}")
_LEFT = re.compile(r"\[\[|\]\]|\{\{|\}\}")
_SLOTS = {"A": "actors", "B": "beneficiaries"}
Record = dict[str, Any]
Labelled = tuple[int, str, list[str]]
"""Start and surface of an amount, and the parts of its label."""
Named = tuple[str, list[str], str]
"""The slot of a name, the undertakings that it is of, and the name."""


def unmarked(article: Mapping[str, str]) -> Record:
    """The gold form of a marked article.

    Raises:
        GoldError: a mark is none of ours, an amount cannot be read, or one is said to be of an undertaking and another role.
    """
    parts, labels, names = list[str](), list[Labelled](), list[Named]()
    at = length = 0
    for mark in _MARK.finditer(article["text"]):
        before = article["text"][at : mark.start()]
        surface, label, slot, numbers, name = mark.groups()
        length += len(before)
        parts += [before, surface or name]
        if surface:
            labels.append((length, surface, label.split("|")))
        else:
            names.append((slot, numbers.replace(" ", "").split(","), name))
        length, at = length + len(parts[-1]), mark.end()
    text = "".join(parts) + article["text"][at:]
    if _LEFT.search(text):
        raise GoldError(f"{article['title'][:40]!r}: a mark that cannot be read")
    identity = "written:" + hashlib.sha256(text.encode()).hexdigest()[:12]
    record: Record = {"id": identity, "title": article["title"], "text": text, "published": None, "outlet": "written", "split": "train"}
    record["money"] = _money(text, labels)
    record["commitments"] = list(_undertakings(record["money"], labels, names))
    return record


def _money(text: str, labels: Iterable[Labelled]) -> list[Record]:
    found, out = find_money(text), list[Record]()
    for start, surface, (role, *_) in labels:
        same = next((m for m in found if m.start < start + len(surface) and start < m.end), None)
        if same is None or role not in set(MoneyRole):
            raise GoldError(f"{surface!r} as {role!r}: no amount, or no role")
        out.append({"surface": surface, "start": start, "role": role, **_value(same)})
    return out


def _value(money: Money) -> Record:
    return {"low": float(money.low), "high": float(money.high), "currency": money.currency, "approx": money.approx, "per": money.per}


def _undertakings(
    money: list[Record], labels: list[tuple[int, str, list[str]]], names: list[tuple[str, list[str], str]]
) -> Iterable[Record]:
    seen: dict[str, Record] = {}
    for amount, (_, surface, (role, *rest)) in zip(money, labels, strict=True):
        if (role == MoneyRole.COMMITMENT) != (len(rest) == 3):
            raise GoldError(f"{surface!r}: an amount of an undertaking, and only one, has number, kind and stage")
        if rest and rest[0] not in seen:
            number, kind, stage = rest
            if kind not in set(Kind) or stage not in set(Status):
                raise GoldError(f"{surface!r}: no kind {kind!r} or no stage {stage!r}")
            of = {slot: list(dict.fromkeys(n for s, ns, n in names if s == letter and number in ns)) for letter, slot in _SLOTS.items()}
            programme = next((name for slot, numbers, name in names if slot == "P" and number in numbers), None)
            value = {"amount_low": amount["low"], "amount_high": amount["high"]}
            value |= {key: amount[key] for key in ("currency", "approx", "per")}
            seen[number] = {**value, "kind": kind, "status": stage, **of, "programme": programme, "date": None, "amounts": []}
        if rest:
            seen[rest[0]]["amounts"].append(amount["start"])
    return seen.values()


def main(arguments: list[str]) -> int:
    """Convert; returns the exit code."""
    if len(arguments) < 2:
        sys.stderr.write("usage: python -m nlp.training.marked IN.jsonl… OUT.jsonl\n")
        return 2
    kept = 0
    with Path(arguments[-1]).open("w", encoding="utf-8") as out:
        for path in arguments[:-1]:
            for article in read_lines(Path(path)):
                try:
                    record = unmarked(article)
                except GoldError as error:
                    sys.stderr.write(f"{path}: left out: {error}\n")
                    continue
                out.write(json.dumps(record, ensure_ascii=False) + "\n")
                kept += 1
    sys.stdout.write(f"{kept} articles\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
