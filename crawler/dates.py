"""The date reader: when was this published, to the minute and with its zone, or why that cannot be said.

It never guesses. Where a figure-only date can be read two ways, the weekday beside it decides, else the order that belongs to the
outlet (`order`); without either there is no date. A time without a zone is in the outlet's `zone`.
Shapes: ISO 8601 and its near relations, RFC 822, Indonesian and English words ("Jumat, 29 Mei 2026 22:02 WIB"), figures
("10/21/2025 20:43"), relative times ("2 jam yang lalu", "kemarin 14.30"), epoch seconds and milliseconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from crawler.errors import DateError
from crawler.items import Precision, Published
from crawler.sources.model import DateOrder
from nlp.lang.calendar import DAYS, MONTHS, RELATIVE_DAYS, UNITS, ZONES, fold

_APOSTROPHES = r"[.'’‘`´ʼ]"
_WORD = rf"[A-Za-z](?:{_APOSTROPHES}?[A-Za-z])*"
_ISO = re.compile(r"(?<!\d)(?P<y>\d{4})([-/.])(?P<m>\d{1,2})\2(?P<d>\d{1,2})(?!\d)")
_WORDS_DMY = re.compile(rf"(?<!\d)(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[\s\-/.,]*(?P<m>{_WORD})[\s\-/.,]*(?P<y>\d{{4}})(?!\d)")
_WORDS_MDY = re.compile(rf"(?P<m>{_WORD})\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>\d{{4}})(?!\d)")
_FIGURES = re.compile(r"(?<![\d./-])(?P<a>\d{1,2})([-/.])(?P<b>\d{1,2})\2(?P<y>\d{4}|\d{2})(?![\d/-])")
_EPOCH = re.compile(r"^\d{10}(?:\d{3})?$")
_RELATIVE = re.compile(rf"(?<!\w)(?P<n>\d{{1,3}}|se)\s*(?P<unit>{_WORD})\s+(?:yang\s+|yg\s+)?(?:lalu|ago)(?!\w)", re.IGNORECASE)
_RELATIVE_DAY = re.compile(r"(?<!\w)(hari ini|today|kemarin lusa|kemarin|yesterday)(?!\w)", re.IGNORECASE)
_JUST_NOW = re.compile(r"(?<!\w)(?:baru saja|just now)(?!\w)", re.IGNORECASE)
_TIME = re.compile(
    r"(?<![\d.:])(?P<h>\d{1,2})[:.](?P<min>\d{2})(?:[:.](?P<s>\d{2})(?:[.,]\d+)?)?(?!\d)\s*(?P<ampm>[AaPp]\.?[Mm]\b\.?)?"
    r"\s*(?P<zone>(?:\(?\s*(?:WIB|WITA|WIT|UTC|GMT)(?![A-Za-z])|Z(?![A-Za-z]))?\s*(?:[+-]\d{1,2}(?::?\d{2})?(?!\d))?)",
    re.IGNORECASE,
)
_UPDATE = re.compile(r"(?<!\w)(?:diperbarui|diperbaharui|dimutakhirkan|terakhir diubah|last modified|modified|updated?)\b", re.IGNORECASE)
_PUBLISH = re.compile(r"(?<!\w)(?:diterbitkan|dipublikasikan|dimuat|tayang|terbit|published|posted|created)\b", re.IGNORECASE)
_SPACE = re.compile(r"\s+")
_ORDERS: dict[DateOrder, tuple[int, int]] = {DateOrder.DMY: (0, 1), DateOrder.MDY: (1, 0)}


@dataclass(frozen=True, slots=True)
class _Found:
    """A day found in a string: its place and, where a relative time says it, the moment itself."""

    day: date
    start: int
    end: int
    moment: datetime | None = None


def read_date(
    raw: str | None,
    *,
    zone: str = "Asia/Jakarta",
    order: DateOrder | None = None,
    now: datetime | None = None,
    layer: str | None = None,
    updated: bool = False,
) -> Published:
    """When, as `raw` says it. Never raises: what cannot be decided is precision none with the reason.

    `now` (aware) is the time of fetching, which relative times count from. With `updated`, the time marked as an update
    ("Diperbarui …") is read; without, that one is left out.
    """
    text = _SPACE.sub(" ", (raw or "").replace("\u200b", "")).strip()
    if not text:
        return Published(layer=layer, raw=raw or None, reason="no date given")
    try:
        value, precision, evidence = _read(_part(_unglue(text), updated=updated), ZoneInfo(zone), order, now)
    except DateError as error:
        return Published(layer=layer, raw=raw, reason=str(error))
    return Published(value=value, precision=precision, zone=evidence, layer=layer, raw=raw)


def learn_order(raws: Iterable[str]) -> DateOrder | None:
    """The order an outlet's figure-only dates have, from those that can be read one way only; None if they disagree or none does."""
    seen: set[DateOrder] = set()
    for raw in raws:
        match = _FIGURES.search(raw)
        if match is None:
            continue
        possible = [order for order in _ORDERS if _figures_as(match, order) is not None]
        if len(possible) == 1:
            seen.add(possible[0])
    return seen.pop() if len(seen) == 1 else None


def _unglue(text: str) -> str:
    """ "13+December+2018" → with spaces: a date that went through a URL."""
    return text.replace("+", " ") if " " not in text and re.match(rf"^\d{{1,2}}\+{_WORD}\+\d{{4}}", text) else text


def _part(text: str, *, updated: bool) -> str:
    """The stretch of the text that speaks of the time asked for."""
    update, publish = _UPDATE.search(text), _PUBLISH.search(text)
    if updated:
        if update is None:
            raise DateError("no time of update given")
        return text[update.end() : publish.start() if publish and publish.start() > update.start() else None]
    if update is None:
        return text
    if publish and publish.start() > update.start():
        return text[publish.end() :]
    before = text[: update.start()]
    if not any(char.isdigit() for char in before):
        raise DateError("only a time of update is given")
    return before


def _read(text: str, zone: ZoneInfo, order: DateOrder | None, now: datetime | None) -> tuple[str, Precision, str]:
    if _EPOCH.match(text):
        seconds = int(text) / (1000 if len(text) == 13 else 1)
        return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds"), Precision.MINUTE, "stated"
    found = _find_day(text, zone, order, now)
    if found.moment is not None:
        return found.moment.isoformat(timespec="seconds"), Precision.MINUTE, str(zone)
    rest = text[found.end :], text[: found.start]
    clock = _find_time(rest[0]) or _find_time(rest[1])
    if clock is None:
        return found.day.isoformat(), Precision.DAY, str(zone)
    at, stated = clock
    if stated is None and at == time(0, 0) and _ISO.search(text):
        return found.day.isoformat(), Precision.DAY, str(zone)
    moment = datetime.combine(found.day, at, stated or zone)
    return moment.isoformat(timespec="seconds"), Precision.MINUTE, "stated" if stated else str(zone)


def _find_day(text: str, zone: ZoneInfo, order: DateOrder | None, now: datetime | None) -> _Found:
    found = _iso_day(text) or _worded_day(text) or _figure_day(text, order) or _relative_day(text, zone, now)
    if found is None:
        raise DateError("no known shape of a date")
    return found


def _iso_day(text: str) -> _Found | None:
    match = _ISO.search(text)
    return match and _Found(_day(int(match["y"]), int(match["m"]), int(match["d"])), *match.span())


def _worded_day(text: str) -> _Found | None:
    for pattern in (_WORDS_DMY, _WORDS_MDY):
        for match in pattern.finditer(text):
            month = MONTHS.get(fold(match["m"]))
            if month:
                return _Found(_day(int(match["y"]), month, int(match["d"])), *match.span())
    return None


def _figure_day(text: str, order: DateOrder | None) -> _Found | None:
    match = _FIGURES.search(text)
    if match is None:
        return None
    readings = {o: day for o in _ORDERS if (day := _figures_as(match, o)) is not None}
    if not readings:
        raise DateError(f"no such day: {match[0]}")
    if len(set(readings.values())) > 1:
        fitting = {o: day for o, day in readings.items() if day.weekday() == _weekday(text)}
        readings = fitting or ({order: readings[order]} if order in readings else readings)
    days = set(readings.values())
    if len(days) != 1:
        raise DateError(f"order of day and month cannot be decided: {match[0]}")
    return _Found(days.pop(), *match.span())


def _figures_as(match: re.Match[str], order: DateOrder) -> date | None:
    figures = int(match["a"]), int(match["b"])
    day, month = (figures[place] for place in _ORDERS[order])
    year = int(match["y"])
    try:
        return date(year + 2000 if year < 100 else year, month, day)
    except ValueError:
        return None


def _weekday(text: str) -> int | None:
    return next((DAYS[name] for word in re.findall(_WORD, text) if (name := fold(word)) in DAYS), None)


def _relative_day(text: str, zone: ZoneInfo, now: datetime | None) -> _Found | None:
    match = _JUST_NOW.search(text) or _RELATIVE.search(text) or _RELATIVE_DAY.search(text)
    if match is None:
        return None
    if now is None:
        raise DateError(f"relative to an unknown time: {match[0]}")
    here = now.astimezone(zone)
    if match.re is _JUST_NOW:
        return _Found(here.date(), *match.span(), moment=here)
    if match.re is _RELATIVE_DAY:
        return _Found(here.date() - timedelta(days=RELATIVE_DAYS[match[1].lower()]), *match.span())
    unit = UNITS.get(fold(match["unit"]))
    if unit is None:
        raise DateError(f"too coarse for a day: {match[0]}")
    moment = here - unit * (1 if match["n"].lower() == "se" else int(match["n"]))
    return _Found(moment.date(), *match.span(), moment=moment if unit < timedelta(days=1) else None)


def _find_time(text: str) -> tuple[time, tzinfo | None] | None:
    for match in _TIME.finditer(text):
        hour = int(match["h"])
        if match["ampm"]:
            hour = hour % 12 + (12 if match["ampm"][0] in "pP" else 0)
        if hour < 24 and int(match["min"]) < 60:
            return time(hour, int(match["min"]), min(int(match["s"] or 0), 59)), _offset(match["zone"])
    return None


def _offset(zone: str) -> tzinfo | None:
    text = zone.strip(" (").lower()
    figures = re.search(r"([+-])(\d{1,2}):?(\d{2})?$", text)
    if figures:
        ahead = timedelta(hours=int(figures[2]), minutes=int(figures[3] or 0))
        return timezone(ahead if figures[1] == "+" else -ahead) if ahead < timedelta(hours=24) else None
    return ZONES.get(text)


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise DateError(f"no such day: {day}-{month}-{year}") from None
