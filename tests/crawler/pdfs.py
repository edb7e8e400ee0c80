"""Small PDFs and DOCX files written by hand, for tests. All texts are synthetic."""

from __future__ import annotations

import io
from collections.abc import Sequence

import docx
import pytest
from docx.enum.text import WD_BREAK

Line = tuple[float, float, float, str]
"""(x, y from the bottom, size, text)."""
RELEASE: tuple[Line, ...] = (
    (72, 760, 9, "KEMENTERIAN PERINDUSTRIAN"),
    (72, 720, 18, "Kredit Rp 100 Miliar untuk Industri Kecil"),
    (72, 690, 10, "Jakarta, 1 November 2022"),
    (72, 660, 10, "Kementerian Perindustrian bersama mitra menyalurkan kredit kepada industri"),
    (72, 648, 10, "kecil pemasok komponen kendaraan di Karawang dan Bekasi."),
)


def make_pdf(*pages: Sequence[Line], rules: Sequence[tuple[float, float, float, float]] = (), scanned: bool = False) -> bytes:
    """A PDF of lines of Helvetica; `rules` are drawn lines (x0, y0, x1, y1) on each page; a scanned one holds only a picture."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "", "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    image = "/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 1"
    picture = f"<< {image} >>\nstream\nx\nendstream"
    objects.append(picture)
    kids = []
    for lines in pages:
        drawing = "q 500 0 0 700 50 50 cm /Im0 Do Q" if scanned else ""
        drawing += "".join(f" {x0} {y0} m {x1} {y1} l S" for x0, y0, x1, y1 in rules)
        drawing += "".join(f" BT /F1 {size} Tf {x} {y} Td ({text}) Tj ET" for x, y, size, text in lines)
        objects.append(f"<< /Length {len(drawing)} >>\nstream\n{drawing}\nendstream")
        resources = "<< /Font << /F1 3 0 R >> /XObject << /Im0 4 0 R >> >>"
        page = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources {resources} /Contents {len(objects)} 0 R >>"
        objects.append(page)
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    out = io.BytesIO(b"")
    out.write(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1"))
    start = out.tell()
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}".encode())
    out.write(f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF".encode())
    return out.getvalue()


def scan(pdf: bytes, *, dots: int = 200) -> bytes:
    """A PDF as a scanner would make it: a picture of each page, `dots` an inch, and no text."""
    pypdfium2 = pytest.importorskip("pypdfium2", reason="the extra `ocr` is not installed: pypdfium2 is missing")
    document = pypdfium2.PdfDocument(pdf)
    pictures = [document[number].render(scale=dots / 72, grayscale=True).to_pil() for number in range(len(document))]
    out = io.BytesIO()
    pictures[0].save(out, "PDF", save_all=True, append_images=pictures[1:], resolution=dots)
    return out.getvalue()


def make_docx(title: str, *paragraphs: str, table: Sequence[Sequence[str]] = ()) -> bytes:
    """A DOCX with a heading, paragraphs, a page break before the last, and a table at the end."""
    document = docx.Document()
    document.add_heading(title, level=1)
    for number, text in enumerate(paragraphs):
        if number and number == len(paragraphs) - 1:
            document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
        document.add_paragraph(text)
    if table:
        grid = document.add_table(rows=len(table), cols=len(table[0]))
        for row, cells in zip(grid.rows, table, strict=True):
            for cell, text in zip(row.cells, cells, strict=True):
                cell.text = text
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
