"""Scanned documents: they wait with a reason, a command recognises them with the real Tesseract, and nothing of a release is lost."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from api.cli import cli
from crawler.documents.ocr import why_no_ocr
from crawler.documents.parts import date_of, title_of
from crawler.documents.read import read_document
from crawler.errors import DocumentError
from crawler.importer import import_paths
from crawler.items import Article, Origin
from crawler.recognising import recognise_waiting, waiting_documents
from tests.crawler.pdfs import RELEASE, make_pdf, scan
from tests.crawler.site import Site, feed, make_due, page, run, serving, source, spooled
from tests.parts import need_ocr

BASE = "http://kabar.example"
NOW = datetime(2026, 11, 24, tzinfo=UTC)
PDF = (("Content-Type", "application/pdf"),)
SECOND = ((72.0, 700.0, 10.0, "Halaman kedua memuat daftar penerima kredit sebesar Rp 12,5 miliar."),)
RELEASING = source(
    selectors=[{"version": "1", "title": ["h1.judul"], "date": [".tanggal"], "body": [".isi"], "documents": ["a.lampiran"]}],
    article={"pattern": r"/berita/\d+|\.pdf$"},
)


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        yield running


@pytest.fixture
def without_tesseract(monkeypatch: pytest.MonkeyPatch) -> None:
    """No program at all can be found."""
    monkeypatch.setenv("PATH", "/nonexistent")


def recognised(data: Path) -> list[str | None]:
    """The reasons (None: recognised) of what waited."""
    return [told.reason for told in recognise_waiting(data, run="ocr-1", now=datetime.now(UTC), sources={"kabar": RELEASING})]


def put_release(site: Site) -> None:
    """A release whose page sums up what its scanned attachment says."""
    site.put(f"{BASE}/rss", feed(f"{BASE}/berita/1"))
    link = '<a class=lampiran href="/berkas/1.pdf">PDF</a>'
    site.put(f"{BASE}/berita/1", page("Kredit untuk industri kecil", "Ringkasan rilis kementerian.", extra=link))
    site.put(f"{BASE}/berkas/1.pdf", scan(make_pdf(RELEASE, SECOND)), headers=PDF)


def test_a_scanned_pdf_is_recognised_with_title_date_pages_and_figures() -> None:
    need_ocr()
    document = read_document(scan(make_pdf(RELEASE, SECOND)))
    assert title_of(document) == "Kredit Rp 100 Miliar untuk Industri Kecil"
    assert date_of(document) == "1 November 2022"
    assert "menyalurkan kredit kepada industri kecil pemasok komponen kendaraan di Karawang dan Bekasi." in document.text
    assert "Rp 12,5 miliar" in document.pages[1].text
    assert document.flags == ("ocr",)


def test_scanned_pages_between_others_are_recognised_too() -> None:
    need_ocr()
    from pypdfium2 import PdfDocument

    mixed = PdfDocument(make_pdf(RELEASE))
    mixed.import_pages(PdfDocument(scan(make_pdf(SECOND))))
    out = io.BytesIO()
    mixed.save(out)
    document = read_document(out.getvalue())
    assert "Kementerian Perindustrian bersama mitra" in document.pages[0].text
    assert "daftar penerima kredit" in document.pages[1].text
    assert document.flags == ("ocr",)


def test_a_picture_without_words_says_that_nothing_was_recognised() -> None:
    need_ocr()
    with pytest.raises(DocumentError, match="nothing was recognised"):
        read_document(scan(make_pdf([])))


@pytest.mark.usefixtures("without_tesseract")
def test_without_the_program_a_scanned_file_is_refused_and_waits(tmp_path: Path) -> None:
    (tmp_path / "pindai.pdf").write_bytes(make_pdf([], scanned=True))
    *_, last = import_paths([tmp_path / "pindai.pdf"], data=tmp_path / "data", run="r1", now=NOW, sources={})
    (document,) = waiting_documents(tmp_path / "data")
    assert (last.added, last.refused) == (0, 1)
    assert Path(document.address).name == "pindai.pdf"
    assert "needs OCR" in document.reason


@pytest.mark.usefixtures("without_tesseract")
def test_what_is_missing_is_named() -> None:
    assert "tesseract" in (why_no_ocr() or "")


def test_an_imported_scan_is_taken_off_the_queue_once_the_program_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    need_ocr()
    (tmp_path / "pindai.pdf").write_bytes(scan(make_pdf(RELEASE)))
    with monkeypatch.context() as patch:
        patch.setenv("PATH", "/nonexistent")
        list(import_paths([tmp_path / "pindai.pdf"], data=tmp_path / "data", run="r1", now=NOW, sources={}))
    assert recognised(tmp_path / "data") == [None]
    (article,) = spooled(tmp_path / "data")
    assert (article.outlet, article.published.value) == ("kemenperin", "2022-11-01")
    assert waiting_documents(tmp_path / "data") == []


def test_a_scanned_attachment_joins_its_release_as_a_new_version(site: Site, tmp_path: Path) -> None:
    need_ocr()
    put_release(site)
    run(site, tmp_path, RELEASING)
    (before,) = spooled(tmp_path)
    assert (before.text, before.flags) == ("Ringkasan rilis kementerian.", ("scanned",))
    assert recognised(tmp_path) == [None]
    after = next(article for article in spooled(tmp_path) if article.version_id != before.version_id)
    assert after.article_id == before.article_id
    assert (after.flags, after.origin, after.warc) == (("ocr",), Origin.CRAWL, before.warc)
    cited = after.pages[-1]
    assert (cited.number, cited.url) == (2, f"{BASE}/berkas/1.pdf")
    assert after.text[cited.start :].startswith("Halaman kedua")
    assert waiting_documents(tmp_path) == []


def test_a_crawled_scan_is_not_fetched_again_while_it_waits_nor_afterwards(site: Site, tmp_path: Path) -> None:
    need_ocr()
    site.put(f"{BASE}/rss", feed(f"{BASE}/berkas/2.pdf"))
    site.put(f"{BASE}/berkas/2.pdf", scan(make_pdf(RELEASE)), headers=PDF)
    run(site, tmp_path, RELEASING)
    run(site, tmp_path, RELEASING)
    assert recognised(tmp_path) == [None]
    run(site, tmp_path, RELEASING)
    assert site.requests(f"{BASE}/berkas/2.pdf") == 1
    (article,) = spooled(tmp_path)
    assert article.title == "Kredit Rp 100 Miliar untuk Industri Kecil"


def test_a_recognised_scan_is_recalled_at_the_next_visit(site: Site, tmp_path: Path) -> None:
    need_ocr()
    put_release(site)
    run(site, tmp_path, RELEASING)
    recognised(tmp_path)
    make_due(tmp_path)
    report = run(site, tmp_path, RELEASING)
    assert (report.sources["kabar"].unchanged, site.requests(f"{BASE}/berkas/1.pdf")) == (1, 2)
    assert waiting_documents(tmp_path) == []


def test_what_cannot_be_recognised_goes_on_waiting_and_is_not_tried_for_ever(site: Site, tmp_path: Path) -> None:
    need_ocr()
    site.put(f"{BASE}/rss", feed(f"{BASE}/berkas/3.pdf"))
    site.put(f"{BASE}/berkas/3.pdf", scan(make_pdf([])), headers=PDF)
    run(site, tmp_path, RELEASING)
    assert "nothing was recognised" in str(recognised(tmp_path))
    (document,) = waiting_documents(tmp_path)
    assert (document.tries, "nothing was recognised" in document.reason) == (1, True)
    assert list(recognise_waiting(tmp_path, run="ocr-2", now=NOW, sources={"kabar": RELEASING}, untried=True)) == []


def test_the_command_shows_the_queue_and_works_it_off(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    need_ocr()
    scanned = tmp_path / "pindai.pdf"
    scanned.write_bytes(scan(make_pdf(RELEASE)))
    data = str(tmp_path / "data")
    with monkeypatch.context() as patch:
        patch.setenv("PATH", "/nonexistent")
        list(import_paths([scanned], data=tmp_path / "data", run="r1", now=NOW, sources={}))
    cli.main(["--data", data, "ocr", "--list"], standalone_mode=False)
    assert "pindai.pdf: the PDF is scanned" in capsys.readouterr().out
    cli.main(["--data", data, "ocr", "--no-ingest"], standalone_mode=False)
    assert "recognised: 1; 0 still waiting" in capsys.readouterr().err


@pytest.mark.usefixtures("without_tesseract")
def test_the_command_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="tesseract-ocr-ind"):
        cli.main(["--data", str(tmp_path), "ocr"], standalone_mode=False)


def test_a_replay_with_ocr_gives_what_crawl_and_ocr_gave(site: Site, tmp_path: Path) -> None:
    need_ocr()
    put_release(site)
    run(site, tmp_path / "one", RELEASING)
    recognised(tmp_path / "one")
    list(import_paths([tmp_path / "one" / "archive"], data=tmp_path / "two", run="r1", now=NOW, sources={"kabar": RELEASING}))

    def last(data: Path) -> Article:
        return spooled(data)[-1]

    assert last(tmp_path / "two").version_id in {article.version_id for article in spooled(tmp_path / "one")}
    assert last(tmp_path / "two").flags == ("ocr",)
