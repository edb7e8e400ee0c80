"""The stretches of text around each amount that the rules look at."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from nlp.analysis import Money
from nlp.sentences import sentences

_NEAR = 90
_LEFT = 260
_RIGHT = 110
_CLAUSE = re.compile(r"[,;:]\s|\s[-–—]\s|\b(?:sedangkan|sementara|namun|tetapi|adapun|while|whereas)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Context:
    """One amount with its surroundings. `start` and `end` bound its sentence; the strings are stretches of the text as given."""

    index: int
    money: Money
    start: int
    end: int
    near: str
    left: str
    right: str
    before: str
    sentence: str
    after: str
    """The sentence behind."""
    follows: bool
    """Another amount stands before it in the same sentence."""
    gap: str
    """The text between that amount and this one; empty where there is none."""


def contexts(text: str, money: Sequence[Money]) -> list[Context]:
    """The context of every amount, in order."""
    spans = sentences(text)
    starts = [start for start, _ in spans]
    found: list[Context] = []
    for index, item in enumerate(money):
        place = max(bisect_right(starts, item.start) - 1, 0)
        start, end = spans[place] if spans else (0, len(text))
        end = max(end, item.end)
        previous = money[index - 1].end if index and money[index - 1].end > start else None
        following, behind = _next_amount(money, index, end)
        near_from = max(start, item.start - _NEAR, previous or 0)
        before = text[spans[place - 1][0] : spans[place - 1][1]][-_LEFT:] if place else ""
        found.append(
            Context(
                index=index,
                money=item,
                start=start,
                end=end,
                near=text[near_from : item.start],
                left=text[max(start, item.start - _LEFT) : item.start],
                right=_clause(text[behind : min(following, behind + _RIGHT)]),
                before=before,
                sentence=text[start:end],
                after=text[spans[place + 1][0] : spans[place + 1][1]][:_LEFT] if place + 1 < len(spans) else "",
                follows=previous is not None,
                gap=text[previous : item.start] if previous is not None else "",
            )
        )
    return found


def _next_amount(money: Sequence[Money], index: int, end: int) -> tuple[int, int]:
    """Where the next amount of the sentence begins, and where this one ends together with its conversions."""
    behind = money[index].end
    for other in range(index + 1, len(money)):
        if money[other].start >= end:
            break
        if money[other].equivalent_of != index:
            return money[other].start, behind
        behind = money[other].end
    return end, behind


def _clause(stretch: str) -> str:
    cut = _CLAUSE.search(stretch)
    return stretch[: cut.start()] if cut else stretch
