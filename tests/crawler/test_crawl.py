"""Crawls through real Scrapy against a local site of invented outlets."""

from __future__ import annotations

import gzip
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from crawler.archive import read_archive
from crawler.health import source_health
from crawler.items import Origin
from crawler.runner import CrawlFailedError, due_sources
from crawler.sources import load_sources
from crawler.state import State, state_path
from tests.crawler.site import Site, feed, make_due, page, run, serving, source, spooled

BASE = "http://kabar.example"


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        yield running


def put_articles(site: Site, count: int) -> None:
    urls = [f"{BASE}/berita/{n}" for n in range(count)]
    site.put(f"{BASE}/rss", feed(*urls))
    for n, url in enumerate(urls):
        site.put(url, page(f"Pabrik nomor {n} dibuka"))


def titles(data: Path) -> set[str]:
    return {article.title for article in spooled(data)}


def test_a_feed_becomes_articles_in_spool_and_archive(site: Site, tmp_path: Path) -> None:
    put_articles(site, 3)
    report = run(site, tmp_path)
    assert report.articles == 3
    article = min(spooled(tmp_path), key=lambda a: a.url or "")
    assert (article.title, article.outlet, article.origin) == ("Pabrik nomor 0 dibuka", "kabar", Origin.CRAWL)
    assert article.published.value == "2026-11-03T10:15:00+07:00"
    assert (article.layers["text"], article.authors) == ("selector", ("Sari Dewi",))
    assert article.warc is not None
    captures = list(read_archive(tmp_path / "archive" / article.warc.file))
    assert {f"{BASE}/rss", f"{BASE}/berita/0"} <= {capture.url for capture in captures}


def test_a_second_crawl_fetches_nothing_twice(site: Site, tmp_path: Path) -> None:
    put_articles(site, 2)
    run(site, tmp_path)
    report = run(site, tmp_path)
    assert (report.articles, site.requests(f"{BASE}/berita/0")) == (0, 1)


def test_a_feed_is_asked_for_with_its_validators_and_may_answer_not_modified(site: Site, tmp_path: Path) -> None:
    put_articles(site, 1)
    site.put(f"{BASE}/rss", feed(f"{BASE}/berita/0"), headers=(("Content-Type", "text/xml"), ("ETag", '"v1"')))
    run(site, tmp_path)
    site.put(f"{BASE}/rss", b"", status=304, headers=())
    report = run(site, tmp_path)
    asked = [headers for key, headers in site.headers if key.endswith("/rss")]
    assert asked[-1]["If-None-Match"] == '"v1"'
    assert report.sources["kabar"].lists_wrong == 0


def test_an_article_that_failed_is_asked_for_again_although_its_list_has_not_changed(site: Site, tmp_path: Path) -> None:
    put_articles(site, 2)
    site.put_tagged(f"{BASE}/rss", feed(f"{BASE}/berita/0", f"{BASE}/berita/1"))
    site.put(f"{BASE}/berita/1", b"", status=500)
    run(site, tmp_path)
    site.put(f"{BASE}/berita/1", page("Pabrik nomor 1 dibuka"))
    run(site, tmp_path)
    assert titles(tmp_path) == {"Pabrik nomor 0 dibuka", "Pabrik nomor 1 dibuka"}
    assert run(site, tmp_path).sources["kabar"].listed == 0


def test_an_edited_article_is_a_new_version_at_its_revisit(site: Site, tmp_path: Path) -> None:
    put_articles(site, 1)
    run(site, tmp_path)
    make_due(tmp_path)
    site.put(f"{BASE}/berita/0", page("Pabrik nomor 0 dibuka", "Nilai investasinya diralat menjadi Rp 1,2 triliun."))
    report = run(site, tmp_path)
    assert report.sources["kabar"].changed == 1
    first, second = spooled(tmp_path)
    assert first.article_id == second.article_id
    assert first.version_id != second.version_id


def test_an_unchanged_article_is_not_delivered_again(site: Site, tmp_path: Path) -> None:
    put_articles(site, 1)
    run(site, tmp_path)
    make_due(tmp_path)
    report = run(site, tmp_path)
    assert (report.sources["kabar"].unchanged, len(spooled(tmp_path))) == (1, 1)


def test_robots_txt_is_obeyed(site: Site, tmp_path: Path) -> None:
    put_articles(site, 2)
    site.put(f"{BASE}/robots.txt", "User-agent: *\nDisallow: /berita/1\n", headers=(("Content-Type", "text/plain"),))
    report = run(site, tmp_path)
    assert titles(tmp_path) == {"Pabrik nomor 0 dibuka"}
    assert (report.sources["kabar"].robots, site.requests(f"{BASE}/berita/1")) == (1, 0)
    assert {headers["User-Agent"] for _, headers in site.headers} == {"Pantau-Test/1"}


def test_sitemaps_are_followed_gzipped_malformed_and_indexed(site: Site, tmp_path: Path) -> None:
    put_articles(site, 3)
    entry = "<url><loc>{}</loc><news:news><news:title>Judul</news:title></news:news></url>"
    head = '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/n">'
    index = f"<sitemapindex><sitemap><loc>{BASE}/a.xml.gz</loc></sitemap><sitemap><loc>{BASE}/b.xml</loc></sitemap></sitemapindex>"
    site.put(f"{BASE}/sitemap.xml", index)
    site.put(f"{BASE}/a.xml.gz", gzip.compress((head + entry.format(f"{BASE}/berita/0") + "</urlset>").encode()))
    site.put(f"{BASE}/b.xml", head + entry.format(f"{BASE}/berita/1") + "<url><loc>tanpa tutup & salah" + entry.format(f"{BASE}/berita/2"))
    run(site, tmp_path, source(discovery=[{"kind": "sitemap", "url": f"{BASE}/sitemap.xml"}]))
    assert {"Pabrik nomor 0 dibuka", "Pabrik nomor 1 dibuka"} <= titles(tmp_path)


def test_a_listing_is_walked_page_by_page_until_nothing_is_new(site: Site, tmp_path: Path) -> None:
    put_articles(site, 3)
    for number, article in ((1, 0), (2, 1), (3, 1)):
        site.put(f"{BASE}/indeks?page={number}", f'<ul class=daftar><li><a href="/berita/{article}">x</a></ul><a href="/tentang">y</a>')
    way = {"kind": "listing", "url": f"{BASE}/indeks?page={{page}}", "links": ".daftar a", "max_pages": 9}
    run(site, tmp_path, source(discovery=[way]))
    assert titles(tmp_path) == {"Pabrik nomor 0 dibuka", "Pabrik nomor 1 dibuka"}
    assert site.requests(f"{BASE}/indeks?page=4") == 0


def test_a_dated_listing_is_walked_back_to_the_day_asked_for(site: Site, tmp_path: Path) -> None:
    put_articles(site, 3)
    for day, article in ((1, 0), (2, 1), (3, 2)):
        site.put(f"{BASE}/indeks?tanggal=2026-11-0{day}", f'<a href="/berita/{article}">x</a>')
        site.put(f"{BASE}/berita/{article}", page(f"Pabrik nomor {article} dibuka", date=f"{day} November 2026 10:00 WIB"))
    way = {"kind": "listing", "url": f"{BASE}/indeks?tanggal={{date:%Y-%m-%d}}", "max_pages": 1}
    run(site, tmp_path, source(discovery=[way]), since=date(2026, 11, 2), until=date(2026, 11, 3))
    assert titles(tmp_path) == {"Pabrik nomor 1 dibuka", "Pabrik nomor 2 dibuka"}


def test_a_search_asks_each_query(site: Site, tmp_path: Path) -> None:
    put_articles(site, 2)
    site.put(f"{BASE}/cari?q=kredit+ikm", f'<a href="{BASE}/berita/0">x</a>')
    site.put(f"{BASE}/cari?q=investasi", f'<a href="{BASE}/berita/1">x</a>')
    way: dict[str, object] = {"kind": "search", "url": f"{BASE}/cari?q={{query}}", "queries": ["kredit ikm", "investasi"]}
    run(site, tmp_path, source(discovery=[way]))
    assert len(titles(tmp_path)) == 2


def test_a_paged_article_is_joined_with_the_place_of_each_page(site: Site, tmp_path: Path) -> None:
    put_articles(site, 1)
    link = '<a class=lanjut href="/berita/0?page=2">2</a>'
    site.put(f"{BASE}/berita/0", page("Pabrik nomor 0 dibuka", "Halaman satu tentang pabrik.", extra=link))
    site.put(f"{BASE}/berita/0?page=2", page("Pabrik nomor 0 dibuka", "Halaman dua tentang kredit."))
    run(site, tmp_path, source(paging={"next": "a.lanjut"}))
    (article,) = spooled(tmp_path)
    assert article.text == "Halaman satu tentang pabrik.\n\nHalaman dua tentang kredit."
    assert [article.text[p.start :][:13] for p in article.pages] == ["Halaman satu ", "Halaman dua t"]
    assert "incomplete" not in article.flags


def test_a_missing_page_leaves_the_article_marked_incomplete(site: Site, tmp_path: Path) -> None:
    put_articles(site, 1)
    link = '<a class=lanjut href="/berita/0?page=2">2</a>'
    site.put(f"{BASE}/berita/0", page("Pabrik nomor 0 dibuka", "Halaman satu tentang pabrik.", extra=link))
    run(site, tmp_path, source(paging={"next": "a.lanjut"}))
    assert "incomplete" in spooled(tmp_path)[0].flags


def test_topics_and_titles_decide_what_is_kept_and_are_asked_once(site: Site, tmp_path: Path) -> None:
    put_articles(site, 3)
    site.put(f"{BASE}/berita/1", page("Konser musik akhir pekan", "Penonton bernyanyi bersama."))
    site.put(f"{BASE}/berita/2", page("Pengumuman lelang pabrik", "Lelang dibuka."))
    chosen = source(topics=["pabrik", "industri"], drop_titles=["lelang"])
    run(site, tmp_path, chosen)
    run(site, tmp_path, chosen)
    assert titles(tmp_path) == {"Pabrik nomor 0 dibuka"}
    assert site.requests(f"{BASE}/berita/1") == 1


def test_a_moved_article_is_known_under_both_addresses(site: Site, tmp_path: Path) -> None:
    put_articles(site, 1)
    site.put(f"{BASE}/rss", feed(f"{BASE}/berita/7?utm_source=rss", f"{BASE}/berita/0"))
    site.put(f"{BASE}/berita/7?utm_source=rss", b"", status=301, headers=(("Location", f"{BASE}/berita/0"),))
    run(site, tmp_path)
    run(site, tmp_path)
    assert len({article.article_id for article in spooled(tmp_path)}) == 1
    assert site.requests(f"{BASE}/berita/7?utm_source=rss") == 1


def test_two_sources_crawl_side_by_side(site: Site, tmp_path: Path) -> None:
    put_articles(site, 1)
    site.put("http://warta.example/rss", feed("http://warta.example/berita/5"))
    site.put("http://warta.example/berita/5", page("Warta lima"))
    report = run(site, tmp_path, source(), source("warta"))
    assert {name: found.articles for name, found in report.sources.items()} == {"kabar": 1, "warta": 1}


def test_a_source_is_due_after_its_interval(site: Site, tmp_path: Path) -> None:
    put_articles(site, 1)
    now = datetime.now(UTC)
    assert due_sources([source()], data=tmp_path, now=now) == [source()]
    run(site, tmp_path)
    assert due_sources([source()], data=tmp_path, now=now) == []
    assert due_sources([source()], data=tmp_path, now=now + timedelta(minutes=10)) == [source()]


def test_a_child_that_hangs_is_stopped(site: Site, tmp_path: Path) -> None:
    site.put(f"{BASE}/robots.txt", b"", hang=30)
    with pytest.raises(CrawlFailedError, match="longer than"):
        run(site, tmp_path, timeout=1.0, settings={"DOWNLOAD_TIMEOUT": 60})


def test_a_date_that_only_the_list_shows_is_taken_from_there(site: Site, tmp_path: Path) -> None:
    site.put(f"{BASE}/indeks", '<ul><li><a href="/berita/1">Pabrik dibuka</a> (03/11/2026)</li><li><a href="/tentang">lain</a></li></ul>')
    site.put(f"{BASE}/berita/1", page("Pabrik dibuka", date=""))
    way: dict[str, object] = {"kind": "listing", "url": f"{BASE}/indeks", "links": "li > a"}
    run(site, tmp_path, source(discovery=[way], numeric_dates="dmy"))
    (article,) = spooled(tmp_path)
    assert (article.published.value, article.layers["published"]) == ("2026-11-03", "feed")


def test_the_order_of_an_outlets_figures_is_learnt_over_runs(site: Site, tmp_path: Path) -> None:
    def put(number: int, day: str) -> None:
        url = f"{BASE}/berita/{number}"
        site.put(f"{BASE}/rss", feed(url, date=""))
        site.put(url, page(f"Pabrik nomor {number} dibuka", date=day))

    for number, day in enumerate(("10/13/2026", "10/14/2026", "10/15/2026", "10/11/2026")):
        put(number, f"{day} 08:00")
        run(site, tmp_path)
    values = [article.published.value for article in spooled(tmp_path)]
    assert values[-1] == "2026-10-11T08:00:00+07:00"


def test_a_walk_past_the_last_page_is_no_failure(site: Site, tmp_path: Path) -> None:
    put_articles(site, 1)
    site.put(f"{BASE}/indeks?page=1", '<a href="/berita/0">x</a>')
    way: dict[str, object] = {"kind": "listing", "url": f"{BASE}/indeks?page={{page}}"}
    report = run(site, tmp_path, source(discovery=[way]))
    state = State(state_path(tmp_path))
    assert state.reasons("kabar") == []
    assert report.articles == 1
    state.close()


def test_scrapy_itself_knows_every_source_as_a_spider() -> None:
    done = subprocess.run([sys.executable, "-m", "scrapy", "list"], check=True, capture_output=True, text=True)
    assert set(done.stdout.split()) == {name for name, found in load_sources().items() if found.enabled}


def test_scrapy_alone_crawls_and_writes_the_ledger_that_health_reads(tmp_path: Path) -> None:
    nowhere = ["-s", "PANTAU_PROXY=http://127.0.0.1:9", "-s", "RETRY_ENABLED=0", "-s", "DOWNLOAD_DELAY=0", "-s", "ROBOTSTXT_OBEY=0"]
    command = [sys.executable, "-m", "scrapy", "crawl", "kadin", "-s", f"PANTAU_DATA={tmp_path}", *nowhere]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    (health,) = source_health(tmp_path, [load_sources()["kadin"]], datetime.now(UTC))
    assert [alarm.name for alarm in health.alarms] == ["lists"]
    assert "WARNING" not in done.stderr


def test_what_a_backfill_left_out_by_its_date_comes_with_a_later_crawl(site: Site, tmp_path: Path) -> None:
    for n, day in enumerate(("Senin, 2 November 2026 10:15 WIB", "Rabu, 4 November 2026 10:15 WIB")):
        site.put(f"{BASE}/berita/{n}", page(f"Pabrik nomor {n} dibuka", date=day))
    site.put(f"{BASE}/rss", feed(*(f"{BASE}/berita/{n}" for n in range(2)), date=""))
    report = run(site, tmp_path, since=date(2026, 11, 1), until=date(2026, 11, 3))
    assert (titles(tmp_path), report.sources["kabar"].skipped) == ({"Pabrik nomor 0 dibuka"}, 1)
    run(site, tmp_path)
    assert titles(tmp_path) == {"Pabrik nomor 0 dibuka", "Pabrik nomor 1 dibuka"}
