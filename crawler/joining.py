"""Pages of one article as one text, with the place where each begins."""

from __future__ import annotations

from collections.abc import Sequence

from crawler.items import Page


def joined(texts: Sequence[str], urls: Sequence[str]) -> tuple[str, tuple[Page, ...]]:
    """(whole text, pages); a single page is no paging."""
    whole = ""
    pages = []
    for number, (text, url) in enumerate(zip(texts, urls, strict=True), start=1):
        whole += "\n\n" if whole else ""
        pages.append(Page(number=number, start=len(whole), url=url))
        whole += text
    return whole, tuple(pages) if len(pages) > 1 else ()
