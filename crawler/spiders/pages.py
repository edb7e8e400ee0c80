"""From a response to what is read from it, told to the session: orders of dates learnt, samples cross-checked, scans put to wait."""

from __future__ import annotations

from functools import partial
from zlib import crc32

from scrapy.http import Response

from crawler.archive import Capture
from crawler.discovery import Link
from crawler.documents.pdf import ScannedError
from crawler.extract.article import PageParts
from crawler.extract.body import join
from crawler.extract.generic import agreement, generic_body, tree_source
from crawler.extract.page import parse
from crawler.reading import Draft, Reading, read_capture
from crawler.scans import Waiting
from crawler.session import Session

_SAMPLE = 100
"""One page in so many is read by the generic layers too."""


def read_response(response: Response, link: Link, draft: Draft | None, session: Session) -> Reading:
    """Read an article page, or a further page or attachment of `draft`.

    Raises:
        ExtractionError, DocumentError: there is no article on it.
    """
    capture = response.meta.get("capture") or _capture(response, session)
    warc = response.meta.get("warc")

    def wait(reason: str, first: str) -> None:
        session.scans.put(Waiting(response.url, session.source.name, reason, first, warc.file if warc else ""), session.now())

    try:
        reading = read_capture(
            capture,
            link,
            draft,
            session.desk,
            warc=warc,
            redirected=bool(response.meta.get("redirect_urls")),
            on_parts=partial(_first_page, response, session),
        )
    except ScannedError as error:
        wait(str(error), response.url)
        raise
    if reading.scanned and draft is not None:
        wait(reading.scanned, draft.urls[0])
    if reading.trouble:
        session.refuse(f"a later page gives nothing: {reading.trouble}", response.url, "incomplete")
    return reading


def _capture(response: Response, session: Session) -> Capture:
    """Of a response that was not archived: an empty one."""
    kind = (response.headers.get("Content-Type") or b"").decode("latin-1")
    return Capture(response.url, session.now(), response.status, kind, response.body, session.source.name)


def _first_page(response: Response, session: Session, parts: PageParts) -> None:
    """Learn the order of dates; on one page in `_SAMPLE`, chosen by its address, count how far rules and generic layers read the same."""
    session.learn(parts.published.raw)
    if parts.layers.get("text") != "selector" or crc32(response.url.encode()) % _SAMPLE:
        return
    generic, _ = generic_body(tree_source(parse(response.body)))
    session.count("cross_checked")
    session.count("cross_agreement", agreement(parts.text, join(generic)))
