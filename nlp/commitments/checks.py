"""Stated arithmetic, computed: percent × base, parts = total, rate × foreign, payers' shares. A mismatch marks its amounts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from nlp.analysis import Check, Commitment, Evidence, Money
from nlp.commitments.contexts import Context

_PERCENT = re.compile(
    r"(\d{1,3}(?:[.,]\d+)?)\s?(?:%|persen|percent)\s+(?:dari|of)\b[^.\d]{0,80}\Z",
    re.IGNORECASE,
)
_PARTS = re.compile(
    r"\b(?:terdiri dari|terdiri atas|terdiri|rinciannya|dengan rincian|meliputi|terbagi|yakni|yaitu|comprising|consisting of)\b",
    re.IGNORECASE,
)
_PERCENT_TOLERANCE = Decimal("0.02")
_SUM_TOLERANCE = Decimal("0.005")
_RATE_TOLERANCE = Decimal("0.02")
_MIN_PARTS = 2
_WHOLE = Decimal(100)
_SHARE_TOLERANCE = Decimal(1)


def checks(found: Sequence[Context]) -> tuple[Check, ...]:
    """Every relation that the article states between its figures."""
    return (*_percents(found), *_sums(found), *_rates(found))


def share_checks(commitments: Sequence[Commitment]) -> tuple[Check, ...]:
    """Shares of the payers of one undertaking against the whole: a mismatch where all payers have one and they miss 100 %, or exceed it."""
    out = []
    for item in commitments:
        shares = [actor.share for actor in item.actors if actor.share is not None]
        total = sum(shares, Decimal(0))
        if len(shares) < _MIN_PARTS or (len(shares) < len(item.actors) and total <= _WHOLE):
            continue
        agrees = abs(total - _WHOLE) <= _SHARE_TOLERANCE
        found = Check(relation="shares", stated=_WHOLE, computed=total, agrees=agrees, money=item.mentions, evidence=item.evidence)
        out.append(found)
    return tuple(out)


def _single(money: Money) -> bool:
    return money.low == money.high and money.per is None


def _check(relation: str, stated: Decimal, computed: Decimal, tolerance: Decimal, members: Sequence[Context]) -> Check:
    head = members[0]
    return Check.model_validate(
        {
            "relation": relation,
            "stated": stated,
            "computed": computed,
            "agrees": abs(stated - computed) <= tolerance * max(abs(stated), abs(computed)),
            "money": tuple(context.index for context in members),
            "evidence": Evidence(text=head.sentence, start=head.start, end=head.end),
        }
    )


def _percents(found: Sequence[Context]) -> Iterator[Check]:
    """ "Rp 107,5 triliun atau 48% dari kuota sebesar Rp 260 triliun": part, percent, base."""
    for part, base in pairwise(found):
        match = _PERCENT.search(base.gap) if base.start == part.start else None
        if match is None or not (_single(part.money) and _single(base.money)) or part.money.currency != base.money.currency:
            continue
        percent = Decimal(match.group(1).replace(",", "."))
        computed = base.money.low * percent / 100
        half_unit = Decimal(1).scaleb(percent.as_tuple().exponent) / 2 if isinstance(percent.as_tuple().exponent, int) else Decimal(0)  # type: ignore[arg-type]
        tolerance = max(_PERCENT_TOLERANCE, half_unit / percent if percent else Decimal(0))
        yield _check("percent_of", part.money.low, computed, tolerance, [part, base])


def _sums(found: Sequence[Context]) -> Iterator[Check]:
    """ "Rp 88,7 triliun yang terdiri dari A Rp 62,7 triliun serta B Rp 26 triliun": a total, then at least two parts in its sentence."""
    for index, total in enumerate(found[:-_MIN_PARTS]):
        parts = [item for item in found[index + 1 :] if item.start == total.start]
        if len(parts) < _MIN_PARTS or not _PARTS.search(parts[0].gap) or not _single(total.money):
            continue
        if all(_single(item.money) and item.money.currency == total.money.currency for item in parts):
            yield _check(
                "parts_total", total.money.low, sum((item.money.low for item in parts), Decimal(0)), _SUM_TOLERANCE, [total, *parts]
            )


def _rates(found: Sequence[Context]) -> Iterator[Check]:
    """ "US$ 20 miliar atau Rp 325 triliun (kurs Rp 16.260 per dolar AS)": amount, conversion, rate."""
    rates = [item for item in found if item.money.per == "USD" and item.money.currency == "IDR" and item.money.low == item.money.high]
    if len({item.money.low for item in rates}) != 1:
        return
    rate = rates[0]
    for item in found:
        of = item.money.equivalent_of
        if of is None or item.money.currency != "IDR" or found[of].money.currency != "USD" or item is rate:
            continue
        if _single(item.money) and _single(found[of].money):
            yield _check("rate", item.money.low, found[of].money.low * rate.money.low, _RATE_TOLERANCE, [item, found[of], rate])
