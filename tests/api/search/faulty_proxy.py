"""A proxy before a real Elasticsearch that refuses what it is told to, as a server short of room does."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

Refused = Callable[[int, str], bool]
"""(number of an operation in its request, its document id) → whether the server has no room for it."""
KEPT = {"content-type", "x-elastic-product"}


class FaultyProxy:
    """Passes everything to `target`; each bulk request meets the next of `faults`: a status for the whole, or which items to refuse.

    Attributes:
        bulks: bulk requests so far, as lists of document ids.
    """

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self.target = (parts.hostname or "127.0.0.1", parts.port or 80)
        self.faults: deque[int | Refused] = deque()
        self.bulks: list[list[str]] = []

    def answer(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        """What the client gets."""
        if "/_bulk" not in path:
            return self._pass(method, path, body, headers)
        operations = list(_operations(body))
        self.bulks.append([name for name, _ in operations])
        fault = self.faults.popleft() if self.faults else None
        if isinstance(fault, int):
            return fault, _JSON, json.dumps({"error": {"type": "refused", "reason": "no room"}, "status": fault}).encode()
        refused = [fault is not None and fault(n, name) for n, (name, _) in enumerate(operations)]
        taken = b"".join(lines for (_, lines), no in zip(operations, refused, strict=True) if not no)
        status, kept, answer = self._pass(method, path, taken, headers) if taken else (200, _JSON, b'{"items": [], "errors": false}')
        found = json.loads(answer)
        items = iter(found["items"])
        error = {"type": "es_rejected_execution_exception", "reason": "no room"}
        found["items"] = [
            {"index": {"_id": name, "status": 429, "error": error}} if no else next(items)
            for (name, _), no in zip(operations, refused, strict=True)
        ]
        return status, kept, json.dumps(found | {"errors": any(refused) or found["errors"]}).encode()

    def _pass(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        connection = HTTPConnection(*self.target, timeout=30)
        try:
            connection.request(method, path, body or None, headers)
            response = connection.getresponse()
            return response.status, {k: v for k, v in response.getheaders() if k.lower() in KEPT}, response.read()
        finally:
            connection.close()


_JSON = {"Content-Type": "application/json", "X-Elastic-Product": "Elasticsearch"}


def _operations(body: bytes) -> Iterator[tuple[str, bytes]]:
    lines = iter(body.splitlines(keepends=True))
    for line in lines:
        ((kind, what),) = json.loads(line).items()
        yield what["_id"], line + (b"" if kind == "delete" else next(lines))


@contextmanager
def faulty_proxy(target: str) -> Iterator[tuple[FaultyProxy, str]]:
    """The proxy and its address."""
    proxy = FaultyProxy(target)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {k: v for k, v in self.headers.items() if k.lower() in {"content-type", "accept"}}
            status, kept, answer = proxy.answer(self.command, self.path, body, headers)
            self.send_response(status)
            for name, value in kept.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer)

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = handle_any  # noqa: N815 - names of http.server

        def log_message(self, *arguments: Any) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield proxy, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
