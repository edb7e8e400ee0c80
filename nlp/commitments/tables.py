"""The rules of roles and commitments as data: read, validated and compiled once. Raises RegistryError naming file and rule."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from nlp.analysis import EntityType, Kind, MoneyRole, Status
from nlp.errors import RegistryError

Where = Literal["near", "left", "right", "before", "per", "title"]
_DATA = files("nlp.commitments") / "data"


class Table(BaseModel):
    """Base of the validated tables."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class RoleRule(Table):
    """One sign of a role: where to look, which words, how much it counts."""

    name: str
    role: MoneyRole
    where: Where
    weight: float
    words: str


class MassLending(Table):
    """From which amount lending is a total and no single loan, by which signs, how much that counts."""

    start: int
    signs: frozenset[str]
    weight: float


class Calibration(Table):
    """The line from the logit of a role's margin to that of being right."""

    slope: float
    intercept: float


class RoleTable(Table):
    """roles.yml."""

    rules: tuple[RoleRule, ...]
    weak: frozenset[str]
    faint: frozenset[str]
    strong: frozenset[str]
    in_market_notes: frozenset[str]
    invested_by_the_state: frozenset[str]
    priors: dict[MoneyRole, float]
    price_ceiling: int
    target_floor: int
    commitment_floor: dict[Literal["IDR", "other"], int]
    commitment_ceiling: dict[Literal["IDR", "other"], int]
    compared: str
    mass_lending: MassLending
    calibration: Calibration
    listed: tuple[str, ...]


class KindRule(Table):
    """One sign of an instrument."""

    name: str
    kind: Kind
    weight: float
    words: str


class PerHead(Table):
    """What support per head of a kind is."""

    units: frozenset[str]
    budget: Kind
    other: Kind


class KindTable(Table):
    """kinds.yml."""

    rules: tuple[KindRule, ...]
    per_head: PerHead
    default: Kind
    private_budget: Kind
    lenders: str


class StatusRule(Table):
    """One sign of a stage."""

    name: str
    status: Status
    weight: float
    words: str


class Correction(Table):
    """A stage that a kind does not have, and what is meant."""

    kind: Kind
    status: Status
    to: Status


class StatusTable(Table):
    """statuses.yml."""

    rules: tuple[StatusRule, ...]
    defaults: dict[Kind, Status]
    corrections: tuple[Correction, ...]


class Gate(Table):
    """One reason why an amount is no undertaking of its own."""

    name: str
    words: str


class GateTable(Table):
    """gates.yml."""

    reject: tuple[Gate, ...]
    changes: dict[Literal["reduced", "suspended", "cancelled"], str]
    provides: str
    takes: str


class SlotTable(Table):
    """slots.yml."""

    active: str
    passive: str
    receive_after: str
    receive_verbs: str
    stops: str
    not_receiver: str
    generic_payers: str
    generic_receivers: str
    broad_receivers: str
    joins: str
    sources: str
    never_payers: frozenset[str]
    objects: str
    resumes: str
    state_kinds: frozenset[Kind]
    state: str
    state_capital: str
    afar: dict[Kind, dict[EntityType, float]]
    afar_no_lender: float
    state_signs: str
    bought: str
    works: str
    given: str
    taken: str
    through: str
    sells: str
    speech: str
    never_names: str
    countries: str
    strip_verbs: str
    partners: str
    share_words: str
    said: str
    still_said: str
    counted: str
    rate_words: str
    part_words: str


class TypeRule(Table):
    """One sign of an article's type."""

    type: Literal["news", "release", "document", "disclosure", "opinion", "market_note", "advertorial"]
    where: Literal["title", "head", "text"]
    words: str


class TypeTable(Table):
    """types.yml."""

    rules: tuple[TypeRule, ...]


@dataclass(frozen=True, slots=True)
class Sign:
    """A compiled rule: its pattern, weight and name."""

    name: str
    weight: float
    pattern: re.Pattern[str]


_T = TypeVar("_T", bound=Table)


def words(pattern: str) -> re.Pattern[str]:
    """A table's pattern between word boundaries, in any case. Raises RegistryError where it is no pattern."""
    try:
        return re.compile(rf"(?<![^\W_])(?:{pattern})(?![^\W_])", re.IGNORECASE)
    except re.error as error:
        raise RegistryError(f"nlp/commitments/data: {pattern[:40]!r} is no pattern: {error}") from error


def _read(model: type[_T], name: str) -> _T:
    try:
        return model.model_validate(yaml.safe_load((_DATA / name).read_text(encoding="utf-8")))
    except (ValidationError, yaml.YAMLError) as error:
        raise RegistryError(f"nlp/commitments/data/{name}: {error}") from error


@cache
def role_table() -> RoleTable:
    """roles.yml."""
    return _read(RoleTable, "roles.yml")


@cache
def kind_table() -> KindTable:
    """kinds.yml."""
    return _read(KindTable, "kinds.yml")


@cache
def status_table() -> StatusTable:
    """statuses.yml."""
    return _read(StatusTable, "statuses.yml")


@cache
def gate_table() -> GateTable:
    """gates.yml."""
    return _read(GateTable, "gates.yml")


@cache
def slot_table() -> SlotTable:
    """slots.yml."""
    return _read(SlotTable, "slots.yml")


@cache
def type_table() -> TypeTable:
    """types.yml."""
    return _read(TypeTable, "types.yml")


@cache
def sector_patterns() -> dict[str, re.Pattern[str]]:
    """sectors.yml: KBLI division → its words."""
    rows = yaml.safe_load((_DATA / "sectors.yml").read_text(encoding="utf-8"))
    if not all(re.fullmatch(r"\d\d", str(code)) for code in rows):
        raise RegistryError("nlp/commitments/data/sectors.yml: a KBLI division has two digits")
    return {code: words(pattern) for code, pattern in rows.items()}


@cache
def pattern(table: str, name: str) -> re.Pattern[str]:
    """One compiled pattern of the gate or slot table, by its name."""
    source: BaseModel = gate_table() if table == "gates" else slot_table()
    return words(str(getattr(source, name)))
