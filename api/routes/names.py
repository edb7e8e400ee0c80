"""GET /api/companies/… and /api/programmes/…: what is known of a registered name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from api.deps import PrincipalDep, ServerDep
from api.openapi import errors
from api.reading.names import NamePage, read_name
from api.routes.ledger import PledgeShape, pledge_shape
from api.schemas import Public

router = APIRouter(tags=["names"])
Identity = Annotated[str, Path(max_length=120, description="Registry id, such as idx:ASII, gov:kemenperin or prog:kur")]


class AliasShape(Public):
    """Another name, with the years of its use where they are known."""

    text: str
    since: int | None
    until: int | None


class ArticleLine(Public):
    """An article in a list."""

    id: str
    title: str
    outlet: str
    published: str | None
    url: str | None


class BesideShape(Public):
    """Another registered name in the same articles, and in how many."""

    id: str
    name: str
    articles: int


class NameShape(Public):
    """A company, public body or programme of the registry."""

    id: str
    type: str
    name: str
    name_en: str | None
    aliases: list[AliasShape]
    ticker: str | None
    parent: str | None = Field(description="Registry id of its group, owner or ministry")
    sector: str | None
    mentioned: int = Field(description="Articles that name it")
    gives: list[PledgeShape] = Field(description="Pledges by it (for a programme: for it), latest first")
    receives: list[PledgeShape]
    articles: list[ArticleLine]
    beside: list[BesideShape]


@router.get("/api/companies/{identity}", responses=errors(404))
def company(principal: PrincipalDep, server: ServerDep, identity: Identity) -> NameShape:  # noqa: ARG001 - every route asks who asks
    """A company, public body or association: its names, what it pledged and was pledged, its articles."""
    with server.database.read() as connection:
        return _shape(read_name(connection, server.registry, identity), server.registry.label)


@router.get("/api/programmes/{identity}", responses=errors(404))
def programme(principal: PrincipalDep, server: ServerDep, identity: Identity) -> NameShape:  # noqa: ARG001 - every route asks who asks
    """A programme: its names, what is pledged for it, its articles."""
    with server.database.read() as connection:
        return _shape(read_name(connection, server.registry, identity, programme=True), server.registry.label)


def _shape(page: NamePage, label: Callable[[str], str]) -> NameShape:
    row = page.row
    return NameShape(
        id=row.id,
        type=row.type.value,
        name=row.name,
        name_en=row.name_en or None,
        aliases=[AliasShape(text=a.text, since=a.since, until=a.until) for a in row.aliases],
        ticker=row.ticker or None,
        parent=row.parent or None,
        sector=row.sector or None,
        mentioned=page.mentioned,
        gives=[pledge_shape(p) for p in page.gives],
        receives=[pledge_shape(p) for p in page.receives],
        articles=[
            ArticleLine(
                id=a.article_id, title=a.title, outlet=a.outlet, url=a.url,
                published=a.published_day.isoformat() if a.published_day else None,
            )
            for a in page.newest
        ],
        beside=[BesideShape(id=b.id, name=label(b.id), articles=b.count) for b in page.beside],
    )  # fmt: skip
