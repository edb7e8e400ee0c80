"""The role of every amount: what the rules say of it and what the learned model says, half and half.

The mixture is better than either on articles of outlets that neither has seen (README.md): the rules know the field, the model has
counted words. Both are turned into probabilities first; the rules' scores by a softmax that is a little flatter than they are.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from nlp.analysis import MoneyRole
from nlp.commitments.contexts import Context
from nlp.commitments.learned.features import Surroundings, amount_features
from nlp.commitments.learned.linear import LinearModel
from nlp.commitments.roles import Role

MODEL = Path(__file__).parent / "models" / "roles.npz"
SHARE = 0.5
"""How much of the probability is the model's."""
FLATTENED = 0.7
"""By what the rules' scores are multiplied before they become probabilities."""
UNSURE = 0.3
"""Below this probability of its best role the mixture says nothing: the rules' role stands."""
LEARNED = "learned"
"""The rule named where the model overrules the signs."""
_LEAST = 1e-4


@cache
def role_model() -> LinearModel:
    """The shipped model. Raises ModelError where it is missing or damaged."""
    return LinearModel.load(MODEL)


def relearned(around: Surroundings, found: Sequence[Context], roles: Sequence[Role], model: LinearModel | None = None) -> list[Role]:
    """The roles by rules and model together: `scores` are log probabilities, `confidence` the probability of the role taken.

    A conversion keeps the role of what it converts. `rule` stays the loudest sign where the role is that of the rules.
    """
    judge = model or role_model()
    out: list[Role] = []
    rows = judge.probabilities(amount_features(around, found, roles)) if found else ()
    for context, role, row in zip(found, roles, rows, strict=True):
        of = context.money.equivalent_of
        if of is not None and of < len(out):
            out.append(out[of])
            continue
        by_model = {MoneyRole(label): float(p) for label, p in zip(judge.labels, row, strict=True)}
        by_rules = _softmax(role.scores)
        mixed = {value: SHARE * by_model.get(value, 0.0) + (1 - SHARE) * by_rules[value] for value in MoneyRole}
        best = max(mixed, key=lambda value: mixed[value])
        if mixed[best] < UNSURE:
            best = role.role
        scores = {value: math.log(max(p, _LEAST)) for value, p in mixed.items()}
        rule = role.rule if best is role.role else LEARNED
        out.append(replace(role, role=best, confidence=round(mixed[best], 3), rule=rule, scores=scores))
    return out


def _softmax(scores: Mapping[MoneyRole, float]) -> dict[MoneyRole, float]:
    raised = {value: math.exp(FLATTENED * min(scores.get(value, 0.0), 100.0)) for value in MoneyRole}
    total = sum(raised.values())
    return {value: item / total for value, item in raised.items()}
