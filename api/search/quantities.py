"""Amounts, days and periods as people type them after a field name."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from nlp.lang.calendar import MONTHS, fold
from nlp.money import find_money

_COMPARISON = re.compile(r"^\s*(>=|<=|>|<|=)?\s*(.*)$", re.DOTALL)
_BRACKETS = re.compile(r"^\s*[\[{]\s*(.*?)\s+TO\s+(.*?)\s*[\]}]\s*$", re.IGNORECASE | re.DOTALL)
_SPAN = re.compile(r"^(.*?)\s*(?:\.\.\.?|–)\s*(.*)$", re.DOTALL)
_LAST = re.compile(r"^last[- ](\d{1,4})\s*([dwmy])$", re.IGNORECASE)
_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}
_ISO = re.compile(r"^(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?$")
_WRITTEN = re.compile(r"^(?:(\d{1,2})\s+)?([^\W\d]+)\s+(\d{4})$")
_RELATIVE = {"today": 0, "hari ini": 0, "yesterday": 1, "kemarin": 1}
_NUMBER = re.compile(r"^\d+(?:[.,]\d+)*$")


@dataclass(frozen=True, slots=True)
class Bounds:
    """An interval with open sides where None."""

    low: Decimal | None
    high: Decimal | None
    currency: str


def read_amount(raw: str) -> Bounds | None:
    """ ">=50 miliar", "1,5 triliun", "USD 10 juta", "[1 miliar TO 2 miliar]", "10..20 juta", "10-20 juta"; None where it is none.

    An amount without a currency is rupiah. A single figure means just that amount.
    """
    if bracket := _BRACKETS.match(raw):
        return _between(bracket[1], bracket[2])
    sign, rest = _COMPARISON.match(raw).groups()  # type: ignore[union-attr]  # the pattern matches any text
    if not sign and (span := _SPAN.match(rest)):
        return _between(span[1], span[2])
    found = _one_amount(rest)
    if found is None:
        return None
    low, high, currency = found
    if sign in {">=", ">"}:
        return Bounds(low if sign == ">=" else _above(low), None, currency)
    if sign in {"<=", "<"}:
        return Bounds(None, high if sign == "<=" else _below(high), currency)
    return Bounds(low, high, currency)


CENT = Decimal("0.01")


def _above(value: Decimal) -> Decimal:
    return value + CENT


def _below(value: Decimal) -> Decimal:
    return value - CENT


def _one_amount(text: str) -> tuple[Decimal, Decimal, str] | None:
    text = text.strip()
    for candidate in (text, f"Rp {text}"):
        found = find_money(candidate, english=False)
        if len(found) == 1 and found[0].start == 0 and found[0].end == len(candidate):
            return found[0].low, found[0].high, found[0].currency
    return None


def _between(first: str, second: str) -> Bounds | None:
    """Both ends; a magnitude or currency given at one end only holds for both ("10..20 juta")."""
    low = None if first.strip() in {"*", ""} else _one_amount(first)
    high = None if second.strip() in {"*", ""} else _one_amount(second)
    if (first.strip() not in {"*", ""} and low is None) or (second.strip() not in {"*", ""} and high is None):
        return None
    if low and high and _NUMBER.match(first.strip()):
        shared = _one_amount(f"{first.strip()} {re.sub(r'^[^a-zA-Z$]*[0-9][0-9.,]*', '', second).strip()}")
        low = shared or low
    if not low and not high:
        return None
    currency = (high or low or (None, None, "IDR"))[2]
    return Bounds(low[0] if low else None, high[1] if high else None, currency)


@dataclass(frozen=True, slots=True)
class Days:
    """ISO days, inclusive; open sides are None."""

    low: str | None
    high: str | None


def read_days(raw: str, today: date) -> Days | None:
    """ "2024", "2024-03", "1 November 2022", "last-30d", ">=2024-03", "[2024 TO 2025-06]", "2024..2025"; None where it is none."""
    if bracket := _BRACKETS.match(raw):
        return _day_span(bracket[1], bracket[2], today)
    sign, rest = _COMPARISON.match(raw).groups()  # type: ignore[union-attr]  # the pattern matches any text
    rest = rest.strip()
    if not sign and (span := _SPAN.match(rest)):
        return _day_span(span[1], span[2], today)
    if last := _LAST.match(rest):
        first = today - timedelta(days=int(last[1]) * _DAYS[last[2].lower()])
        return None if sign else Days(first.isoformat(), today.isoformat())
    found = _one_span(rest, today)
    if found is None:
        return None
    low, high = found
    match sign:
        case ">=":
            return Days(low.isoformat(), None)
        case ">":
            return Days((high + timedelta(days=1)).isoformat(), None)
        case "<=":
            return Days(None, high.isoformat())
        case "<":
            return Days(None, (low - timedelta(days=1)).isoformat())
        case _:
            return Days(low.isoformat(), high.isoformat())


def turned(raw: str) -> str:
    """A range ("2025..2024", "[2025 TO 2024]") the other way round; any other text as it is."""
    found = _BRACKETS.match(raw) or _SPAN.match(raw)
    return f"{found[2]}..{found[1]}" if found else raw


def _day_span(first: str, second: str, today: date) -> Days | None:
    low = None if first.strip() in {"*", ""} else _one_span(first.strip(), today)
    high = None if second.strip() in {"*", ""} else _one_span(second.strip(), today)
    if (low is None and first.strip() not in {"*", ""}) or (high is None and second.strip() not in {"*", ""}) or not (low or high):
        return None
    return Days(low[0].isoformat() if low else None, high[1].isoformat() if high else None)


def _one_span(text: str, today: date) -> tuple[date, date] | None:
    if text.lower() in _RELATIVE:
        day = today - timedelta(days=_RELATIVE[text.lower()])
        return day, day
    if iso := _ISO.match(text):
        year, month, day_number = int(iso[1]), int(iso[2] or 0), int(iso[3] or 0)
    elif written := _WRITTEN.match(text):
        year, month, day_number = int(written[3]), MONTHS.get(fold(written[2]), -1), int(written[1] or 0)
    else:
        return None
    return _span_of(year, month, day_number)


def _span_of(year: int, month: int, day: int) -> tuple[date, date] | None:
    if not 1 <= year <= 9998 or not 0 <= month <= 12:
        return None
    if not month:
        return date(year, 1, 1), date(year, 12, 31)
    last = monthrange(year, month)[1]
    if not day:
        return date(year, month, 1), date(year, month, last)
    return (date(year, month, day), date(year, month, day)) if day <= last else None
