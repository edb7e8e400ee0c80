"""How sure a figure is: percentile intervals by the bootstrap over articles (Efron 1979), drawn with a fixed seed.

Articles are drawn, not amounts or commitments: those of one article stand and fall together.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

from nlp.scoring import Score, Share, Tally, score

DRAWS = 1_000
LEVEL = 0.95

Interval = tuple[float, float]


def intervals(
    records: Sequence[Mapping[str, Any]], predicted: Mapping[str, Mapping[str, Any]], *, draws: int = DRAWS, seed: int = 1
) -> dict[str, Interval]:
    """Figure → (low, high) of its 95 % interval over redrawn sets of articles.

    Args:
        records: gold articles.
        predicted: their analyses in JSON form, by id.
        draws: how many sets are drawn.
        seed: of the draw; the same seed gives the same intervals.
    """
    single = [score([record], predicted) for record in records]
    draw = random.Random(seed)
    values: dict[str, list[float]] = {}
    for _ in range(draws):
        for name, value in _together(draw.choices(single, k=len(single))).items():
            values.setdefault(name, []).append(value)
    return {name: _middle(sorted(drawn)) for name, drawn in values.items()}


def _together(parts: Sequence[Score]) -> dict[str, float]:
    whole: dict[str, float] = {}
    for name, first in parts[0].items():
        if isinstance(first, Tally):
            tally = Tally()
            for part in parts:
                item = part.tallies[name]
                tally.add(item.right, item.predicted, item.gold)
            whole[name] = tally.value
        else:
            whole[name] = Share(sum(part.shares[name].right for part in parts), sum(part.shares[name].of for part in parts)).value
    return whole


def _middle(drawn: Sequence[float]) -> Interval:
    """The bounds that hold the middle of the sorted values."""
    cut = round((1 - LEVEL) / 2 * len(drawn))
    return round(drawn[cut], 3), round(drawn[len(drawn) - 1 - cut], 3)
