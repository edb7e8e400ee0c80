"""What bad servers do: each fault costs at most the page it hits, and is counted with its reason."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.state import State, state_path
from tests.crawler.site import Site, feed, page, run, serving, source, spooled

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


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"status": 500}, "answers 500"),
        ({"status": 404}, "answers 404"),
        ({"body": "x", "hang": 10.0}, "Timeout"),
        ({"body": page("Setengah") + " " * 5000, "cut": 300}, "ResponseFailed|DataLoss|Failed"),
        ({"status": 302, "headers": (("Location", f"{BASE}/berita/1"),)}, "max redirections"),
        ({"body": ""}, "empty|no text|unknown"),
        ({"body": "<html><body><p>Pendek.</p></body></html>"}, "no text found"),
        ({"body": b"%PDF-rusak", "headers": (("Content-Type", "application/pdf"),)}, "PDF|pdf"),
        ({"body": b"GIF89a", "headers": (("Content-Type", "image/gif"),)}, "not a page but image/gif"),
        ({"body": b"x" * 13_000_000}, "larger than|Cancelled|maxsize|size"),
        ({"body": gzip.compress(b"0" * 60_000_000), "headers": (HTML, ("Content-Encoding", "gzip"))}, "bomb|size|larger|exceed|Ignore"),
        ({"status": 302, "headers": (("Location", "http://lain.example/berita/1"),)}, "lain.example is not a host"),
        ({"status": 302, "headers": (("Location", f"{BASE}/beranda"),)}, "answers 404|no article"),
        ({"body": "<html><title>Just a moment...</title></html>"}, "block page"),
    ],
    ids=[
        *("500", "404", "timeout", "half-sent", "redirect-loop", "empty", "no-article", "broken-pdf", "picture", "too-large", "gzip-bomb"),
        *("off-site", "moved-nowhere", "block-page"),
    ],
)
def test_a_bad_page_is_counted_with_its_reason_and_the_rest_arrives(
    site: Site, tmp_path: Path, answer: dict[str, object], reason: str
) -> None:
    site.put(f"{BASE}/berita/1", **answer)  # type: ignore[arg-type]  # test helper
    report = run(site, tmp_path)
    assert [article.title for article in spooled(tmp_path)] == ["Pabrik nomor 0 dibuka"]
    found = report.sources["kabar"]
    assert found.failed + found.blocked + found.refused >= 1
    assert any(word.lower() in reasons(tmp_path).lower() for word in reason.split("|")), reasons(tmp_path)


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (page("Kopi luwak — naik").encode("utf-8"), (("Content-Type", "text/html; charset=iso-8859-1"),)),
        (page("Kopi luwak — naik").encode("windows-1252"), (("Content-Type", "text/html; charset=utf-8"),)),
        (page("Kopi luwak — naik").encode("utf-16"), (("Content-Type", "text/html"),)),
    ],
)
def test_a_wrong_charset_is_seen_through(site: Site, tmp_path: Path, body: bytes, headers: tuple[tuple[str, str], ...]) -> None:
    site.put(f"{BASE}/berita/1", body, headers=headers)
    run(site, tmp_path)
    assert "Kopi luwak — naik" in {article.title for article in spooled(tmp_path)}


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
