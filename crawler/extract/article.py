"""(html, url, rules) → what the page said. A pure function: no network, no clock, no state.

Layers of a field, first that gives it: selectors of the source, JSON-LD, meta tags and microdata, then, only where a required
field (title, text) is still missing, trafilatura and readability. `PageParts.layers` says which layer gave which field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from crawler.errors import ExtractionError
from crawler.extract.athand import PageAtHand
from crawler.extract.body import Paragraph, join, paragraphs
from crawler.extract.clean import clean, dropper, is_paywalled, is_truncated, split_dateline, without_head
from crawler.extract.dating import Candidate, any_time, decide, time_elements, without_false_utc
from crawler.extract.generic import generic_body, tree_source
from crawler.extract.genre import article_type
from crawler.extract.machine import names, read_jsonld, read_meta
from crawler.extract.page import parse
from crawler.extract.rules import Rules
from crawler.extract.titles import title_of
from crawler.items import ArticleType, Precision, Published
from crawler.selector import select, select_text, text_of
from crawler.sources.model import Selectors
from crawler.urls import canonical_url
from nlp.lang.guess import guess_language

_MICRODATA_BODY = '//*[@itemprop="articleBody" or @itemprop="articlebody"]'
_LEAST = 60
"""Characters below which a body found is not believed to be one."""
_GALLERY = 200
"""Characters below which a page is tried as a gallery, whose captions are its text."""


@dataclass(frozen=True, slots=True)
class PageParts:
    """What one page said, field by field, before it gets identities."""

    title: str
    text: str
    canonical_url: str | None
    published: Published
    updated: Published | None
    authors: tuple[str, ...]
    dateline: str | None
    section: str | None
    tags: tuple[str, ...]
    lang: Literal["id", "en", "other"]
    type: ArticleType
    layers: dict[str, str]
    flags: tuple[str, ...]
    selectors: str | None
    """Version of the selectors that read the body, where one did."""
    next_page: str | None = None
    documents: tuple[str, ...] = ()


def extract_page(page: str | bytes, url: str | None, rules: Rules, *, now: datetime, charset: str | None = None) -> PageParts:
    """What a page says, with the layer that gave each field.

    `now` (aware) is when it was fetched: relative dates count from it. `charset` is what the server said; the bytes decide.

    Raises:
        ExtractionError: no text of an article on it; the message says what was tried.
    """
    tree = parse(page, charset)
    at = PageAtHand(tree, url, rules, now, read_jsonld(tree), read_meta(tree), Selectors(version=""))
    body = _body(at)
    title = title_of(at)
    dateline, text = split_dateline(join(without_head(body, title)))
    if not text.strip():
        raise ExtractionError("no text found: tried selectors, JSON-LD, microdata, trafilatura, readability, captions")
    section = _first(at, "section", at.selectors.section, [at.jsonld.section], names().section)
    canonical = _canonical(at)
    return PageParts(
        title=title,
        text=text,
        canonical_url=canonical,
        published=_published(at),
        updated=_updated(at),
        authors=_authors(at),
        dateline=dateline,
        section=section or None,
        tags=_tags(at),
        lang=guess_language(text),
        type=article_type(title=title, text=text, url=canonical or url or "", outlet=rules.outlet, section=section),
        layers=at.layers,
        flags=_flags(at, text),
        selectors=at.selectors.version or None,
        next_page=_next_page(at),
        documents=tuple(_links(at, at.selectors.documents)),
    )


# -- text -----------------------------------------------------------------------------------------------------------------


def _body(at: PageAtHand) -> list[Paragraph]:
    for layer, found in _bodies(at):
        if _size(found) >= (1 if layer == "selector" else _LEAST):
            at.layers["text"] = layer
            return found
    return []


def _bodies(at: PageAtHand) -> Iterator[tuple[str, list[Paragraph]]]:
    for selectors in at.rules.selectors:
        found = read_body(at.tree, selectors)
        if found:
            at.selectors = selectors
            yield "selector", found
    if at.rules.selectors:
        at.selectors = at.rules.selectors[0]
    if len(at.jsonld.body) >= _LEAST * 4:
        lines = re.split(r"\s*\n\s*|<br\s*/?>|</p>", at.jsonld.body)
        yield "jsonld", clean([Paragraph(re.sub(r"<[^>]+>|\s+", " ", line).strip()) for line in lines])
    for element in at.tree.xpath(_MICRODATA_BODY):
        yield "microdata", clean(paragraphs(element, dropper()))
    found, layer = generic_body(tree_source(at.tree))
    captions = clean([Paragraph(text_of(element)) for element in at.tree.iter("figcaption")])
    if _size(found) < _GALLERY and _size(captions) > _size(found):
        yield "captions", captions
    yield layer, found


def _size(found: list[Paragraph]) -> int:
    return sum(len(paragraph.text) for paragraph in found)


def read_body(tree: HtmlElement, selectors: Selectors) -> list[Paragraph]:
    """The cleaned paragraphs of the first body selector that finds any; several elements are read one after the other."""
    drop_patterns = [re.compile(pattern, re.IGNORECASE) for pattern in selectors.drop]
    for selector in selectors.body:
        elements = select(tree, selector)
        if not elements:
            continue
        removed = frozenset(found for cut in selectors.remove for found in select(tree, cut))
        drop = dropper(removed)
        found = clean([paragraph for element in elements for paragraph in paragraphs(element, drop)], drop_patterns)
        if found:
            return found
    return []


def _flags(at: PageAtHand, text: str) -> tuple[str, ...]:
    flags = []
    if not at.jsonld.free or is_paywalled(text) or any(select(at.tree, selector) for selector in at.selectors.paywall):
        flags.append("paywalled")
    if is_truncated(text):
        flags.append("truncated")
    return tuple(flags)


# -- the other fields -----------------------------------------------------------------------------------------------------


def _published(at: PageAtHand) -> Published:
    machine: list[Candidate] = [("selector", value) for value in select_text(at.tree, at.selectors.date)]
    machine += [("jsonld", at.jsonld.published)] if at.jsonld.published else []
    machine += [("meta", value) for value in at.meta_values(names().published)]
    machine += list(time_elements(at.tree))
    found = decide(without_false_utc(machine, at.meta.values(), at.tree, at.rules, at.now), at.rules, at.now)
    if found.precision is not Precision.MINUTE:
        exact = decide(any_time(at.tree), at.rules, at.now)
        same_day = exact.precision is Precision.MINUTE and found.value in {None, (exact.value or "")[:10]}
        found = exact if same_day or (found.value is None and exact.value is not None) else found
    if found.layer and found.value:
        at.layers["published"] = found.layer
    return found


def _updated(at: PageAtHand) -> Published | None:
    stated = [("selector", value) for value in select_text(at.tree, at.selectors.date)]
    marked = decide(stated, at.rules, at.now, updated=True)
    machine: list[Candidate] = [("selector", value) for value in select_text(at.tree, at.selectors.updated)]
    machine += [("jsonld", at.jsonld.updated)] if at.jsonld.updated else []
    machine += [("meta", value) for value in at.meta_values(names().updated)]
    found = marked if marked.value else decide(without_false_utc(machine, at.meta.values(), at.tree, at.rules, at.now), at.rules, at.now)
    if found.value is None:
        return None
    at.layers["updated"] = found.layer or ""
    return found


def _first(at: PageAtHand, name: str, selectors: tuple[str, ...], jsonld: list[str], meta: tuple[str, ...]) -> str:
    candidates = [
        *(("selector", value) for value in select_text(at.tree, selectors)),
        *(("jsonld", value) for value in jsonld if value),
        *(("meta", value) for value in at.meta_values(meta)),
    ]
    for layer, value in candidates:
        at.layers[name] = layer
        return value
    return ""


def _authors(at: PageAtHand) -> tuple[str, ...]:
    for layer, values in (
        ("selector", tuple(select_text(at.tree, at.selectors.author))),
        ("jsonld", at.jsonld.authors),
        ("meta", tuple(at.meta_values(names().author))[:1]),
    ):
        kept = tuple(dict.fromkeys(name for value in values if (name := _author(value))))
        if kept:
            at.layers["authors"] = layer
            return kept
    return ()


def _author(value: str) -> str:
    name = re.sub(r"^\s*(?:oleh|penulis|reporter|pewarta|by|author)\s*:?\s+", "", value, flags=re.IGNORECASE).strip(" -|,")
    return "" if name.startswith(("http://", "https://")) or len(name) > 80 else name


def _tags(at: PageAtHand) -> tuple[str, ...]:
    stated = tuple(select_text(at.tree, at.selectors.tags)) or at.jsonld.tags
    if not stated:
        stated = tuple(tag for value in at.meta_values(names().tags) for tag in value.split(","))
    return tuple(dict.fromkeys(tag.strip(" #") for tag in stated if 1 < len(tag.strip(" #")) <= 60))[:20]


def _canonical(at: PageAtHand) -> str | None:
    """The page's own canonical URL where it is one of the same outlet and no front page, else that of its address."""
    own = canonical_url(at.url)
    for element in at.tree.xpath('//link[@rel="canonical"]/@href | //meta[@property="og:url"]/@content'):
        stated = canonical_url(str(element), at.url)
        if stated and urlsplit(stated).path not in {"", "/"} and (own is None or _same_site(stated, own)):
            return stated
    return own


def _same_site(one: str, other: str) -> bool:
    left, right = ((urlsplit(url).hostname or "").split(".")[-2:] for url in (one, other))
    return left == right


def _next_page(at: PageAtHand) -> str | None:
    if at.rules.paging is None or at.rules.paging.next is None or at.url is None:
        return None
    return next(iter(_links(at, (at.rules.paging.next,))), None)


def _links(at: PageAtHand, selectors: tuple[str, ...]) -> Iterator[str]:
    for selector in selectors:
        for element in select(at.tree, selector):
            href = element.get("href")
            if href and not href.startswith(("#", "javascript:")):
                yield urljoin(at.url or "", href)
