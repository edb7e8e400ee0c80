"""When: the date of an undertaking and the period it is for, as stated, else inferred from the date of publication."""

from __future__ import annotations

import re
from datetime import date, timedelta

from nlp.analysis import Period
from nlp.lang.calendar import MONTHS

_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_FULL = re.compile(rf"\b(\d{{1,2}})\s+({_MONTH})\s+(\d{{4}})\b", re.IGNORECASE)
_SLASH = re.compile(r"\((\d{1,2})/(\d{1,2})(?:/(\d{4}))?\)")
_MONTH_YEAR = re.compile(rf"\b({_MONTH})\s+(20\d\d)\b", re.IGNORECASE)
_SPAN = re.compile(r"\b(20\d\d)\s*(?:-|–|—|sampai(?: dengan)?|hingga|to|s/d)\s*(20\d\d)\b")
_YEAR = re.compile(
    r"\b(?:tahun|pada|di|sepanjang|selama|untuk|anggaran|fiskal|APBN|APBD|in|for|year|FY)\s+(?:tahun\s+|anggaran\s+|APBN\s+)?(20\d\d)\b",
    re.IGNORECASE,
)
_UNTIL = re.compile(r"\b(?:hingga|sampai|until|by|sebelum|paling lambat)\s+(?:akhir\s+)?(?:tahun\s+)?(20\d\d)\b", re.IGNORECASE)
_RELATIVE = re.compile(r"\b(?:(tahun ini|this year)|(tahun depan|next year)|(tahun lalu|last year))\b", re.IGNORECASE)
_OFFSETS = (0, 1, -1)
_LATEST = 370


def stated_date(sentence: str, published: date | None) -> str | None:
    """The day (ISO), or month, that a sentence names as past or present; a day without a year takes the year of publication."""
    match = _FULL.search(sentence)
    if match:
        return _iso(int(match.group(3)), MONTHS[match.group(2).lower()], int(match.group(1)))
    match = _SLASH.search(sentence)
    if match and (match.group(3) or published):
        year = int(match.group(3)) if match.group(3) else _year_of(int(match.group(2)), int(match.group(1)), published)
        return _iso(year, int(match.group(2)), int(match.group(1)))
    match = _MONTH_YEAR.search(sentence)
    return f"{match.group(2)}-{MONTHS[match.group(1).lower()]:02d}" if match else None


def _year_of(month: int, day: int, published: date | None) -> int:
    """The year of a day named without one: the last such day not after publication."""
    if published is None:
        return 0
    try:
        named = date(published.year, month, day)
    except ValueError:
        return published.year
    return published.year - 1 if named > published + timedelta(days=31) else published.year


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def period_of(sentence: str, published: date | None) -> Period | None:
    """The time that an undertaking is for, from its sentence: a span, a deadline, a year; "tahun ini" is inferred from publication."""
    match = _SPAN.search(sentence)
    if match and match.group(1) <= match.group(2):
        return Period(start=match.group(1), end=match.group(2))
    match = _UNTIL.search(sentence)
    if match:
        return Period(start=None, end=match.group(1))
    match = _YEAR.search(sentence)
    if match:
        return Period(start=match.group(1), end=match.group(1))
    match = _RELATIVE.search(sentence)
    if match and published is not None:
        offset = next(offset for offset, group in zip(_OFFSETS, match.groups(), strict=True) if group)
        year = str(published.year + offset)
        return Period(start=year, end=year, stated=False)
    return None
