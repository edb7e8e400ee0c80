"""Which amounts are parts of an undertaking: those that add up to it, a rate times its number, or named as parts of it in its sentence.

Sums are only believed where the parts follow one another near their total; a rate ("Rp 300 ribu per bulan") where a small whole number of
them makes the total.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import accumulate

from nlp.analysis import Commitment
from nlp.commitments.contexts import Context
from nlp.commitments.tables import pattern

_NEAR = 900
"""Code points between a total and the first of its parts."""
_APART = 350
"""Code points between two parts of one list."""
_TOLERANCE = Decimal("0.01")
_MOST = 12
"""Parts of a list, and times that a rate is paid."""


def with_parts(commitments: Sequence[Commitment], found: Sequence[Context]) -> tuple[Commitment, ...]:
    """The commitments with their parts; one whose amount is a part of another names that one as its `parent`."""
    out = list(commitments)
    for index, whole in enumerate(commitments):
        amounts = {found[place].money.low: None for place in part_indices(whole, found)}
        amounts.update({part.amount_low: None for part in commitments if part is not whole and _named_part(whole, part)})
        if amounts:
            out[index] = out[index].model_copy(update={"parts": tuple(amounts)})
        for place, part in enumerate(out):
            smaller = part.currency == whole.currency and part.amount_high < whole.amount_low
            if place != index and smaller and part.amount_low in amounts and part.parent is None:
                out[place] = part.model_copy(update={"parent": index})
    return tuple(out)


def part_indices(whole: Commitment, found: Sequence[Context]) -> tuple[int, ...]:
    """Indices of the amounts that add up to an undertaking or are its rate."""
    if whole.amount_low != whole.amount_high:
        return ()
    for place in whole.mentions:
        if found[place].money.currency != whole.currency:
            continue
        summed = _summed(whole.amount_low, _candidates(whole, found, found[place]))
        if summed:
            return summed
    rates = [item for item in found if _is_rate(whole, item, found)]
    return tuple(item.index for item in rates)


def _candidates(whole: Commitment, found: Sequence[Context], total: Context) -> list[Context]:
    """Smaller amounts behind the total, in order, up to the first gap or larger amount."""
    out: list[Context] = []
    end = total.money.end + _NEAR
    for item in found[total.index + 1 :]:
        money = item.money
        if money.start > end or (money.currency == whole.currency and money.low > whole.amount_low):
            break
        if money.currency != whole.currency or money.equivalent_of is not None or money.low == whole.amount_low:
            continue
        out.append(item)
        end = money.end + _APART
    return out


def _summed(total: Decimal, following: Sequence[Context]) -> tuple[int, ...]:
    """The run of at least two amounts from the first or second candidate on that makes the total."""
    for first in (0, 1):
        run = following[first : first + _MOST]
        for count, made in enumerate(accumulate(item.money.low for item in run), 1):
            if count > 1 and abs(made - total) <= _TOLERANCE * total:
                return tuple(item.index for item in run[:count])
    return ()


def _is_rate(whole: Commitment, item: Context, found: Sequence[Context]) -> bool:
    """Whether an amount near a statement of the undertaking makes it when paid a small whole number of times, and says it is a rate."""
    money = item.money
    if money.currency != whole.currency or not 0 < money.low < whole.amount_low or money.low != money.high:
        return False
    times = whole.amount_low / money.low
    if times != int(times) or not 1 < times <= _MOST:
        return False
    near = any(abs(found[place].money.start - money.start) <= _NEAR for place in whole.mentions)
    return near and any(pattern("slots", "rate_words").search(stretch) for stretch in _around(item))


def _around(item: Context) -> Iterator[str]:
    yield item.near
    yield item.right


def _named_part(whole: Commitment, part: Commitment) -> bool:
    same = whole.currency == part.currency and whole.evidence.start == part.evidence.start and whole.amount_low > part.amount_high
    return same and bool(pattern("slots", "part_words").search(part.evidence.text))
