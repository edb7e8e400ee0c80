"""Column types both databases share: aware times, exact decimals with an integer sort key, JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, Text, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB

KEY_SCALE = 100
"""A sort key counts hundredths of the currency's unit: cents are kept, 92,233 triliun rupiah still fit in 64 bits."""

KEY_MAX = 2**63 - 1

_PLAIN_DIGITS = 60
"""Numbers up to this many digits are written plainly; beyond, in scientific form, so that 1E+400000 stays short."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored as UTC. A naive value is refused: nobody may guess a zone here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database: UTC; without its zone where the database keeps none (SQLite)."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive time has no place in the store: {value.isoformat()}")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - signature of SQLAlchemy
        """From the database: always aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class DecimalText(TypeDecorator[Decimal]):
    """An exact decimal, stored as canonical text: equal numbers have equal texts."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - signature of SQLAlchemy
        """To the database: canonical text."""
        return None if value is None else canonical(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002 - signature of SQLAlchemy
        """From the database: the same number."""
        return None if value is None else Decimal(value)


Json = JSON().with_variant(JSONB(), "postgresql")
"""Small structures that are read whole. What is filtered or joined has columns instead."""

BigKey = BigInteger().with_variant(Integer(), "sqlite")
"""64-bit keys; SQLite numbers rows by itself only where the type is spelled INTEGER."""


def canonical(value: Decimal) -> str:
    """The one text of a number: no exponent up to 60 digits, no trailing zeros, no minus before zero.

    Raises:
        ValueError: the value is not a finite number.
    """
    if not value.is_finite():
        raise ValueError(f"not a finite decimal: {value!r}")
    sign, digits, exponent = value.as_tuple()
    text = "".join(map(str, digits)).lstrip("0")
    stripped = text.rstrip("0")
    if not stripped:
        return "0"
    power = int(exponent) + len(text) - len(stripped)
    minus = "-" if sign else ""
    if len(stripped) + abs(power) > _PLAIN_DIGITS:
        return f"{minus}{stripped}E{power:+d}"
    return minus + format(Decimal((0, tuple(map(int, stripped)), power)), "f")


def sort_key(value: Decimal | None, *, up: bool = False) -> int | None:
    """The number in hundredths as a 64-bit integer, rounded down (`up`: up), or None where it does not fit.

    A lower bound is rounded down and an upper bound up, so that two ranges which overlap still overlap as keys.
    """
    if value is None or not value.is_finite() or value.adjusted() > 20:
        return None
    if value.adjusted() < -30:
        return int(up and value > 0) - int(not up and value < 0)
    exact = Context(prec=len(value.as_tuple().digits) + 40)
    key = int(exact.multiply(value, Decimal(KEY_SCALE)).to_integral_value(ROUND_CEILING if up else ROUND_FLOOR))
    return key if -KEY_MAX <= key <= KEY_MAX else None


def plain(value: Any) -> Any:
    """A structure ready for a JSON column: decimals as canonical text, tuples as lists."""
    if isinstance(value, Decimal):
        return canonical(value)
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    return value
