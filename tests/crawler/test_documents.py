"""PDF, DOCX, HTML and WARC: documents as articles, alone, attached to a release, imported and replayed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.documents.parts import date_of, title_of
from crawler.documents.pdf import ScannedError, read_pdf
from crawler.documents.read import read_document
from crawler.errors import DocumentError
from crawler.importer import ImportProgress, Refusal, import_paths
from crawler.items import ArticleType
from tests.crawler.pdfs import RELEASE, make_docx, make_pdf
from tests.crawler.site import Site, feed, page, run, serving, source, spooled

BASE = "http://kabar.example"
NOW = datetime(2026, 11, 24, tzinfo=UTC)
ATTACHING = source(selectors=[{"version": "1", "title": ["h1.judul"], "date": [".tanggal"], "body": [".isi"], "documents": ["a.lampiran"]}])


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        yield running


def take(data: Path, *paths: Path) -> tuple[ImportProgress, list[Refusal]]:
    sources = {"kabar": source()}
    reports = list(import_paths(paths, data=data, run="r1", now=NOW, sources=sources))
    return reports[-1], [refusal for report in reports for refusal in report.refusals]


def test_a_pdf_is_read_with_heading_date_and_joined_lines() -> None:
    document = read_pdf(make_pdf(RELEASE))
    assert title_of(document) == "Kredit Rp 100 Miliar untuk Industri Kecil"
    assert date_of(document) == "1 November 2022"
    assert "kepada industri kecil pemasok komponen" in document.text


def test_columns_are_read_one_after_the_other() -> None:
    left = [(60.0, 700.0 - 12 * n, 10.0, f"kiri {n} tentang pabrik") for n in range(4)]
    right = [(330.0, 700.0 - 12 * n, 10.0, f"kanan {n} tentang kredit") for n in range(4)]
    text = read_pdf(make_pdf([*left, *right])).text
    assert text.index("kiri 3") < text.index("kanan 0")


def test_a_ruled_table_is_kept_as_rows() -> None:
    cells = [(80.0, 610.0, 10.0, "Tahun"), (220.0, 610.0, 10.0, "Kredit"), (80.0, 590.0, 10.0, "2022"), (220.0, 590.0, 10.0, "100 miliar")]
    across = [(70.0, y, 340.0, y) for y in (625.0, 605.0, 585.0)]
    down = [(x, 585.0, x, 625.0) for x in (70.0, 210.0, 340.0)]
    text = read_pdf(make_pdf([*RELEASE, *cells], rules=[*across, *down])).text
    assert "Tahun | Kredit\n2022 | 100 miliar" in text


def test_running_heads_are_left_out_and_pages_keep_their_place() -> None:
    pages = [
        [(72.0, 800.0, 9.0, f"Laporan Tahunan {n}"), (72.0, 600.0, 10.0, f"Isi halaman nomor {n} tentang industri.")] for n in (1, 2, 3)
    ]
    document = read_pdf(make_pdf(*pages))
    assert "Laporan" not in document.text
    assert [document.text[start:][:19] for _, start in document.starts()] == [
        "Isi halaman nomor 1",
        "Isi halaman nomor 2",
        "Isi halaman nomor 3",
    ]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"%PDF-1.7 rusak", "damaged"),
        (b"bukan", "neither"),
        (make_pdf(RELEASE)[:300], "damaged|no pages"),
        (b"PK\x03\x04rusak", "not a DOCX"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, reason: str) -> None:
    with pytest.raises(DocumentError, match=reason):
        read_document(data)


def test_a_scanned_pdf_is_recognised_as_such() -> None:
    with pytest.raises(ScannedError, match="scanned"):
        read_pdf(make_pdf([], [], scanned=True))


def test_a_docx_keeps_heading_pages_and_tables() -> None:
    document = read_document(make_docx("Realisasi Kredit", "Paragraf satu.", "Paragraf dua.", table=[["Tahun", "Nilai"], ["2022", "100"]]))
    assert title_of(document) == "Realisasi Kredit"
    assert [page.number for page in document.pages] == [1, 2]
    assert "Tahun | Nilai\n2022 | 100" in document.text


def test_pdf_docx_and_html_files_are_imported(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "rilis.pdf").write_bytes(make_pdf(RELEASE))
    (folder / "laporan.docx").write_bytes(make_docx("Laporan Industri Kecil", "Isi laporan tentang industri kecil."))
    body = page("Pabrik baru dibuka", "Sebuah pabrik komponen kendaraan dibuka di Karawang oleh menteri perindustrian kemarin sore.")
    (folder / "berita.html").write_text(body)
    last, refusals = take(tmp_path / "data", folder)
    assert (last.added, refusals) == (3, [])
    release = next(a for a in spooled(tmp_path / "data") if a.type is ArticleType.DOCUMENT and "Kredit" in a.title)
    assert (release.outlet, release.published.value, release.pages[0].number) == ("kemenperin", "2022-11-01", 1)
    assert take(tmp_path / "data", folder)[0].added == 0


def test_a_release_and_its_pdf_are_one_document_with_page_citations(site: Site, tmp_path: Path) -> None:
    site.put(f"{BASE}/rss", feed(f"{BASE}/berita/1"))
    site.put(
        f"{BASE}/berita/1", page("Kredit untuk industri kecil", "Ringkasan rilis.", extra='<a class=lampiran href="/berkas/1.pdf">PDF</a>')
    )
    pages = [RELEASE, [(72.0, 700.0, 10.0, "Halaman kedua berisi daftar penerima kredit.")]]
    site.put(f"{BASE}/berkas/1.pdf", make_pdf(*pages), headers=(("Content-Type", "application/pdf"),))
    run(site, tmp_path, ATTACHING)
    (article,) = spooled(tmp_path)
    assert article.text.startswith("Ringkasan rilis.")
    cited = article.pages[-1]
    assert (cited.number, cited.url) == (2, f"{BASE}/berkas/1.pdf")
    assert article.text[cited.start :].startswith("Halaman kedua")


def test_a_damaged_attachment_costs_only_itself(site: Site, tmp_path: Path) -> None:
    site.put(f"{BASE}/rss", feed(f"{BASE}/berita/1"))
    links = "".join(f'<a class=lampiran href="/berkas/{name}.pdf">PDF</a>' for name in ("rusak", "hilang", "2"))
    site.put(f"{BASE}/berita/1", page("Kredit untuk industri kecil", "Ringkasan rilis.", extra=links))
    site.put(f"{BASE}/berkas/rusak.pdf", b"%PDF-1.7 rusak", headers=(("Content-Type", "application/pdf"),))
    site.put(f"{BASE}/berkas/2.pdf", make_pdf(RELEASE), headers=(("Content-Type", "application/pdf"),))
    run(site, tmp_path, ATTACHING)
    (article,) = spooled(tmp_path)
    assert "incomplete" in article.flags
    assert "kepada industri kecil pemasok komponen" in article.text
