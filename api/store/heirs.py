"""Which fact of the present is the one a new analysis found again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from nlp.analyser import tokens

SAME_WORDS = 0.6
"""Share of common words (Jaccard) above which two sentences of different versions are one sentence, rewritten."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a fact is recognised by: its amount, and where and how the article says it."""

    currency: str | None
    low: Decimal | None
    high: Decimal | None
    text: str
    version_id: str
    start: int
    end: int


def heir_of(new: Evidence, held: Mapping[int, Evidence]) -> int | None:
    """The id of the held fact that `new` continues: same currency, overlapping amount, evidence the same or overlapping."""
    fitting = [(_likeness(new, old), -fact_id) for fact_id, old in held.items() if _same_amount(new, old)]
    best = max((f for f in fitting if f[0] > 0), default=None)
    return -best[1] if best else None


def _same_amount(a: Evidence, b: Evidence) -> bool:
    if a.currency != b.currency:
        return False
    if a.low is None or a.high is None or b.low is None or b.high is None:
        return a.low is b.low
    return a.low <= b.high and b.low <= a.high


def _likeness(a: Evidence, b: Evidence) -> float:
    if a.version_id == b.version_id:
        common = min(a.end, b.end) - max(a.start, b.start)
        return common / max(a.end - a.start, b.end - b.start, 1) if common > 0 else 0.0
    one, other = ({t.exact for t in tokens(e.text)} for e in (a, b))
    share = len(one & other) / max(len(one | other), 1)
    return share if share >= SAME_WORDS else 0.0
