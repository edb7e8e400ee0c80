"""Exports as streams: articles of a whole search, pledges of a snapshot. No cap; memory does not grow with the rows (XLSX: disk)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from api.export import COLUMNS as PLEDGE_COLUMNS
from api.export import rows as pledge_rows
from api.ledger.queries import PledgeFilter
from api.records import Hit, Mode, SearchAnswer, SearchRequest, Sort
from api.rowfiles import Format, stream
from api.store.database import Database
from api.wording import amount_text

Row = dict[str, Any]
Search = Callable[[SearchRequest], SearchAnswer]
ARTICLE_COLUMNS = ("id", "title", "outlet", "published", "url", "type", "lang", "story_id", "copies", "snippet", "facts")
PAGE = 100


def articles(search: Search, request: SearchRequest) -> Iterator[Row]:
    """Every article that words and filters find, newest first: as many as the search's total, copies and market notes too."""
    asked: SearchRequest | None = replace(request, mode=Mode.WORDS, sort=Sort.NEWEST, limit=PAGE, cursor=None, fold=False)
    while asked is not None:
        answer = search(asked)
        yield from map(_article, answer.hits)
        asked = replace(asked, cursor=answer.next) if answer.next else None


def pledges(database: Database, wanted: PledgeFilter, snapshot: int) -> Iterator[Row]:
    """The pledges of a snapshot, as `pantau export` writes them."""
    with database.read() as connection:
        yield from pledge_rows(connection, wanted, snapshot)


def article_stream(search: Search, request: SearchRequest, form: Format) -> Iterator[bytes]:
    """A search in a format."""
    return stream(articles(search, request), ARTICLE_COLUMNS, form)


def pledge_stream(database: Database, wanted: PledgeFilter, snapshot: int, form: Format) -> Iterator[bytes]:
    """The ledger in a format."""
    return stream(pledges(database, wanted, snapshot), PLEDGE_COLUMNS, form)


def _article(hit: Hit) -> Row:
    facts = "; ".join(
        f"{amount_text(f.amount_low, f.amount_high, f.currency, approx=f.approx)} {f.kind} {f.status} {', '.join(f.actors)}".strip()
        for f in hit.facts
    )
    return {
        "id": hit.id, "title": hit.title.text, "outlet": hit.outlet, "published": hit.published, "url": hit.url, "type": hit.type,
        "lang": hit.lang, "story_id": hit.story_id, "copies": "; ".join(hit.copies), "snippet": hit.snippet.text, "facts": facts,
    }  # fmt: skip
