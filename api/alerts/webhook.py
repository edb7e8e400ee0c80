"""Posts notices to a person's own address as Standard Webhooks do: signed, with a stable id, without following redirects.

The host is resolved once, every address is checked, and the connection goes to a checked address: a name that resolves differently a
moment later (DNS rebinding) leads nowhere. The signing secret is derived from the server's key and the watch, so none is stored.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import SplitResult, urlsplit

from api.alerts.message import fact_line, printable, reason_lines, shown
from api.alerts.model import Notice
from api.errors import DeliveryError
from api.refusals import Wrong
from api.store.types import plain
from api.wording import Lang
from crawler import safety
from crawler.errors import UnsafeUrlError

TIMEOUT = 10.0
GONE = 410
Resolve = Callable[[str, int], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Hook:
    """A message ready to be posted. `id` is stable for its outbox row; `secret` is what the receiver checks with."""

    url: str
    id: str
    body: bytes
    secret: str


def resolve(host: str, port: int) -> list[str]:
    """All addresses of a host, as the system's resolver gives them."""
    return list(dict.fromkeys(str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))


def check_target(url: str, *, allow_private: bool = False) -> SplitResult:
    """The address of a webhook, split.

    Raises:
        ValueError: it is not https (http only where private addresses are allowed), names no host, carries a login, or is not public.
    """
    if not url.isprintable() or any(c in url for c in " \\"):
        raise Wrong("web_address", value=url)
    try:
        safety.check_url(url, allow_private=allow_private)
    except UnsafeUrlError as error:
        raise Wrong("unsafe", value=url) from error
    parts = urlsplit(url)
    if parts.scheme != "https" and not allow_private:
        raise Wrong("https", value=url)
    if parts.port == 0:  # urlsplit itself raises ValueError where the port is no number
        raise Wrong("port", value=url)
    return parts


def secret_of(secret_key: str, watch_id: int) -> str:
    """The watch's signing secret, shown to its owner once: "whsec_" and 32 bytes in base64."""
    derived = hmac.digest(secret_key.encode(), f"webhook:{watch_id}".encode(), "sha256")
    return "whsec_" + base64.b64encode(derived).decode()


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """ "v1," and the base64 of HMAC-SHA256 over id.timestamp.body (Standard Webhooks 1.0)."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(signed).decode()


def payload(notice: Notice, *, page: str, lang: Lang, at: datetime) -> bytes:
    """The body: type, timestamp and data, within the source's rights. Amounts are texts, never floats."""
    told = shown(printable(notice))
    facts = [
        {
            "fact_id": fact.fact_id, "pledge_id": fact.pledge_id, "amount_low": fact.amount_low, "amount_high": fact.amount_high,
            "currency": fact.currency, "approx": fact.approx, "kind": fact.kind, "status": fact.status, "actors": fact.actors,
            "beneficiaries": fact.beneficiaries, "programme": fact.programme, "evidence": fact.evidence, "text": fact_line(fact, lang),
        }
        for fact in told.facts
    ]  # fmt: skip
    data: dict[str, Any] = {
        "article_id": told.article_id, "title": told.title, "outlet": told.outlet, "url": told.url, "page": page,
        "published": told.published.isoformat() if told.published else None, "why": reason_lines(told, lang),
        "watches": [reason.watch_id for reason in told.reasons], "facts": facts, "lead": told.lead, "copies": told.copies,
    }  # fmt: skip
    content = {"type": "story.matched", "timestamp": at.isoformat(timespec="seconds"), "data": plain(data)}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def post(hook: Hook, now: datetime, *, allow_private: bool = False, lookup: Resolve = resolve) -> None:
    """Returns once the receiver has answered 2xx.

    Raises:
        DeliveryError: it did not. Permanent: 410 Gone, and an address that is not public. Everything else is worth another try.
    """
    try:
        parts = check_target(hook.url, allow_private=allow_private)
    except ValueError as error:
        raise DeliveryError(str(error), permanent=True) from error
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = _checked(str(parts.hostname), port, allow_private, lookup)
    timestamp = int(now.timestamp())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Pantau-Webhooks/1",
        "webhook-id": hook.id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(hook.secret, hook.id, timestamp, hook.body),
        "Idempotency-Key": hook.id,
    }
    connection = _Pinned(str(parts.hostname), port, address, tls=parts.scheme == "https")
    try:
        connection.request("POST", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), hook.body, headers)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise DeliveryError(f"{parts.hostname}: {error!r}", permanent=False) from error
    finally:
        connection.close()
    if not 200 <= status < 300:
        raise DeliveryError(f"{parts.hostname} answered {status}", permanent=status == GONE)


def _checked(host: str, port: int, allow_private: bool, lookup: Resolve) -> str:
    try:
        addresses = lookup(host, port)
    except OSError as error:
        raise DeliveryError(f"{host}: {error}", permanent=False) from error
    closed = [address for address in addresses if not safety.is_public(address)]
    if closed and not allow_private:
        raise DeliveryError(f"{host} leads to {closed[0]}, which is not an address of the open internet", permanent=True)
    if not addresses:
        raise DeliveryError(f"{host} has no address", permanent=False)
    return addresses[0]


class _Pinned(http.client.HTTPConnection):
    """A connection to one checked address, speaking to `host` by name (Host header, TLS certificate)."""

    def __init__(self, host: str, port: int, address: str, *, tls: bool) -> None:
        super().__init__(host, port, timeout=TIMEOUT)
        self._address = address
        self._tls = tls

    def connect(self) -> None:
        """Connects to the checked address; the name is not resolved again."""
        plain_socket = socket.create_connection((self._address, self.port), self.timeout)
        try:
            self.sock = ssl.create_default_context().wrap_socket(plain_socket, server_hostname=self.host) if self._tls else plain_socket
        except (OSError, ValueError):
            plain_socket.close()
            raise
