"""OCR of scanned PDFs by Tesseract (`ind`), with the optional extra `pantau[ocr]` and the tesseract program."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import statistics
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby, pairwise
from typing import Any

from crawler.documents.parts import DocumentPage, DocumentParts
from crawler.errors import DocumentError

MAX_PAGES = 100
"""Pages recognised of one document (some seconds each); what is longer is flagged truncated."""
LANGUAGE = "ind+eng"
SCALE = 300 / 72
"""300 dots an inch, what Tesseract is trained for."""
_BELIEVED = 40
"""Mean confidence (percent) of a paragraph below which it is a stamp, a seal or a stain."""
_LARGER = 1.25
"""Height of a heading's letters against the usual of its page."""
_OTHER_SIZE = 1.4
"""Heights of two lines that are no longer of one paragraph; letters with and without ascenders differ less."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A recognised line: its paragraph, its words, their height (pixels) and mean confidence (percent)."""

    paragraph: tuple[int, int]
    text: str
    height: float
    confidence: float
    top: int


def why_no_ocr() -> str | None:
    """What is missing for OCR on this machine; None where it works."""
    if not all(map(importlib.util.find_spec, ("pytesseract", "pypdfium2"))):
        return "the extra is not installed: pip install 'pantau[ocr]'"
    return _why_no_program(shutil.which("tesseract"))


def ocr_available() -> bool:
    """Whether the extra, the program and its Indonesian data are installed."""
    return why_no_ocr() is None


@cache
def _why_no_program(program: str | None) -> str | None:
    if program is None:
        return "the program tesseract is not installed (Debian: tesseract-ocr tesseract-ocr-ind)"
    known = subprocess.run([program, "--list-langs"], capture_output=True, text=True, check=False).stdout.split()  # noqa: S603
    absent = [name for name in LANGUAGE.split("+") if name not in known]
    return f"tesseract lacks its data for {', '.join(absent)} (Debian: tesseract-ocr-ind)" if absent else None


def recognise(data: bytes) -> DocumentParts:
    """The pages of a scanned PDF as recognised text, flagged `ocr`.

    Raises:
        DocumentError: OCR is not installed, the PDF cannot be drawn, or nothing was recognised.
    """
    found, count = _recognised(data, None)
    pages = tuple(DocumentPage(number, text) for number, (text, _) in found.items())
    if not any(page.text for page in pages):
        raise DocumentError("nothing was recognised on the scanned pages")
    flags = ("ocr", *(["truncated"] if count > MAX_PAGES else []))
    return DocumentParts(pages, heading=next(iter(found.values()))[1], flags=flags)


def with_recognised(document: DocumentParts, data: bytes) -> DocumentParts:
    """A document that has text, with that of its scanned pages recognised too.

    Raises:
        DocumentError: as `recognise`, save that pages without any text are no error.
    """
    found, _ = _recognised(data, document.scanned)
    pages = tuple(DocumentPage(page.number, found[page.number][0]) if page.number in found else page for page in document.pages)
    flags = (*(flag for flag in document.flags if flag != "scanned_pages"), "ocr")
    return replace(document, pages=pages, flags=flags, scanned=())


def _recognised(data: bytes, numbers: Iterable[int] | None) -> tuple[dict[int, tuple[str, str]], int]:
    """({page number: (text, heading)}, pages in all) of the pages asked for."""
    missing = why_no_ocr()
    if missing:
        raise DocumentError(f"OCR is not possible: {missing}")
    import pypdfium2
    import pytesseract

    os.environ.setdefault("OMP_THREAD_LIMIT", "1")  # Tesseract's threads get in each other's way: one is twice as fast as two
    try:
        document = pypdfium2.PdfDocument(data)
        try:
            asked = list(range(1, len(document) + 1) if numbers is None else numbers)[:MAX_PAGES]
            return {number: _page(document[number - 1]) for number in asked}, len(document)
        finally:
            document.close()
    except (pypdfium2.PdfiumError, pytesseract.TesseractError) as error:
        raise DocumentError(f"the scanned pages cannot be recognised: {error}") from None


def _page(page: Any) -> tuple[str, str]:
    import pytesseract

    picture = page.render(scale=SCALE, grayscale=True).to_pil()
    found = pytesseract.image_to_data(picture, lang=LANGUAGE, output_type=pytesseract.Output.DICT)
    lines = list(_lines(found))
    return "\n\n".join(_paragraphs(lines)), _heading(lines, picture.height)


def _lines(found: dict[str, list[Any]]) -> Iterator[_Line]:
    words: dict[tuple[int, int, int], list[int]] = {}
    for at, (text, confidence) in enumerate(zip(found["text"], found["conf"], strict=True)):
        if text.strip() and float(confidence) >= 0:
            words.setdefault((found["block_num"][at], found["par_num"][at], found["line_num"][at]), []).append(at)
    for (block, paragraph, _), places in words.items():
        yield _Line(
            (block, paragraph),
            " ".join(found["text"][at].strip() for at in places),
            statistics.median(found["height"][at] for at in places),
            statistics.fmean(float(found["conf"][at]) for at in places),
            min(found["top"][at] for at in places),
        )


def _paragraphs(lines: list[_Line]) -> Iterator[str]:
    """Lines joined to paragraphs, words cut at a line's end mended; what Tesseract does not believe in itself is left out."""
    for _, together in groupby(lines, key=lambda line: line.paragraph):
        own = list(together)
        if statistics.fmean(line.confidence for line in own) < _BELIEVED:
            continue
        text = own[0].text
        for before, line in pairwise(own):
            sizes = sorted((before.height, line.height))
            if sizes[1] > _OTHER_SIZE * sizes[0]:
                yield text
                text = line.text
            else:
                cut = re.search(r"[a-z]-$", text) and line.text[:1].islower()
                text = text[:-1] + line.text if cut else f"{text} {line.text}"
        yield text


def _heading(lines: list[_Line], height: int) -> str:
    """The lines set largest in the upper half of the page, where they are clearly larger than the rest."""
    upper = [line for line in lines if line.top < height / 2 and len(line.text) > 8 and line.confidence >= _BELIEVED]
    if not upper:
        return ""
    usual = statistics.median(line.height for line in lines)
    largest = max(line.height for line in upper)
    return " ".join(line.text for line in upper if line.height > 0.85 * largest)[:300] if largest > _LARGER * usual else ""
