"""Pages and documents of one article as one text, with the place where each begins."""

from __future__ import annotations

import re
from collections.abc import Sequence

from crawler.documents.parts import DocumentParts
from crawler.extract.generic import agreement
from crawler.items import Page

_SAME = 0.8
"""F1 of page and document above which they say the same."""
_RUN = 6
"""Words in a row that must stand in the text for a page to begin there."""
_LEADING = 40
"""Words of a page among which such a run is looked for: a letterhead stands on paper only."""


def joined(texts: Sequence[str], urls: Sequence[str]) -> tuple[str, tuple[Page, ...]]:
    """(whole text, pages); a single page is no paging."""
    whole = ""
    pages = []
    for number, (text, url) in enumerate(zip(texts, urls, strict=True), start=1):
        whole += "\n\n" if whole else ""
        pages.append(Page(number=number, start=len(whole), url=url))
        whole += text
    return whole, tuple(pages) if len(pages) > 1 else ()


def with_document(text: str, pages: tuple[Page, ...], page_url: str, url: str, document: DocumentParts) -> tuple[str, tuple[Page, ...]]:
    """A release's page and its document as one text with the document's pages to cite.

    A document that says the same as the page adds no text: its pages are placed where their first words stand in it.
    """
    if agreement(text, document.text) >= _SAME:
        placed = [(page.number, _place(text, page.text)) for page in document.pages]
        return text, (*pages, *(Page(number=number, start=start, url=url) for number, start in placed if start is not None))
    own = pages or (Page(number=1, start=0, url=page_url),)
    offset = len(text) + 2
    more = tuple(Page(number=number, start=offset + start, url=url) for number, start in document.starts())
    return f"{text}\n\n{document.text}", (*own, *more)


def _place(text: str, page: str) -> int | None:
    """Where a page begins in the text: at the first of its leading words that stand there, white space aside."""
    words = re.findall(r"\w+", page)[:_LEADING]
    for start in range(len(words) - _RUN + 1):
        match = re.search(r"\W+".join(map(re.escape, words[start : start + _RUN])), text)
        if match:
            return match.start()
    return None
