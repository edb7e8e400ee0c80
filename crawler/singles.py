"""Files that hold one page or document: HTML, PDF, DOCX."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from crawler.documents.pdf import ScannedError
from crawler.extraction import article_of_page
from crawler.items import Article
from crawler.outlets import Outlets
from crawler.scans import Scans, Waiting
from crawler.sources import Source


@dataclass(frozen=True, slots=True)
class SingleContext:
    """What a page or document needs beside itself to become an article."""

    run: str
    now: datetime
    outlets: Outlets
    sources: Mapping[str, Source]
    scans: Scans


def read_single(path: Path, context: SingleContext) -> Article:
    """The article that a page or document is. A scanned document, where it cannot be recognised, is put to wait for OCR.

    Raises:
        ExtractionError, DocumentError: it holds none, or cannot be read.
    """
    data = path.read_bytes()
    body = gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data
    waiting = str(path.resolve())
    try:
        article = article_of_page(
            body, None, sources=context.sources, outlets=context.outlets, run=context.run, now=context.now, external_id=path.name
        )
    except ScannedError as error:
        context.scans.put(Waiting(waiting, "import", str(error)), context.now)
        raise
    context.scans.done(waiting)
    return article
