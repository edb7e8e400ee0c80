"""Webhooks: signed as Standard Webhooks, never into a private network, never through a redirect."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from api.alerts.webhook import Hook, check_target, payload, post, secret_of, signature
from api.errors import DeliveryError
from tests.api.alert_samples import NOW, SENTENCE, notice

SECRET = secret_of("server key", 7)


@dataclass
class Receiver:
    """A web server on loopback that keeps what it gets and answers `status`."""

    port: int = 0
    status: int = 200
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    def hook(self, path: str = "/hook?a=1") -> Hook:
        return Hook(f"http://receiver.test:{self.port}{path}", "pantau-1", b'{"a":1}', SECRET)


@contextmanager
def receiver(port: int = 0) -> Iterator[Receiver]:
    """A web server on `port` (0: a free one) until the block ends."""
    kept = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kept.requests.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(kept.status)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - name of the base class
            pass

    server = HTTPServer(("127.0.0.1", port), Handler)
    kept.port = server.server_port
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def loopback(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


def test_a_receiver_can_check_signature_time_and_id() -> None:
    with receiver() as kept:
        post(kept.hook(), NOW, allow_private=True, lookup=loopback)
    path, headers, body = kept.requests[0]
    signed = f"pantau-1.{int(NOW.timestamp())}.".encode() + body
    expected = base64.b64encode(hmac.new(base64.b64decode(SECRET[6:]), signed, hashlib.sha256).digest()).decode()
    assert path == "/hook?a=1"
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert headers["webhook-id"] == headers["idempotency-key"] == "pantau-1"
    assert headers["host"] == f"receiver.test:{kept.port}"


def test_the_signature_is_that_of_the_standard() -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    made = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(("status", "permanent"), [(302, False), (404, False), (410, True), (500, False)])
def test_anything_but_success_is_no_delivery(status: int, permanent: bool) -> None:
    with receiver() as kept:
        kept.status = status
        with pytest.raises(DeliveryError, match=str(status)) as refused:
            post(kept.hook(), NOW, allow_private=True, lookup=loopback)
    assert refused.value.permanent is permanent
    assert len(kept.requests) == 1, "redirects are not followed"


PRIVATE = ("127.0.0.1", "10.0.0.8", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1")  # noqa: S104 - addresses to refuse
PRIVATE_6 = ("::1", "::ffff:127.0.0.1", "fe80::1%eth0", "64:ff9b::7f00:1")


@pytest.mark.parametrize("address", PRIVATE + PRIVATE_6)
def test_a_name_that_leads_into_a_private_network_is_refused_at_connect_time(address: str) -> None:
    hook = Hook("https://receiver.example/hook", "pantau-1", b"{}", SECRET)
    with pytest.raises(DeliveryError, match="open internet") as refused:
        post(hook, NOW, lookup=lambda *_: ["93.184.216.34", address])
    assert refused.value.permanent


@pytest.mark.parametrize(
    "url",
    ["http://example.org/", "ftp://example.org/", "https://", "https://a@example.org/", "https://127.0.0.1/", "https://[::1]/", "https://localhost/",
     "https://example.org\\@127.0.0.1/", "https://exa mple.org/", "https://example.org:99999/", "https://example.org:0/", "nonsense"],
)  # fmt: skip
def test_an_unsafe_address_is_refused_when_it_is_typed(url: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        check_target(url)


def test_an_open_address_is_taken() -> None:
    assert check_target("https://hooks.example.org:8443/a?b=c").hostname == "hooks.example.org"


def test_the_body_holds_the_facts_within_the_sources_rights() -> None:
    body = json.loads(payload(notice(), page="https://pantau.example/articles/a", lang="id", at=NOW))
    fact = body["data"]["facts"][0]
    assert (fact["amount_low"], fact["currency"], fact["evidence"]) == ("100000000000", "IDR", SENTENCE)
    assert body["type"] == "story.matched"
    linked = json.loads(payload(notice(rights="link"), page="x", lang="en", at=NOW))
    assert linked["data"]["facts"][0]["evidence"] == linked["data"]["lead"] == ""


def test_a_secret_belongs_to_one_watch_of_one_server() -> None:
    assert SECRET.startswith("whsec_")
    assert len({SECRET, secret_of("server key", 8), secret_of("another key", 7)}) == 3
