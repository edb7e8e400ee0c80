"""What stands beside an amount: hedges, the unit it is a price of, the number of recipients, and what it converts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cache

from nlp.money.grammar import Amount
from nlp.money.patterns import BLANK
from nlp.money.tables import Bound, hedges, number_words, per_units

_BACK = 48
_RATE_BACK = 90
_EQUIVALENT_GAP = re.compile(
    rf"{BLANK}*(?:[(\[]|,?{BLANK}*\b(?:atau|setara|or|equivalent|sama{BLANK}+dengan|alias)\b)[^.;\d]{{0,45}}"
    rf"|[^.;\d]{{0,32}},?{BLANK}+(?:atau|or){BLANK}+(?:sekitar|setara|senilai|kira-kira|about|around|some)\b[^.;\d]{{0,25}}",
    re.IGNORECASE,
)
_ROUNDING = Decimal("0.05")


def _any(forms: Iterable[str]) -> str:
    longest_first = sorted(forms, key=len, reverse=True)
    return "|".join(rf"{BLANK}+".join(re.escape(part) for part in form.split()) for form in longest_first)


@cache
def _before() -> tuple[re.Pattern[str], dict[str, Bound | None]]:
    table = hedges()
    bound_of: dict[str, Bound | None] = {}
    for bound, forms in table.before.items():
        bound_of |= dict.fromkeys(forms, bound or None)
    fillers = _any(table.fillers)
    edge = r"(?<![^\W_])"
    return re.compile(rf"{edge}({_any(bound_of)}){BLANK}*(?:(?:{fillers}){BLANK}+){{0,2}}[(\[]?\Z", re.IGNORECASE), bound_of


@cache
def _after() -> tuple[re.Pattern[str], dict[str, Bound | None]]:
    table = hedges()
    bound_of: dict[str, Bound | None] = {}
    for bound, forms in table.after.items():
        bound_of |= dict.fromkeys(forms, bound or None)
    comparison = "|".join(pattern.replace(" ", rf"{BLANK}+") for pattern in table.not_after)
    return re.compile(rf"(?:{BLANK}*(\+)|{BLANK}+(?!{comparison})({_any(bound_of)})(?!\w))", re.IGNORECASE), bound_of


def hedge(text: str, amount: Amount, floor: int) -> tuple[bool, Bound | None]:
    """(approximate, bound) of an amount by the words beside it; `floor` is where the amount before it ends."""
    pattern, bound_of = _before()
    match = pattern.search(text[max(floor, amount.start - _BACK) : amount.start])
    if match is not None:
        return True, bound_of.get(" ".join(match.group(1).casefold().split()))
    after, bound_after = _after()
    following = after.match(text, amount.end)
    if following is not None:
        form = following.group(2)
        return True, bound_after.get(" ".join(form.casefold().split())) if form else "above"
    return amount.vague, None


@cache
def _unit_forms() -> dict[str, str]:
    return {form: unit for unit, forms in per_units().units.items() for form in forms}


@cache
def _fused_forms() -> dict[str, str]:
    return {form: unit for unit, forms in per_units().fused.items() for form in forms}


@cache
def _per_patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    units = _any(_unit_forms())
    per = re.compile(
        rf"{BLANK}*(?:\({BLANK}*)?(?:(?:/{BLANK}*|(?:per|tiap|setiap|for{BLANK}+each)(?:{BLANK}+|-))(?:satu{BLANK}+|1{BLANK}+)?)(?:({units})(?!\w)|([^\W\d_]+))",
        re.IGNORECASE,
    )
    ago = rf"(?!{BLANK}+(?:sebelumnya|lalu|silam|terakhir|belakangan|kemudian|sekali|later|earlier|ago|before))"
    fused = re.compile(rf"{BLANK}+({_any(_fused_forms())})(?!\w){ago}", re.IGNORECASE)
    each = re.compile(rf"(?<!\w)(?:{_any(per_units().each_before)})(?!\w)[^.;\d]{{0,28}}\Z", re.IGNORECASE)
    return per, fused, each


@cache
def _rate_pattern() -> re.Pattern[str]:
    rate = per_units().exchange_rate
    unless = rf"(?<!\w)(?:{_any(rate.unless)})(?!\w)"
    return re.compile(rf"(?<!\w)(?:{_any(rate.words)})(?!\w)(?:(?!{unless})[^.;\n])*\Z", re.IGNORECASE)


def is_exchange_rate(text: str, amount: Amount, floor: int) -> bool:
    """Whether a bare rupiah amount that names no unit is the price of a dollar, by its size and the words before it."""
    rate = per_units().exchange_rate
    if amount.currency != "IDR" or amount.scaled or not rate.lowest <= amount.low <= amount.high <= rate.highest:
        return False
    return _rate_pattern().search(text[max(floor, amount.start - _RATE_BACK) : amount.start]) is not None


_EACH_AFTER = re.compile(rf"{BLANK}+(?:masing-masing|each)(?!\w)", re.IGNORECASE)


def per_unit(text: str, amount: Amount, floor: int) -> str | None:
    """The canonical unit that the amount is a price of, or None. "per 2022" and "per April" are dates."""
    per, fused, each = _per_patterns()
    match = per.match(text, amount.end)
    if match is not None:
        if match.group(1):
            return _unit_forms()[" ".join(match.group(1).casefold().split())]
        noun = match.group(2).casefold()
        return None if noun in per_units().dates else noun
    match = fused.match(text, amount.end)
    if match is not None:
        return _fused_forms()[" ".join(match.group(1).casefold().split())]
    if _EACH_AFTER.match(text, amount.end) or each.search(text[max(floor, amount.start - _BACK) : amount.start]):
        return "each"
    return None


@cache
def _count_pattern() -> re.Pattern[str]:
    words = "|".join(sorted(number_words().digits, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(\d{{1,3}}(?:\.\d{{3}})*|{words}){BLANK}+(?:{_any(per_units().recipients)})(?!\w)", re.IGNORECASE)


def recipients_before(text: str, amount: Amount) -> int | None:
    """The number of recipients of an amount that each gets, from the sentence before it."""
    begin = max(text.rfind(". ", 0, amount.start), text.rfind("\n", 0, amount.start), amount.start - 200, 0)
    found = list(_count_pattern().finditer(text, begin, amount.start))
    if not found:
        return None
    raw = found[-1].group(1).casefold()
    value = number_words().digits.get(raw)
    return int(value) if value is not None else int(raw.replace(".", ""))


def equivalents(text: str, amounts: Sequence[Amount], pers: Sequence[str | None]) -> list[int | None]:
    """For each amount the index of the amount that it converts or rounds: the one just before it.

    "USD 10 juta atau sekitar Rp 178 miliar", "US$700 juta (Rp9,6 triliun)". A price of a unit converts nothing.
    """
    out: list[int | None] = [None] * len(amounts)
    for index in range(1, len(amounts)):
        last, item = amounts[index - 1], amounts[index]
        gap = text[last.end : item.start]
        if _restates(last, item) and pers[index] in (None, pers[index - 1]) and len(gap) < 60 and _EQUIVALENT_GAP.match(gap):
            out[index] = out[index - 1] if out[index - 1] is not None else index - 1
    return out


def _restates(last: Amount, item: Amount) -> bool:
    """Whether one amount can be the other again: in another currency, or rounded ("Rp 2.656.709.053 atau Rp 2,6 miliar")."""
    return last.currency != item.currency or (last.low != item.low and abs(last.low - item.low) <= _ROUNDING * max(last.low, item.low))


def carried_units(amounts: Sequence[Amount], pers: Sequence[str | None]) -> list[str | None]:
    """Gives small foreign prices without a unit the unit that every other small amount of that currency has in the text."""
    small = [index for index, item in enumerate(amounts) if item.currency != "IDR" and not item.scaled and item.high < 1000]
    units = {pers[index] for index in small} - {None}
    out = list(pers)
    if len(units) == 1 and sum(pers[index] is not None for index in small) * 2 >= len(small):
        unit = units.pop()
        for index in small:
            out[index] = unit
    return out
