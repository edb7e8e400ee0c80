"""Indonesian and English names of months, days, zones and relative times, as news pages write them.

Keys are lower case without full stops and apostrophes; `fold` brings a word into that form.
"""

from __future__ import annotations

from datetime import timedelta, timezone

_MONTHS = (
    "januari january jan",
    "februari pebruari february feb peb",
    "maret march mar mrt",
    "april apr",
    "mei may",
    "juni june jun",
    "juli july jul",
    "agustus august agu ags agt agst agus aug",
    "september sept sep",
    "oktober october okt oct",
    "november nopember nov nop",
    "desember december des dec",
)
MONTHS: dict[str, int] = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names.split()}
"""Month name or abbreviation → 1 to 12."""

_DAYS = (
    "senin monday mon sen",
    "selasa tuesday tue tues sel",
    "rabu wednesday wed rab",
    "kamis thursday thu thur thurs kam",
    "jumat jumaat friday fri jum",
    "sabtu saturday sat sab",
    "minggu ahad sunday sun min",
)
DAYS: dict[str, int] = {name: number for number, names in enumerate(_DAYS) for name in names.split()}
"""Day name or abbreviation → 0 (Monday) to 6."""

ZONES: dict[str, timezone] = {
    "wib": timezone(timedelta(hours=7)),
    "wita": timezone(timedelta(hours=8)),
    "wit": timezone(timedelta(hours=9)),
    "utc": timezone(timedelta(0)),
    "gmt": timezone(timedelta(0)),
    "z": timezone(timedelta(0)),
}
"""Zone word → its fixed offset. Indonesia has no daylight saving."""

UNITS: dict[str, timedelta] = {
    **dict.fromkeys(("detik", "second", "seconds", "sec", "secs"), timedelta(seconds=1)),
    **dict.fromkeys(("menit", "mnt", "minute", "minutes", "mins"), timedelta(minutes=1)),
    **dict.fromkeys(("jam", "hour", "hours", "hrs"), timedelta(hours=1)),
    **dict.fromkeys(("hari", "day", "days"), timedelta(days=1)),
    **dict.fromkeys(("minggu", "pekan", "week", "weeks"), timedelta(weeks=1)),
}
"""Unit of a relative time ("2 jam yang lalu") → its length."""

RELATIVE_DAYS: dict[str, int] = {"hari ini": 0, "today": 0, "kemarin": 1, "yesterday": 1, "kemarin lusa": 2}
"""Words for a day → days before today."""


def fold(word: str) -> str:
    """Lower case, without full stops and any kind of apostrophe: "Jum'at" and "Ags." become "jumat" and "ags"."""
    return word.casefold().translate(_DROP)


_DROP = str.maketrans("", "", ".'’‘`´ʼ")
