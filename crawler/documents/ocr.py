"""OCR of scanned PDFs by Tesseract (`ind`), with the optional extra `pantau[ocr]` and the tesseract program."""

from __future__ import annotations

import importlib.util
import shutil

from crawler.documents.parts import DocumentPage, DocumentParts
from crawler.errors import DocumentError

SCALE = 300 / 72
"""300 dots an inch, what Tesseract is trained for."""


def ocr_available() -> bool:
    """Whether both the extra and the program are installed."""
    return shutil.which("tesseract") is not None and all(map(importlib.util.find_spec, ("pytesseract", "pypdfium2")))


def recognise(data: bytes, *, language: str = "ind+eng") -> DocumentParts:
    """The pages of a scanned PDF as recognised text, flagged `ocr`.

    Raises:
        DocumentError: OCR is not installed, or nothing was recognised.
    """
    if not ocr_available():
        raise DocumentError("OCR is not installed: pip install pantau[ocr], and the program tesseract with its language ind")
    import pypdfium2
    import pytesseract

    document = pypdfium2.PdfDocument(data)
    pages = []
    for number in range(len(document)):
        picture = document[number].render(scale=SCALE).to_pil()
        pages.append(DocumentPage(number + 1, pytesseract.image_to_string(picture, lang=language).strip()))
    if not any(page.text for page in pages):
        raise DocumentError("nothing was recognised on the scanned pages")
    return DocumentParts(tuple(pages), flags=("ocr",))
