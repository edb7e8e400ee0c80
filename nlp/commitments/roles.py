"""The role of every amount: signs from data, summed by role, the nearest counting most; repeats and lists speak together."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from nlp.analysis import Money, MoneyRole
from nlp.commitments.contexts import Context
from nlp.commitments.tables import RoleRule, role_table, words

Scores = dict[MoneyRole, float]
_UNIT_LIMIT = {"IDR": 1.0}
_FOREIGN = 1 / 14000
_LISTED_GAP = 70
_LISTED_WEIGHT = 2.2
_COMPARED_WEIGHT = 2.4
_SILENT = 1.0
_SILENT_WEIGHT = 1.0
_CONTINUES_WITHIN = 260
_REPEAT_WEIGHT = 0.6
_TITLE_WEIGHT = 0.8


@dataclass(frozen=True, slots=True)
class Role:
    """A decided role with its certainty (0 to 1) and the rule that spoke loudest for it."""

    role: MoneyRole
    confidence: float
    rule: str
    scores: Scores
    signs: Mapping[str, float] = field(default_factory=dict)
    """Rule → how loudly it spoke here, 0 to 1."""


@cache
def _compiled() -> tuple[tuple[RoleRule, re.Pattern[str]], ...]:
    return tuple((rule, words(rule.words)) for rule in role_table().rules)


def _decay(distance: int) -> float:
    """How much a sign at this distance (characters) counts."""
    if distance <= 30:
        return 1.0
    return max(0.3, 1.0 - (distance - 30) / 180)


def _signal(rule: RoleRule, pattern: re.Pattern[str], context: Context, title: str) -> float:
    """The weight with which one rule speaks here, 0 where it does not."""
    if rule.where == "per":
        return rule.weight if context.money.per and pattern.fullmatch(context.money.per) else 0.0
    if rule.where == "title":
        return rule.weight if pattern.search(title) else 0.0
    stretch = {"near": context.near, "left": context.left, "right": context.right, "before": context.before}[rule.where]
    if rule.where in ("right", "before"):
        match = pattern.search(stretch)
        return rule.weight * (_decay(match.start()) if rule.where == "right" else 1.0) if match else 0.0
    last = None
    for match in pattern.finditer(stretch):
        last = match.end()
    return rule.weight * _decay(len(stretch) - last) if last is not None else 0.0


@dataclass(frozen=True, slots=True)
class _Heard:
    """What the signs around one amount say by themselves."""

    scores: Scores
    loudest: Mapping[MoneyRole, str]
    signs: Mapping[str, float]


def _own_scores(context: Context, title: str) -> _Heard:
    table = role_table()
    scores: Scores = defaultdict(float, table.priors)
    loudest: dict[MoneyRole, tuple[float, str]] = {}
    signs: dict[str, float] = {}
    for rule, pattern in _compiled():
        weight = _signal(rule, pattern, context, title)
        if weight:
            signs[rule.name] = round(weight / rule.weight, 3)
            scores[rule.role] += weight
            carries = weight if rule.name not in table.weak else weight / 3
            loudest[rule.role] = max(loudest.get(rule.role, (0.0, "")), (carries, rule.name))
    mass = table.mass_lending
    if signs.keys() & mass.signs and context.money.low >= mass.start * _scale(context.money):
        scores[MoneyRole.REALISATION] += mass.weight
    if context.money.per is None and context.money.low > table.price_ceiling * _scale(context.money):
        scores[MoneyRole.PRICE] *= 0.25
    if context.money.per == "each":
        scores[MoneyRole.PRICE] *= 0.5
    if context.money.per is None and context.money.high < table.target_floor * _scale(context.money):
        scores[MoneyRole.TARGET] *= 0.25
    if not within_bounds(context.money):
        scores[MoneyRole.COMMITMENT] = 0.0
    return _Heard(scores, {role: name for role, (_, name) in loudest.items()}, signs)


def within_bounds(money: Money) -> bool:
    """Whether an amount can be an undertaking by its size: above prices, below whole economies."""
    place: Literal["IDR", "other"] = "IDR" if money.currency == "IDR" else "other"
    table = role_table()
    return table.commitment_floor[place] <= money.high <= table.commitment_ceiling[place]


def _scale(money: Money) -> float:
    return _UNIT_LIMIT.get(money.currency, _FOREIGN)


def decide_roles(found: Sequence[Context], title: str, titled: Sequence[Context] = ()) -> list[Role]:
    """The role of each amount, in order; `titled` are the amounts of the title, whose words speak for the same amount in the text."""
    own = [_own_scores(context, title) for context in found]
    scores = [dict(item.scores) for item in own]
    _hear_repeats(found, [item.scores for item in own], scores)
    _hear_title(found, titled, scores)
    listed = [_listed(context) for context in found]
    roles: list[Role] = []
    for index, context in enumerate(found):
        if index:
            heard = _carried(found[index - 1], context, listed[index], own[index].scores)
            scores[index][roles[-1].role] = scores[index].get(roles[-1].role, 0.0) + heard
        of = context.money.equivalent_of
        roles.append(roles[of] if of is not None and of < index else _winner(scores[index], own[index]))
    return roles


@cache
def _compared() -> re.Pattern[str]:
    return words(role_table().compared)


def _carried(last: Context, context: Context, listed: bool, own: Scores) -> float:
    """How much the role of the amount before speaks for this one: in a list, in a comparison, or where nothing else speaks."""
    near = context.money.start - last.money.end <= _CONTINUES_WITHIN and last.money.currency == context.money.currency
    if not near or (context.money.per is None) != (last.money.per is None):
        return 0.0
    if _compared().search(context.near) or _compared().search(context.right):
        return _COMPARED_WEIGHT
    if listed:
        return _LISTED_WEIGHT
    return _SILENT_WEIGHT if max(own.values()) < _SILENT else 0.0


def _hear_repeats(found: Sequence[Context], own: Sequence[Scores], scores: Sequence[Scores]) -> None:
    """Adds to each amount what its repeats elsewhere in the article say, weakened."""
    groups: defaultdict[tuple[object, ...], list[int]] = defaultdict(list)
    for index, context in enumerate(found):
        money = context.money
        groups[money.currency, money.low, money.high, money.per].append(index)
    for members in groups.values():
        for index in members:
            for other in members:
                if other != index:
                    for role, value in own[other].items():
                        scores[index][role] = scores[index].get(role, 0.0) + _REPEAT_WEIGHT * value / (len(members) - 1)


def _hear_title(found: Sequence[Context], titled: Sequence[Context], scores: Sequence[Scores]) -> None:
    """Adds to each amount what the title says of the same amount."""
    for head in titled:
        said = _own_scores(head, "").scores
        for index, context in enumerate(found):
            if (context.money.currency, context.money.low, context.money.high) == (head.money.currency, head.money.low, head.money.high):
                for role, value in said.items():
                    scores[index][role] = scores[index].get(role, 0.0) + _TITLE_WEIGHT * value


@cache
def _list_pattern() -> re.Pattern[str]:
    joined = "|".join(re.escape(item) for item in role_table().listed)
    return re.compile(rf"[^.]{{0,30}}?(?:{joined})", re.IGNORECASE)


def _listed(context: Context) -> bool:
    """Whether the amount continues a list that another amount began in its sentence."""
    return context.follows and len(context.gap) <= _LISTED_GAP and bool(_list_pattern().match(context.gap))


def calibrated(role: Role) -> float:
    """How likely an undertaking of this role is right, by the fitted line."""
    line = role_table().calibration
    clipped = min(max(role.confidence, 0.01), 0.999)
    return 1 / (1 + math.exp(-(line.slope * math.log(clipped / (1 - clipped)) + line.intercept)))


def _winner(scores: Scores, heard: _Heard) -> Role:
    ordered = sorted(scores.items(), key=lambda item: -item[1])
    (role, best), (_, second) = ordered[0], ordered[1]
    confidence = 1 / (1 + math.exp(-(best - second)))
    return Role(role, round(confidence, 3), heard.loudest.get(role, "prior"), scores, heard.signs)
