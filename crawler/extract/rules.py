"""What extraction needs to know about a page's outlet: the part of a Source that holds on the day of capture."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from crawler.items import Rights
from crawler.outlets import Outlets
from crawler.sources.model import DateOrder, Paging, Selectors, Source


@dataclass(frozen=True, slots=True)
class Rules:
    """Rules of one outlet on one day. Without selectors the generic layers read the page."""

    source: str
    outlet: str
    timezone: str = "Asia/Jakarta"
    numeric_dates: DateOrder | None = None
    rights: Rights = Rights.EXCERPT
    selectors: tuple[Selectors, ...] = ()
    """Sets valid on the day of capture, the likeliest first."""
    paging: Paging | None = None
    topics: tuple[str, ...] = ()
    drop_titles: tuple[str, ...] = ()


def rules_of(source: Source, outlets: Outlets, day: dt.date) -> Rules:
    """The rules of a source for pages captured on `day`."""
    outlet = outlets.get(source.outlet)
    return Rules(
        source=source.name,
        outlet=source.outlet,
        timezone=source.timezone,
        numeric_dates=source.numeric_dates or outlet.numeric_dates,
        rights=source.rights,
        selectors=tuple(selectors for selectors in source.selectors if selectors.valid_on(day)),
        paging=source.paging,
        topics=source.topics,
        drop_titles=source.drop_titles,
    )


def generic_rules(url: str | None, outlets: Outlets, source: str = "import") -> Rules:
    """Rules for a page of an outlet that has no source file: zone and date order only."""
    outlet_id = outlets.of_url(url or "")
    outlet = outlets.get(outlet_id)
    return Rules(source=source, outlet=outlet_id, timezone=outlet.timezone, numeric_dates=outlet.numeric_dates)


def on_topic(rules: Rules, *texts: str) -> bool:
    """Whether one of the source's topic words stands in one of the texts, as a word; sources without topics keep everything."""
    if not rules.topics:
        return True
    words = re.compile(rf"(?<!\w)(?:{'|'.join(re.escape(topic) for topic in rules.topics)})", re.IGNORECASE)
    return any(words.search(text.replace("-", " ")) for text in texts)
