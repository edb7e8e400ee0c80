"""One saved page or document → one Article, with the rules of whatever source its URL belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from crawler.documents.read import article_of_document, is_document, read_document
from crawler.extract.article import PageParts, extract_page
from crawler.extract.rules import Rules, generic_rules, rules_of
from crawler.items import Article, Origin, Rights, make_article
from crawler.outlets import Outlets
from crawler.sources import Source


def article_of_page(
    page: str | bytes,
    url: str | None,
    *,
    sources: Mapping[str, Source],
    outlets: Outlets,
    run: str,
    now: datetime,
    external_id: str | None = None,
    origin: Origin = Origin.IMPORT,
    charset: str | None = None,
    source: Source | None = None,
) -> Article:
    """The article of a page, or of a PDF or DOCX given as bytes.

    `now` (aware) is when it was fetched or saved. Without a `source`, the one that calls the URL an article is taken; a page that
    has no URL is read once by the generic layers and, where it states its canonical URL, again by that outlet's rules.

    Raises:
        ExtractionError: there is no article on the page.
        DocumentError: the document cannot be read.
    """
    source = source or source_of(url, sources)
    if isinstance(page, bytes) and is_document(page):
        return article_of_document(
            read_document(page),
            outlets=outlets,
            source=source.name if source else "import",
            run=run,
            now=now,
            origin=origin,
            url=url,
            row_id=external_id or "",
            outlet=source.outlet if source else None,
            rights=source.rights if source else Rights.EXCERPT,
        )
    rules = rules_for(url, source, outlets, now)
    parts = extract_page(page, url, rules, now=now, charset=charset)
    if url is None and parts.canonical_url is not None:
        rules = rules_for(parts.canonical_url, source_of(parts.canonical_url, sources), outlets, now)
        parts = extract_page(page, parts.canonical_url, rules, now=now, charset=charset)
    return article_of_parts(parts, rules, url=url or parts.canonical_url, run=run, now=now, origin=origin, external_id=external_id)


def article_of_parts(
    parts: PageParts,
    rules: Rules,
    *,
    url: str | None,
    run: str,
    now: datetime,
    origin: Origin,
    external_id: str | None = None,
) -> Article:
    """An extracted page with its identities."""
    layers = parts.layers | ({"selectors": parts.selectors} if parts.selectors else {})
    return make_article(
        canonical_url=parts.canonical_url,
        outlet=rules.outlet,
        title=parts.title,
        text=parts.text,
        row_id=external_id or "",
        url=url,
        source=rules.source,
        rights=rules.rights,
        origin=origin,
        run=run,
        fetched_at=now,
        published=parts.published,
        updated=parts.updated,
        authors=parts.authors,
        dateline=parts.dateline,
        section=parts.section,
        tags=parts.tags,
        lang=parts.lang,
        type=parts.type,
        layers=layers,
        flags=parts.flags,
    )


def source_of(url: str | None, sources: Mapping[str, Source]) -> Source | None:
    """The source that calls a URL one of its articles, that of the longest host first."""
    owners = [source for source in sources.values() if url and source.is_article(url)]
    return max(owners, key=lambda source: max(map(len, source.hosts)), default=None)


def rules_for(url: str | None, source: Source | None, outlets: Outlets, at: datetime) -> Rules:
    """Rules of a source on a day, or the generic ones for a URL."""
    return rules_of(source, outlets, at.date()) if source else generic_rules(url, outlets)
