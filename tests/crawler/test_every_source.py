"""Every source × version of its selectors: a synthetic page made from the selectors is read by them, field by field."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from crawler.extract.article import extract_page
from crawler.extract.rules import Rules
from crawler.outlets import load_outlets
from crawler.selector import compile_selector
from crawler.sources import Selectors, Source, load_sources

NOW = datetime(2026, 11, 24, tzinfo=UTC)
BODY = "Sebuah pabrik komponen kendaraan dibuka di Karawang oleh menteri perindustrian. Kredit disalurkan kepada industri kecil."
CASES = [(source, selectors) for source in load_sources().values() for selectors in source.selectors]
_PART = re.compile(r"([\w*]+)|\.([\w-]+)|#([\w-]+)|\[([\w-]+)(?:\^?=[\"']?([^\"'\]]*)[\"']?)?\]")


def element(selector: str, content: str) -> str:
    """Markup that a simple CSS selector finds, around `content`."""
    css = re.sub(r"\s+@[\w-]+$", "", selector)
    opened, closed = "", ""
    for compound in re.split(r"\s*>\s*|\s+", css):
        tag, classes, attributes = "div", [], []
        for name, cls, identity, key, value in _PART.findall(compound):
            if name and name != "*":
                tag = name
            classes += [cls] if cls else []
            attributes += [f'id="{identity}"'] if identity else []
            if key == "class":
                classes.append(value)
            elif key:
                attributes.append(f'{key}="{value}"')
        classed = f' class="{" ".join(classes)}"' if classes else ""
        opened += f"<{tag}{classed} {' '.join(attributes)}>"
        closed = f"</{tag}>{closed}"
    return opened + content + closed


def markup(selector: str, content: str) -> str:
    if selector.startswith("/"):
        return f"<div class='article'><p>{content}</p></div>"
    if re.search(r"(?:^|\s)meta\[", selector):
        return element(selector, "").replace("<meta", f'<meta content="{content}"')
    attribute = re.search(r"\s@([\w-]+)$", selector)
    made = element(selector, "" if attribute else content)
    return re.sub(r">(?=</)", f' {attribute[1]}="{content}">', made, count=1) if attribute else made


def page_of(selectors: Selectors) -> str:
    """A page with title, date, author and body where the first selector of each looks for them."""
    places = (
        (selectors.title, "Pabrik Baru Dibuka"),
        (selectors.date, "Selasa, 3 November 2026 10:15 WIB"),
        (selectors.author, "Sari Dewi"),
        (selectors.body, BODY),
    )
    inside = "".join(markup(found[0], content) for found, content in places if found)
    junk = "".join(markup(found, f"Baca juga: sisipan {n}") for n, found in enumerate(selectors.remove))
    return f"<!doctype html><html><body>{inside}{junk}</body></html>"


@pytest.mark.parametrize(("source", "selectors"), CASES, ids=lambda value: getattr(value, "name", None) or value.version)
def test_the_selectors_of_every_source_give_their_fields(source: Source, selectors: Selectors) -> None:
    outlet = load_outlets().get(source.outlet)
    rules = Rules(source.name, source.outlet, source.timezone, source.numeric_dates or outlet.numeric_dates, selectors=(selectors,))
    parts = extract_page(page_of(selectors), f"https://{source.hosts[0]}/berita/1", rules, now=NOW + timedelta(days=1))
    if selectors.body:
        assert (parts.text, parts.layers["text"]) == (BODY, "selector")
    if selectors.title:
        assert (parts.title, parts.layers["title"]) == ("Pabrik Baru Dibuka", "selector")
    if selectors.date:
        assert (parts.published.value, parts.layers["published"]) == ("2026-11-03T10:15:00+07:00", "selector")


def test_every_selector_of_every_source_compiles() -> None:
    for _, selectors in CASES:
        for name, found in selectors:
            if isinstance(found, tuple) and name != "drop":
                for selector in found:
                    compile_selector(selector)


def test_there_are_sources_enough_and_of_every_kind() -> None:
    sources = load_sources().values()
    assert len(sources) >= 45
    assert {source.kind.value for source in sources} >= {
        "ministry",
        "agency",
        "association",
        "wire",
        "national",
        "business",
        "regional",
        "trade",
    }
