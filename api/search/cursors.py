"""Where a result list goes on: opaque, signed, bound to its request, and stable while articles arrive.

Newest and amount go on below the last key (keyset). Ranked lists are frozen: their first 1,000 ids are kept for 30 minutes under
an id, since a score or an offset loses hits as soon as a better one arrives.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer

from api.errors import CursorError
from api.records import SearchRequest

KEPT_SECONDS = 30 * 60
KEPT_LISTS = 2_000
"""Frozen lists kept at most (about 100 MB at 1,000 ids each would be 2,000 lists); the oldest go first."""


@dataclass(frozen=True, slots=True)
class Frozen:
    """A ranked list as it was: (article id, score, found by meaning only) in order, and what its first page said."""

    hits: tuple[tuple[str, float, bool], ...]
    made_at: float


class Cursors:
    """Makes and reads cursors. `clock` gives seconds (monotonic)."""

    def __init__(self, secret: str, clock: Callable[[], float]) -> None:
        self._signer = URLSafeSerializer(secret, salt="pantau search cursor")
        self._clock = clock
        self._lists: OrderedDict[str, Frozen] = OrderedDict()
        self._lock = threading.Lock()

    def write(self, request: SearchRequest, place: dict[str, Any]) -> str:
        """A cursor for `request` at `place`."""
        return str(self._signer.dumps({"r": _digest(request), **place}))

    def read(self, request: SearchRequest) -> dict[str, Any]:
        """The place of the request's cursor.

        Raises:
            CursorError: it is forged or belongs to another request.
        """
        try:
            place = self._signer.loads(request.cursor or "")
        except BadSignature:
            raise CursorError("the cursor is not one of ours; start the search again") from None
        if not isinstance(place, dict) or place.get("r") != _digest(request):
            raise CursorError("the cursor belongs to another query; start the search again")
        return place

    def freeze(self, hits: tuple[tuple[str, float, bool], ...]) -> str:
        """Keep a ranked list; its id."""
        name = secrets.token_urlsafe(9)
        with self._lock:
            self._lists[name] = Frozen(hits, self._clock())
            while len(self._lists) > KEPT_LISTS:
                self._lists.popitem(last=False)
        return name

    def frozen(self, name: str) -> Frozen:
        """The list kept under `name`.

        Raises:
            CursorError: it has expired.
        """
        with self._lock:
            kept = self._lists.get(name)
        if kept is None or self._clock() - kept.made_at > KEPT_SECONDS:
            raise CursorError("the cursor has expired (30 minutes); start the search again")
        return kept


def _digest(request: SearchRequest) -> str:
    said = [request.query, sorted((k, sorted(v)) for k, v in request.filters.items() if v), request.mode.value, request.sort.value]
    return hashlib.sha256(json.dumps(said).encode("utf-8", "surrogatepass")).hexdigest()[:16]
