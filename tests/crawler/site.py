"""A local site for crawls: invented outlets behind one HTTP server that is also their proxy. All texts are synthetic."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from crawler.items import Article
from crawler.runner import CrawlReport, crawl
from crawler.sources import Source
from crawler.spool import read_segment, segments
from crawler.state import State, state_path

QUICK = {
    "DOWNLOAD_DELAY": 0,
    "AUTOTHROTTLE_ENABLED": False,
    "RETRY_TIMES": 1,
    "RANDOMIZE_DOWNLOAD_DELAY": False,
    "DOWNLOAD_TIMEOUT": 4,
}
"""Scrapy settings for tests: no waiting."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a path answers; `cut` sends only so many bytes of the body and hangs up; `hang` seconds before answering."""

    body: bytes | str = b""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "text/html; charset=utf-8"),)
    cut: int | None = None
    hang: float = 0.0

    @property
    def raw(self) -> bytes:
        return self.body.encode() if isinstance(self.body, str) else self.body


@dataclass(slots=True)
class Site:
    """Answers by `host/path?query`, the requests that came, and where the server listens."""

    answers: dict[str, Answer | Callable[[BaseHTTPRequestHandler], Answer]] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    headers: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    proxy: str = ""
    stop: threading.Event = field(default_factory=threading.Event)

    def put(self, url: str, body: bytes | str = b"", **answer: object) -> None:
        parts = urlsplit(url)
        self.answers[f"{parts.netloc}{parts.path}{'?' + parts.query if parts.query else ''}"] = Answer(body, **answer)  # type: ignore[arg-type]  # test helper

    def put_tagged(self, url: str, body: str) -> None:
        """An answer with an ETag, and 304 for who has it."""
        parts = urlsplit(url)
        tag = f'"{abs(hash(body))}"'

        def answer(request: BaseHTTPRequestHandler) -> Answer:
            fresh = request.headers.get("If-None-Match") == tag
            return Answer(b"", 304, ()) if fresh else Answer(body, headers=(("Content-Type", "text/html; charset=utf-8"), ("ETag", tag)))

        self.answers[f"{parts.netloc}{parts.path}"] = answer

    def requests(self, url: str) -> int:
        return self.asked[urlsplit(url).netloc + url.split(urlsplit(url).netloc, 1)[1]]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"
    site: Site

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        key = f"{parts.netloc or self.headers.get('Host')}{parts.path}{'?' + parts.query if parts.query else ''}"
        self.site.asked[key] += 1
        self.site.headers.append((key, dict(self.headers.items())))
        found = self.site.answers.get(key, Answer(b"not here", 404))
        answer = found if isinstance(found, Answer) else found(self)
        if answer.hang:
            self.site.stop.wait(answer.hang)
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.raw)))
        self.end_headers()
        self.wfile.write(answer.raw[: answer.cut])

    def log_message(self, *args: object) -> None:
        """Silence."""


@contextmanager
def serving() -> Iterator[Site]:
    """A running site."""
    site = Site()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"site": site}))
    server.daemon_threads = True
    site.proxy = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.stop.set()
        server.shutdown()
        server.server_close()


def source(name: str = "kabar", *, discovery: list[dict[str, object]] | None = None, **fields: object) -> Source:
    """A source of the invented outlet `<name>.example`."""
    base: dict[str, object] = {
        "name": name,
        "title": name.title(),
        "outlet": name,
        "kind": "sample",
        "hosts": [f"{name}.example"],
        "status": "declared",
        "evidence": {"research": "synthetic, written for tests"},
        "rights": "full",
        "discovery": discovery or [{"kind": "feed", "url": f"http://{name}.example/rss"}],
        "article": {"pattern": r"/berita/\d+"},
        "selectors": [{"version": "1", "title": ["h1.judul"], "date": [".tanggal"], "author": [".penulis"], "body": [".isi"]}],
        "expected_per_day": {"low": 1, "high": 100},
        "politeness": {"delay": 0, "timeout": 2, "interval_low": 1},
    }
    return Source.model_validate(base | fields)


def page(title: str, *paragraphs: str, date: str = "Selasa, 3 November 2026 10:15 WIB", extra: str = "") -> str:
    """A synthetic article page."""
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs or (f"{title} di Karawang, kata menteri dalam acara itu.",))
    return (
        f"<!doctype html><html><head><title>{title} - Kabar</title></head><body><header>Menu</header><h1 class=judul>{title}</h1>"
        f"<div class=tanggal>{date}</div><span class=penulis>Sari Dewi</span><div class=isi>{body}</div>{extra}</body></html>"
    )


def feed(*urls: str, date: str = "Tue, 03 Nov 2026 10:15:00 +0700") -> str:
    """An RSS feed of URLs."""
    items = "".join(f"<item><title>Berita {n}</title><link>{url}</link><pubDate>{date}</pubDate></item>" for n, url in enumerate(urls))
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Kabar</title>{items}</channel></rss>'


def run(site: Site, data: Path, *sources: Source, **options: object) -> CrawlReport:
    """Crawl sources of the site into `data`."""
    given: dict[str, object] = {"user_agent": "Pantau-Test/1", "proxy": site.proxy, "settings": QUICK, "timeout": 180.0}
    number = len(list((data / "spool").glob("*"))) if (data / "spool").exists() else 0
    given["run"] = f"run{datetime.now(UTC):%H%M%S%f}{number}"
    return crawl(sources or (source(),), data=data, **(given | options))  # type: ignore[arg-type]  # test helper


def spooled(data: Path) -> list[Article]:
    """All articles in the spool, in order."""
    return [Article.model_validate(row) for path in segments(data / "spool") for _, row in read_segment(path)]


def make_due(data: Path) -> None:
    """Let an hour pass: everything seen was seen two hours ago."""
    state = State(state_path(data))
    past = (datetime.now(UTC) - timedelta(hours=2)).isoformat(timespec="microseconds")
    state._db.execute("UPDATE seen SET first_seen = ?, due = ?", (past, past))
    state.close()
