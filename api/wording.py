"""Amounts, days and names of kinds and stages as people read them, in Indonesian or English. The words are in wording.yml."""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import cache
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, ConfigDict

Lang = Literal["id", "en"]
JAKARTA = ZoneInfo("Asia/Jakarta")


class Words(BaseModel):
    """One language of wording.yml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    scales: dict[int, str]
    currencies: dict[str, str]
    approx: str
    to: str
    bound: dict[str, str]
    months: tuple[str, ...]
    kind: dict[str, str]
    status: dict[str, str]


@cache
def words(lang: Lang) -> Words:
    """The words of a language."""
    content = yaml.safe_load((Path(__file__).parent / "wording.yml").read_text(encoding="utf-8"))
    return Words(**content[lang])


def kind_text(kind: str, lang: Lang = "id") -> str:
    """The instrument's name; the code itself where it has none."""
    return words(lang).kind.get(kind, kind)


def status_text(status: str, lang: Lang = "id") -> str:
    """The stage's name; the code itself where it has none."""
    return words(lang).status.get(status, status)


def amount_text(low: Decimal, high: Decimal, currency: str, *, approx: bool = False, lang: Lang = "id") -> str:
    """ "sekitar Rp 100 miliar", "Rp 10–12 juta", "IDR 1.25 trillion": at most two decimals, exact where three are enough."""
    known = words(lang)
    scale = next((size for size in known.scales if abs(high) >= size), 1)
    numbers = list(dict.fromkeys(_number(value / scale, lang) for value in (low, high)))
    unit = f" {known.scales[scale]}" if scale > 1 else ""
    text = f"{known.currencies.get(currency, currency)} {'–'.join(numbers)}{unit}"
    return f"{known.approx} {text}" if approx else text


def _number(value: Decimal, lang: Lang) -> str:
    with localcontext(prec=200):
        exact = value == value.quantize(Decimal("0.001"))
        shown = value.quantize(Decimal("0.001") if exact else Decimal("0.01"), ROUND_HALF_UP)
    text = f"{shown:,f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.translate(str.maketrans(",.", ".,")) if lang == "id" else text


def day_text(day: date, lang: Lang = "id") -> str:
    """ "1 November 2022"; a moment counts as its day in Jakarta."""
    if isinstance(day, datetime):
        day = day.astimezone(JAKARTA).date()
    return f"{day.day} {words(lang).months[day.month - 1]} {day.year}"


def moment_text(moment: datetime, lang: Lang = "id") -> str:
    """ "1 November 2022 14.30 WIB" ("14:30" in English), in Jakarta's time."""
    local = moment.astimezone(JAKARTA)
    clock = f"{local:%H.%M}" if lang == "id" else f"{local:%H:%M}"
    return f"{day_text(moment, lang)} {clock} WIB"
