"""Serves the newsroom on loopback: as a proxy for its invented hosts (`GET http://kabar….example/… HTTP/1.1`) or by the Host header.

Knows ETag, Last-Modified and 304, gzip, robots.txt and 404, so that a crawl of it behaves as one of the web.
"""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import urlsplit

from crawler.newsroom.model import load
from crawler.newsroom.pages import Page, site

GZIP_FROM = 500
"""Bytes from which a body is compressed where the client takes it."""


@contextmanager
def serve(port: int = 0, *, now: dt.datetime | None = None) -> Iterator[str]:
    """The newsroom, until the block ends; gives the address to use as a proxy, e.g. "http://127.0.0.1:40123".

    Args:
        port: 0 takes a free one.
        now: the moment that "days ago" counts from; default the present.

    Raises:
        OSError: the port is taken.
    """
    pages = site(load(), now or dt.datetime.now(dt.UTC))
    tags = {key: f'"{hashlib.sha256(page.body).hexdigest()[:16]}"' for key, page in pages.items()}
    server = ThreadingHTTPServer(("127.0.0.1", port), type("Handler", (_Handler,), {"pages": pages, "tags": tags}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="newsroom", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    """Answers from `pages`; a subclass for each server holds them."""

    pages: ClassVar[dict[str, Page]] = {}
    tags: ClassVar[dict[str, str]] = {}
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(body=True)

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - name of the base class
        pass

    def _answer(self, *, body: bool) -> None:
        key = self._key()
        page = self.pages.get(key)
        if page is None:
            self._send(404, b"<!doctype html><title>404</title><p>Halaman tidak ditemukan.", "text/html; charset=utf-8", {}, body=body)
            return
        headers = {"ETag": self.tags[key], "Last-Modified": format_datetime(page.modified.astimezone(dt.UTC), usegmt=True)}
        if self._fresh(self.tags[key], page):
            self._send(304, b"", page.kind, headers, body=False)
            return
        content = page.body
        if len(content) >= GZIP_FROM and "gzip" in self.headers.get("Accept-Encoding", ""):
            content = gzip.compress(content, mtime=0)
            headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        self._send(200, content, page.kind, headers, body=body)

    def _key(self) -> str:
        parts = urlsplit(self.path)
        host = (parts.hostname or self.headers.get("Host", "").partition(":")[0]).lower()
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return host + path

    def _fresh(self, tag: str, page: Page) -> bool:
        if given := self.headers.get("If-None-Match"):
            return tag in given
        since = self.headers.get("If-Modified-Since")
        try:
            return since is not None and page.modified.replace(microsecond=0) <= parsedate_to_datetime(since)
        except (TypeError, ValueError):
            return False

    def _send(self, status: int, content: bytes, kind: str, headers: dict[str, str], *, body: bool) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if status != 304:
            self.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if body:
            self.wfile.write(content)
