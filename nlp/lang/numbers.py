"""Indonesian number words: "dua belas", "seratus lima puluh", "satu setengah juta" → exact numbers."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

DIGITS: dict[str, int] = {
    "nol": 0,
    "satu": 1,
    "dua": 2,
    "tiga": 3,
    "empat": 4,
    "lima": 5,
    "enam": 6,
    "tujuh": 7,
    "delapan": 8,
    "sembilan": 9,
    "sepuluh": 10,
    "sebelas": 11,
}
SMALL: dict[str, int] = {"belas": 10, "puluh": 10, "ratus": 100}
"""Multipliers inside a group of three; "belas" adds ten instead."""
SCALES: dict[str, int] = {
    "ribu": 10**3,
    "juta": 10**6,
    "miliar": 10**9,
    "milyar": 10**9,
    "triliun": 10**12,
    "trilyun": 10**12,
    "kuadriliun": 10**15,
}
SINGLE: dict[str, int] = {"seratus": 100, "seribu": 1000, "sejuta": 10**6, "semiliar": 10**9, "setriliun": 10**12}
"""Words with their one built in."""

WORDS: frozenset[str] = frozenset({*DIGITS, *SMALL, *SCALES, *SINGLE, "setengah"})
"""Every word a spelt number can be made of."""


def number_of(words: Sequence[str]) -> Decimal | None:
    """The number a sequence of lower-case words spells, or None where it spells none ("puluh", "dua tiga").

    >>> number_of("seratus dua puluh lima juta".split())
    Decimal('125000000')
    >>> number_of("satu setengah triliun".split())
    Decimal('1500000000000')
    """
    total = Decimal(0)
    group = Decimal(0)
    last_scale: int | None = None
    fresh = True
    for word in words:
        if word in SCALES:
            scale = SCALES[word]
            if fresh or (last_scale is not None and scale >= last_scale):
                return None
            total, group, last_scale, fresh = total + group * scale, Decimal(0), scale, True
            continue
        grown = _grow(group, word, fresh=fresh)
        if grown is None:
            return None
        group, fresh = grown, False
    return None if fresh and last_scale is None else total + group


def _grow(group: Decimal, word: str, *, fresh: bool) -> Decimal | None:
    """`group` (below 1,000) with one more word, or None where the word cannot stand there."""
    units = group % 10
    if word == "setengah":
        return group + Decimal("0.5") if group == int(group) else None
    if word in SINGLE:
        return group + SINGLE[word] if fresh else None
    if word in DIGITS:
        return group + DIGITS[word] if fresh or (units == 0 and group > 0 and DIGITS[word] > 0) else None
    if word not in SMALL or units == 0:
        return None
    if word == "belas":
        return group + 10
    return group - units + units * SMALL[word]
