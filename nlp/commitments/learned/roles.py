"""The role of every amount: what the rules, the linear model and the encoder say of it, mixed.

The rules know the field, the linear model has counted words, the encoder has read the passage: together they are better than any one on
articles that none has seen (README.md). All three are turned into probabilities first; the rules' scores by a softmax that is a little
flatter than they are. The encoder is asked only about passages where the other two are in doubt, or see an undertaking.
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
from nlp.commitments.learned.mixing import LEARNED, mixed, softmax
from nlp.commitments.roles import Role

MODEL = Path(__file__).parent / "models" / "roles.npz"
ENCODED = 0.4
"""How much of the whole probability is the encoder's, where it was asked."""
CERTAIN = 0.9
"""From this probability on rules and linear model need no encoder, unless what they see is an undertaking or near one."""
UNSURE = 0.2
"""Below this probability of its best role the mixture says nothing: the rules' role stands."""
TIED = 0.03
"""Two roles whose probabilities differ by less are equal: where one is the rules', it stands."""
_LEAST = 1e-4
Mixture = dict[MoneyRole, float]


@cache
def role_model() -> LinearModel:
    """The shipped model. Raises ModelError where it is missing or damaged."""
    return LinearModel.load(MODEL)


def mixtures(around: Surroundings, found: Sequence[Context], roles: Sequence[Role], model: LinearModel | None = None) -> list[Mixture]:
    """What rules and linear model say of every amount, as probabilities."""
    judge = model or role_model()
    rows = judge.probabilities(amount_features(around, found, roles)) if found else ()
    return [mixed(_by_label(judge.labels, row), softmax(role.scores, tuple(MoneyRole))) for role, row in zip(roles, rows, strict=True)]


def doubtful(sofar: Sequence[Mixture]) -> set[int]:
    """The amounts that the encoder is worth asking about, by their place."""
    return {
        place
        for place, said in enumerate(sofar)
        if max(said.values()) < CERTAIN or said[MoneyRole.COMMITMENT] + said[MoneyRole.TARGET] > 1 - CERTAIN
    }


def relearned(
    found: Sequence[Context], roles: Sequence[Role], sofar: Sequence[Mixture], judged: Mapping[int, Mapping[MoneyRole, float]]
) -> list[Role]:
    """The roles by all: `scores` are log probabilities, `confidence` the probability of the role taken.

    A conversion keeps the role of what it converts. `rule` stays the loudest sign where the role is that of the rules.

    Args:
        judged: what the encoder says of the amounts it was asked about, by their place.
    """
    out: list[Role] = []
    for place, (context, role, said) in enumerate(zip(found, roles, sofar, strict=True)):
        of = context.money.equivalent_of
        if of is not None and of < len(out):
            out.append(out[of])
            continue
        whole = mixed(judged[place], said, ENCODED) if place in judged else said
        best = max(whole, key=lambda value: whole[value])
        if whole[best] < UNSURE or whole[best] - whole[role.role] < TIED:
            best = role.role
        scores = {value: math.log(max(p, _LEAST)) for value, p in whole.items()}
        rule = role.rule if best is role.role else LEARNED
        out.append(replace(role, role=best, confidence=round(whole[best], 3), rule=rule, scores=scores))
    return out


def _by_label(labels: Sequence[str], row: Sequence[float]) -> dict[MoneyRole, float]:
    return {MoneyRole(label): float(p) for label, p in zip(labels, row, strict=True)}
