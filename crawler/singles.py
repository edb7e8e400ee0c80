"""Files that hold pages or documents: HTML, PDF, DOCX, WARC."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from crawler.errors import CrawlerError, ImportFormatError
from crawler.formats import Format
from crawler.items import Article
from crawler.outlets import Outlets
from crawler.sources import Source
from crawler.state import State


@dataclass(frozen=True, slots=True)
class SingleContext:
    """What a page or document needs beside itself to become an article."""

    run: str
    now: datetime
    outlets: Outlets
    sources: Mapping[str, Source]
    state: State


def read_single(path: Path, kind: Format, context: SingleContext) -> Iterator[tuple[int, Article | CrawlerError]]:
    """(record number, article or why there is none) of a page, document or archive."""
    raise ImportFormatError(f"{kind} is not read yet: {path}, {context.run}")
