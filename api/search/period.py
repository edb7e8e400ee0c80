"""The days of publication a search is about."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence

from api.search.tree import All, DateRange, Tree

Period = tuple[str | None, str | None]
"""ISO days, inclusive; None where open."""


def period_of(tree: Tree | None, filters: Mapping[str, Sequence[str]]) -> Period | None:
    """The dates that must hold, else the months chosen; None where the search names neither."""
    parts = tree.parts if isinstance(tree, All) else (tree,)
    for part in parts:
        if isinstance(part, DateRange) and part.field == "date":
            return part.low, part.high
    months = sorted(month for month in filters.get("month", ()) if _is_month(month))
    if not months:
        return None
    year, month = int(months[-1][:4]), int(months[-1][5:])
    return f"{months[0]}-01", f"{months[-1]}-{monthrange(year, month)[1]:02d}"


def _is_month(text: str) -> bool:
    year, dash, month = text.partition("-")
    return len(text) == 7 and dash == "-" and year.isdecimal() and month.isdecimal() and year >= "0001" and "01" <= month <= "12"
