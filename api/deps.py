"""What a request may ask for: the server's parts, and who is asking. Every route depends on a principal."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request

from api.config import Settings
from api.errors import AccessError, ApiError
from api.records import Principal, Role
from api.search.service import SearchService
from api.store import principals
from api.store.database import Database
from crawler.outlets import Outlets
from nlp.registry import Registry


class TooManyRequests(ApiError):  # noqa: N818 - read as what it says
    """A caller asks more often than it may. `retry_after` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"too many requests; try again in {retry_after} s")
        self.retry_after = retry_after


class Quota:
    """A token bucket a caller: `per_minute` requests, refilled evenly. Callers unheard of for long are forgotten."""

    KEPT = 10_000

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._size = float(per_minute)
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, caller: str) -> None:
        """Count one request.

        Raises:
            TooManyRequests: the caller's bucket is empty.
        """
        now = self._clock()
        with self._lock:
            left, at = self._buckets.pop(caller, (self._size, now))
            left = min(self._size, left + (now - at) * self._size / 60)
            self._buckets[caller] = (left - 1 if left >= 1 else left, now)
            while len(self._buckets) > self.KEPT:
                self._buckets.popitem(last=False)
        if left < 1:
            raise TooManyRequests(max(1, int((1 - left) * 60 / self._size) + 1))


@dataclass(frozen=True, slots=True)
class Server:
    """The parts a running server is made of (wired in `app.py`)."""

    settings: Settings
    database: Database
    service: SearchService
    registry: Registry
    outlets: Outlets
    secret: str
    now: Callable[[], datetime]
    quota: Quota
    local: bool = field(default=True)
    """Bound to loopback: a caller without a key is the local admin while no key was made."""


def server_of(request: Request) -> Server:
    """The server's parts."""
    server: Server = request.app.state.server
    return server


ServerDep = Annotated[Server, Depends(server_of)]
SAFE = {"GET", "HEAD", "OPTIONS"}
LOCAL_NAMES = {"localhost", "127.0.0.1", "::1", "testserver"}


def who_asks(request: Request, server: ServerDep) -> Principal:
    """The principal of a request: that of its API key, else the local admin or the public.

    Raises:
        AccessError: the key is unknown, expired or revoked, or the request comes from another site's page.
        TooManyRequests: the caller's quota is used up.
    """
    key = _key(request)
    address = request.client.host if request.client else "unknown"
    server.quota.take(key[:24] if key else address)
    with server.database.read() as connection:
        if key:
            principal = principals.verify(connection, key, server.now())
            if principal is None:
                raise AccessError("this API key is unknown, expired or revoked", authenticated=False)
            return principal
        host = "127.0.0.1" if server.local else "0.0.0.0"  # noqa: S104 - not bound to: only asks what being bound there means
        principal = principals.without_key(host, any_keys=principals.has_keys(connection, server.now())) or Principal(Role.PUBLIC, "public")
    if principal.role > Role.PUBLIC:
        _same_site(request)
    return principal


def _key(request: Request) -> str:
    bearer = request.headers.get("authorization", "")
    if bearer.lower().startswith("bearer "):
        return bearer[7:].strip()
    return request.headers.get("x-api-key", "").strip()


def _same_site(request: Request) -> None:
    """A caller that is trusted for where it is, not for a key, must come by a local name (DNS rebinding) and from our own page (CSRF)."""
    if (request.url.hostname or "") not in LOCAL_NAMES:
        raise AccessError("the local admin is reached by localhost only; make an API key for other names", authenticated=False)
    origin = request.headers.get("origin")
    if request.method in SAFE or origin is None:
        return
    if urlsplit(origin).netloc != request.headers.get("host"):
        raise AccessError("this request comes from another site", authenticated=False)


PrincipalDep = Annotated[Principal, Depends(who_asks)]


def at_least(role: Role) -> Callable[[Principal], Principal]:
    """A dependency that refuses principals below `role`."""

    def check(principal: PrincipalDep) -> Principal:
        if principal.role < role:
            raise AccessError(f"this needs the role {role.name.lower()}", authenticated=principal.role > Role.PUBLIC)
        return principal

    return check


ReaderDep = Annotated[Principal, Depends(at_least(Role.READER))]
AnalystDep = Annotated[Principal, Depends(at_least(Role.ANALYST))]
AdminDep = Annotated[Principal, Depends(at_least(Role.ADMIN))]
