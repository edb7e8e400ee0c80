"""How far a commitment's confidence can be trusted, and the line that makes it so.

    python -m nlp.training.calibrate GOLD.jsonl [GOLD.jsonl …]

Prints the reliability table (how often commitments of each band of confidence are right, amount and currency as in the scorer) and
the slope and intercept of a logistic regression on the raw score; the two go into `nlp/commitments/data/roles.yml`, `calibration`.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from nlp.commitments.tables import role_table
from nlp.evaluate import predictions, read_gold
from nlp.pipeline import Pipeline

Judged = tuple[float, bool]
_BANDS = ((0.0, 0.5), (0.5, 0.6), (0.6, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 1.01))
_STEPS = 4000
_RATE = 0.02
_PULL = 0.01


def judged(records: Sequence[Mapping[str, Any]], predicted: Mapping[str, Mapping[str, Any]]) -> list[Judged]:
    """(confidence, right) of every predicted commitment."""
    out: list[Judged] = []
    for record in records:
        wanted = {(int(item["amount_low"]), int(item["amount_high"]), item["currency"]) for item in record["commitments"]}
        for item in predicted[record["id"]]["commitments"]:
            key = (int(item["amount_low"]), int(item["amount_high"]), item["currency"])
            out.append((float(item["confidence"]), key in wanted))
    return out


def reliability(pairs: Iterable[Judged]) -> list[tuple[str, int, float, float]]:
    """(band, count, mean confidence, share right) of every band that holds something."""
    rows = list(pairs)
    table = []
    for low, high in _BANDS:
        inside = [pair for pair in rows if low <= pair[0] < high]
        if inside:
            mean = sum(confidence for confidence, _ in inside) / len(inside)
            table.append((f"{low:.1f}-{min(high, 1.0):.1f}", len(inside), mean, sum(right for _, right in inside) / len(inside)))
    return table


def fit(pairs: Sequence[Judged]) -> tuple[float, float]:
    """Slope and intercept on the logit of the raw confidence, by gradient descent with a small pull to zero."""
    slope, intercept = 0.5, 0.0
    logits = [(math.log(c / (1 - c)), right) for c, right in ((min(max(c, 0.01), 0.999), right) for c, right in pairs)]
    for _ in range(_STEPS):
        errors = [(1 / (1 + math.exp(-(slope * x + intercept))) - right, x) for x, right in logits]
        slope -= _RATE * (sum(error * x for error, x in errors) / len(errors) + _PULL * slope)
        intercept -= _RATE * sum(error for error, _ in errors) / len(errors)
    return round(slope, 3), round(intercept, 3)


def main(paths: Sequence[Path]) -> None:
    """Measure and print."""
    pipeline = Pipeline.load()
    pairs = [pair for path in paths for records in [read_gold(path)] for pair in judged(records, predictions(records, pipeline))]
    line = role_table().calibration
    for band, count, mean, right in reliability(pairs):
        print(f"{band}  n {count:3}  said {mean:.2f}  right {right:.2f}")
    raw = [(_uncalibrated(confidence, line.slope, line.intercept), right) for confidence, right in pairs]
    print(f"{len(pairs)} commitments; slope, intercept on the raw score: {fit(raw)}")


def _uncalibrated(confidence: float, slope: float, intercept: float) -> float:
    clipped = min(max(confidence, 0.001), 0.999)
    return 1 / (1 + math.exp(-(math.log(clipped / (1 - clipped)) - intercept) / slope))


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]])
