"""One page outside a crawl as an Article: for `pantau extract` and `pantau import` of saved pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from crawler.extract.article import extract_page
from crawler.extract.rules import generic_rules, rules_of
from crawler.items import Article, Origin, make_article
from crawler.outlets import Outlets
from crawler.sources import Source
from crawler.urls import canonical_url


def article_of_page(
    html: str | bytes,
    url: str | None,
    *,
    sources: Mapping[str, Source],
    outlets: Outlets,
    run: str,
    now: datetime,
    external_id: str | None = None,
    charset: str | None = None,
) -> Article:
    """The article of a page, by the rules of the source that owns `url`, else by the generic layers.

    Without a URL the id comes from `external_id`. `now` (aware) is when the page is taken to have been fetched.

    Raises:
        ExtractionError: there is no article on it.
    """
    source = next((s for s in sources.values() if url and s.owns(url)), None)
    rules = rules_of(source, outlets, now.date()) if source else generic_rules(url, outlets)
    parts = extract_page(html, url, rules, now=now, charset=charset)
    canonical = parts.canonical_url or (canonical_url(url) if url else None)
    layers = dict(parts.layers) | ({"published": parts.published.layer} if parts.published.layer else {})
    return make_article(
        canonical_url=canonical, outlet=rules.outlet, title=parts.title, text=parts.text, row_id=external_id or "", url=url,
        external_id=external_id, source=rules.source, rights=rules.rights, origin=Origin.IMPORT, run=run, fetched_at=now,
        published=parts.published, updated=parts.updated, authors=parts.authors, dateline=parts.dateline, section=parts.section,
        tags=parts.tags, lang=parts.lang, type=parts.type, layers=layers, flags=parts.flags,
    )  # fmt: skip
