"""Scanned documents in the crawler's memory: those that wait for OCR, and what was recognised, so that no scan is recognised twice.

Tables of their own in the state file (`$PANTAU_DATA/crawl/state.sqlite`).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from crawler.documents.parts import DocumentParts, parts_as_json, parts_of_json
from crawler.state import state_path
from crawler.statefile import open_state_file

_SCHEMA = """
CREATE TABLE IF NOT EXISTS scanned (
    address TEXT PRIMARY KEY, source TEXT NOT NULL, reason TEXT NOT NULL, first TEXT NOT NULL, archive TEXT NOT NULL,
    tries INTEGER NOT NULL, since TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS recognised (sha256 TEXT PRIMARY KEY, first TEXT NOT NULL, parts TEXT NOT NULL) STRICT;
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A scanned document that waits for OCR.

    Attributes:
        address: its URL, or the path of an imported file.
        source: the source that found it, or "import".
        reason: why it waits.
        first: address of the article's first page it belongs to, its own where it is an article by itself; "" for a file.
        archive: the WARC file that holds it, within the archive folder; "" for a file.
        tries: how often OCR has failed on it.
    """

    address: str
    source: str
    reason: str
    first: str = ""
    archive: str = ""
    tries: int = 0


class Scans:
    """The scans of a data directory. Several processes may have it open; each call is a transaction of its own.

    Raises:
        SpoolError: the state file cannot be opened.
    """

    def __init__(self, data: Path) -> None:
        self._db = open_state_file(state_path(data), _SCHEMA)

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> Scans:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    # -- the queue --------------------------------------------------------------------------------------------------------

    def put(self, document: Waiting, at: datetime) -> None:
        """A document waits; where it does already, for a new reason."""
        self._db.execute(
            "INSERT INTO scanned VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) "
            "ON CONFLICT DO UPDATE SET reason = ?3, first = ?4, archive = ?5, tries = ?6",
            (
                document.address,
                document.source,
                document.reason,
                document.first,
                document.archive,
                document.tries,
                at.astimezone(UTC).isoformat(),
            ),
        )

    def waiting(self) -> list[Waiting]:
        """The documents that wait, longest first."""
        rows = self._db.execute("SELECT address, source, reason, first, archive, tries FROM scanned ORDER BY since, address")
        return [Waiting(*row) for row in rows]

    def done(self, address: str) -> None:
        """A document waits no more."""
        self._db.execute("DELETE FROM scanned WHERE address = ?", (address,))

    def done_with(self, first: str) -> None:
        """All documents of an article wait no more."""
        self._db.execute("DELETE FROM scanned WHERE first = ?", (first,))

    # -- what was recognised ----------------------------------------------------------------------------------------------

    def recall(self, data: bytes) -> DocumentParts | None:
        """What was recognised in a document of these very bytes."""
        row = self._db.execute("SELECT parts FROM recognised WHERE sha256 = ?", (hashlib.sha256(data).hexdigest(),)).fetchone()
        return parts_of_json(row[0]) if row else None

    def keep(self, data: bytes, first: str, document: DocumentParts) -> None:
        """Remember what was recognised, for the article whose first page is at `first` ("" for a file)."""
        row = (hashlib.sha256(data).hexdigest(), first, parts_as_json(document))
        self._db.execute("INSERT OR REPLACE INTO recognised VALUES (?, ?, ?)", row)

    def forget(self, first: str) -> None:
        """Remove everything of an article (`pantau forget`)."""
        self.done_with(first)
        self._db.execute("DELETE FROM recognised WHERE first = ?", (first,))
