"""Bytes of a page → a parsed tree. Charset is decided by the bytes first: pages lie about it."""

from __future__ import annotations

import codecs
import re

from lxml import etree, html
from lxml.html import HtmlElement

from crawler.errors import ExtractionError

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_LATIN = frozenset({"iso-8859-1", "latin-1", "latin1", "ascii", "us-ascii", "utf-8", "utf8"})
"""Charsets that browsers read as Windows-1252, and UTF-8, which these bytes are not."""
_HEAD = 4096
_PARSER_LIMIT = 12 * 1024 * 1024


def decode(body: bytes, declared: str | None = None) -> str:
    """Text of a page: UTF-8 wherever the bytes are that, else the charset of its meta tag, else `declared`, else Windows-1252.

    Bytes that fit none are replaced, never an error.
    """
    for mark, name in ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if body.startswith(mark):
            return body.decode(name, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start > len(body) - 4 or body.count(b"\xc3") + body.count(b"\xe2\x80") > 20:
            return body.decode("utf-8", "replace")
    match = _META_CHARSET.search(body[:_HEAD])
    for charset in (match[1].decode("ascii", "replace") if match else None, declared):
        if charset and _known(charset) and charset.lower() not in _LATIN:
            return body.decode(charset, "replace")
    return body.decode("windows-1252", "replace")


def _known(charset: str) -> bool:
    try:
        codecs.lookup(charset)
    except LookupError:
        return False
    return True


def parse(page: str | bytes, charset: str | None = None) -> HtmlElement:
    """Parsed page, without comments and processing instructions.

    Raises:
        ExtractionError: nothing to parse.
    """
    text = decode(page, charset) if isinstance(page, bytes) else page
    text = text.replace("\x00", "")[:_PARSER_LIMIT]
    if not text.strip():
        raise ExtractionError("the page is empty")
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        tree = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise ExtractionError(f"the page cannot be parsed: {error}") from None
    return tree
