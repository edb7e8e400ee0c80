"""What one page said: the Article, its identities, and its line in the spool.

An Article is immutable and knows nothing of Scrapy, storage or inference. Its JSON form is one spool line
(`docs/schemas/article.json`). Every offset anywhere in Pantau counts code points into `title` or `text` as they stand here.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

SCHEMA_VERSION = 1
"""Version of the spool line. A reader refuses (quarantines) lines of a version it does not know."""

Hex16 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
Hex64 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Precision(StrEnum):
    """How exactly a publication time is known."""

    MINUTE = "minute"
    DAY = "day"
    NONE = "none"


class ArticleType(StrEnum):
    """Genre, decided by rule at extraction."""

    NEWS = "news"
    RELEASE = "release"
    DOCUMENT = "document"
    DISCLOSURE = "disclosure"
    OPINION = "opinion"
    MARKET_NOTE = "market_note"
    ADVERTORIAL = "advertorial"


class Rights(StrEnum):
    """What page, export and mail may show of an article's text."""

    FULL = "full"
    EXCERPT = "excerpt"
    LINK = "link"


class Origin(StrEnum):
    """How an article arrived. Only a crawl can raise alerts."""

    CRAWL = "crawl"
    IMPORT = "import"
    REPLAY = "replay"


class Frozen(BaseModel):
    """Base of the immutable records that cross a file or process border."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Published(Frozen):
    """When an article was published.

    `value` is an ISO 8601 time with offset (precision minute), a bare date (day) or None (none, then `reason` says why).
    `zone` is the evidence for the offset: "stated", or the IANA name of the outlet's zone that was assumed.
    """

    value: str | None = None
    precision: Precision = Precision.NONE
    zone: str | None = None
    layer: str | None = None
    raw: str | None = None
    reason: str | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Published:
        if self.precision is Precision.NONE:
            if self.value is not None:
                raise ValueError("published.value must be null where precision is none")
        elif self.value is None:
            raise ValueError("published.value is missing")
        elif self.precision is Precision.DAY:
            date.fromisoformat(self.value)
        elif datetime.fromisoformat(self.value).tzinfo is None:
            raise ValueError("published.value needs an offset")
        return self

    def moment(self) -> datetime | None:
        """The aware time, where known to the minute."""
        return datetime.fromisoformat(self.value) if self.value and self.precision is Precision.MINUTE else None


class WarcPlace(Frozen):
    """Where the raw page lies: file name inside the archive folder and byte offset of the record."""

    file: str
    offset: int = Field(ge=0)


class Page(Frozen):
    """One page of a paged article or document: where its text starts in `Article.text`."""

    number: int = Field(ge=1)
    start: int = Field(ge=0)
    url: str | None = None


class Article(Frozen):
    """One version of one article, exactly as extracted."""

    schema_version: Literal[1] = 1
    article_id: Hex16
    version_id: str
    external_id: str | None = None
    url: str | None = None
    canonical_url: str | None = None
    source: str
    """Name of the source file that found it (`crawler/sources/<name>.yml`), or "import"."""
    outlet: str
    """Outlet id of `outlets.yml`."""
    rights: Rights = Rights.EXCERPT
    origin: Origin
    run: str
    """Crawl or import run that produced it."""
    fetched_at: AwareDatetime
    published: Published = Published()
    updated: Published | None = None
    title: str = ""
    text: str = Field(min_length=1)
    authors: tuple[str, ...] = ()
    dateline: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    lang: Literal["id", "en", "other"] = "id"
    type: ArticleType = ArticleType.NEWS
    layers: dict[str, str] = Field(default_factory=dict)
    """field → the layer that gave it: jsonld, meta, selector, feed, trafilatura, readability, import."""
    flags: tuple[str, ...] = ()
    """truncated, paywalled, incomplete, scanned …"""
    pages: tuple[Page, ...] = ()
    warc: WarcPlace | None = None
    sha256: Hex64

    @model_validator(mode="after")
    def _identities(self) -> Article:
        if self.sha256 != text_hash(self.title, self.text):
            raise ValueError("sha256 does not fit title and text")
        if self.version_id != version_id(self.article_id, self.sha256):
            raise ValueError("version_id does not fit article_id and sha256")
        return self


def article_id(canonical_url: str | None, *, outlet: str = "", row_id: str = "") -> str:
    """First 16 hex digits of sha256 of the canonical URL, or of `import:<outlet>:<row id>` where there is none."""
    key = canonical_url or f"import:{outlet}:{row_id}"
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def text_hash(title: str, text: str) -> str:
    """sha256 (hex) of title and text, the identity of a version's words."""
    return hashlib.sha256(f"{title}\n{text}".encode("utf-8", "surrogatepass")).hexdigest()


def version_id(article: str, sha256: str) -> str:
    """`<article_id>-<first 16 hex digits of the text hash>`."""
    return f"{article}-{sha256[:16]}"


def make_article(*, canonical_url: str | None, outlet: str, title: str, text: str, row_id: str = "", **fields: Any) -> Article:
    """Build an Article with its identities filled in; `fields` are the remaining fields of `Article`."""
    aid = article_id(canonical_url, outlet=outlet, row_id=row_id)
    sha = text_hash(title, text)
    return Article(
        article_id=aid,
        version_id=version_id(aid, sha),
        sha256=sha,
        canonical_url=canonical_url,
        outlet=outlet,
        title=title,
        text=text,
        external_id=fields.pop("external_id", row_id or None),
        **fields,
    )
