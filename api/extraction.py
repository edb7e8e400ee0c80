"""`pantau extract`: raw pages as Articles, with the sources and outlets that ship with Pantau."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from api import parts
from api.config import Settings
from crawler.errors import ExtractionError
from crawler.extraction import article_of_page
from crawler.items import Article
from crawler.sources import Source, load_sources

RUN = "extract"


@cache
def _sources() -> Mapping[str, Source]:
    return load_sources()


def extract_file(settings: Settings, path: Path, url: str | None) -> Article:
    """The article of a saved page; without a URL its name is its id.

    Raises:
        ExtractionError: there is no article in it.
    """
    return _page(settings, path.read_bytes(), url, None if url else path.name)


def extract_html(settings: Settings, value: Mapping[str, Any]) -> Article:
    """The article of {"id", "url", "html"}.

    Raises:
        ExtractionError: there is no html, or no article in it.
    """
    html, url, identity = value.get("html"), value.get("url"), value.get("id")
    if not isinstance(html, str) or not html.strip():
        raise ExtractionError("no html: expected a JSON object with id, url and html")
    if url is not None and not isinstance(url, str):
        raise ExtractionError("url is no text")
    return _page(settings, html, url or None, None if identity is None else str(identity))


def _page(settings: Settings, html: str | bytes, url: str | None, identity: str | None) -> Article:
    outlets = parts.outlets_of(settings)
    return article_of_page(html, url, sources=_sources(), outlets=outlets, run=RUN, now=parts.now(), external_id=identity)
