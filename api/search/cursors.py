"""Where a result list goes on: opaque, signed, bound to its request, and stable while articles arrive.

Newest and amount go on below the last key (keyset). Ranked lists are frozen: their first 1,000 ids are kept for 30 minutes under
an id, since a score or an offset loses hits as soon as a better one arrives.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer

from api.records import SearchRequest
from api.refusals import cursor_error
from api.store.frozen import FrozenLists, Hits


class Cursors:
    """Makes and reads cursors.

    Args:
        secret: signs them.
        lists: keeps ranked lists, for every process of the store.
    """

    def __init__(self, secret: str, lists: FrozenLists) -> None:
        self._signer = URLSafeSerializer(secret, salt="pantau search cursor")
        self._lists = lists

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
            raise cursor_error("cursor_forged") from None
        if not isinstance(place, dict) or place.get("r") != _digest(request):
            raise cursor_error("cursor_other_query")
        return place

    def freeze(self, request: SearchRequest, hits: Hits) -> str:
        """Keep a ranked list of `request`; its name."""
        return self._lists.keep(hits, _digest(request))

    def frozen(self, request: SearchRequest, name: str) -> Hits:
        """The list kept under `name`.

        Raises:
            CursorError: it has expired.
        """
        kept = self._lists.find(name, _digest(request))
        if kept is None:
            raise cursor_error("cursor_expired")
        return kept


def _digest(request: SearchRequest) -> str:
    filters = sorted((name, sorted(values)) for name, values in request.filters.items() if values)
    said = [request.query, filters, request.mode.value, request.sort.value, request.fold]
    return hashlib.sha256(json.dumps(said).encode("utf-8", "surrogatepass")).hexdigest()[:16]
