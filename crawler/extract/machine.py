"""What a page says for machines: JSON-LD, meta tags, microdata. Names are data (`machine.yml`)."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from lxml.html import HtmlElement

from crawler.items import Frozen
from crawler.sources.yamlfile import parse_mapping

NAMES = Path(__file__).with_name("machine.yml")
_TRAILING_COMMA = re.compile(r",\s*([}\]])")


class MachineNames(Frozen):
    """Names of meta tags by field, in the order they are tried, and JSON-LD types that are articles."""

    article_types: tuple[str, ...]
    title: tuple[str, ...]
    published: tuple[str, ...]
    updated: tuple[str, ...]
    author: tuple[str, ...]
    section: tuple[str, ...]
    tags: tuple[str, ...]


@cache
def names() -> MachineNames:
    return MachineNames.model_validate(parse_mapping(NAMES.read_text(encoding="utf-8"), NAMES))


@dataclass(frozen=True, slots=True)
class JsonLd:
    """The article of a page's JSON-LD; empty where it has none."""

    headline: str = ""
    published: str = ""
    updated: str = ""
    authors: tuple[str, ...] = ()
    body: str = ""
    section: str = ""
    tags: tuple[str, ...] = ()
    free: bool = True


def read_jsonld(tree: HtmlElement) -> JsonLd:
    """The first article of the page's JSON-LD blocks; broken blocks are passed over."""
    wanted = frozenset(names().article_types)
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or ""):
            for node in _nodes(_loads(script.text or "")):
                if wanted & set(_strings(node.get("@type"))):
                    return _article(node)
    return JsonLd()


def _loads(text: str) -> Any:
    cleaned = text.strip().removeprefix("<!--").removesuffix("-->").strip().removeprefix("//<![CDATA[").removesuffix("//]]>")
    for attempt in (cleaned, _TRAILING_COMMA.sub(r"\1", cleaned)):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _nodes(data: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    if depth > 4:
        return
    if isinstance(data, list):
        for item in data:
            yield from _nodes(item, depth + 1)
    elif isinstance(data, dict):
        yield data
        for key in ("@graph", "mainEntity", "itemListElement"):
            yield from _nodes(data.get(key), depth + 1)


def _article(node: dict[str, Any]) -> JsonLd:
    return JsonLd(
        headline=_first(node.get("headline")) or _first(node.get("name")),
        published=_first(node.get("datePublished")),
        updated=_first(node.get("dateModified")),
        authors=tuple(_strings(node.get("author"))),
        body=_first(node.get("articleBody")),
        section=_first(node.get("articleSection")),
        tags=tuple(tag.strip() for value in _strings(node.get("keywords")) for tag in value.split(",") if tag.strip()),
        free=str(node.get("isAccessibleForFree", "true")).lower() != "false",
    )


def _strings(value: Any) -> list[str]:
    """Strings in a JSON-LD value: itself, its items, or the names of its things."""
    if isinstance(value, str | int | float):
        return [html.unescape(str(value)).strip()]
    if isinstance(value, dict):
        return _strings(value.get("name") or value.get("@value"))
    if isinstance(value, list):
        return [text for item in value for text in _strings(item)]
    return []


def _first(value: Any) -> str:
    return next((text for text in _strings(value) if text), "")


def read_meta(tree: HtmlElement) -> dict[str, str]:
    """Lower-cased name, property or itemprop of each meta tag → its content, the first of each."""
    found: dict[str, str] = {}
    for meta in tree.iter("meta"):
        content = (meta.get("content") or "").strip()
        for attribute in ("property", "name", "itemprop"):
            key = meta.get(attribute)
            if key and content:
                found.setdefault(key.strip().lower(), content)
    return found
