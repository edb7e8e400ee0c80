"""When a page was published: the candidates of all layers, the most exact trustworthy one of them.

A trap many outlets set: machine dates that say "Z" after local time. Where a date visible on the page, with its zone stated, shows
the same time of day, the page's UTC is local time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from lxml.html import HtmlElement

from crawler.dates import read_date
from crawler.extract.rules import Rules
from crawler.items import Precision, Published
from crawler.selector import text_of

Candidate = tuple[str, str]
"""(layer, raw)."""

_VISIBLE = re.compile(
    r"\d{1,2}[:.]\d{2}.{0,12}\b(?:WIB|WITA|WIT)\b"
    r"|\b\d{1,2}\s+[A-Z]\w+\.?,?\s+\d{4}[\s,|/·•-]{1,6}(?:pukul\s+|jam\s+)?\d{1,2}[:.]\d{2}\b",
    re.IGNORECASE,
)
_WORTH = re.compile(r"\d{4}|\b(?:lalu|ago|kemarin|hari ini|yesterday|today)\b", re.IGNORECASE)
_FALSE_UTC = re.compile(r"(?<=\d)(?:\.\d+)?\s*(?:Z|UTC|GMT|\+00:?00)\s*$", re.IGNORECASE)
_ISO_UTC = re.compile(r"\d{4}-\d\d-\d\d[T ]{1,2}\d\d:\d\d.{0,8}(?:Z|\+00:?00)")
_ZONE = re.compile(r"\b(?:WIB|WITA|WIT)\b", re.IGNORECASE)
_LONGEST = 120


def decide(candidates: Iterable[Candidate], rules: Rules, now: datetime, *, updated: bool = False) -> Published:
    """The first candidate that is exact to the minute, else the first with a day, else none with the first reason given."""
    best = Published(reason="no date found")
    for layer, raw in candidates:
        found = read_date(raw, zone=rules.timezone, order=rules.numeric_dates, now=now, layer=layer, updated=updated)
        if found.precision is Precision.MINUTE and not _future(found, now):
            return found
        if (found.precision is Precision.DAY and best.precision is Precision.NONE) or (
            best.raw is None and found.precision is Precision.NONE
        ):
            best = found
    return best


def _future(found: Published, now: datetime) -> bool:
    moment = found.moment()
    return moment is not None and moment > now + timedelta(days=2)


def without_false_utc(machine: list[Candidate], meta: Iterable[str], tree: HtmlElement, rules: Rules, now: datetime) -> list[Candidate]:
    """Machine dates, with their "Z" taken off where a visible date shows that the page writes local time so.

    `meta` are the contents of all meta tags: the time of creation may be the one that is shown.
    """
    if not any(_FALSE_UTC.search(raw) for _, raw in machine):
        return machine
    stated = [*(raw for _, raw in machine), *(value for value in meta if _ISO_UTC.fullmatch(value))]
    clocks = {_clock(read_date(raw, zone=rules.timezone, now=now)) for raw in stated if _FALSE_UTC.search(raw)}
    seen = {_clock(read_date(raw, zone=rules.timezone, order=rules.numeric_dates, now=now)) for _, raw in visible_dates(tree)}
    if not (clocks & seen) - {None}:
        return machine
    return [(layer, _FALSE_UTC.sub("", raw)) for layer, raw in machine]


def _clock(found: Published) -> str | None:
    """Day, hour and minute as written, without zone."""
    moment = found.moment()
    return moment.strftime("%Y-%m-%d %H:%M") if moment else None


def visible_dates(tree: HtmlElement, limit: int = 8) -> list[Candidate]:
    """The first short texts of the page that hold a day and a time of day, those with a zone before those without."""
    found: list[str] = []
    for element in tree.iter("div", "span", "p", "time", "li", "td", "h3", "h4", "h5", "h6", "small", "b", "strong", "i", "em", "font"):
        text = element.text_content() if len(element) < 6 else element.text or ""
        if len(text) <= 4 * _LONGEST and _VISIBLE.search(text) and len(folded := text_of(element)) <= _LONGEST:
            found.append(folded)
            if len(found) >= limit:
                break
    return [("visible", text) for text in sorted(found, key=lambda text: _ZONE.search(text) is None)]


def time_elements(tree: HtmlElement) -> Iterator[Candidate]:
    """Dates in microdata and `time` elements, those that say what they are first."""
    for element in tree.xpath('//*[@itemprop="datePublished" or @itemprop="datepublished"]'):
        raw = element.get("datetime") or element.get("content") or text_of(element)
        if raw and len(raw) <= _LONGEST:
            yield "microdata", raw
    for element in tree.xpath('//time[@pubdate or contains(@class, "publish") or contains(@class, "entry-date")]'):
        yield "time", element.get("datetime") or text_of(element)


def any_time(tree: HtmlElement) -> Iterator[Candidate]:
    """The first `time` element and the visible dates: the last resort."""
    for element in tree.iter("time"):
        raw = element.get("datetime") or text_of(element)
        if _WORTH.search(raw):
            yield "time", raw
        break
    yield from visible_dates(tree)
