"""What can go wrong while collecting, and what to do about it.

CrawlerError
├── SourceError        a source file is wrong           → refuse: start-up stops with file and line
├── UnsafeUrlError     a URL leads where we never go    → refuse the request, count it
├── ExtractionError    a page gave no article           → quarantine the page with the reason, count it
├── DateError          a date cannot be decided         → fall back to "no date", keep the reason
├── DocumentError      a PDF/DOCX cannot be read        → quarantine the file with the reason
├── ImportFormatError  an import row cannot be read     → report line and reason, go on with the next
└── SpoolError         the spool cannot be written/read → stop; nothing was marked as seen
"""


class CrawlerError(Exception):
    """Root of everything the crawler raises on purpose."""


class SourceError(CrawlerError):
    """A source file is invalid. The message names file, line and field."""


class UnsafeUrlError(CrawlerError):
    """A URL is not http(s), or resolves to an address that is not public."""


class ExtractionError(CrawlerError):
    """No article could be made of a page. The message says which field is missing and what was tried."""


class DateError(CrawlerError):
    """A date string cannot be decided. The message says why (unknown shape, ambiguous order, impossible day)."""


class DocumentError(CrawlerError):
    """A document (PDF, DOCX) cannot be read. The message says why (encrypted, scanned, damaged)."""


class ImportFormatError(CrawlerError):
    """A row or file given to `pantau import` cannot be read."""


class SpoolError(CrawlerError):
    """The spool cannot be written or read. The message names path and cause."""
