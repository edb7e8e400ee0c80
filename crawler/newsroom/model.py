"""The newsroom's data: outlets, articles, and the small markup that labels amounts where they stand.

In a paragraph `{Rp 100 miliar|c1 ~}` is the amount "Rp 100 miliar" labelled: `c1` part of the article's first commitment, else a role
(`t` target, `r` realisation, `v` revenue, `p` price, `m` market value, `s` statistic, `l` loss, `o` other); `~` marks it approximate,
`/unit` what it is a price of. A paragraph that begins with `!` is furniture of the page and not text: `!teaser`, `!ad`, `!video`,
`!caption`. One that begins with `|` is a table row.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml
from pydantic import Field, model_validator

from crawler.items import Frozen

HERE = Path(__file__).parent
JAKARTA = ZoneInfo("Asia/Jakarta")
MARK = re.compile(r"\{([^|{}]+)\|([^{}]*)\}")
ROLES = {
    "t": "target", "r": "realisation", "v": "revenue", "p": "price", "m": "market_value", "s": "statistic", "l": "loss", "o": "other",
}  # fmt: skip


class Outlet(Frozen):
    """An invented publisher. `path` makes an article's address from {slug}, {date} and {number}.

    `queries` are what its search knows answers to; with `whole`, articles of several pages are shown whole at `?page=all` only.
    """

    label: str
    host: str
    lang: str = "id"
    path: str
    discovery: str
    per_page: int = 10
    queries: tuple[str, ...] = ()
    whole: bool = False


class Promise(Frozen):
    """A commitment as annotated; its amount is that of the first mention labelled with its number unless `amount` is given."""

    kind: str
    status: str
    actors: tuple[str, ...] = ()
    beneficiaries: tuple[str, ...] = ()
    programme: str | None = None
    date: str | None = None
    amount: str | None = None
    currency: str | None = None
    per: str | None = None
    count: int | None = None


class Story(Frozen):
    """One article: what its page says and what it holds.

    Attributes:
        published: Jakarta time "2022-11-01 14:30"; `days_ago` and `at` instead make it lately, counted from the server's start.
        pages: the paragraph numbers (from 0) at which a further page begins.
    """

    outlet: str
    slug: str
    title: str
    published: dt.datetime | None = None
    days_ago: int | None = None
    at: dt.time = dt.time(9, 0)
    author: str = "Redaksi"
    section: str = "Industri"
    tags: tuple[str, ...] = ()
    type: str = "news"
    body: tuple[str, ...] = Field(min_length=1)
    pages: tuple[int, ...] = ()
    companies: tuple[str, ...] = ()
    gov: tuple[str, ...] = ()
    people: dict[str, str] = Field(default_factory=dict)
    programmes: tuple[str, ...] = ()
    commitments: tuple[Promise, ...] = ()

    @model_validator(mode="after")
    def _dated(self) -> Story:
        if (self.published is None) == (self.days_ago is None):
            raise ValueError("either published or days_ago")
        return self

    def moment(self, start: dt.datetime) -> dt.datetime:
        """When it was published, for a newsroom started at `start`."""
        if self.published is not None:
            return self.published.replace(tzinfo=JAKARTA)
        day = start.astimezone(JAKARTA).date() - dt.timedelta(days=self.days_ago or 0)
        return dt.datetime.combine(day, self.at, JAKARTA)

    @property
    def text(self) -> str:
        """The article's text, as a reader of the page sees it: paragraphs parted by an empty line, table rows by a line break."""
        parts: list[str] = []
        before = ""
        for paragraph in self.body:
            if paragraph.startswith("!"):
                continue
            row = paragraph.startswith("|")
            tight = row and before.startswith("|")
            parts += ["" if not parts else "\n" if tight else "\n\n", plain(cells(paragraph)) if row else plain(paragraph)]
            before = paragraph
        return "".join(parts)


@dataclass(frozen=True, slots=True)
class Newsroom:
    """All outlets by id, all articles in the order of their files."""

    outlets: dict[str, Outlet]
    stories: tuple[Story, ...]

    def of(self, outlet: str, start: dt.datetime) -> list[Story]:
        """An outlet's articles, newest first."""
        return sorted((s for s in self.stories if s.outlet == outlet), key=lambda s: s.moment(start), reverse=True)

    def url(self, story: Story, start: dt.datetime) -> str:
        """The article's address."""
        outlet = self.outlets[story.outlet]
        return f"http://{outlet.host}{outlet.path.format(slug=story.slug, date=story.moment(start), number=number(story))}"


def number(story: Story) -> int:
    """A number such as addresses carry, the same at every start."""
    return 100_000 + sum(ord(c) * (i + 7) for i, c in enumerate(story.slug)) % 899_999


def plain(paragraph: str) -> str:
    """A paragraph without its labels."""
    return MARK.sub(r"\1", paragraph)


def cells(row: str) -> str:
    """A table row as text: its cells joined as the extraction joins them."""
    return " | ".join(cell.strip() for cell in row.strip("| ").split(" | "))


@cache
def load() -> Newsroom:
    """The newsroom as it ships."""
    outlets = {name: Outlet(**fields) for name, fields in _yaml(HERE / "newsroom.yml").items()}
    files = sorted((HERE / "articles").rglob("*.yml"))
    return Newsroom(outlets, tuple(Story.model_validate({"outlet": f.parent.name, "slug": f.stem, **_yaml(f)}) for f in files))


def _yaml(path: Path) -> dict[str, dict[str, object]]:
    content: dict[str, dict[str, object]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content
