"""What stands beside commitments and is never mixed with them: proposals, progress figures, changes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from nlp.analysis import Change, Evidence, MoneyRole, Progress, Proposal
from nlp.commitments.contexts import Context
from nlp.commitments.frames import Frame, gate
from nlp.commitments.roles import Role
from nlp.commitments.slots import Slots
from nlp.commitments.tables import gate_table, words
from nlp.commitments.times import period_of, stated_date

_PERCENT_OF = re.compile(r"(\d{1,3}(?:[.,]\d+)?)\s?(?:%|persen|percent)\s+(?:dari|of)\b", re.IGNORECASE)


def evidence(context: Context) -> Evidence:
    """The amount's sentence."""
    return Evidence(text=context.sentence, start=context.start, end=context.end)


def proposals(found: Sequence[Context], roles: Sequence[Role], slots: Slots) -> tuple[Proposal, ...]:
    """Amounts asked for, drafted or under discussion."""
    out: list[Proposal] = []
    for context, role in zip(found, roles, strict=True):
        reason = gate(context) if role.role in (MoneyRole.COMMITMENT, MoneyRole.TARGET) else None
        if reason not in ("asked-for", "merely-discussed") or context.money.equivalent_of is not None:
            continue
        frame = Frame([context], [role])
        actors, _ = slots.actors(frame)
        programme = slots.programme(frame)
        money = context.money
        out.append(
            Proposal(
                amount_low=money.low,
                amount_high=money.high,
                currency=money.currency,
                actors=tuple(actors),
                programme=programme.name if programme else None,
                evidence=evidence(context),
            )
        )
    return tuple(out)


def progress(found: Sequence[Context], roles: Sequence[Role], slots: Slots, published: date | None) -> tuple[Progress, ...]:
    """Realisation figures: cumulative or periodic, with their programme, payer, period, date and percent."""
    out: list[Progress] = []
    seen: set[tuple[object, ...]] = set()
    for context, role in zip(found, roles, strict=True):
        money = context.money
        key = (money.currency, money.low, money.high)
        if role.role is not MoneyRole.REALISATION or money.equivalent_of is not None or key in seen:
            continue
        seen.add(key)
        frame = Frame([context], [role])
        actors, _ = slots.actors(frame)
        programme = slots.programme(frame)
        out.append(
            Progress(
                amount_low=money.low,
                amount_high=money.high,
                currency=money.currency,
                programme=programme.name if programme else None,
                programme_id=programme.id if programme else None,
                actors=tuple(actors),
                period=period_of(context.sentence, published),
                as_of=stated_date(context.sentence, published),
                percent=_percent(context),
                evidence=evidence(context),
            )
        )
    return tuple(out)


def _percent(context: Context) -> Decimal | None:
    match = _PERCENT_OF.search(context.right)
    return Decimal(match.group(1).replace(",", ".")) if match else None


def changes(found: Sequence[Context], roles: Sequence[Role], slots: Slots) -> tuple[Change, ...]:
    """Undertakings reported as reduced, suspended or cancelled."""
    out: list[Change] = []
    signs = {name: words(source) for name, source in gate_table().changes.items()}
    for context, role in zip(found, roles, strict=True):
        if role.role is not MoneyRole.COMMITMENT or gate(context) != "reduced" or context.money.equivalent_of is not None:
            continue
        change = next((name for name, sign in signs.items() if sign.search(context.left) or sign.search(context.right)), None)
        if change is None:
            continue
        frame = Frame([context], [role])
        actors, _ = slots.actors(frame)
        programme = slots.programme(frame)
        out.append(
            Change(
                change=change,
                amount_low=context.money.low,
                amount_high=context.money.high,
                currency=context.money.currency,
                actors=tuple(actors),
                programme=programme.name if programme else None,
                evidence=evidence(context),
            )
        )
    return tuple(out)
