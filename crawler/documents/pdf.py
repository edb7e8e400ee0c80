"""PDF → pages of text in reading order, by pdfplumber; columns are read one after the other, tables are kept as rows.

A page without text but with a picture is scanned; a document of such pages is one, and needs OCR.
"""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pdfplumber
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfminer.pdfparser import PDFSyntaxError
from pdfminer.psparser import PSException
from pdfplumber.utils.exceptions import MalformedPDFException, PdfminerException

from crawler.documents.parts import DocumentPage, DocumentParts
from crawler.errors import DocumentError

MAX_PAGES = 400
"""Pages read of one document; what is longer is flagged truncated."""
_LEAST_CHARS = 20
"""Characters below which a page with a picture counts as scanned."""
_SPACE = re.compile(r"[ \t\u00a0]+")

logging.getLogger("pdfminer").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of text with its place (points from the top left) and size."""

    top: float
    left: float
    right: float
    bottom: float
    size: float
    text: str


class ScannedError(DocumentError):
    """The document is pictures of pages → queued for OCR with this reason."""


def read_pdf(data: bytes) -> DocumentParts:
    """Pages, properties and the largest line of a PDF.

    Raises:
        ScannedError: no page has text.
        DocumentError: encrypted, damaged or no PDF.
    """
    if not data.lstrip()[:5] == b"%PDF-":
        raise DocumentError("not a PDF")
    try:
        with pdfplumber.open(io.BytesIO(data)) as pdf:
            return _read(pdf)
    except PDFPasswordIncorrect:
        raise DocumentError("the PDF is encrypted") from None
    except (PDFSyntaxError, PSException, MalformedPDFException, PdfminerException) as error:
        if "Password" in repr(error):
            raise DocumentError("the PDF is encrypted") from None
        raise DocumentError(f"the PDF is damaged: {error}") from None
    except (ValueError, KeyError, TypeError, RecursionError, AssertionError) as error:  # what pdfminer raises on broken objects
        raise DocumentError(f"the PDF is damaged: {type(error).__name__}: {error}") from None


def _read(pdf: Any) -> DocumentParts:
    if not pdf.pages:
        raise DocumentError("the PDF has no pages")
    pages, scanned, heading = [], [], ""
    for number, page in enumerate(pdf.pages[:MAX_PAGES], start=1):
        text = _page_text(page)
        if len(text) < _LEAST_CHARS and page.images:
            scanned.append(number)
        if number == 1:
            heading = _heading(page)
        pages.append(DocumentPage(number, text))
        page.close()
    if scanned and all(len(page.text) < _LEAST_CHARS for page in pages):
        raise ScannedError(f"the PDF is scanned ({len(scanned)} of {len(pages)} pages are pictures): it needs OCR")
    info = {key: value for key, value in (pdf.metadata or {}).items() if isinstance(value, str)}
    flags = (*(["scanned_pages"] if scanned else []), *(["truncated"] if len(pdf.pages) > MAX_PAGES else []))
    return DocumentParts(_without_running(pages), info.get("Title", ""), info.get("CreationDate", ""), heading, flags, tuple(scanned))


def _page_text(page: Any) -> str:
    tables = [table for table in page.find_tables() if len(table.rows) > 1 and max(len(row.cells) for row in table.rows) > 1]
    boxes = [table.bbox for table in tables]
    lines = _lines(page.filter(lambda thing: not any(_inside(thing, box) for box in boxes)))
    parts = _paragraphs(_reading_order(lines, page.width))
    for table in tables:
        rows = [" | ".join(_SPACE.sub(" ", (cell or "").replace("\n", " ")).strip() for cell in row) for row in table.extract()]
        parts.append((table.bbox[1], "\n".join(row for row in rows if row.strip(" |"))))
    if tables:
        parts.sort(key=lambda part: part[0])
    return "\n\n".join(text for _, text in parts if text)


def _inside(thing: dict[str, Any], box: tuple[float, float, float, float]) -> bool:
    middle = (thing["top"] + thing["bottom"]) / 2
    centre = (thing["x0"] + thing["x1"]) / 2
    return bool(thing["object_type"] == "char" and box[1] <= middle <= box[3] and box[0] <= centre <= box[2])


def _lines(page: Any) -> list[_Line]:
    found = []
    for line in page.extract_text_lines(x_tolerance_ratio=0.15, return_chars=True):
        found += _split_at_gutter(line)
    return found


def _split_at_gutter(line: dict[str, Any]) -> list[_Line]:
    """A line that runs over two columns is cut at gaps of more than four characters' width."""
    runs: list[list[dict[str, Any]]] = [[]]
    for char in line["chars"]:
        if runs[-1] and char["x0"] - runs[-1][-1]["x1"] > 4 * max(char["size"] * 0.5, 3):
            runs.append([])
        runs[-1].append(char)
    if len(runs) == 1:
        return [_Line(line["top"], line["x0"], line["x1"], line["bottom"], line["chars"][0]["size"], line["text"].strip())]
    return [_line_of(run) for run in runs if run]


def _line_of(run: list[dict[str, Any]]) -> _Line:
    text = ""
    for before, char in zip([None, *run], run, strict=False):
        if before is not None and char["x0"] - before["x1"] > char["size"] * 0.15 and not text.endswith(" "):
            text += " "
        text += char["text"]
    return _Line(min(c["top"] for c in run), run[0]["x0"], run[-1]["x1"], max(c["bottom"] for c in run), run[0]["size"], text.strip())


def _reading_order(lines: list[_Line], width: float) -> list[_Line]:
    """Top to bottom; between lines that cross the middle, the left column before the right."""
    middle = width / 2
    ordered: list[_Line] = []
    left: list[_Line] = []
    right: list[_Line] = []
    for line in sorted(lines, key=lambda line: (round(line.top), line.left)):
        if line.right <= middle + 5:
            left.append(line)
        elif line.left >= middle - 5:
            right.append(line)
        else:
            ordered += left + right if _columns(left, right) else sorted(left + right, key=lambda line: (round(line.top), line.left))
            left, right = [], []
            ordered.append(line)
    return ordered + (left + right if _columns(left, right) else sorted(left + right, key=lambda line: (round(line.top), line.left)))


def _columns(left: list[_Line], right: list[_Line]) -> bool:
    return len(left) > 2 and len(right) > 2


def _paragraphs(lines: list[_Line]) -> list[tuple[float, str]]:
    """Lines joined into paragraphs at larger gaps, size changes and column changes; words cut at a line's end are mended."""
    parts: list[tuple[float, str]] = []
    before: _Line | None = None
    for line in lines:
        gap = line.top - before.bottom if before else 0.0
        same = before is not None and -2 <= gap <= 0.6 * line.size and abs(before.size - line.size) < 0.6
        if same and parts:
            top, text = parts[-1]
            parts[-1] = (top, text[:-1] + line.text if re.search(r"[a-z]-$", text) and line.text[:1].islower() else f"{text} {line.text}")
        else:
            parts.append((line.top, line.text))
        before = line
    return [(top, _SPACE.sub(" ", text).strip()) for top, text in parts]


def _heading(page: Any) -> str:
    """The lines set largest in the upper half of the first page, where they are larger than the rest."""
    lines = [line for line in _lines(page) if line.top < page.height / 2 and len(line.text) > 8]
    if not lines:
        return ""
    usual = Counter(round(line.size) for line in _lines(page)).most_common(1)[0][0]
    largest = max(round(line.size) for line in lines)
    return " ".join(line.text for line in lines if round(line.size) == largest)[:300] if largest > usual else ""


def _without_running(pages: list[DocumentPage]) -> tuple[DocumentPage, ...]:
    """Pages without headers, footers and page numbers that stand on most of them."""
    if len(pages) < 3:
        return tuple(pages)
    edges = Counter(_shape(block) for page in pages for block in _edges(page.text))
    running = {shape for shape, times in edges.items() if times > len(pages) / 2}
    return tuple(DocumentPage(page.number, _trimmed(page.text, running)) for page in pages)


def _edges(text: str) -> set[str]:
    blocks = text.split("\n\n")
    return {blocks[0], blocks[-1]}


def _trimmed(text: str, running: set[str]) -> str:
    blocks = text.split("\n\n")
    while len(blocks) > 1 and _shape(blocks[0]) in running:
        blocks.pop(0)
    while len(blocks) > 1 and _shape(blocks[-1]) in running:
        blocks.pop()
    return "\n\n".join(blocks)


def _shape(block: str) -> str:
    return re.sub(r"\d+", "0", block.strip().casefold())
