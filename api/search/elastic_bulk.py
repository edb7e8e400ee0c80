"""Bulk writing with back-pressure: what the server has no room for is tried again with growing pauses, and counted.

Knows no client: `Send` puts one request on the wire. Nothing is lost by giving up, since the index queue keeps its rows until
`commit` has returned.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.errors import EngineDown

RETRIES = 8
"""Times one operation is tried again; the pauses add up to about 40 s."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0
BUSY = frozenset({429, 503})
"""What the server answers, for a request or for one of its items, when it is short of room (429) or of shards (503)."""
REQUEST_BYTES = 8_000_000
"""About how much one request carries; a server takes 100 MB at most."""
REQUEST_SIZE = 400


class Busy(Exception):  # noqa: N818 - read as a state; never leaves the package
    """The server refused a whole request for now."""


@dataclass(frozen=True, slots=True)
class Operation:
    """Index a document (`source`) under an id, or delete it (`source` None). `size` is about its bytes on the wire."""

    id: str
    source: Mapping[str, Any] | None = None
    size: int = 200

    def lines(self) -> list[Mapping[str, Any]]:
        """The operation as the bulk format has it."""
        return [{"delete": {"_id": self.id}}] if self.source is None else [{"index": {"_id": self.id}}, self.source]


Send = Callable[[list[Mapping[str, Any]]], Mapping[str, Any]]


class Bulk:
    """Collects operations and sends them.

    Args:
        send: puts bulk lines on the wire and gives the parsed answer; raises `Busy` where the request as a whole is refused for now.
        pause: waits for so many seconds.

    Attributes:
        retried: requests and items that were tried again since the beginning.
    """

    def __init__(self, send: Send, pause: Callable[[float], None]) -> None:
        self._send = send
        self._pause = pause
        self._waiting: dict[str, Operation] = {}
        self._bytes = 0
        self.retried = 0

    def add(self, operation: Operation) -> None:
        """Send it with the next request, instead of an earlier one on the same document: tried again, that one could come last.

        Raises:
            EngineDown: as `flush`.
        """
        self._waiting.pop(operation.id, None)
        self._waiting[operation.id] = operation
        self._bytes += operation.size
        if self._bytes >= REQUEST_BYTES or len(self._waiting) >= REQUEST_SIZE:
            self.flush()

    def flush(self) -> None:
        """Send everything that waits.

        Raises:
            EngineDown: the server had no room for long, or takes a document never; what was added since the last flush is given up.
        """
        operations, self._waiting, self._bytes = list(self._waiting.values()), {}, 0
        for attempt in range(RETRIES + 1):
            if not operations:
                return
            if attempt:
                self.retried += len(operations)
                self._pause(min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempt - 1)) * random.uniform(0.8, 1.2))
            operations = self._try(operations)
        if operations:
            raise EngineDown(f"Elasticsearch has no room for {len(operations)} documents after {RETRIES} tries; they stay queued")

    def _try(self, operations: Sequence[Operation]) -> list[Operation]:
        """Send once; the operations to try again."""
        try:
            answer = self._send([line for operation in operations for line in operation.lines()])
        except Busy:
            return list(operations)
        again = []
        for operation, item in zip(operations, answer["items"], strict=True):
            ((kind, result),) = item.items()
            status = int(result["status"])
            if status in BUSY:
                again.append(operation)
            elif status >= 300 and not (kind == "delete" and status == 404):
                raise EngineDown(f"Elasticsearch does not take {operation.id}: {status} {_reason(result)}")
        return again


def _reason(result: Mapping[str, Any]) -> str:
    error = result.get("error")
    return str(error.get("reason", error)) if isinstance(error, Mapping) else str(error)
