"""`sources check`, fixtures without publishers' texts, and records blotted out of the archive."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.archive import read_archive, remove_from_archive
from crawler.check import check_page, check_source, synthetic, write_fixture
from crawler.errors import ExtractionError
from crawler.importer import import_paths
from tests.crawler.pdfs import RELEASE, make_pdf
from tests.crawler.site import QUICK, Site, feed, page, run, serving, source, spooled

URL = "http://kabar.example/berita/1"
NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        yield running


def test_a_check_says_which_layer_gave_which_field(site: Site) -> None:
    site.put(URL, page("Pabrik baru dibuka", "Sebuah pabrik komponen kendaraan dibuka di Karawang oleh menteri perindustrian."))
    check = check_source(source(), URL, user_agent="Pantau-Test/1", proxy=site.proxy, settings=QUICK)
    layers = {field.name: field.layer for field in check.fields}
    assert check.is_article
    assert (layers["title"], layers["published"], layers["text"]) == ("selector", "selector", "selector")
    assert check.generic_agreement > 0.9


def test_a_page_that_cannot_be_fetched_says_why(site: Site) -> None:
    with pytest.raises(ExtractionError, match="answers 404"):
        check_source(source(), URL, user_agent="Pantau-Test/1", proxy=site.proxy, settings=QUICK)


def test_a_fixture_keeps_markup_and_dates_but_no_sentence(tmp_path: Path) -> None:
    secret = "Kalimat rahasia penerbit tentang laba perusahaan tertentu"
    html = page("Judul rahasia penerbit", f"{secret}.", "Baca juga: berita lain", date="Selasa, 3 November 2026 10:15 WIB")
    check = check_page(source(), html, URL, NOW)
    place = write_fixture(check, source(), tmp_path, "dasar")
    written = (place / "page.html").read_text()
    expected = json.loads((place / "expected.json").read_text())
    assert "rahasia" not in written
    assert "3 November 2026 10:15 WIB" in written
    assert expected["published"] == {"value": "2026-11-03T10:15:00+07:00", "layer": "selector"}
    again = check_page(source(), written, URL, NOW)
    assert {f.name: f.value for f in again.fields} == {name: value["value"] for name, value in expected.items()}


def test_machine_data_are_replaced_too() -> None:
    data = '{"@type": "NewsArticle", "headline": "Judul rahasia", "datePublished": "2026-11-03T10:15:00+07:00"}'
    head = f'<meta property="og:title" content="Judul rahasia"><script type="application/ld+json">{data}</script>'
    html = f"<html><head>{head}</head><body>x</body></html>"
    made = synthetic(html)
    assert "rahasia" not in made
    assert "2026-11-03T10:15:00+07:00" in made


def test_a_forgotten_page_leaves_the_archive_and_moves_nothing(site: Site, tmp_path: Path) -> None:
    urls = [f"http://kabar.example/berita/{n}" for n in range(3)]
    site.put("http://kabar.example/rss", feed(*urls))
    for n, url in enumerate(urls):
        site.put(url, page(f"Pabrik nomor {n} dibuka"))
    run(site, tmp_path)
    places = {article.url: article.warc for article in spooled(tmp_path)}
    target, other = places[urls[1]], places[urls[2]]
    assert target is not None
    assert other is not None
    size = (tmp_path / "archive" / target.file).stat().st_size
    assert remove_from_archive(tmp_path / "archive", target)
    path = tmp_path / "archive" / target.file
    assert path.stat().st_size == size
    assert urls[1] not in {capture.url for capture in read_archive(path)}
    reports = list(import_paths([path], data=tmp_path / "two", run="r", now=NOW, sources={"kabar": source()}))
    assert (reports[-1].added, reports[-1].refused) == (2, 0)
    assert not remove_from_archive(tmp_path / "archive", target)


def test_with_a_forgotten_release_its_attachment_leaves_the_archive(site: Site, tmp_path: Path) -> None:
    base = "http://kabar.example"
    site.put(f"{base}/rss", feed(f"{base}/berita/1", f"{base}/berita/2"))
    for n in (1, 2):
        site.put(f"{base}/berita/{n}", page(f"Rilis {n}", extra=f'<a class=lampiran href="/berkas/{n}.pdf">PDF</a>'))
        site.put(f"{base}/berkas/{n}.pdf", make_pdf(RELEASE), headers=(("Content-Type", "application/pdf"),))
    selectors = {"version": "1", "title": ["h1.judul"], "date": [".tanggal"], "body": [".isi"], "documents": ["a.lampiran"]}
    run(site, tmp_path, source(selectors=[selectors]))
    place = next(article.warc for article in spooled(tmp_path) if article.title == "Rilis 1")
    assert place is not None
    assert remove_from_archive(tmp_path / "archive", place)
    kept = {capture.url for capture in read_archive(tmp_path / "archive" / place.file)}
    assert {f"{base}/berita/2", f"{base}/berkas/2.pdf"} <= kept
    assert not kept & {f"{base}/berita/1", f"{base}/berkas/1.pdf"}
