"""The money grammar's data: currencies, magnitudes, number words, hedges, units. Validated when first read.

Raises RegistryError with file and row where a table is wrong.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from nlp.errors import RegistryError

Bound = Literal["under", "above"]
_DATA = files("nlp.money") / "data"


class Table(BaseModel):
    """Base of the validated tables."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class NumberWords(Table):
    """Number words: what stands for itself, what multiplies, what joins."""

    digits: dict[str, Decimal]
    fused: dict[str, Decimal]
    small_scales: dict[str, int]
    teens: frozenset[str]
    scales: dict[str, int]
    points: frozenset[str]
    joiners: frozenset[str]

    @property
    def vocabulary(self) -> frozenset[str]:
        """Every word that may stand inside a number."""
        parts: tuple[Iterable[str], ...] = (self.digits, self.fused, self.small_scales, self.teens, self.scales, self.points, self.joiners)
        return frozenset(word for part in parts for word in part)


class Hedges(Table):
    """Words beside an amount that make it approximate; the key is the bound they set, "" for none."""

    fillers: tuple[str, ...]
    before: dict[Literal["", "under", "above"], tuple[str, ...]]
    after: dict[Literal["", "under", "above"], tuple[str, ...]]
    not_after: tuple[str, ...]


class ExchangeRate(Table):
    """When a bare rupiah amount is the price of a dollar: its bounds, the words before it, and those that speak against it."""

    lowest: int
    highest: int
    words: tuple[str, ...]
    unless: tuple[str, ...]


class PerUnits(Table):
    """Units of a price: canonical unit → forms, and what is a date and no unit."""

    units: dict[str, tuple[str, ...]]
    dates: frozenset[str]
    fused: dict[str, tuple[str, ...]]
    each_before: tuple[str, ...]
    recipients: tuple[str, ...]
    exchange_rate: ExchangeRate


class BareRules(Table):
    """When a number without a currency can only be money."""

    magnitudes: frozenset[int]
    always: frozenset[int]
    cues: frozenset[str]
    followers: frozenset[str]
    counted: frozenset[str]


_T = TypeVar("_T", bound=Table)


@dataclass(frozen=True, slots=True)
class CurrencyForm:
    """One way to write a currency; `place` says where it stands, `strict` that what stands before it must look like an amount,
    `hundredth` that it names a hundredth of the currency ("US cents").
    """

    code: str
    form: str
    place: Literal["before", "after"]
    strict: bool = False
    hundredth: bool = False


@dataclass(frozen=True, slots=True)
class Magnitude:
    """One way to write a power of ten. Letters count only beside a currency."""

    form: str
    power: int
    lang: Literal["any", "id", "en"]
    style: Literal["word", "abbreviation", "letter"]


def _yaml(name: str) -> object:
    return yaml.safe_load((_DATA / name).read_text(encoding="utf-8"))


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((_DATA / name).read_text(encoding="utf-8").splitlines()))


def _validated(model: type[_T], name: str) -> _T:
    try:
        return model.model_validate(_yaml(name))
    except ValidationError as error:
        raise RegistryError(f"nlp/money/data/{name}: {error}") from error


@cache
def number_words() -> NumberWords:
    """words.yml."""
    return _validated(NumberWords, "words.yml")


@cache
def hedges() -> Hedges:
    """hedges.yml."""
    return _validated(Hedges, "hedges.yml")


@cache
def per_units() -> PerUnits:
    """per_units.yml."""
    return _validated(PerUnits, "per_units.yml")


@cache
def bare_rules() -> BareRules:
    """bare.yml."""
    return _validated(BareRules, "bare.yml")


@cache
def currency_forms() -> tuple[CurrencyForm, ...]:
    """currencies.csv, longest form first."""
    forms: list[CurrencyForm] = []
    for number, row in enumerate(_rows("currencies.csv"), start=2):
        code = row["code"]
        if not re.fullmatch(r"[A-Z]{3}", code):
            raise RegistryError(f"nlp/money/data/currencies.csv row {number}: {code!r} is no ISO 4217 code")
        forms += [CurrencyForm(code, form, "before") for form in row["before"].split("|") if form]
        forms += [CurrencyForm(code, form, "after") for form in row["after"].split("|") if form]
        forms += [CurrencyForm(code, form, "after", strict=True) for form in (row["strict_after"] or "").split("|") if form]
        forms += [CurrencyForm(code, form, "after", hundredth=True) for form in (row["hundredth"] or "").split("|") if form]
    return tuple(sorted(forms, key=lambda item: -len(item.form)))


@cache
def cent_words() -> frozenset[str]:
    """Words for a hundredth of a currency."""
    return frozenset(word for row in _rows("currencies.csv") for word in (row["cent"] or "").split("|") if word)


@cache
def magnitudes() -> tuple[Magnitude, ...]:
    """magnitudes.csv, longest form first."""
    found: list[Magnitude] = []
    for number, row in enumerate(_rows("magnitudes.csv"), start=2):
        if row["lang"] not in {"any", "id", "en"} or row["style"] not in {"word", "abbreviation", "letter"} or not row["power"].isdigit():
            raise RegistryError(f"nlp/money/data/magnitudes.csv row {number}: lang, style or power is wrong")
        found.append(Magnitude(row["form"], int(row["power"]), row["lang"], row["style"]))  # type: ignore[arg-type]
    return tuple(sorted(found, key=lambda item: -len(item.form)))
