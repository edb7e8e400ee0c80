"""A replay of an archive gives the very articles that the crawl gave, without network."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawler.archive import Archive, Capture
from crawler.asked import Asked, asked_of
from crawler.discovery import Link
from crawler.importer import ImportProgress, import_paths
from crawler.items import Origin
from crawler.sources import Source
from crawler.sources.model import DateOrder
from tests.crawler.pdfs import RELEASE, make_pdf
from tests.crawler.site import Site, feed, make_due, page, run, serving, source, spooled

BASE = "http://kabar.example"
NOW = datetime(2026, 11, 24, tzinfo=UTC)
PDF = (("Content-Type", "application/pdf"),)
SELECTORS = {"version": "1", "title": ["h1.judul"], "date": [".tanggal"], "body": [".isi"], "documents": ["a.lampiran"]}
EVERYTHING = source(selectors=[SELECTORS], paging={"next": "a.lanjut", "max_pages": 2}, drop_titles=["^Lowongan"])
TWO_PAGES = [RELEASE, [(72.0, 700.0, 10.0, "Halaman kedua berisi daftar penerima kredit.")]]


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        yield running


def replay(data: Path, archive: Path, *sources: Source) -> ImportProgress:
    *_, last = import_paths([archive], data=data, run="r1", now=NOW, sources={s.name: s for s in sources or (source(),)})
    return last


def told(data: Path) -> list[dict[str, Any]]:
    """All articles of a spool, save for where they come from, by address and version."""
    aside = {"origin", "run", "warc"}
    rows = [article.model_dump(exclude=aside) for article in spooled(data)]
    return sorted(rows, key=lambda row: (str(row["url"]), str(row["version_id"])))


def put_everything(site: Site) -> None:
    """Articles of every kind: dated by the list only, relative dates, paged, too long, attached, moved, no news, a document alone."""
    urls = [f"{BASE}/berita/{n}" for n in range(9)]
    site.put(f"{BASE}/rss", feed(*urls, date="Mon, 02 Nov 2026 08:30:00 +0700"))
    site.put(urls[0], page("Tanggal hanya di daftar", date=""))
    site.put(urls[1], page("Tanggal relatif", date="2 jam yang lalu"))
    site.put(urls[2], page("Dua halaman", "Halaman satu.", extra='<a class=lanjut href="/berita/2?page=2">2</a>'))
    site.put(f"{urls[2]}?page=2", page("Dua halaman", "Halaman dua."))
    for number in (1, 2, 3):
        link = f'<a class=lanjut href="/berita/3?page={number + 1}">lanjut</a>'
        site.put(f"{urls[3]}{f'?page={number}' if number > 1 else ''}", page("Terlalu panjang", f"Halaman {number}.", extra=link))
    attached = '<a class=lampiran href="/berkas/1.pdf">PDF</a><a class=lampiran href="/berkas/hilang.pdf">PDF</a>'
    site.put(urls[4], page("Rilis dengan lampiran", "Ringkasan rilis.", extra=attached))
    site.put(f"{BASE}/berkas/1.pdf", make_pdf(*TWO_PAGES), headers=PDF)
    site.put(urls[5], b"", status=301, headers=(("Location", f"{BASE}/berita/55-pindah"),))
    site.put(f"{BASE}/berita/55-pindah", page("Pindah alamat"))
    site.put(urls[6], page("Lowongan kerja"))
    site.put(urls[7], make_pdf(RELEASE), headers=PDF)
    site.put(urls[8], page("Dua rilis satu lampiran", "Ringkasan lain.", extra=attached))


def test_articles_of_every_kind_come_back_as_the_crawl_gave_them(site: Site, tmp_path: Path) -> None:
    put_everything(site)
    run(site, tmp_path / "one", EVERYTHING)
    last = replay(tmp_path / "two", tmp_path / "one" / "archive", EVERYTHING)
    crawled = told(tmp_path / "one")
    assert (len(crawled), last.refused) == (8, 0)
    assert told(tmp_path / "two") == crawled
    assert {article.origin for article in spooled(tmp_path / "two")} == {Origin.REPLAY}


def test_a_release_and_its_attachment_come_together_again_with_their_page_citations(site: Site, tmp_path: Path) -> None:
    put_everything(site)
    run(site, tmp_path / "one", EVERYTHING)
    replay(tmp_path / "two", tmp_path / "one" / "archive", EVERYTHING)
    article = next(a for a in spooled(tmp_path / "two") if a.title == "Rilis dengan lampiran")
    cited = article.pages[-1]
    assert (cited.number, cited.url) == (2, f"{BASE}/berkas/1.pdf")
    assert article.text[cited.start :].startswith("Halaman kedua")


def test_edits_come_back_as_versions(site: Site, tmp_path: Path) -> None:
    site.put(f"{BASE}/rss", feed(f"{BASE}/berita/0"))
    site.put(f"{BASE}/berita/0", page("Pabrik dibuka", "Nilainya Rp 12 triliun."))
    run(site, tmp_path / "one")
    make_due(tmp_path / "one")
    site.put(f"{BASE}/berita/0", page("Pabrik dibuka", "Nilainya Rp 1,2 triliun."))
    run(site, tmp_path / "one")
    replay(tmp_path / "two", tmp_path / "one" / "archive")
    assert len(told(tmp_path / "two")) == 2
    assert told(tmp_path / "two") == told(tmp_path / "one")


def test_an_attachment_in_the_next_file_of_the_archive_is_found(site: Site, tmp_path: Path) -> None:
    first, second = f"{BASE}/berita/1", f"{BASE}/berkas/1.pdf"
    archive = Archive(tmp_path / "archive", "run-kabar", rotate=1)
    body = page("Rilis", "Ringkasan rilis.", extra='<a class=lampiran href="/berkas/1.pdf">PDF</a>').encode()
    archive.write(Capture(first, NOW, 200, "text/html", body, "kabar", Asked(first, Link(first)).as_text()))
    archive.write(Capture(second, NOW, 200, "application/pdf", make_pdf(*TWO_PAGES), "kabar", Asked(second, Link(first), first).as_text()))
    archive.close()
    assert len(list((tmp_path / "archive").rglob("*.warc.gz"))) == 2
    assert replay(tmp_path / "data", tmp_path / "archive", EVERYTHING).added == 1
    assert [p.number for p in spooled(tmp_path / "data")[0].pages] == [1, 1, 2]


def test_an_article_whose_later_page_is_missing_is_delivered_as_incomplete(tmp_path: Path) -> None:
    first = f"{BASE}/berita/1"
    archive = Archive(tmp_path / "archive", "run-kabar")
    body = page("Dua halaman", "Halaman satu.", extra='<a class=lanjut href="/berita/1?page=2">2</a>').encode()
    archive.write(Capture(first, NOW, 200, "text/html", body, "kabar"))
    archive.close()
    replay(tmp_path / "data", tmp_path / "archive", EVERYTHING)
    (article,) = spooled(tmp_path / "data")
    assert article.flags == ("incomplete",)


def test_what_a_crawl_asked_for_survives_the_archive() -> None:
    link = Link("http://kabar.example/a?utm=1", 'Judul "Jum’at" — naik', "Tue, 03 Nov 2026 10:15:00 +0700", ("industri", "kredit"))
    asked = Asked("http://kabar.example/a", link, "http://kabar.example/b", DateOrder.MDY)
    assert asked_of(asked.as_text()) == asked
    assert asked.as_text().isascii()
    assert [asked_of(text) for text in (None, "", "bukan", "[]", '{"order": "x"}')] == [None] * 5


def test_a_damaged_archive_gives_what_came_before_the_damage(site: Site, tmp_path: Path) -> None:
    site.put(f"{BASE}/rss", feed(f"{BASE}/berita/0"))
    site.put(f"{BASE}/berita/0", page("Pabrik nomor 0 dibuka"))
    run(site, tmp_path / "one")
    (warc,) = (tmp_path / "one" / "archive").rglob("*.warc.gz")
    warc.write_bytes(warc.read_bytes() + b"\x1f\x8b\x08 rusak sekali")
    reports = list(import_paths([warc], data=tmp_path / "two", run="r1", now=NOW, sources={"kabar": source()}))
    assert reports[-1].added == 1
    assert all("damaged" in refusal.reason for report in reports for refusal in report.refusals)
