"""The title of a page: by selectors, else the heading that stands inside a stated title, else what JSON-LD and meta tags state."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from crawler.extract.athand import PageAtHand
from crawler.extract.machine import names
from crawler.selector import select_text, text_of, value_of


def title_of(at: PageAtHand) -> str:
    """The title; empty where nothing gives one."""
    for layer, raw in _candidates(at):
        title = re.sub(r"\s+", " ", raw).strip()
        if title:
            at.layers["title"] = layer
            return title
    return ""


def _candidates(at: PageAtHand) -> Iterator[tuple[str, str]]:
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
