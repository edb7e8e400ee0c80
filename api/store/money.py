"""Amounts in rupiah, so that commitments of different currencies can be compared: as stated, else by a dated rate table.

The rates (`data/rates.csv`) are rounded annual averages; a converted amount is for comparing and sorting only and says so.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from sqlalchemy import Connection, func, insert, select

from api.store.schema import rates
from api.store.types import sort_key
from nlp.analysis import Equivalent

Rates = dict[str, list[tuple[str, Decimal]]]
"""Currency → (ISO day from which it holds, rupiah for one unit), oldest first."""


@cache
def _shipped() -> tuple[dict[str, Any], ...]:
    with (files("api.store") / "data" / "rates.csv").open(encoding="utf-8") as lines:
        return tuple({**row, "rupiah": Decimal(row["rupiah"])} for row in csv.DictReader(lines))


def load_rates(connection: Connection) -> Rates:
    """The rate table of this store; the shipped one is put in where it is empty."""
    if not connection.scalar(select(func.count()).select_from(rates)):
        connection.execute(insert(rates), list(_shipped()))
    found: Rates = {}
    for row in connection.execute(select(rates).order_by(rates.c.currency, rates.c.day)):
        found.setdefault(row.currency, []).append((row.day, row.rupiah))
    return found


def rate_on(table: Rates, currency: str, day: str | None) -> Decimal | None:
    """Rupiah for one unit on a day (the newest rate without one); before the first rate, none."""
    known = table.get(currency, [])
    if day is None:
        return known[-1][1] if known else None
    return next((value for since, value in reversed(known) if since <= day), None)


def rupiah(low: Decimal, high: Decimal, currency: str, equivalents: Sequence[Equivalent], day: str | None, table: Rates) -> dict[str, Any]:
    """The columns `idr_low_key`, `idr_high_key` (hundredths) and `conversion`: same, stated, rate, none or too_large."""
    if currency == "IDR":
        return _keys(low, high, "same")
    stated = [e.amount for e in equivalents if e.currency == "IDR"]
    if stated:
        return _keys(min(stated), max(stated), "stated")
    rate = rate_on(table, currency, day)
    return _keys(low * rate, high * rate, "rate") if rate is not None else {"idr_low_key": None, "idr_high_key": None, "conversion": "none"}


def _keys(low: Decimal, high: Decimal, conversion: str) -> dict[str, Any]:
    keys = (sort_key(low), sort_key(high, up=True))
    fits = None not in keys
    return {
        "idr_low_key": keys[0] if fits else None,
        "idr_high_key": keys[1] if fits else None,
        "conversion": conversion if fits else "too_large",
    }
