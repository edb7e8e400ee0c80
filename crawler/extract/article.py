"""(html, url, rules) → what the page said. A pure function: no network, no clock, no state.

Layers of a field, first that gives it: selectors of the source, JSON-LD, meta tags and microdata, then, only where a required
field (title, text) is still missing, trafilatura and readability. `PageParts.layers` says which layer gave which field.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from crawler.errors import ExtractionError
from crawler.extract.body import Paragraph, join, paragraphs
from crawler.extract.clean import clean, dropper, is_paywalled, is_truncated, split_dateline, without_head
from crawler.extract.dating import Candidate, any_time, decide, time_elements, without_false_utc
from crawler.extract.generic import generic_body, tree_source
from crawler.extract.genre import article_type
from crawler.extract.machine import JsonLd, names, read_jsonld, read_meta
from crawler.extract.page import parse
from crawler.extract.rules import Rules
from crawler.items import ArticleType, Precision, Published
from crawler.selector import select, select_text, text_of, value_of
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


@dataclass(slots=True)
class _Page:
    """A parsed page with what several fields need."""

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


def extract_page(page: str | bytes, url: str | None, rules: Rules, *, now: datetime, charset: str | None = None) -> PageParts:
    """What a page says, with the layer that gave each field.

    `now` (aware) is when it was fetched: relative dates count from it. `charset` is what the server said; the bytes decide.

    Raises:
        ExtractionError: no text of an article on it; the message says what was tried.
    """
    tree = parse(page, charset)
    at = _Page(tree, url, rules, now, read_jsonld(tree), read_meta(tree), Selectors(version=""))
    body = _body(at)
    title = _title(at)
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


def _body(at: _Page) -> list[Paragraph]:
    for layer, found in _bodies(at):
        if _size(found) >= (1 if layer == "selector" else _LEAST):
            at.layers["text"] = layer
            return found
    return []


def _bodies(at: _Page) -> Iterator[tuple[str, list[Paragraph]]]:
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


def _flags(at: _Page, text: str) -> tuple[str, ...]:
    flags = []
    if not at.jsonld.free or is_paywalled(text) or any(select(at.tree, selector) for selector in at.selectors.paywall):
        flags.append("paywalled")
    if is_truncated(text):
        flags.append("truncated")
    return tuple(flags)


# -- title ----------------------------------------------------------------------------------------------------------------


def _title(at: _Page) -> str:
    for layer, raw in _titles(at):
        title = re.sub(r"\s+", " ", raw).strip()
        if title:
            at.layers["title"] = layer
            return title
    return ""


def _titles(at: _Page) -> Iterator[tuple[str, str]]:
    for selectors in (at.selectors, *at.rules.selectors):
        for value in select_text(at.tree, selectors.title):
            yield "selector", value
    head = next(iter(value_of(t) for t in at.tree.iter("title")), "")
    stated = [value for value in (at.jsonld.headline, *at.meta_values(names().title), head) if value]
    heading = _heading(at.tree, stated)
    if heading:
        yield "heading", heading
    if at.jsonld.headline:
        yield "jsonld", strip_outlet(at.jsonld.headline, at.url)
    for value in at.meta_values(names().title):
        yield "meta", strip_outlet(value, at.url)
    for value in select_text(at.tree, ("h1",)):
        yield "heading", value
    yield "meta", strip_outlet(head, at.url)


def _heading(tree: HtmlElement, stated: list[str]) -> str:
    """The longest h1 or h2 that stands inside one of the stated titles: the title without the outlet's name around it."""
    best = ""
    for element in tree.iter("h1", "h2", "h3"):
        text = text_of(element)
        if len(text) > max(len(best), 14) and any(_fold(text) in _fold(title) for title in stated):
            best = text
    return best


def _fold(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip().casefold()


def strip_outlet(title: str, url: str | None) -> str:
    """A title without the outlet's name before or after it: "… - Kompas.com" and "KapanLagi.com: …"."""
    host = (urlsplit(url or "").hostname or "").split(".")
    labels = {part for part in host if len(part) > 3} - {"www"}
    parts = re.split(r"(\s+[-|–—:·]+\s+|:\s+|\s*\|\s*)", title)
    while len(parts) >= 3 and any(label in parts[-1].lower().replace(" ", "") for label in labels):
        parts = parts[:-2]
    while len(parts) >= 3 and any(label in parts[0].lower().replace(" ", "") for label in labels):
        parts = parts[2:]
    return "".join(parts).strip()


# -- the other fields -----------------------------------------------------------------------------------------------------


def _published(at: _Page) -> Published:
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


def _updated(at: _Page) -> Published | None:
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


def _first(at: _Page, name: str, selectors: tuple[str, ...], jsonld: list[str], meta: tuple[str, ...]) -> str:
    candidates = [
        *(("selector", value) for value in select_text(at.tree, selectors)),
        *(("jsonld", value) for value in jsonld if value),
        *(("meta", value) for value in at.meta_values(meta)),
    ]
    for layer, value in candidates:
        at.layers[name] = layer
        return value
    return ""


def _authors(at: _Page) -> tuple[str, ...]:
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


def _tags(at: _Page) -> tuple[str, ...]:
    stated = tuple(select_text(at.tree, at.selectors.tags)) or at.jsonld.tags
    if not stated:
        stated = tuple(tag for value in at.meta_values(names().tags) for tag in value.split(","))
    return tuple(dict.fromkeys(tag.strip(" #") for tag in stated if 1 < len(tag.strip(" #")) <= 60))[:20]


def _canonical(at: _Page) -> str | None:
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


def _next_page(at: _Page) -> str | None:
    if at.rules.paging is None or at.rules.paging.next is None or at.url is None:
        return None
    return next(iter(_links(at, (at.rules.paging.next,))), None)


def _links(at: _Page, selectors: tuple[str, ...]) -> Iterator[str]:
    for selector in selectors:
        for element in select(at.tree, selector):
            href = element.get("href")
            if href and not href.startswith(("#", "javascript:")):
                yield urljoin(at.url or "", href)
