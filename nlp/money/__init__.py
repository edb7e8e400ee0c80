"""Money in Indonesian and English news: a deterministic grammar over plain text.

`find_money(text)` is pure: same text, same amounts. Offsets are code points into the text given. Units, currencies, hedges
and number words are data in `nlp/money/data`. Roles are not its business: `nlp.commitments` gives them.
"""

from __future__ import annotations

import re
from itertools import pairwise

from nlp.analysis import Money, Source
from nlp.money.context import carried_units, equivalents, hedge, is_exchange_rate, per_unit, recipients_before
from nlp.money.grammar import Amount, find_amounts

__all__ = ["VERSION", "find_money"]

VERSION = "money-1"
_ENGLISH = re.compile(r"\b(?:the|and|of|will|has)\b")
_INDONESIAN = re.compile(r"\b(?:yang|dan|di|untuk|dengan)\b")
_CHANGE = re.compile(r"\s*(?:menjadi|jadi|ke|dan|atau|,)\s*(?:sekitar\s+)?")
_SMALL = 1_000_000
_SAMPLE = 2000


def _is_english(text: str) -> bool:
    """Whether the first words are English: only the reading of "M" and of one dot depends on it."""
    sample = text[:_SAMPLE]
    return len(_ENGLISH.findall(sample)) > 2 * len(_INDONESIAN.findall(sample))


def find_money(text: str, *, field: Source = "text", english: bool | None = None) -> list[Money]:
    """Every amount of money in `text`, in order, without overlaps; roles are left at their default.

    `english` says how "M" and "1.250" are read; by default it is guessed. Never raises on any text.
    """
    amounts = find_amounts(text, english=_is_english(text) if english is None else english)
    if not amounts:
        return []
    floors = [0, *(item.end for item in amounts[:-1])]
    pers = carried_units(amounts, _units(text, amounts, floors))
    converted = equivalents(text, amounts, pers)
    return [_money(text, item, floor, per, of, field) for item, floor, per, of in zip(amounts, floors, pers, converted, strict=True)]


def _units(text: str, amounts: list[Amount], floors: list[int]) -> list[str | None]:
    """The unit of each; a change shares the unit of its end ("dari Rp500 menjadi Rp2.000 per kg")."""
    stated = [per_unit(text, item, floor) for item, floor in zip(amounts, floors, strict=True)]
    rates = [unit is None and is_exchange_rate(text, item, floor) for unit, item, floor in zip(stated, amounts, floors, strict=True)]
    units = ["USD" if rate else unit for unit, rate in zip(stated, rates, strict=True)]
    pairs = list(pairwise(range(len(amounts))))
    for left, right in reversed(pairs):
        gap = text[amounts[left].end : amounts[right].start]
        first, second = amounts[left], amounts[right]
        small = first.currency == second.currency == "IDR" and max(first.high, second.high) < _SMALL
        same = first.currency == second.currency and (first.scaled == second.scaled or small)
        if units[left] is None and units[right] not in (None, "each") and same and _CHANGE.fullmatch(gap):
            units[left] = units[right]
    return units


def _money(text: str, item: Amount, floor: int, per: str | None, converts: int | None, field: Source) -> Money:
    approx, bound = hedge(text, item, floor)
    return Money(
        start=item.start,
        end=item.end,
        field=field,
        surface=text[item.start : item.end],
        low=item.low,
        high=item.high,
        currency=item.currency,
        approx=approx,
        bound=bound,
        per=per,
        count=recipients_before(text, item) if per == "each" else None,
        equivalent_of=converts,
    )
