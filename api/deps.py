"""What a request may ask for: the server's parts, and who is asking. Every route depends on a principal."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request

from api.alerts.query import Evaluator
from api.alerts.watches import Wish
from api.config import Settings
from api.errors import AccessError, ApiError
from api.records import Principal, Role, SearchAnswer, SearchRequest
from api.search.labels import Labels
from api.search.service import SearchService
from api.session import COOKIE, read_session
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


class Searcher:
    """Search that may be away: the engine is opened when it is first needed, and again after it was down.

    Args:
        open_service: opens engine and service; raises EngineDown or IndexMismatch.
        clock: seconds (monotonic); between two tries at least RETRY of them pass.
    """

    RETRY = 5.0

    def __init__(self, open_service: Callable[[], SearchService], clock: Callable[[], float] = time.monotonic) -> None:
        self._open = open_service
        self._clock = clock
        self._lock = threading.Lock()
        self._service: SearchService | None = None
        self._failed: tuple[float, ApiError] | None = None

    def service(self) -> SearchService:
        """The service.

        Raises:
            EngineDown: the engine does not answer.
            IndexMismatch: the index must be rebuilt first.
        """
        with self._lock:
            if self._service is None:
                if self._failed is not None and self._clock() - self._failed[0] < self.RETRY:
                    raise self._failed[1]
                try:
                    self._service = self._open()
                except ApiError as error:
                    self._failed = (self._clock(), error)
                    raise
            return self._service

    def search(self, request: SearchRequest) -> SearchAnswer:
        """As `SearchService.search`."""
        return self.service().search(request)

    def close(self) -> None:
        """Close the engine, where it was opened."""
        with self._lock:
            if self._service is not None:
                self._service.engine.close()
                self._service = None


@dataclass(frozen=True, slots=True)
class Server:
    """The parts a running server is made of (wired in `app.py`).

    Attributes:
        local: bound to loopback: a caller without a key is the local admin while no key was made.
        make_wish: `api.alerts.watches.make_wish` with registries and grammar at hand.
        make_evaluator: a fresh evaluator of saved queries (it belongs to one request).
    """

    settings: Settings
    database: Database
    searcher: Searcher
    registry: Registry
    outlets: Outlets
    labels: Labels
    secret: str
    now: Callable[[], datetime]
    quota: Quota
    local: bool
    make_wish: Callable[..., Wish]
    make_evaluator: Callable[[], Evaluator]


def server_of(request: Request) -> Server:
    """The server's parts."""
    server: Server = request.app.state.server
    return server


ServerDep = Annotated[Server, Depends(server_of)]
SAFE = {"GET", "HEAD", "OPTIONS"}
LOCAL_NAMES = {"localhost", "127.0.0.1", "::1"}
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
PUBLIC = Principal(Role.PUBLIC, "public")


def anyone() -> Principal:
    """The principal of what is open to everybody and tells nothing: static files, liveness."""
    return PUBLIC


def who_asks(request: Request, server: ServerDep) -> Principal:
    """The principal of a request: that of its API key or session, else the local admin or the public.

    Raises:
        AccessError: the key is unknown, expired or revoked, or the request comes from another site's page.
        TooManyRequests: the caller's quota is used up.
    """
    address = request.client.host if request.client else "unknown"
    try:
        principal, by_key = _principal(request, server)
    except AccessError:
        server.quota.take(address)
        raise
    server.quota.take(address if principal.key_id is None else f"key {principal.key_id}")
    if not by_key:
        _same_site(request)
    return principal


def _principal(request: Request, server: Server) -> tuple[Principal, bool]:
    """Who asks, and whether a header proved it (a browser never sends such a header by itself)."""
    key = _key(request)
    with server.database.read() as connection:
        if key:
            principal = principals.verify(connection, key, server.now())
            if principal is None:
                raise AccessError("this API key is unknown, expired or revoked", authenticated=False)
            return principal, True
        session = read_session(connection, server.secret, request.cookies.get(COOKIE, ""), server.now())
        if session is not None:
            return session, False
        if not server.local:
            return PUBLIC, False
        keys = principals.has_keys(connection, server.now())
    if keys or any(name in request.headers for name in FORWARDED):
        return PUBLIC, False
    if (request.url.hostname or "") not in LOCAL_NAMES:
        raise AccessError("the local admin is reached by localhost only; make an API key for other names", authenticated=False)
    return principals.LOCAL_ADMIN, False


def _key(request: Request) -> str:
    bearer = request.headers.get("authorization", "")
    if bearer.lower().startswith("bearer "):
        return bearer[7:].strip()
    return request.headers.get("x-api-key", "").strip()


def _same_site(request: Request) -> None:
    """What changes something must come from our own pages where only place or cookie tell who asks (CSRF)."""
    if request.method in SAFE:
        return
    origin = request.headers.get("origin")
    foreign = origin is not None and urlsplit(origin).netloc != request.headers.get("host")
    if foreign or request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise AccessError("this request comes from another site", authenticated=False)


PrincipalDep = Annotated[Principal, Depends(who_asks)]
AnyoneDep = Annotated[Principal, Depends(anyone)]


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
