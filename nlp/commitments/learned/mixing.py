"""Scores of rules and probabilities of models as one answer."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TypeVar

Label = TypeVar("Label")
LEARNED = "learned"
"""The rule named where the models overrule the signs."""
FLATTENED, SHARPENED = 0.7, 1.5
"""By what scores of rules are multiplied before they become probabilities: of roles (many signs speak for them), of kinds and stages."""
SHARE = 0.5
"""How much of a mixture is the model's."""
BESIDE_SIGNS = 0.5
"""How much of it is the encoder's where it speaks of kinds and stages."""


def softmax(scores: Mapping[Label, float], labels: Sequence[Label], by: float = FLATTENED) -> dict[Label, float]:
    """Scores of rules, multiplied `by` what makes them flat or sharp, as probabilities of `labels`; one without a score has 0."""
    raised = {label: math.exp(by * min(scores.get(label, 0.0), 100.0)) for label in labels}
    total = sum(raised.values())
    return {label: item / total for label, item in raised.items()}


def mixed(one: Mapping[Label, float], other: Mapping[Label, float], share: float = SHARE) -> dict[Label, float]:
    """`share` of `one` and the rest of `other`."""
    return {label: share * one.get(label, 0.0) + (1 - share) * other.get(label, 0.0) for label in one.keys() | other.keys()}


def decided(scores: Mapping[Label, float], said: Sequence[Mapping[Label, float]]) -> Label:
    """The likeliest label by the rules' `scores` and what a model says of several amounts; by the scores alone where it says nothing."""
    if not said:
        return max(scores, key=lambda label: scores[label])
    labels = list(said[0])
    mean = {label: sum(item[label] for item in said) / len(said) for label in labels}
    both = mixed(mean, softmax(scores, labels, SHARPENED), BESIDE_SIGNS)
    return max(labels, key=lambda label: both[label])
