"""From amounts with roles to undertakings: which amounts state the same one, its instrument and its stage."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from nlp.analysis import Kind, Money, MoneyRole, Status
from nlp.commitments.contexts import Context
from nlp.commitments.learned.encoder import Judgement
from nlp.commitments.learned.mixing import LEARNED, decided
from nlp.commitments.roles import Role, within_bounds
from nlp.commitments.tables import Sign, gate_table, kind_table, pattern, role_table, status_table, words

_TOLERANCE_DIGITS = 2
_BEFORE_WEIGHT = 0.35
_TITLE_WEIGHT = 0.4
_RIGHT_WEIGHT = 0.8
SURE = 0.5
"""From this confidence on a role needs no strong sign beside it (chosen by cross-validation on the training articles)."""


@dataclass(slots=True)
class Frame:
    """One undertaking while it is put together: the contexts that state it, best first, and those that convert it."""

    contexts: list[Context]
    roles: list[Role]
    converted: list[Context] = field(default_factory=list)

    @property
    def head(self) -> Context:
        """The context whose role is surest: its amount and sentence stand for the undertaking."""
        return self.contexts[0]

    @property
    def money(self) -> Money:
        """The amount as stated."""
        return self.head.money


def gate(context: Context) -> str | None:
    """The name of the reason why this amount is no undertaking of its own, or None."""
    for name, sign in _gates():
        if name == "hypothetical":
            match = sign.search(context.left[-70:])
        elif name == "obliged":
            match = sign.search(context.near)
        elif name == "reduced":
            match = sign.search(context.near) or sign.match(context.right.lstrip())
        else:
            match = sign.search(context.left)
        if match:
            return name
    return None


@cache
def _gates() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((item.name, words(item.words)) for item in gate_table().reject)


def undertakes(context: Context, role: Role) -> bool:
    """Whether the amount states an undertaking: its role says so, or it is a target to provide funds; and no gate holds."""
    if not within_bounds(context.money):
        return False
    if role.role is MoneyRole.COMMITMENT:
        return (role.rule not in role_table().weak or role.confidence >= SURE) and gate(context) is None
    if role.role is not MoneyRole.TARGET or role.rule in role_table().weak:
        return False
    stretch = context.left
    return bool(pattern("gates", "provides").search(stretch)) and not pattern("gates", "takes").search(stretch) and gate(context) is None


def build_frames(found: Sequence[Context], roles: Sequence[Role]) -> list[Frame]:
    """The undertakings of an article in text order: equal amounts are one, conversions join what they convert."""
    groups: defaultdict[tuple[object, ...], list[int]] = defaultdict(list)
    refused: defaultdict[tuple[object, ...], int] = defaultdict(int)
    for index, (context, role) in enumerate(zip(found, roles, strict=True)):
        money = context.money
        key = (money.currency, money.low, money.high)
        if money.equivalent_of is None and undertakes(context, role):
            groups[key].append(index)
        elif gate(context) is not None:
            refused[key] += 1
    faint = role_table().faint
    frames = []
    for same, members in groups.items():
        if refused[same] > len(members):
            continue
        ordered = sorted(members, key=lambda index: (roles[index].rule in faint, -roles[index].confidence, index))
        frames.append(Frame([found[index] for index in ordered], [roles[index] for index in ordered]))
    _join_conversions(found, frames)
    return sorted(_without_bounds(_without_foreign_twins(frames)), key=lambda frame: min(item.index for item in frame.contexts))


def _join_conversions(found: Sequence[Context], frames: Sequence[Frame]) -> None:
    of = {context.index: frame for frame in frames for context in frame.contexts}
    for context in found:
        converted = context.money.equivalent_of
        if converted is not None and converted in of:
            of[converted].converted.append(context)


def _without_bounds(frames: Sequence[Frame]) -> list[Frame]:
    """Drops a single figure that is a bound of a range stated elsewhere ("18 miliar" beside "18 sampai 19 miliar")."""
    ranges = [frame for frame in frames if frame.money.low != frame.money.high]
    kept: list[Frame] = []
    for frame in frames:
        money = frame.money
        whole = next(
            (r for r in ranges if r is not frame and r.money.currency == money.currency and money.low in (r.money.low, r.money.high)), None
        )
        if whole is not None and money.low == money.high:
            whole.contexts.extend(frame.contexts)
        else:
            kept.append(frame)
    return kept


def _without_foreign_twins(frames: Sequence[Frame]) -> list[Frame]:
    """Drops an amount that another undertaking's conversion states ("Rp 33,5 triliun" alone, after "US$ 2 miliar (Rp 33,5 triliun)")."""
    converted: dict[tuple[str, str], Frame] = {
        (context.money.currency, _rounded(context.money)): frame for frame in frames for context in frame.converted
    }
    kept: list[Frame] = []
    for frame in frames:
        original = converted.get((frame.money.currency, _rounded(frame.money)))
        if original is not None and original is not frame:
            original.converted.extend(frame.contexts)
        else:
            kept.append(frame)
    return kept


def _rounded(money: Money) -> str:
    return f"{money.low:.{_TOLERANCE_DIGITS}e}"


@cache
def _kind_signs() -> tuple[tuple[Kind, Sign], ...]:
    return tuple((rule.kind, Sign(rule.name, rule.weight, words(rule.words))) for rule in kind_table().rules)


@cache
def _status_signs() -> tuple[tuple[Status, Sign], ...]:
    return tuple((rule.status, Sign(rule.name, rule.weight, words(rule.words))) for rule in status_table().rules)


def _weigh(sign: Sign, context: Context, title: str) -> float:
    """How loudly a sign speaks around an amount: before it most, then behind it, in the sentence before, in the title."""
    total = 0.0
    last = None
    for match in sign.pattern.finditer(context.left):
        last = match.end()
    if last is not None:
        total += sign.weight * max(0.3, 1.0 - (len(context.left) - last) / 200)
    behind = sign.pattern.search(context.right)
    if behind is not None:
        total += _RIGHT_WEIGHT * sign.weight * max(0.3, 1.0 - behind.start() / 120)
    if sign.pattern.search(context.before):
        total += _BEFORE_WEIGHT * sign.weight
    if sign.pattern.search(title):
        total += _TITLE_WEIGHT * sign.weight
    return total


def decide_kind(frame: Frame, title: str, said: Sequence[Judgement] = ()) -> tuple[Kind, str]:
    """The instrument and the rule that decided; `said` is what the encoder says of the frame's amounts."""
    table = kind_table()
    scores: defaultdict[Kind, float] = defaultdict(float)
    loudest: dict[Kind, tuple[float, str]] = {}
    for kind, sign in _kind_signs():
        weight = sum(_weigh(sign, context, title) for context in frame.contexts) / len(frame.contexts)
        if weight:
            scores[kind] += weight
            loudest[kind] = max(loudest.get(kind, (0.0, "")), (weight, sign.name))
    if not scores and not said:
        return table.default, "no-sign"
    kind = decided(scores, [item.kind for item in said])
    rule = loudest[kind][1] if kind in loudest else LEARNED
    if frame.money.per in table.per_head.units and kind in (Kind.BUDGET, Kind.OTHER):
        return (table.per_head.budget if kind is Kind.BUDGET else table.per_head.other), "per-head"
    return kind, rule


def decide_status(frame: Frame, kind: Kind, title: str, said: Sequence[Judgement] = ()) -> tuple[Status, str]:
    """The stage and the rule that decided; a stage that the kind does not have is corrected. `said` as for the kind."""
    table = status_table()
    if any(role.role is MoneyRole.TARGET for role in frame.roles):
        return Status.TARGET, "role-target"
    scores: defaultdict[Status, float] = defaultdict(float)
    loudest: dict[Status, str] = {}
    for status, sign in _status_signs():
        weight = sum(_weigh(sign, context, title) for context in frame.contexts) / len(frame.contexts)
        if weight:
            scores[status] += weight
            loudest[status] = sign.name
    status = decided(scores or {table.defaults[kind]: 0.0}, [item.stage for item in said])
    rule = loudest.get(status, LEARNED if said else "default")
    corrected = next((item.to for item in table.corrections if item.kind is kind and item.status is status), status)
    return corrected, rule
