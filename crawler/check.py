"""`pantau sources check`: which layer gives which field of a page, and a fixture of it with its texts made up.

The page is fetched like in any crawl (robots.txt, manners, safety), into a folder that is thrown away. A fixture keeps the page's
markup, dates and machine data, but no sentence of the publisher: words are replaced by filler of our own.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import cycle
from pathlib import Path
from typing import Any

from lxml import etree
from lxml.html import HtmlElement

from crawler.archive import Capture, read_archive
from crawler.errors import CrawlerError, ExtractionError
from crawler.extract.article import PageParts, extract_page
from crawler.extract.generic import agreement
from crawler.extract.page import decode, parse
from crawler.extract.rules import generic_rules, rules_of
from crawler.outlets import load_outlets
from crawler.runner import crawl
from crawler.sources import Source
from crawler.state import State, state_path
from nlp.lang.calendar import DAYS, MONTHS, ZONES, fold

FILLER = (
    "pabrik komponen kendaraan di kawasan industri menerima kredit modal kerja dari bank daerah untuk membeli mesin baru "
    "pengusaha kecil kayu rotan tekstil makanan menambah pekerja setelah pelatihan dan pendampingan selesai tahun lalu"
)
"""Words that stand in for a publisher's."""

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_KEPT = frozenset(
    {
        *MONTHS,
        *DAYS,
        *ZONES,
        *["baca", "juga", "lihat", "simak", "oleh", "editor", "penulis", "reporter", "advertisement", "rp", "pukul", "lalu", "yang"],
    }
)
_META_TEXT = re.compile(r"title|headline|description|keyword|author|tag|section", re.IGNORECASE)
_JSON_TEXT = frozenset({"headline", "description", "articleBody", "keywords", "name", "articleSection", "caption", "alternativeHeadline"})


@dataclass(frozen=True, slots=True)
class FieldCheck:
    """One field of the page: what was read, and the layer that gave it (None: nothing did)."""

    name: str
    value: str
    layer: str | None


@dataclass(frozen=True, slots=True)
class SourceCheck:
    """What a source makes of one page."""

    source: str
    url: str
    is_article: bool
    """Whether the source's pattern calls the address an article."""
    fields: tuple[FieldCheck, ...]
    generic_agreement: float
    """F1 of the text by rules and by the generic layers alone: low values mean that one of them is wrong."""
    fetched_at: datetime
    html: str


def check_source(
    source: Source,
    url: str,
    *,
    user_agent: str,
    allow_private: bool = False,
    proxy: str = "",
    outlets: tuple[Path, ...] = (),
    settings: Mapping[str, Any] | None = None,
) -> SourceCheck:
    """Fetch one page of a source and say what is read from it.

    Raises:
        ExtractionError: the page could not be fetched, or gave no article; with the reason.
    """
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        crawl(
            [source],
            data=data,
            user_agent=user_agent,
            allow_private=allow_private,
            proxy=proxy,
            outlets=outlets,
            only=url,
            settings=settings,
            timeout=180,
        )
        capture = _captured(data, source)
    return check_page(source, decode(capture.body), capture.url, capture.fetched_at, outlets=outlets)


def _captured(data: Path, source: Source) -> Capture:
    for path in sorted((data / "archive").rglob("*.warc.gz")):
        for capture in read_archive(path):
            if not capture.url.endswith("/robots.txt"):
                return capture
    state = State(state_path(data))
    try:
        reasons = state.reasons(source.name)
    finally:
        state.close()
    raise ExtractionError("the page could not be fetched: " + ("; ".join(reasons) or "no answer"))


def check_page(source: Source, html: str, url: str, fetched_at: datetime, *, outlets: tuple[Path, ...] = ()) -> SourceCheck:
    """What a source makes of a page already at hand. A pure function but for the outlet table.

    Raises:
        ExtractionError: no article on it.
    """
    known = load_outlets(*outlets)
    parts = extract_page(html, url, rules_of(source, known, fetched_at.date()), now=fetched_at)
    try:
        generic = extract_page(html, url, generic_rules(url, known), now=fetched_at).text
    except CrawlerError:
        generic = ""
    return SourceCheck(source.name, url, source.is_article(url), tuple(_fields(parts)), agreement(parts.text, generic), fetched_at, html)


def _fields(parts: PageParts) -> list[FieldCheck]:
    values = {
        "title": parts.title,
        "published": parts.published.value or f"none: {parts.published.reason}",
        "updated": parts.updated.value if parts.updated else "",
        "authors": ", ".join(parts.authors),
        "section": parts.section or "",
        "text": parts.text,
    }
    fields = [FieldCheck(name, value or "", parts.layers.get(name)) for name, value in values.items()]
    fields.append(FieldCheck("dateline", parts.dateline or "", "cleaner" if parts.dateline else None))
    fields.append(FieldCheck("type", parts.type.value, "genre"))
    fields.append(FieldCheck("flags", ", ".join(parts.flags), None))
    fields.append(FieldCheck("next page", parts.next_page or "", "selector" if parts.next_page else None))
    return fields


def write_fixture(check: SourceCheck, source: Source, folder: Path, case: str) -> Path:
    """Write `<folder>/<source>/<case>/{page.html,expected.json,meta.json}` of a checked page, its texts replaced by filler.

    Raises:
        ExtractionError: the page with filler reads differently (no article): the markup depends on its words.
    """
    page = synthetic(check.html)
    again = check_page(source, page, check.url, check.fetched_at)
    place = folder / source.name / case
    place.mkdir(parents=True, exist_ok=True)
    expected = {field.name: {"value": field.value, "layer": field.layer} for field in again.fields}
    meta = {"url": check.url, "fetched_at": check.fetched_at.isoformat(), "texts": "synthetic"}
    (place / "page.html").write_text(page, encoding="utf-8")
    (place / "expected.json").write_text(json.dumps(expected, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    (place / "meta.json").write_text(json.dumps(meta, indent=1) + "\n", encoding="utf-8")
    return place


def synthetic(html: str) -> str:
    """A page with the same markup, figures, dates and teasers, and none of its sentences."""
    tree = parse(html)
    words = cycle(FILLER.split())
    for script in list(tree.iter("script")):
        if "ld+json" in (script.get("type") or ""):
            script.text = _json_filler(script.text or "", words)
        else:
            script.drop_tree()
    for style in list(tree.iter("style", "noscript", "iframe", "svg")):
        style.drop_tree()
    for element in tree.iter():
        if isinstance(element.tag, str) and element.tag != "script":
            _replace(element, words)
    return etree.tostring(tree, encoding="unicode", method="html", doctype="<!doctype html>")


def _replace(element: HtmlElement, words: cycle[str]) -> None:
    element.text = _filler(element.text, words)
    for child in element:
        child.tail = _filler(child.tail, words)
    for name in ("alt", "title", "data-title", "data-description"):
        if element.get(name):
            element.set(name, "gambar")
    key = f"{element.get('name') or ''} {element.get('property') or ''} {element.get('itemprop') or ''}"
    if element.tag == "meta" and element.get("content") and _META_TEXT.search(key):
        element.set("content", _filler(element.get("content"), words) or "")


def _filler(text: str | None, words: cycle[str]) -> str | None:
    return _WORD.sub(lambda match: _word(match[0], words), text) if text and text.strip() else text


def _word(word: str, words: cycle[str]) -> str:
    if fold(word) in _KEPT or len(word) == 1:
        return word
    other = next(words)
    return other.upper() if word.isupper() and len(word) > 1 else other.capitalize() if word[0].isupper() else other


def _json_filler(text: str, words: cycle[str]) -> str:
    try:
        data = json.loads(text, strict=False)
    except ValueError:
        return ""
    return json.dumps(_json_value(data, words), ensure_ascii=False)


def _json_value(value: Any, words: cycle[str], key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _json_value(inner, words, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_json_value(inner, words, key) for inner in value]
    return _filler(value, words) if isinstance(value, str) and key in _JSON_TEXT else value
