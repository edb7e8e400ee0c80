"""The page that answers: was nothing said, or was a source down?"""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.deps import PrincipalDep, ServerDep
from api.reading import health
from api.reading.crawling import crawl_health
from api.web.templating import page

router = APIRouter(include_in_schema=False)


@router.get("/sources")
def sources(request: Request, principal: PrincipalDep, server: ServerDep) -> Response:
    """Outlets with their last days, and what waits in the queues."""
    with server.database.read() as connection:
        state = health.state_of(connection)
        outlets = health.outlets_of(connection, server.outlets, server.now())
    crawled = crawl_health(server.settings.data, server.now())
    return page(request, server, principal, "sources.html", state=state, outlets=outlets, crawled=crawled)
