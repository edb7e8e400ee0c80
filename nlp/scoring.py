"""How analyses are scored against gold annotations: the rules of the gold set's own scorer, figure for figure.

Amounts match by currency and value (relative 1e-6), mentions also by overlap; names by any of their forms without legal forms,
case and punctuation; beneficiaries by a word overlap (Dice) of one half; programmes also where one name holds the other. A
prediction equal to a part or a conversion of a gold commitment is neither right nor wrong. All figures are micro-averages.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Record = dict[str, Any]
LEGAL_FORMS = frozenset({"pt", "tbk", "persero", "perseroan", "cv", "ltd", "inc", "co", "corp", "limited", "plc", "the"})
_SAME = 1e-6
_DICE = 0.5
_SHORTEST = 3


@dataclass(slots=True)
class Tally:
    """Right, wrong and missed."""

    right: int = 0
    predicted: int = 0
    gold: int = 0

    def add(self, right: int, predicted: int, gold: int) -> None:
        """Count one article's."""
        self.right, self.predicted, self.gold = self.right + right, self.predicted + predicted, self.gold + gold

    @property
    def precision(self) -> float:
        """Right of predicted."""
        return self.right / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        """Right of gold."""
        return self.right / self.gold if self.gold else 0.0

    @property
    def value(self) -> float:
        """F1."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    @property
    def of(self) -> int:
        """The number of gold items behind the figure."""
        return self.gold


@dataclass(slots=True)
class Share:
    """Right of all."""

    right: int = 0
    of: int = 0

    def add(self, right: bool) -> None:
        """Count one."""
        self.right, self.of = self.right + right, self.of + 1

    @property
    def value(self) -> float:
        """Accuracy."""
        return self.right / self.of if self.of else 0.0


@dataclass(frozen=True, slots=True)
class Error:
    """One thing missed or wrong: the article, the phenomenon, and what was wanted and said."""

    article: str
    phenomenon: str
    wanted: object
    said: object


def _tallies(*names: str) -> dict[str, Tally]:
    return {name: Tally() for name in names}


def _shares(*names: str) -> dict[str, Share]:
    return {name: Share() for name in names}


@dataclass(slots=True)
class Score:
    """All figures of one gold set, and the errors behind them."""

    articles: int = 0
    tallies: dict[str, Tally] = field(
        default_factory=lambda: _tallies(
            "money", "commitments", "commitment_actors", "commitment_beneficiaries", "commitment_programme", "commitment_tuple",
            "organisations", "people", "programmes",
        )
    )  # fmt: skip
    shares: dict[str, Share] = field(
        default_factory=lambda: _shares(
            "money_approx", "money_per", "money_role", "commitment_kind", "commitment_status", "negatives_with_a_false_one"
        )
    )
    errors: list[Error] = field(default_factory=list)

    def figures(self) -> dict[str, float]:
        """Name → F1 or accuracy, four digits."""
        return {name: round(item.value, 4) for name, item in self.items()}

    def items(self) -> list[tuple[str, Tally | Share]]:
        """Every figure's name with what stands behind it."""
        return [*self.tallies.items(), *self.shares.items()]


def comparable(name: str | None) -> str:
    """A name's comparable form."""
    words = re.sub(r"[^\w]+", " ", unicodedata.normalize("NFKC", name or "").casefold()).split()
    return " ".join(word for word in words if word not in LEGAL_FORMS)


def forms(entity: str | Record) -> set[str]:
    """Every comparable form of an entity: its names, the same without brackets, and what the brackets hold."""
    record: Record = {"name": entity} if isinstance(entity, str) else entity
    out: set[str] = set()
    for name in filter(None, (record.get("name"), record.get("canonical"), *(record.get("aliases") or ()))):
        out |= {comparable(name), comparable(re.sub(r"\([^)]*\)", " ", name))}
        out |= {comparable(part) for part in re.findall(r"\(([^)]+)\)", name)}
    return out - {""}


def _close(first: Any, second: Any) -> bool:
    a, b = float(first), float(second)
    return abs(a - b) <= _SAME * max(abs(a), abs(b), 1)


def _match(gold: Sequence[Any], predicted: Sequence[Any], same: Callable[[Any, Any], bool]) -> tuple[list[tuple[Any, Any]], list[Any]]:
    """Greedy one-to-one pairs in gold order, and what is left of the predictions."""
    free, pairs = list(predicted), []
    for item in gold:
        place = next((index for index, other in enumerate(free) if same(item, other)), None)
        if place is not None:
            pairs.append((item, free.pop(place)))
    return pairs, free


def _same_mention(gold: Record, said: Record) -> bool:
    gold_end = gold["start"] + len(gold["surface"])
    said_end = said.get("end", said["start"] + len(said.get("surface", "")))
    overlap = said["start"] < gold_end and gold["start"] < said_end
    return overlap and said["currency"] == gold["currency"] and _close(said["low"], gold["low"]) and _close(said["high"], gold["high"])


def _same_amount(gold: Record, said: Record) -> bool:
    low, high = _close(said["amount_low"], gold["amount_low"]), _close(said["amount_high"], gold["amount_high"])
    return bool(said["currency"] == gold["currency"]) and low and high


def _neutral(gold: Record, said: Record) -> bool:
    amounts = (gold.get("parts") if said["currency"] == gold["currency"] else gold.get("equiv")) or []
    return _close(said["amount_low"], said["amount_high"]) and any(_close(said["amount_low"], amount) for amount in amounts)


def _same_name(gold: str | Record, said: str | Record) -> bool:
    return bool(forms(gold) & forms(said))


def _name_of(item: str | Record) -> str | None:
    return item if isinstance(item, str) else item.get("name")


def _unambiguous(wanted: Sequence[Any], given: Sequence[Any]) -> list[Any]:
    """Predictions whose forms name at most one wanted entity."""
    return [p for p in given if len({comparable(_name_of(g)) for g in wanted if _same_name(g, p)}) <= 1]


def _same_phrase(gold: str, said: str | Record) -> bool:
    a, b = set(comparable(gold).split()), {word for form in forms(said) for word in form.split()}
    return bool(a and b) and 2 * len(a & b) / (len(a) + len(b)) >= _DICE


def _same_programme(gold: str, said: str | Record) -> bool:
    a = comparable(gold)
    return any(a == f or (len(f) >= _SHORTEST and (f" {f} " in f" {a} " or f" {a} " in f" {f} ")) for f in forms(said))


def score(gold: Iterable[Mapping[str, Any]], predicted: Mapping[str, Mapping[str, Any]]) -> Score:
    """Figures and errors of predictions (by article id) against gold records; a missing article counts as empty."""
    out = Score()
    for record in gold:
        out.articles += 1
        said = predicted.get(record["id"], {})
        _score_money(record, said, out)
        _score_commitments(record, said, out)
        _score_names(record, said, out)
    return out


def _score_money(gold: Mapping[str, Any], said: Mapping[str, Any], out: Score) -> None:
    pairs, extra = _match(gold["money"], said.get("money", []), _same_mention)
    out.tallies["money"].add(len(pairs), len(said.get("money", [])), len(gold["money"]))
    for a, b in pairs:
        out.shares["money_approx"].add(bool(a["approx"]) == bool(b.get("approx")))
        out.shares["money_per"].add((a["per"] is None) == (b.get("per") is None))
        out.shares["money_role"].add(a["role"] == b.get("role"))
        out.errors += [Error(gold["id"], f"money {slot}", a[slot], b.get(slot)) for slot in ("approx", "role") if a[slot] != b.get(slot)]
    found = {id(a) for a, _ in pairs}
    out.errors += [Error(gold["id"], "money missed", m["surface"], None) for m in gold["money"] if id(m) not in found]
    out.errors += [Error(gold["id"], "money wrong", None, m.get("surface")) for m in extra]


def matched_commitments(gold: Mapping[str, Any], said: Mapping[str, Any]) -> list[tuple[Record, Record]]:
    """The annotated commitments of an article that were found, each with the prediction that matches it."""
    return _match(gold["commitments"], said.get("commitments", []), _same_amount)[0]


def _score_commitments(gold: Mapping[str, Any], said: Mapping[str, Any], out: Score) -> None:
    wanted = gold["commitments"]
    pairs, extra = _match(wanted, said.get("commitments", []), _same_amount)
    extra = [item for item in extra if not any(_neutral(c, item) for c in wanted)]
    out.tallies["commitments"].add(len(pairs), len(pairs) + len(extra), len(wanted))
    if not wanted:
        out.shares["negatives_with_a_false_one"].add(bool(extra))
    whole = sum(_score_slots(gold["id"], a, b, out) for a, b in pairs)
    out.tallies["commitment_tuple"].add(whole, len(pairs) + len(extra), len(wanted))
    found = {id(a) for a, _ in pairs}
    out.errors += [Error(gold["id"], "commitment missed", c["amount_low"], None) for c in wanted if id(c) not in found]
    out.errors += [Error(gold["id"], "commitment wrong", None, item["amount_low"]) for item in extra]


def _score_slots(article: str, a: Record, b: Record, out: Score) -> bool:
    """Counts the slots of one matched commitment; whether kind, status and an actor are right together."""
    kind, status = a["kind"] == b.get("kind"), a["status"] == b.get("status")
    out.shares["commitment_kind"].add(kind)
    out.shares["commitment_status"].add(status)
    who, _ = _match(a["actors"], _unambiguous(a["actors"], b.get("actors", [])), _same_name)
    out.tallies["commitment_actors"].add(len(who), len(b.get("actors", [])), len(a["actors"]))
    whom, _ = _match(a["beneficiaries"], b.get("beneficiaries", []), _same_phrase)
    out.tallies["commitment_beneficiaries"].add(len(whom), len(b.get("beneficiaries", [])), len(a["beneficiaries"]))
    wanted, given = [x for x in (a["programme"],) if x], [x for x in (b.get("programme"),) if x]
    out.tallies["commitment_programme"].add(len(_match(wanted, given, _same_programme)[0]), len(given), len(wanted))
    out.errors += list(_slot_errors(article, a, b, kind, status, len(who)))
    return kind and status and (bool(who) or not a["actors"])


def _slot_errors(article: str, a: Record, b: Record, kind: bool, status: bool, who: int) -> Iterator[Error]:
    if not kind:
        yield Error(article, "commitment kind", a["kind"], b.get("kind"))
    if not status:
        yield Error(article, "commitment status", a["status"], b.get("status"))
    if who < len(a["actors"]):
        yield Error(article, "commitment actors", a["actors"], [_name_of(item) for item in b.get("actors", [])])


def _score_names(gold: Mapping[str, Any], said: Mapping[str, Any], out: Score) -> None:
    wanted: dict[str, tuple[list[Any], Callable[[Any, Any], bool]]] = {
        "organisations": (gold["companies"] + gold["gov"], _same_name),
        "people": ([item["name"] for item in gold["people"]], _same_name),
        "programmes": (gold["programmes"], _same_programme),
    }
    for name, (names, same) in wanted.items():
        given = said.get(name, [])
        usable = given if name == "programmes" else _unambiguous(names, given)
        pairs, extra = _match(names, usable, same)
        out.tallies[name].add(len(pairs), len(given), len(names))
        found = [a for a, _ in pairs]
        out.errors += [Error(gold["id"], f"{name} missed", _name_of(item), None) for item in names if item not in found]
        out.errors += [Error(gold["id"], f"{name} wrong", None, _name_of(item)) for item in extra]
