"""What bad servers do: each fault costs at most the page it hits, and is counted with its reason."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crawler.items import Article
from crawler.state import State, state_path
from tests.crawler.site import QUICK, Site, feed, page, run, serving, source, spooled

BASE = "http://kabar.example"
HTML = ("Content-Type", "text/html; charset=utf-8")


@pytest.fixture
def site() -> Iterator[Site]:
    """A site with one good article (0) and one bad one (1)."""
    with serving() as running:
        running.put(f"{BASE}/rss", feed(f"{BASE}/berita/0", f"{BASE}/berita/1"))
        running.put(f"{BASE}/berita/0", page("Pabrik nomor 0 dibuka"))
        yield running


def reasons(data: Path) -> str:
    state = State(state_path(data))
    found = state._db.execute("SELECT reason FROM reasons").fetchall()
    state.close()
    return " | ".join(reason for (reason,) in found)


PLAIN = page("Kopi luwak — naik")
FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "500": ({"status": 500}, "answers 500"),
    "404": ({"status": 404}, "answers 404"),
    "timeout": ({"body": "x", "hang": 20.0}, "Timeout"),
    "half-sent": ({"body": PLAIN + " " * 5000, "cut": 300}, "ResponseFailed|DataLoss"),
    "redirect-loop": ({"status": 302, "headers": (("Location", f"{BASE}/berita/105"),)}, "max redirections"),
    "empty": ({"body": ""}, "empty|unknown"),
    "no-article": ({"body": "<html><body><p>Pendek.</p></body></html>"}, "no text found"),
    "broken-pdf": ({"body": b"%PDF-rusak", "headers": (("Content-Type", "application/pdf"),)}, "PDF is damaged"),
    "picture": ({"body": b"GIF89a", "headers": (("Content-Type", "image/gif"),)}, "not a page but image/gif"),
    "too-large": ({"body": b"x" * 13_000_000}, "larger than|Cancelled|maxsize"),
    "gzip-bomb": ({"body": gzip.compress(b"0" * 60_000_000), "headers": (HTML, ("Content-Encoding", "gzip"))}, "larger|exceed|size|Ignore"),
    "off-site": ({"status": 302, "headers": (("Location", "http://lain.example/berita/1"),)}, "lain.example is not a host"),
    "moved-nowhere": ({"status": 302, "headers": (("Location", f"{BASE}/beranda"),)}, "answers 404|no article"),
    "redirect-circle": ({"status": 302, "headers": (("Location", f"{BASE}/berita/116?kembali"),)}, "max redirections"),
    "block-page": ({"body": "<html><title>Just a moment...</title></html>"}, "block page"),
}
CHARSETS: dict[str, tuple[bytes, str]] = {
    "utf-8 called latin": (PLAIN.encode(), "text/html; charset=iso-8859-1"),
    "windows called utf-8": (PLAIN.encode("windows-1252"), "text/html; charset=utf-8"),
    "utf-16 not called anything": (PLAIN.encode("utf-16"), "text/html"),
}


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Article], dict[str, str]]:
    """(articles, URL → reason) of one crawl over a good page, every fault and every wrong charset."""
    data = tmp_path_factory.mktemp("faults")
    faulty = {f"{BASE}/berita/{101 + n}": answer for n, (answer, _) in enumerate(FAULTS.values())}
    charsets = {f"{BASE}/berita/{201 + n}": answer for n, answer in enumerate(CHARSETS.values())}
    with serving() as site:
        site.put(f"{BASE}/rss", feed(f"{BASE}/berita/0", *faulty, *charsets))
        site.put(f"{BASE}/berita/0", page("Pabrik nomor 0 dibuka"))
        for url, answer in faulty.items():
            site.put(url, **answer)
        circle = f"{BASE}/berita/{101 + list(FAULTS).index('redirect-circle')}"
        site.put(f"{BASE}/berita/116?kembali", b"", status=302, headers=(("Location", circle),))
        for url, (body, kind) in charsets.items():
            site.put(url, body, headers=(("Content-Type", kind),))
        run(site, data, settings=QUICK | {"CONCURRENT_REQUESTS_PER_DOMAIN": 4})
    state = State(state_path(data))
    found = dict(state._db.execute("SELECT url, reason FROM failed").fetchall())
    found |= dict(state._db.execute("SELECT example, reason FROM reasons").fetchall())
    state.close()
    return spooled(data), {url.replace("https://", "http://"): reason for url, reason in found.items()}


@pytest.mark.parametrize("name", FAULTS)
def test_a_bad_page_is_counted_with_its_reason(crawled: tuple[list[Article], dict[str, str]], name: str) -> None:
    url = f"{BASE}/berita/{101 + list(FAULTS).index(name)}"
    reason = crawled[1].get(url, "")
    assert any(word.lower() in reason.lower() for word in FAULTS[name][1].split("|")), (reason, crawled[1])


def test_what_is_good_arrives_beside_the_bad(crawled: tuple[list[Article], dict[str, str]]) -> None:
    assert {article.title for article in crawled[0]} == {"Pabrik nomor 0 dibuka", "Kopi luwak — naik"}


@pytest.mark.parametrize("name", CHARSETS)
def test_a_wrong_charset_is_seen_through(crawled: tuple[list[Article], dict[str, str]], name: str) -> None:
    url = f"{BASE}/berita/{201 + list(CHARSETS).index(name)}"
    assert next(article.title for article in crawled[0] if article.url == url) == "Kopi luwak — naik"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("<!doctype html><html><body>Halaman depan</body></html>", "the feed is HTML"),
        ("bukan apa-apa", "the feed is no feed"),
        ("", "the feed is no feed"),
    ],
)
def test_a_feed_that_is_none_is_counted_and_other_ways_go_on(site: Site, tmp_path: Path, body: str, reason: str) -> None:
    site.put(f"{BASE}/rss", body)
    site.put(f"{BASE}/rss2", feed(f"{BASE}/berita/0"))
    ways: list[dict[str, object]] = [{"kind": "feed", "url": f"{BASE}/rss"}, {"kind": "feed", "url": f"{BASE}/rss2"}]
    report = run(site, tmp_path, source(discovery=ways))
    assert (report.articles, report.sources["kabar"].lists_wrong) == (1, 1)
    assert reason in reasons(tmp_path)


def test_a_malformed_feed_gives_what_can_be_read(site: Site, tmp_path: Path) -> None:
    site.put(f"{BASE}/rss", feed(f"{BASE}/berita/0").replace("</channel></rss>", "<item><title>Tanpa & tutup"))
    assert run(site, tmp_path).articles == 1


BOMB = gzip.compress(b"<urlset>" + b" " * 60_000_000 + b"</urlset>")
LISTS: dict[str, tuple[str, dict[str, Any], str]] = {
    "a sitemap that unfolds without end": ("sitemap", {"body": BOMB}, "unfolds to more than"),
    "a sitemap that is HTML": ("sitemap", {"body": "<!doctype html><html><body>Halaman depan</body></html>"}, "HTML"),
    "a feed with 500": ("feed", {"status": 500}, "answers 500"),
    "a feed that hangs": ("feed", {"body": "x", "hang": 20.0}, "Timeout"),
    "a feed sent by half": ("feed", {"body": feed(f"{BASE}/berita/0") + " " * 5000, "cut": 100}, "ResponseFailed|DataLoss"),
    "a feed that moves in a circle": ("feed", {"status": 301, "headers": (("Location", f"{BASE}/daftar"),)}, "max redirections"),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_bad_list_is_counted_with_its_reason_and_other_ways_go_on(site: Site, tmp_path: Path, name: str) -> None:
    kind, answer, reason = LISTS[name]
    site.put(f"{BASE}/daftar", **answer)
    ways: list[dict[str, object]] = [{"kind": kind, "url": f"{BASE}/daftar"}, {"kind": "feed", "url": f"{BASE}/rss"}]
    assert run(site, tmp_path, source(discovery=ways)).articles == 1
    assert any(word in reasons(tmp_path) for word in reason.split("|")), reasons(tmp_path)


def test_a_page_of_ten_megabytes_gives_its_article(site: Site, tmp_path: Path) -> None:
    site.put(f"{BASE}/berita/1", page("Halaman sangat besar", extra=f"<script>var x = '{'a' * 10_000_000}'</script>"))
    run(site, tmp_path)
    assert "Halaman sangat besar" in {article.title for article in spooled(tmp_path)}


def test_one_article_under_many_addresses_is_fetched_once(site: Site, tmp_path: Path) -> None:
    address = f"{BASE}/berita/0"
    twins = (address, f"{address}?utm_source=rss", f"{address}#komentar", address.replace("http://", "https://"), f"{address}/")
    site.put(f"{BASE}/rss", feed(*twins))
    site.put(f"{BASE}/rss2", feed(*twins))
    ways: list[dict[str, object]] = [{"kind": "feed", "url": f"{BASE}/rss"}, {"kind": "feed", "url": f"{BASE}/rss2"}]
    run(site, tmp_path, source(discovery=ways))
    assert len(spooled(tmp_path)) == 1
    assert sum(times for key, times in site.asked.items() if "/berita/" in key) == 1


def test_retry_after_is_waited_for(site: Site, tmp_path: Path) -> None:
    answers = iter([429])

    def once(_: object) -> object:
        from tests.crawler.site import Answer

        if next(answers, None):
            return Answer(b"", 429, (("Retry-After", "1"),))
        return Answer(page("Datang kemudian"))

    site.answers["kabar.example/berita/1"] = once  # type: ignore[assignment]  # test helper
    run(site, tmp_path)
    assert "Datang kemudian" in {article.title for article in spooled(tmp_path)}
    assert site.requests(f"{BASE}/berita/1") == 2


def test_a_host_that_asks_for_a_long_wait_is_left_until_the_next_run(site: Site, tmp_path: Path) -> None:
    site.put(f"{BASE}/berita/1", b"", status=429, headers=(("Retry-After", "3600"),))
    report = run(site, tmp_path)
    assert report.sources["kabar"].blocked >= 1
    assert site.requests(f"{BASE}/berita/1") == 1


def test_private_addresses_are_never_fetched(tmp_path: Path) -> None:
    with serving() as site:
        port = site.proxy.rsplit(":", 1)[1]
        address = f"127.0.0.1:{port}"
        site.put(f"http://{address}/rss", feed(f"http://{address}/berita/0"))
        near = source(hosts=["127.0.0.1", "localtest.example"], discovery=[{"kind": "feed", "url": f"http://{address}/rss"}])
        report = run(site, tmp_path, near, proxy="")
        assert (report.articles, sum(site.asked.values())) == (0, 0)
        assert "not a public address" in reasons(tmp_path)
        site.put(f"http://{address}/berita/0", page("Lewat loopback"))
        assert run(site, tmp_path, near, proxy="", allow_private=True).articles == 1


def test_a_name_that_resolves_to_a_private_address_is_refused_at_connect_time(tmp_path: Path) -> None:
    with serving() as site:
        port = site.proxy.rsplit(":", 1)[1]
        near = source(hosts=["0x7f000001"], discovery=[{"kind": "feed", "url": f"http://0x7f000001:{port}/rss"}])
        run(site, tmp_path, near, proxy="")
        assert sum(site.asked.values()) == 0
        assert "not a public address" in reasons(tmp_path)
