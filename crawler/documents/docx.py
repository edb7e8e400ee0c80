"""DOCX → text in reading order, tables kept as rows. Pages are counted at the page breaks Word wrote down."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import docx
from docx.opc.exceptions import PackageNotFoundError
from docx.table import Table
from docx.text.paragraph import Paragraph
from lxml import etree

from crawler.documents.parts import DocumentPage, DocumentParts
from crawler.errors import DocumentError

UNZIPPED_LIMIT = 200 * 1024 * 1024
"""Bytes a DOCX may unfold to."""


def read_docx(data: bytes) -> DocumentParts:
    """Pages and properties of a DOCX.

    Raises:
        DocumentError: no DOCX, damaged, encrypted, or a zip bomb.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > UNZIPPED_LIMIT:
                raise DocumentError(f"the DOCX unfolds to more than {UNZIPPED_LIMIT} bytes")
        document = docx.Document(io.BytesIO(data))
    except (zipfile.BadZipFile, PackageNotFoundError, KeyError, ValueError, etree.XMLSyntaxError) as error:
        raise DocumentError(f"not a DOCX that can be read: {error}") from None
    pages: list[list[str]] = [[]]
    heading = ""
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            pages[-1].append(_table(block))
            continue
        if _breaks_page(block) and pages[-1]:
            pages.append([])
        text = " ".join(block.text.split())
        if text:
            style = getattr(block.style, "name", "") or ""
            heading = heading or (text if style.startswith(("Title", "Heading 1")) else "")
            pages[-1].append(text)
    found = tuple(DocumentPage(number, "\n\n".join(filter(None, texts))) for number, texts in enumerate(pages, start=1))
    if not any(page.text for page in found):
        raise DocumentError("the DOCX holds no text")
    properties = document.core_properties
    return DocumentParts(found, properties.title or "", "", heading)


def _breaks_page(paragraph: Paragraph) -> bool:
    element: Any = paragraph._p
    return bool(element.xpath('.//w:lastRenderedPageBreak | .//w:br[@w:type="page"]'))


def _table(table: Table) -> str:
    rows = []
    for row in table.rows:
        cells: list[str] = []
        for cell in row.cells:
            text = " ".join(cell.text.split())
            if not cells or cells[-1] != text:
                cells.append(text)
        rows.append(" | ".join(cells))
    return "\n".join(row for row in rows if row.strip(" |"))
