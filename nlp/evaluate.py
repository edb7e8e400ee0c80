"""Measures the NLP on annotated articles: figures, errors by phenomenon, where F1 is lost (oracle table), floors that only rise.

Works on any file of the gold form (one JSON object a line: id, title, published, text, money, commitments, companies, gov, people,
programmes). `evaluate(path)` is what `pantau evaluate` prints.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from nlp.analysis import Entity, EntityType, Money, MoneyRole, Organisation, Source
from nlp.entities import Found, Mention
from nlp.errors import GoldError
from nlp.intervals import Interval
from nlp.intervals import intervals as intervals_of
from nlp.lang.guess import guess_language
from nlp.pipeline import Pipeline
from nlp.scoring import Error, Score, Share, score
from nlp.scoring_stated import stated
from nlp.serialise import to_object

FLOORS = Path(__file__).with_name("floors.json")
_NEEDED = ("id", "text", "money", "commitments", "companies", "gov", "people", "programmes")
_LOWER_IS_BETTER = frozenset({"negatives_with_a_false_one"})


@dataclass(frozen=True, slots=True)
class Report:
    """What one evaluation found. `figures` are F1 or accuracy by name, `counts` how many gold items stand behind each."""

    gold: str
    articles: int
    figures: Mapping[str, float]
    counts: Mapping[str, int]
    errors: tuple[Error, ...] = ()
    oracle: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    intervals: Mapping[str, Interval] = field(default_factory=dict)
    """Figure → bounds of its 95 % interval."""
    groups: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Outlet or language → its figures, the one with most articles first."""
    stated: Mapping[str, Share] = field(default_factory=dict)
    """Slot that only some commitments state → right of those annotated among the commitments found."""
    below: tuple[str, ...] = ()
    """One line for every figure under its floor."""

    def phenomena(self) -> list[tuple[str, int]]:
        """Errors counted by phenomenon, most frequent first."""
        return Counter(error.phenomenon for error in self.errors).most_common()

    def lines(self) -> list[str]:
        """The report as text lines for a terminal."""
        out = [f"{self.gold}: {self.articles} articles"]
        out += [f"  {name:28} {value:6.3f}  of {self.counts[name]}{self._interval(name)}" for name, value in self.figures.items()]
        out += [f"  stated {name:21} {item.value:6.3f}  of {item.of}" for name, item in self.stated.items() if item.of]
        out += ["errors by phenomenon:", *(f"  {name:28} {count}" for name, count in self.phenomena())]
        for name, figures in self.oracle.items():
            out.append(f"oracle {name}: " + "  ".join(f"{key} {value:.3f}" for key, value in figures.items()))
        for name, figures in self.groups.items():
            out.append(f"{name}: " + "  ".join(f"{key} {value:.3f}" for key, value in figures.items()))
        return out + [f"BELOW FLOOR {line}" for line in self.below]

    def _interval(self, name: str) -> str:
        return f"  ({self.intervals[name][0]:.3f} to {self.intervals[name][1]:.3f})" if name in self.intervals else ""


def read_gold(path: Path) -> list[dict[str, Any]]:
    """The annotated articles of a file. Raises GoldError naming file and line where one is malformed."""
    out: list[dict[str, Any]] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except ValueError as error:
            raise GoldError(f"{path.name} line {number}: no JSON: {error}") from error
        missing = [key for key in _NEEDED if key not in record] if isinstance(record, dict) else list(_NEEDED)
        if missing:
            raise GoldError(f"{path.name} line {number}: lacks {', '.join(missing)}")
        out.append(record)
    return out


def evaluate(
    gold_path: Path,
    *,
    pipeline: Pipeline | None = None,
    floors: Mapping[str, float] | None = None,
    oracle: bool = False,
    intervals: bool = False,
    by: Sequence[str] = (),
) -> Report:
    """Analyse every article of a gold file and score it, also apart `by` what `GROUPS` names.

    `floors` (default: those pinned for this file's name) fill `below`.
    """
    records = read_gold(gold_path)
    chain = pipeline or Pipeline.load()
    said = predictions(records, chain)
    result = score(records, said)
    figures = result.figures()
    pinned = pinned_floors().get(floor_key(gold_path), {}) if floors is None else floors
    return Report(
        gold=gold_path.name,
        articles=result.articles,
        figures=figures,
        counts={name: item.of for name, item in result.items()},
        errors=tuple(result.errors),
        oracle=oracle_table(records, chain, result) if oracle else {},
        intervals=intervals_of(records, said) if intervals else {},
        groups={name: figures for what in by for name, figures in _grouped(records, said, what).items()},
        stated=stated(records, said, chain.registry),
        below=tuple(_below(figures, pinned)),
    )


GROUPS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "outlet": lambda record: str(record.get("outlet")),
    "language": lambda record: guess_language(record["text"]),
}
"""By what articles can be told apart in a report."""


def _grouped(records: Sequence[Mapping[str, Any]], said: Mapping[str, Mapping[str, Any]], what: str) -> dict[str, dict[str, float]]:
    """The figures of each group of articles, the largest first."""
    keys = {record["id"]: GROUPS[what](record) for record in records}
    grouped = {name: [record for record in records if keys[record["id"]] == name] for name, _ in Counter(keys.values()).most_common()}
    return {f"{what} {name} ({len(rows)})": score(rows, said).figures() for name, rows in grouped.items()}


def predictions(records: Sequence[Mapping[str, Any]], pipeline: Pipeline) -> dict[str, dict[str, Any]]:
    """The analyses of the records in JSON form, by id."""
    return {
        record["id"]: to_object(
            pipeline.analyse(record.get("title") or "", record["text"], published=published_day(record), id=record["id"])
        )
        for record in records
    }


def published_day(record: Mapping[str, Any]) -> date | None:
    """The day of a record's `published`, where it begins with an ISO date."""
    raw = str(record.get("published") or "")
    try:
        return date.fromisoformat(raw[:10])
    except ValueError:
        return None


def pinned_floors() -> dict[str, dict[str, float]]:
    """Gold file (`floor_key`) → figure → floor."""
    loaded: dict[str, dict[str, float]] = json.loads(FLOORS.read_text(encoding="utf-8"))
    return loaded


def floor_key(path: Path) -> str:
    """How floors.json names a gold file: its folder and stem ("newsroom/gold")."""
    return f"{path.resolve().parent.name}/{path.stem}"


def raised(old: Mapping[str, float], figures: Mapping[str, float]) -> dict[str, float]:
    """Floors after a run: each the better of what stood and what was reached. They never fall."""
    better = {name: (min if name in _LOWER_IS_BETTER else max) for name in figures}
    return {name: better[name](old.get(name, value), value) for name, value in figures.items()}


def _below(figures: Mapping[str, float], floors: Mapping[str, float]) -> list[str]:
    out = []
    for name, floor in floors.items():
        value = figures.get(name, 0.0)
        if value > floor if name in _LOWER_IS_BETTER else value < floor:
            out.append(f"{name}: {value:.4f}, floor {floor:.4f}")
    return out


# ---------------------------------------------------------------------------------------------------------------- oracles


def oracle_table(records: Sequence[Mapping[str, Any]], pipeline: Pipeline, base: Score) -> dict[str, dict[str, float]]:
    """Commitment figures with one part replaced by gold: the difference to "none" is what that part loses."""
    shown = ("money_role", "commitments", "commitment_actors", "commitment_programme", "commitment_tuple")
    table = {"none": {name: base.figures()[name] for name in shown}}
    for name, swap in (("gold money", ("money",)), ("gold roles", ("money", "roles")), ("gold entities", ("entities",))):
        predicted = {record["id"]: _with_gold(record, pipeline, swap) for record in records}
        table[name] = {key: score(records, predicted).figures()[key] for key in shown}
    return table


def _with_gold(record: Mapping[str, Any], pipeline: Pipeline, swap: tuple[str, ...]) -> dict[str, Any]:
    money = gold_money(record) if "money" in swap else None
    roles = {index: MoneyRole(item["role"]) for index, item in enumerate(record["money"])} if "roles" in swap else None
    found = gold_found(record) if "entities" in swap else None
    title = record.get("title") or ""
    return to_object(pipeline.analyse_with(title, record["text"], published=published_day(record), money=money, found=found, roles=roles))


def gold_money(record: Mapping[str, Any]) -> list[Money]:
    """The annotated amounts as the pipeline's own type."""
    return [
        Money(
            start=item["start"],
            end=item["start"] + len(item["surface"]),
            surface=item["surface"],
            low=Decimal(str(item["low"])),
            high=Decimal(str(item["high"])),
            currency=item["currency"],
            approx=item["approx"],
            per=item["per"],
        )
        for item in record["money"]
    ]


def _fields(record: Mapping[str, Any]) -> tuple[tuple[Source, str], ...]:
    return ("title", record.get("title") or ""), ("text", record["text"])


def gold_found(record: Mapping[str, Any]) -> Found:
    """The annotated names as the pipeline's own type; mentions are the places where a name is written."""
    named = [(name, EntityType.COMPANY) for name in record["companies"]]
    named += [(name, EntityType.PUBLIC_BODY) for name in record["gov"]]
    named += [(item["name"], EntityType.PERSON) for item in record["people"]]
    named += [(name, EntityType.PROGRAMME) for name in record["programmes"]]
    pairs = [(name["name"] if isinstance(name, dict) else name, kind) for name, kind in named]
    entities = tuple(Entity(type=kind, name=name, canonical=name) for name, kind in pairs)
    mentions = [
        Mention(match.start(), match.end(), source, index, "name")
        for index, (name, _) in enumerate(pairs)
        for source, body in _fields(record)
        for match in re.finditer(re.escape(name), body, re.IGNORECASE)
    ]
    bodies = (EntityType.COMPANY, EntityType.PUBLIC_BODY)
    return Found(
        entities,
        tuple(Organisation(name=item.name, canonical=item.name, type=item.type) for item in entities if item.type in bodies),
        tuple(item.name for item in entities if item.type is EntityType.PERSON),
        tuple(item.name for item in entities if item.type is EntityType.PROGRAMME),
        tuple(sorted(mentions, key=lambda mention: (mention.field != "title", mention.start))),
    )
