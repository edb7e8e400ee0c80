"""A page while it is read: parsed once, with what several fields need."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from lxml.html import HtmlElement

from crawler.extract.machine import JsonLd
from crawler.extract.rules import Rules
from crawler.sources.model import Selectors


@dataclass(slots=True)
class PageAtHand:
    """A parsed page. `layers` fills up with the layer that gave each field, `selectors` is the set that read the body."""

    tree: HtmlElement
    url: str | None
    rules: Rules
    now: datetime
    jsonld: JsonLd
    meta: dict[str, str]
    selectors: Selectors
    layers: dict[str, str] = field(default_factory=dict)

    def meta_values(self, keys: Iterable[str]) -> Iterator[str]:
        return (self.meta[key] for key in keys if key in self.meta)
