"""The role of every amount by the learned model, over what the rules say of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from nlp.analysis import MoneyRole
from nlp.commitments.contexts import Context
from nlp.commitments.learned.features import Surroundings, amount_features
from nlp.commitments.learned.linear import LinearModel
from nlp.commitments.roles import Role

MODEL = Path(__file__).parent / "models" / "roles.npz"
_LEAST = 1e-4


@cache
def role_model() -> LinearModel:
    """The shipped model. Raises ModelError where it is missing or damaged."""
    return LinearModel.load(MODEL)


def relearned(around: Surroundings, found: Sequence[Context], roles: Sequence[Role], model: LinearModel | None = None) -> list[Role]:
    """The rules' roles as the model sees them: `scores` are log probabilities, `confidence` the probability of the role taken.

    A conversion keeps the role of what it converts. `rule` stays the loudest sign of the role taken, "learned" where none spoke for it.
    """
    judge = model or role_model()
    out: list[Role] = []
    rows = judge.probabilities(amount_features(around, found, roles)) if found else ()
    for context, role, row in zip(found, roles, rows, strict=True):
        of = context.money.equivalent_of
        if of is not None and of < len(out):
            out.append(out[of])
            continue
        scores = {MoneyRole(label): math.log(max(float(p), _LEAST)) for label, p in zip(judge.labels, row, strict=True)}
        best = max(scores, key=lambda value: scores[value])
        rule = role.rule if best is role.role else "learned"
        out.append(replace(role, role=best, confidence=round(math.exp(scores[best]), 3), rule=rule, scores=scores))
    return out
