"""Days and months as people in Jakarta count them, from what a page said about its time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from crawler.items import Precision, Published

JAKARTA = ZoneInfo("Asia/Jakarta")

_SHIFT = 24
_LOW = (1 << _SHIFT) - 1


def moment_of(published: Published) -> datetime | None:
    """The moment an article is sorted and matched by, in UTC: a bare day begins at midnight in Jakarta; None without a date."""
    if published.value is None:
        return None
    if published.precision is Precision.DAY:
        return datetime.combine(date.fromisoformat(published.value), time(), JAKARTA).astimezone(UTC)
    return datetime.fromisoformat(published.value).astimezone(UTC)


def day_of(published: Published) -> date | None:
    """The day of publication in Jakarta; None without a date."""
    if published.value is None:
        return None
    if published.precision is Precision.DAY:
        return date.fromisoformat(published.value)
    return datetime.fromisoformat(published.value).astimezone(JAKARTA).date()


def newest_key(moment: datetime | None, number: int) -> int:
    """The unique integer that sorts "newest": second of publication, then arrival. Without a date an article comes last."""
    second = max(0, int(moment.timestamp())) if moment else 0
    return (second << _SHIFT) | (number & _LOW)
