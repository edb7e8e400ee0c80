"""Clauses about commitments, resolved by SQL: which articles hold a commitment for which all of them are true.

Amounts are compared in rupiah (`conversion`: as stated, as the article converts, by the dated rate table); a commitment without a
rate is not compared and counted as such. Sets are handed to the engine as ids: at 50,000 ids a query costs about 30 ms more; past
that, clauses of one value each (kind, programme, currency) are better asked as filters, which the engine holds itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import ColumnElement, Connection, and_, exists, false, func, literal, not_, or_, select, true

from api.search.fields import fields
from api.search.tree import All, AmountRange, Any, DateRange, No, Tree, Value
from api.store.schema import articles, commitment_actors, commitment_beneficiaries, commitments, pledges, rates, sightings
from api.store.types import sort_key

Condition = ColumnElement[bool]
UNCOMPARED = ("none", "too_large")


@dataclass(frozen=True, slots=True)
class Resolved:
    """The articles of one group of clauses, and how many commitments could not be compared for want of a rate."""

    ids: frozenset[str]
    uncompared: int = 0


def is_fact(tree: Tree) -> bool:
    """Whether a subtree speaks of commitments only, so that it can hold for one and the same commitment."""
    match tree:
        case AmountRange():
            return True
        case DateRange() | Value():
            return fields()[tree.field].facts
        case All() | Any():
            return bool(tree.parts) and all(map(is_fact, tree.parts))
        case No():
            return is_fact(tree.part)
        case _:
            return False


def resolve(connection: Connection, tree: Tree) -> Resolved:
    """The articles whose current version holds a commitment for which `tree` (a fact subtree) is true."""
    rupiah = _rupiah_of(connection)
    base = select(commitments.c.article_id).distinct().join(articles, articles.c.current_version == commitments.c.version_id)
    holds = and_(commitments.c.tx_to.is_(None), not_(commitments.c.rejected))
    ids = frozenset(connection.scalars(base.where(holds, _condition(tree, rupiah))))
    if not _speaks_of_amounts(tree):
        return Resolved(ids)
    left_out = select(func.count()).select_from(commitments).where(holds, commitments.c.conversion.in_(UNCOMPARED))
    return Resolved(ids, connection.scalar(left_out) or 0)


def holding(connection: Connection, tree: Tree, article_id: str) -> frozenset[int]:
    """Ids of the commitments of one article's current version for which `tree` (a fact subtree) is true."""
    base = select(commitments.c.fact_id).join(articles, articles.c.current_version == commitments.c.version_id)
    holds = and_(articles.c.article_id == article_id, commitments.c.tx_to.is_(None), not_(commitments.c.rejected))
    return frozenset(connection.scalars(base.where(holds, _condition(tree, _rupiah_of(connection)))))


def _speaks_of_amounts(tree: Tree) -> bool:
    match tree:
        case AmountRange():
            return True
        case All() | Any():
            return any(map(_speaks_of_amounts, tree.parts))
        case No():
            return _speaks_of_amounts(tree.part)
        case _:
            return False


def _rupiah_of(connection: Connection) -> Callable[[str], Decimal | None]:
    """Latest rate of a currency in rupiah; None where the table has none."""

    def rate(currency: str) -> Decimal | None:
        newest = select(rates.c.rupiah).where(rates.c.currency == currency).order_by(rates.c.day.desc()).limit(1)
        return Decimal(1) if currency == "IDR" else connection.scalar(newest)

    return rate


def _condition(tree: Tree, rupiah: Callable[[str], Decimal | None]) -> Condition:
    match tree:
        case All():
            return and_(true(), *(_condition(part, rupiah) for part in tree.parts))
        case Any():
            return or_(false(), *(_condition(part, rupiah) for part in tree.parts))
        case No():
            return not_(_condition(tree.part, rupiah))
        case AmountRange():
            return _amount(tree, rupiah(tree.currency))
        case DateRange():
            return _period(tree)
        case Value():
            return _value(tree)
        case _:
            return true()


def _amount(wanted: AmountRange, rate: Decimal | None) -> Condition:
    c = commitments.c
    same = and_(c.currency == wanted.currency, _overlaps(c.low_key, c.high_key, wanted.low, wanted.high))
    if rate is None:
        return same
    low = None if wanted.low is None else wanted.low * rate
    high = None if wanted.high is None else wanted.high * rate
    other = and_(c.currency != wanted.currency, c.idr_low_key.is_not(None), _overlaps(c.idr_low_key, c.idr_high_key, low, high))
    return or_(same, other)


def _overlaps(low_key: ColumnElement[int], high_key: ColumnElement[int], low: Decimal | None, high: Decimal | None) -> Condition:
    """Ranges match if they overlap. A bound beyond 64 bits is above every key that is comparable."""
    parts: list[Condition] = [low_key.is_not(None)]
    if low is not None:
        key = sort_key(low)
        parts.append(high_key >= key if key is not None else false())
    if high is not None:
        key = sort_key(high, up=True)
        parts.append(low_key <= key if key is not None else true())
    return and_(*parts)


def _period(wanted: DateRange) -> Condition:
    """Periods are ISO texts of a day, a month or a year; "~" sorts after all of them, so that a year holds its days."""
    c = commitments.c
    start = func.coalesce(c.period_start, c.period_end, c.date)
    end = func.coalesce(c.period_end, c.period_start, c.date)
    parts: list[Condition] = [start.is_not(None)]
    if wanted.low is not None:
        parts.append(end + literal("~") >= wanted.low)
    if wanted.high is not None:
        parts.append(start <= wanted.high)
    return and_(*parts)


def _value(wanted: Value) -> Condition:
    c = commitments.c
    match wanted.field:
        case "kind":
            return c.kind == wanted.canonical
        case "status":
            return c.status == wanted.canonical
        case "currency":
            return c.currency == wanted.canonical
        case "sector":
            return c.sector == wanted.value.strip()
        case "place":
            return _place(wanted.canonical)
        case "programme":
            return _named(wanted, c.programme_id, c.programme)
        case "said_by":
            return _says(c.said_by, wanted.value)
        case "stage":
            return _stage(wanted.canonical)
        case "by":
            actors = commitment_actors.c
            return exists().where(
                actors.row_id == c.row_id, or_(_named(wanted, actors.registry_id, actors.canonical), _says(actors.name, wanted.value))
            )
        case _:
            received = commitment_beneficiaries.c
            return exists().where(received.row_id == c.row_id, _named(wanted, received.registry_id, received.name))


def _named(wanted: Value, identity: ColumnElement[str], name: ColumnElement[str]) -> Condition:
    said = _says(name, wanted.value)
    return said if wanted.canonical.startswith("name:") else or_(identity == wanted.canonical, said)


def _says(column: ColumnElement[str], value: str) -> Condition:
    """The words of `value` stand in the column as whole words, in any case."""
    escaped = " ".join(value.lower().split()).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return (literal(" ") + func.lower(column) + literal(" ")).like(f"% {escaped} %", escape="\\")


def _place(canonical: str) -> Condition:
    code = canonical.removeprefix("bps:").removeprefix("name:")
    return commitments.c.place.startswith(code, autoescape=True)


def _stage(stage: str) -> Condition:
    return exists().where(
        sightings.c.fact_id == commitments.c.fact_id, sightings.c.tx_to.is_(None),
        pledges.c.pledge_id == sightings.c.pledge_id, pledges.c.tx_to.is_(None), pledges.c.stage == stage,
    )  # fmt: skip
