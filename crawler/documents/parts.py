"""What a document said, and how title, date and issuer are found in it."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field
from typing import Any

from crawler.dates import read_date
from crawler.items import Precision
from crawler.outlets import Outlets

_DATE = re.compile(r"\b\d{1,2}\s+[A-Z][a-z]+\.?\s+(?:19|20)\d{2}\b")
_LEAD_LINES = 40
_NO_TITLE = re.compile(r"^(?:microsoft word|untitled|slide \d|\W*$|.*\.(?:docx?|pdf|xlsx?|indd|pptx?)$)", re.IGNORECASE)
_LETTERHEAD = re.compile(r"^(?:siaran pers|press release|nomor|no\.|hal|tanggal|lampiran|www\.|telp|jakarta,)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """One page's text, paragraphs and table rows in reading order."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class DocumentParts:
    """A document: its pages and what its properties say."""

    pages: tuple[DocumentPage, ...]
    stated_title: str = ""
    stated_date: str = ""
    heading: str = ""
    """The line set largest on the first page, where sizes are known."""
    flags: tuple[str, ...] = field(default=())
    scanned: tuple[int, ...] = ()
    """Numbers of pages that are pictures, beside others that are not."""

    @property
    def text(self) -> str:
        return "\n\n".join(page.text for page in self.pages if page.text)

    def starts(self) -> list[tuple[int, int]]:
        """(page number, offset in `text` where it begins)."""
        starts, at = [], 0
        for page in self.pages:
            if page.text:
                starts.append((page.number, at))
                at += len(page.text) + 2
        return starts


def parts_as_json(document: DocumentParts) -> str:
    """A document as one JSON object."""
    return json.dumps(asdict(document), ensure_ascii=False)


def parts_of_json(text: str) -> DocumentParts:
    """The document that `parts_as_json` wrote."""
    known: dict[str, Any] = json.loads(text)
    pages = tuple(DocumentPage(**page) for page in known.pop("pages"))
    fields: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in known.items()}
    return DocumentParts(pages, **fields)


def title_of(document: DocumentParts) -> str:
    """Its heading, the title its properties state, or its first line that is no letterhead."""
    for candidate in (document.heading, document.stated_title):
        if len(candidate) > 8 and not _NO_TITLE.match(candidate) and not _LETTERHEAD.match(candidate):
            return " ".join(candidate.split())
    lines = (line.strip() for line in document.text.splitlines()[:_LEAD_LINES])
    return next((line for line in lines if len(line) > 15 and not _LETTERHEAD.match(line)), "")[:300]


def date_of(document: DocumentParts) -> str:
    """The first written-out day on the first lines (where releases are dated), else the first of the last lines, else none."""
    lines = document.text.splitlines()
    for line in [*lines[:_LEAD_LINES], *reversed(lines[-_LEAD_LINES:])]:
        match = _DATE.search(line)
        if match and read_date(match[0]).precision is Precision.DAY:
            return match[0]
    return ""


def issuer_of(document: DocumentParts, outlets: Outlets) -> str | None:
    """Outlet id of the first publisher whose name stands on the first lines, longest name first; None where none does."""
    head = " ".join(document.text.splitlines()[:_LEAD_LINES]).casefold()
    found = [(head.find(name), -len(name), outlet) for name, outlet in outlets.by_name.items() if len(name) > 5 and _stands(name, head)]
    return min(found)[2] if found else None


def _stands(name: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None
