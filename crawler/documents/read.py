"""A document's bytes → an Article."""

from __future__ import annotations

from datetime import datetime

from crawler.dates import read_date
from crawler.documents.docx import read_docx
from crawler.documents.ocr import ocr_available, recognise
from crawler.documents.parts import DocumentParts, date_of, issuer_of, title_of
from crawler.documents.pdf import ScannedError, read_pdf
from crawler.errors import DocumentError
from crawler.items import Article, ArticleType, Origin, Page, Rights, WarcPlace, make_article
from crawler.outlets import UNKNOWN, Outlets
from crawler.urls import canonical_url
from nlp.lang.guess import guess_language


def read_document(data: bytes) -> DocumentParts:
    """PDF or DOCX by its first bytes; a scanned PDF is recognised where OCR is installed.

    Raises:
        ScannedError: scanned, and OCR is not installed.
        DocumentError: neither, or it cannot be read.
    """
    if data.startswith(b"PK\x03\x04"):
        return read_docx(data)
    if data.lstrip()[:5] != b"%PDF-":
        raise DocumentError("neither a PDF nor a DOCX")
    try:
        return read_pdf(data)
    except ScannedError:
        if ocr_available():
            return recognise(data)
        raise


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
