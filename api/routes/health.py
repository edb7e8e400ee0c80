"""GET /api/health and /api/health/sources; the OpenAPI document."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import Field

from api.deps import AnyoneDep, PrincipalDep, Server, ServerDep
from api.errors import EngineDown, IndexMismatch
from api.openapi import document, errors
from api.reading import health as reading
from api.reading.crawling import crawl_health
from api.schemas import DayCount, Public
from crawler.health import SourceHealth

router = APIRouter(tags=["health"])


class Health(Public):
    """Whether the server can do its work."""

    status: str = Field(description="ok, or degraded where search is away")
    search: str = Field(description="ok, or why it is away")
    articles: int
    versions: int
    undated: int
    stories: int
    outlets: int
    waiting_index: int
    waiting_vectors: int
    vectors_given_up: int
    messages: dict[str, int] = Field(description="Messages by state")


class AlarmShape(Public):
    """One thing that is wrong with a source."""

    name: str
    text: str
    level: str = Field(description="degraded or broken")


class ReasonShape(Public):
    """Why pages or lists of a source were refused on its last day of runs."""

    reason: str
    times: int
    example: str


class CrawlShape(Public):
    """One source of an outlet, against its own past."""

    source: str
    level: str = Field(description="ok, degraded or broken")
    since: str | None = Field(description="First day of the present level")
    alarms: list[AlarmShape]
    last_run: str | None
    due: str | None = Field(description="When its lists are looked at again")
    articles_today: int
    articles_usual: float
    fill: dict[str, float] = Field(description="Field to share of articles that have it")
    text_chars: float = Field(description="Mean characters of its texts")
    layers: dict[str, float] = Field(description="Layer to share of texts it gave")
    reasons: list[ReasonShape]


class OutletShape(Public):
    """How much came from one outlet, and when last."""

    outlet: str
    label: str
    articles: int
    undated: int
    days: list[DayCount]
    last_published: str | None
    last_fetched: str | None
    state: str = Field(description="ok, silent (it published on most days and then stopped) or idle")
    crawl: list[CrawlShape] = Field(description="Its sources; empty where it was never crawled")


@router.get("/api/health", responses=errors())
def health(principal: PrincipalDep, server: ServerDep) -> Health:  # noqa: ARG001 - every route asks who asks
    """The state of store, search and queues."""
    try:
        server.searcher.service()
        search = "ok"
    except (EngineDown, IndexMismatch) as error:
        search = str(error)
    with server.database.read() as connection:
        state = reading.state_of(connection)
    return Health(
        status="ok" if search == "ok" else "degraded", search=search, articles=state.counts.articles, versions=state.counts.versions,
        undated=state.counts.undated, stories=state.counts.stories, outlets=state.counts.outlets, waiting_index=state.waiting_index,
        waiting_vectors=state.waiting_vectors, vectors_given_up=state.vectors_given_up, messages=state.messages,
    )  # fmt: skip


@router.get("/api/health/sources", responses=errors())
def sources(principal: PrincipalDep, server: ServerDep) -> list[OutletShape]:  # noqa: ARG001 - every route asks who asks
    """Every outlet with its last 14 days: was nothing said, or was a source down?"""
    with server.database.read() as connection:
        found = reading.outlets_of(connection, server.outlets, server.now())
    crawled = crawl_health(server.settings.data, server.now())
    stored = [
        OutletShape(
            outlet=o.outlet, label=o.label, articles=o.articles, undated=o.undated,
            days=[DayCount(day=day.isoformat(), articles=n) for day, n in o.days],
            last_published=o.last_published, last_fetched=o.last_fetched.isoformat(), state=o.state,
            crawl=[_crawl(h) for h in crawled if h.outlet == o.outlet],
        )
        for o in found
    ]  # fmt: skip
    empty = dict.fromkeys(h.outlet for h in crawled if h.outlet not in {o.outlet for o in found})
    return [*stored, *(_without_articles(outlet, [h for h in crawled if h.outlet == outlet], server) for outlet in empty)]


def _without_articles(outlet: str, crawled: list[SourceHealth], server: Server) -> OutletShape:
    """An outlet that is crawled and of which nothing is stored yet."""
    return OutletShape(
        outlet=outlet, label=server.outlets.label(outlet), articles=0, undated=0, days=[], last_published=None, last_fetched=None,
        state="idle", crawl=[_crawl(h) for h in crawled],
    )  # fmt: skip


def _crawl(health: SourceHealth) -> CrawlShape:
    return CrawlShape(
        source=health.source, level=health.level.value, since=health.since.isoformat() if health.since else None,
        alarms=[AlarmShape(name=a.name, text=a.text, level=a.level.value) for a in health.alarms],
        last_run=health.last_run.isoformat() if health.last_run else None, articles_today=health.articles_today,
        articles_usual=health.articles_usual, fill=dict(health.fill), layers=dict(health.layers), text_chars=health.text_chars,
        due=health.due.isoformat() if health.due else None,
        reasons=[ReasonShape(reason=reason, times=times, example=example) for reason, times, example in health.reasons],
    )  # fmt: skip


@router.get("/openapi.json", include_in_schema=False)
def openapi(principal: AnyoneDep, request: Request) -> JSONResponse:  # noqa: ARG001 - every route says who may ask
    """The OpenAPI document."""
    made: dict[str, Any] = document(request.app)
    return JSONResponse(made)
