"""The money grammar: from quantities to amounts of money. Deterministic, no learning.

Source: the traps counted in news (shared and elided magnitudes, ranges, conversions, bare numbers that can only be money).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache

from nlp.money.patterns import BLANK
from nlp.money.quantities import Quantity, find_quantities
from nlp.money.tables import bare_rules

_RANGE_GAP = re.compile(rf"{BLANK}*(?:-|–|—|−|s\.?/?d\.?|sampai(?:{BLANK}+dengan)?|hingga|to){BLANK}*", re.IGNORECASE)
_AND_GAP = re.compile(rf"{BLANK}+(?:dan|and){BLANK}+", re.IGNORECASE)
_BETWEEN = re.compile(rf"\b(?:antara|between|kisaran|rentang){BLANK}+(?:harga{BLANK}+)?\Z", re.IGNORECASE)
_CHANGE_GAP = re.compile(
    rf"{BLANK}*(?:menjadi|jadi|ke|dari|dibanding(?:kan)?|dan|serta|,|/|from|to)(?:{BLANK}+(?:sekitar|hampir|hanya|sebesar|kisaran))?{BLANK}*",
    re.IGNORECASE,
)
_DASH = re.compile(r"[-–—−]")
_SENTENCE_END = re.compile(r"[.!?]\s|\n")
_WORD = re.compile(r"[^\W\d_]+")
_CLAUSE = 90
_SMALL_RUPIAH = 1000
_YEARS = range(1900, 2101)


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount of money before hedges and units: bounds, currency, place, and whether an "-an" suffix blurs it."""

    start: int
    end: int
    low: Decimal
    high: Decimal
    currency: str
    vague: bool = False
    scaled: bool = True
    bare: bool = False


def find_amounts(text: str, *, english: bool = False) -> list[Amount]:
    """Every amount of money in the text, in order, each a range or a single figure."""
    quantities = _shared_magnitudes(text, find_quantities(text, english=english))
    amounts: list[Amount] = []
    position = 0
    while position < len(quantities):
        taken, amount = _amount_at(text, quantities, position, amounts)
        if amount is not None:
            amounts.append(amount)
        position += taken
    return amounts


def _amount_at(text: str, items: Sequence[Quantity], position: int, before: Sequence[Amount]) -> tuple[int, Amount | None]:
    first = items[position]
    second = items[position + 1] if position + 1 < len(items) else None
    if second is not None and _is_range(text, first, second):
        low, high = _scaled(first), _scaled(second)
        currency = first.currency or second.currency
        if currency and low <= high:
            scaled = second.power is not None
            return 2, Amount(first.start, second.end, low, high, currency, first.vague or second.vague, scaled)
    if first.currency:
        value = _scaled(first)
        return 1, Amount(first.start, first.end, value, value, first.currency, first.vague, first.power is not None)
    currency = _elided_currency(text, first, before) or _bare_currency(text, first)
    if currency is None:
        return 1, None
    value = _scaled(first)
    return 1, Amount(first.start, first.end, value, value, currency, first.vague, True, bare=True)


def _scaled(item: Quantity) -> Decimal:
    value = item.number * Decimal(10) ** (item.power or 0)
    return value.normalize() if value != value.to_integral() else Decimal(int(value))


def _is_range(text: str, first: Quantity, second: Quantity) -> bool:
    """Two contiguous bounds: "Rp 10-12 juta", "antara Rp 5 dan Rp 10 miliar", "10 sampai 12 juta dolar AS"."""
    gap = text[first.end : second.start]
    if not gap or len(gap) > 18 or not (first.currency or second.currency):
        return False
    if first.before is None and second.before is not None:
        return False  # "2021 - Rp 5 triliun": the first is no amount
    if first.currency and second.currency and first.currency != second.currency:
        return False
    between = _BETWEEN.search(text, max(0, first.start - 20), first.start)
    if not (_RANGE_GAP.fullmatch(gap) or (between and _AND_GAP.fullmatch(gap))):
        return False
    if second.currency is None:
        return _bound_without_currency(text, first, second, gap)
    return not (first.currency is None and first.plain and int(first.number) in _YEARS)


def _bound_without_currency(text: str, first: Quantity, second: Quantity, gap: str) -> bool:
    """Whether the second number of "Rp 1.000-2.000" or "Rp 5-6 triliun" is the other bound and not a date or a count."""
    if _followed_by_count(text, second.end):
        return False
    if second.power is None:
        return first.power is None and (not second.plain or bool(_DASH.search(gap))) and int(second.number) not in _YEARS
    return _tail_is_open(text, second.end) or bool(_DASH.search(gap))


def _shared_magnitudes(text: str, items: list[Quantity]) -> list[Quantity]:
    """Gives a bare bound the magnitude of its neighbour: "Rp 202,3 sampai Rp 256,9 juta", "Rp504 dan Rp259 triliun", "naik Rp27,9 dari"."""
    out = list(items)
    for index in range(len(out) - 2, -1, -1):
        first, second = out[index], out[index + 1]
        if first.power is None and second.power and _shares_with_next(text, first, second):
            out[index] = replace(first, power=second.power)
    for index in range(1, len(out)):
        last, item = out[index - 1], out[index]
        if item.power is None and last.power and _shares_with_last(text, last, item):
            out[index] = replace(item, power=last.power)
    return out


def _shares_with_next(text: str, first: Quantity, second: Quantity) -> bool:
    if not (first.currency or second.currency) or (second.currency is None and not _tail_is_open(text, second.end)):
        return False
    gap = text[first.end : second.start]
    if first.before is None and second.before:
        return False
    if _RANGE_GAP.fullmatch(gap):
        return first.number <= second.number and not (first.currency is None and first.plain and int(first.number) in _YEARS)
    if first.before == "IDR" and second.currency in ("IDR", None) and first.number < _SMALL_RUPIAH:
        return bool(_AND_GAP.fullmatch(gap) or _CHANGE_GAP.fullmatch(gap))
    return False


def _shares_with_last(text: str, last: Quantity, item: Quantity) -> bool:
    """A rupiah amount with decimals and below a thousand is no price but an elided magnitude, unless a unit follows it."""
    if item.before != "IDR" or last.before != "IDR" or item.number >= _SMALL_RUPIAH or item.number == item.number.to_integral():
        return False
    if item.start - last.end > _CLAUSE or _SENTENCE_END.search(text, last.end, item.start):
        return False
    return not re.match(rf"{BLANK}*(?:per\b|/|se\w+)", text[item.end : item.end + 8])


def _elided_currency(text: str, item: Quantity, before: Sequence[Amount]) -> str | None:
    """ "Rp 581 miliar menjadi 425 miliar": the currency of the amount that this one is set against."""
    if item.power is None or item.letter or not before or item.power < 6 or not before[-1].scaled:
        return None
    gap = text[before[-1].end : item.start]
    if len(gap) > 30 or not _CHANGE_GAP.fullmatch(gap):
        return None
    return before[-1].currency if _tail_is_open(text, item.end) else None


@cache
def _cues() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(sorted(bare_rules().cues, key=len, reverse=True))})", re.IGNORECASE)


def _bare_currency(text: str, item: Quantity) -> str | None:
    """ "Realisasi KUR sebesar 118 triliun": rupiah, where magnitude, cue and what follows leave no other reading."""
    rules = bare_rules()
    if item.power not in rules.magnitudes or item.letter or item.vague or not _tail_is_open(text, item.end):
        return None
    if re.search(r"(?:US|AS|dolar|dollar|€|£|¥)\W*\Z", text[max(0, item.start - 8) : item.start]):
        return None
    begin = max(0, item.start - _CLAUSE)
    clause = text[begin : item.start]
    breaks = [match.end() for match in _SENTENCE_END.finditer(clause)]
    clause = clause[breaks[-1] :] if breaks else clause
    return "IDR" if item.power in rules.always or _cues().search(clause) else None


def _tail_is_open(text: str, end: int) -> bool:
    """Whether nothing counted follows: punctuation, the end, or a word of the closed class."""
    match = re.match(rf"({BLANK}*)([^\W\d_]*)", text[end : end + 40])
    if match is None or not match.group(2):
        following = text[end : end + 3].strip()
        return not following or not (following[0].isdigit() or following[0] in "%$€/")
    return match.group(2).casefold() in bare_rules().followers


def _followed_by_count(text: str, end: int) -> bool:
    match = re.match(rf"{BLANK}*(%|[^\W\d_]+)", text[end : end + 24])
    return match is not None and (match.group(1) == "%" or match.group(1).casefold() in bare_rules().counted)
