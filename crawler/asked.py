"""What a crawl wanted of a page it fetched: kept beside the page in the archive, so that a replay reads it as the crawl did."""

from __future__ import annotations

import json
from dataclasses import dataclass

from crawler.discovery import Link
from crawler.sources.model import DateOrder


@dataclass(frozen=True, slots=True)
class Asked:
    """
    Attributes:
        url: the address asked for; another than the page's own where we were sent on.
        link: what the list said of the article.
        first: for a later page or an attachment, the address of the article's first page.
        order: the order of figure-only dates as known then.
    """

    url: str
    link: Link
    first: str | None = None
    order: DateOrder | None = None

    def as_text(self) -> str:
        """One line of ASCII."""
        link = self.link
        known = {
            "url": self.url,
            "first": self.first,
            "order": self.order.value if self.order else None,
            "listed": link.url if link.url != self.url else None,
            "title": link.title,
            "published": link.published,
            "tags": list(link.tags),
        }
        return json.dumps({name: value for name, value in known.items() if value})


def asked_of(text: str | None) -> Asked | None:
    """What `as_text` wrote; None where nothing is written, or nothing of ours."""
    try:
        known = json.loads(text or "")
        link = Link(known.get("listed") or known["url"], known.get("title", ""), known.get("published", ""), tuple(known.get("tags", ())))
        order = DateOrder(known["order"]) if "order" in known else None
        return Asked(known["url"], link, known.get("first"), order)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
