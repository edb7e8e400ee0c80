"""Every page of the newsroom as bytes: articles in their outlet's markup, listings, feeds, sitemaps, robots.txt."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote_plus

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from crawler.newsroom.model import HERE, Newsroom, Outlet, Story, number, plain

HTML = "text/html; charset=utf-8"
XML = "application/xml; charset=utf-8"
MONTH_NAMES = ("Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November", "Desember")
DAY_NAMES = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
ROBOTS = "User-agent: *\nDisallow: /admin/\n"


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of the server."""

    body: bytes
    kind: str
    modified: dt.datetime


@dataclass(frozen=True, slots=True)
class _Item:
    """An article as lists show it."""

    title: str
    url: str
    path: str
    moment: dt.datetime

    @property
    def iso(self) -> str:
        return self.moment.isoformat()

    @property
    def rfc(self) -> str:
        return format_datetime(self.moment)

    @property
    def long(self) -> str:
        return long_date(self.moment)

    @property
    def short(self) -> str:
        return f"{self.moment:%d/%m/%Y}"


def long_date(moment: dt.datetime) -> str:
    """ "1 November 2022 | 14:30 WIB", as Indonesian pages print it."""
    return f"{moment.day} {MONTH_NAMES[moment.month - 1]} {moment.year} | {moment:%H:%M} WIB"


def site(newsroom: Newsroom, start: dt.datetime) -> dict[str, Page]:
    """Every page by "host/path?query", for a newsroom started at `start`."""
    made: dict[str, Page] = {}
    for name, outlet in newsroom.outlets.items():
        builder = _Builder(newsroom, name, outlet, start)
        made |= {outlet.host + path: page for path, page in builder.pages().items()}
    return made


class _Builder:
    def __init__(self, newsroom: Newsroom, name: str, outlet: Outlet, start: dt.datetime) -> None:
        self.newsroom, self.name, self.outlet, self.start = newsroom, name, outlet, start
        self.stories = newsroom.of(name, start)
        self.items = [self._item(story) for story in self.stories]
        self.environment = Environment(
            loader=FileSystemLoader(HERE / "templates"), autoescape=select_autoescape(["html.j2"]), undefined=StrictUndefined
        )

    def pages(self) -> dict[str, Page]:
        newest = self.items[0].moment if self.items else self.start
        found = {"/robots.txt": Page(ROBOTS.encode(), "text/plain; charset=utf-8", newest)}
        for story, item in zip(self.stories, self.items, strict=True):
            total = len(story.pages) + 1
            for page in range(1, 2 if self.outlet.whole else total + 1):
                path = item.path if page == 1 else f"{item.path}?page={page}"
                found[path] = Page(self._article(story, item, page, total), HTML, item.moment)
            if self.outlet.whole:
                found[f"{item.path}?page=all"] = Page(self._article(story.model_copy(update={"pages": ()}), item, 1, 1), HTML, item.moment)
        lists = {path: Page(body.encode(), kind, newest) for path, (body, kind) in self._lists().items()}
        return found | lists

    def _item(self, story: Story) -> _Item:
        url = self.newsroom.url(story, self.start)
        return _Item(story.title, url, url.removeprefix(f"http://{self.outlet.host}"), story.moment(self.start))

    def _article(self, story: Story, item: _Item, page: int, total: int) -> bytes:
        edges = [0, *story.pages, len(story.body)]
        others = [other for other in self.items if other.url != item.url][:4]
        return self._render(
            f"{self.name}/article.html.j2",
            story=story, url=item.url, path=item.path, moment=item.moment, long=item.long, dayname=DAY_NAMES[item.moment.weekday()],
            blocks=self._blocks(story, story.body[edges[page - 1] : edges[page]]), others=others, page=page, total=total,
        ).encode()  # fmt: skip

    def _blocks(self, story: Story, body: tuple[str, ...]) -> list[dict[str, Any]]:
        blocks: list[dict[str, Any]] = []
        for paragraph in body:
            if paragraph.startswith("|"):
                row = [plain(cell.strip()) for cell in paragraph.strip("| ").split(" | ")]
                if blocks and blocks[-1]["kind"] == "table":
                    blocks[-1]["rows"].append(row)
                else:
                    blocks.append({"kind": "table", "rows": [row]})
            elif paragraph.startswith("!"):
                kind, _, text = paragraph[1:].partition(" ")
                near = next((other for other in self.items if other.title != story.title), None)
                blocks.append({"kind": kind, "text": text, "url": near.url if near else "/", "number": number(story)})
            else:
                blocks.append({"kind": "p", "text": plain(paragraph)})
        return blocks

    def _lists(self) -> dict[str, tuple[str, str]]:
        match self.outlet.discovery:
            case "rss":
                body = self._render("rss.xml.j2", items=self.items)
                return {"/rss.xml": (body, XML), "/feed": (body, XML)}
            case "atom":
                return {"/atom.xml": (self._render("atom.xml.j2", items=self.items), "application/atom+xml; charset=utf-8")}
            case "sitemap":
                plain_map = self._render("sitemap.xml.j2", items=self.items, news=False)
                news = self._render("sitemap.xml.j2", items=self.items, news=True)
                return {"/sitemap.xml": (plain_map, XML), "/news-sitemap.xml": (news, XML)}
            case "search":
                return self._search()
            case _:
                return self._listing()

    def _search(self) -> dict[str, tuple[str, str]]:
        found: dict[str, tuple[str, str]] = {}
        for query in self.outlet.queries:
            items = [item for item in self.items if query.lower() in item.title.lower()]
            for page, body in self._lists_of(items, query=query):
                found[f"/search?q={quote_plus(query)}&page={page}"] = (body, HTML)
        return found

    def _lists_of(self, items: list[_Item], **context: Any) -> Iterator[tuple[int, str]]:
        """(number, page) of a list, `per_page` items each."""
        size = self.outlet.per_page
        last = max(1, math.ceil(len(items) / size))
        for page in range(1, last + 1):
            shown = items[(page - 1) * size : page * size]
            yield page, self._render(f"{self.name}/listing.html.j2", items=shown, page=page, older=page < last, **context)

    def _listing(self) -> dict[str, tuple[str, str]]:
        found: dict[str, tuple[str, str]] = {}
        for page, body in self._lists_of(self.items):
            paths = [f"/indeks?page={page}", f"/index{page}.htm"] + (["/", "/indeks", "/index.htm"] if page == 1 else [])
            found |= dict.fromkeys(paths, (body, HTML))
        return found

    def _render(self, template: str, **context: Any) -> str:
        return self.environment.get_template(template).render(outlet=self.outlet, **context)
