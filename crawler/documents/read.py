"""A document's bytes → an Article."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from crawler.dates import read_date
from crawler.documents.docx import read_docx
from crawler.documents.ocr import ocr_available, recognise, with_recognised
from crawler.documents.parts import DocumentParts, date_of, issuer_of, title_of
from crawler.documents.pdf import ScannedError, read_pdf
from crawler.errors import DocumentError
from crawler.items import Article, ArticleType, Origin, Page, Rights, WarcPlace, make_article
from crawler.outlets import UNKNOWN, Outlets
from crawler.urls import canonical_url
from nlp.lang.guess import guess_language


def is_document(data: bytes, content_type: str = "") -> bool:
    """Whether bytes, or what the server calls them, are a PDF or a DOCX."""
    kind = content_type.lower()
    return data.lstrip()[:5] == b"%PDF-" or data.startswith(b"PK\x03\x04") or "pdf" in kind or "officedocument" in kind


class Memory(Protocol):
    """What was recognised before (`crawler.scans.Scans`)."""

    def recall(self, data: bytes) -> DocumentParts | None: ...

    def keep(self, data: bytes, first: str, document: DocumentParts) -> None: ...


def read_document(data: bytes, *, ocr: bool = True, memory: Memory | None = None, first: str = "") -> DocumentParts:
    """PDF or DOCX by its first bytes. Scanned pages are recalled from `memory`, else, with `ocr` and where it is installed, recognised.

    `first` is the address under which the memory keeps what it recognised.

    Raises:
        ScannedError: every page is scanned, and they are not recognised here.
        DocumentError: neither, or it cannot be read.
    """
    if data.startswith(b"PK\x03\x04"):
        return read_docx(data)
    data = data.lstrip()
    if data[:5] != b"%PDF-":
        raise DocumentError("neither a PDF nor a DOCX")
    try:
        found = read_pdf(data)
    except ScannedError:
        recognised = _recognised(data, None, ocr, memory, first)
        if recognised is None:
            raise
        return recognised
    return _recognised(data, found, ocr, memory, first) or found if found.scanned else found


def _recognised(data: bytes, found: DocumentParts | None, ocr: bool, memory: Memory | None, first: str) -> DocumentParts | None:
    """The document with its scanned pages recalled or recognised; `found` is what was read of the others."""
    recalled = memory.recall(data) if memory is not None else None
    if recalled is not None or not ocr or not ocr_available():
        return recalled
    recognised = recognise(data) if found is None else with_recognised(found, data)
    if memory is not None:
        memory.keep(data, first, recognised)
    return recognised


def article_of_document(
    document: DocumentParts,
    *,
    outlets: Outlets,
    source: str,
    run: str,
    now: datetime,
    origin: Origin,
    url: str | None = None,
    row_id: str = "",
    outlet: str | None = None,
    title: str = "",
    rights: Rights = Rights.EXCERPT,
    warc: WarcPlace | None = None,
) -> Article:
    """The article a document is: its text with the place of each page, its title, day and issuer where it says them.

    Raises:
        DocumentError: it holds no text.
    """
    if not document.text.strip():
        raise DocumentError("the document holds no text")
    issuer = outlet or issuer_of(document, outlets) or (outlets.of_url(url) if url else UNKNOWN)
    stated = date_of(document)
    published = read_date(stated, zone=outlets.get(issuer).timezone, layer="document")
    canonical = canonical_url(url)
    return make_article(
        canonical_url=canonical,
        outlet=issuer,
        title=title_of(document) or title,
        text=document.text,
        row_id=row_id,
        url=url if canonical else None,
        source=source,
        rights=rights,
        origin=origin,
        run=run,
        fetched_at=now,
        published=published,
        lang=guess_language(document.text),
        type=ArticleType.DOCUMENT,
        layers={"title": "document", "text": "document"} | ({"published": "document"} if published.value else {}),
        flags=document.flags,
        pages=tuple(Page(number=number, start=start, url=url if canonical else None) for number, start in document.starts()),
        warc=warc,
    )
