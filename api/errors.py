"""What can go wrong while keeping and serving, and what to do about it.

ApiError
├── ConfigError        a setting is wrong or unsafe          → refuse: start-up stops, exit code 2
├── StoreError         the database cannot be used           → refuse at start (newer schema, not writable)
│   └── StoreBusyError another writer holds the database     → retry
├── SearchError
│   ├── QueryError     a query cannot be understood          → refuse with place and suggestion, HTTP 400
│   ├── CursorError    a cursor is forged, expired, foreign  → refuse, HTTP 400 (start the search again)
│   ├── EngineDown     the search engine does not answer     → retry later, HTTP 503; the store goes on serving
│   └── IndexMismatch  index made by another schema or model → rebuild (`pantau reindex`)
├── IngestError        an article cannot be taken            → quarantine the line with the reason
├── NotFoundError      no such article, pledge, company …    → HTTP 404
├── AccessError        who asks may not do this              → HTTP 401 or 403
└── DeliveryError      a message could not be handed over    → retry with back-off; after the last try keep it, pause, tell
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class ApiError(Exception):
    """Root of everything the API raises on purpose."""


class ConfigError(ApiError):
    """A setting is missing, malformed or unsafe. The message names it and says what to set."""


class StoreError(ApiError):
    """The database cannot be used as it is. The message says what and what to do."""


class StoreBusyError(StoreError):
    """Another writer holds the database longer than we wait."""


class SearchError(ApiError):
    """Root of what a search can meet."""


class QueryError(SearchError):
    """A query cannot be understood.

    Attributes:
        at: code point offset into the query where the trouble is, or None.
        suggestion: a query that would work, or None.
        code, values: what `api.refusals` says it with, in any language; no code where the message is all there is.
    """

    def __init__(
        self,
        message: str,
        *,
        at: int | None = None,
        suggestion: str | None = None,
        code: str = "",
        values: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.at = at
        self.suggestion = suggestion
        self.code = code
        self.values = dict(values or {})


class CursorError(SearchError):
    """A cursor is forged, expired, or belongs to another query. `code` is what `api.refusals` says it with."""

    def __init__(self, message: str, *, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class EngineDown(SearchError):  # noqa: N818 - read as a state in `except EngineDown`
    """The search engine does not answer."""


class IndexMismatch(SearchError):  # noqa: N818 - read as a state in `except IndexMismatch`
    """The index was made by another schema, analyser or embedding model.

    Attributes:
        made: what it was made with (an `api.search.base.IndexInfo`), or None where that cannot be told.
    """

    def __init__(self, message: str, *, made: Any = None) -> None:
        super().__init__(message)
        self.made = made


class IngestError(ApiError):
    """An article cannot be taken in. The spool line goes to quarantine with this message."""


class NotFoundError(ApiError):
    """There is no such thing. The message names kind and id."""


class AccessError(ApiError):
    """Who asks may not do this.

    Attributes:
        authenticated: False where no valid key was shown (401), True where the role is too low (403).
    """

    def __init__(self, message: str, *, authenticated: bool) -> None:
        super().__init__(message)
        self.authenticated = authenticated


class DeliveryError(ApiError):
    """A message could not be handed over.

    Attributes:
        permanent: True where trying again cannot help (unknown address, 410).
    """

    def __init__(self, message: str, *, permanent: bool) -> None:
        super().__init__(message)
        self.permanent = permanent
