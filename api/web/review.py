"""The review queue as a page, for analysts."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import RedirectResponse

from api.deps import AnalystDep, ServerDep
from api.reading.corrections import Correction, correct
from api.reading.review import queue
from api.routes.asking import MAX_ID
from api.web.templating import page

router = APIRouter(include_in_schema=False)


@router.get("/review")
def review(request: Request, principal: AnalystDep, server: ServerDep) -> Response:
    """What to look at first, by rupiah at risk."""
    with server.database.read() as connection:
        found = queue(connection)
    return page(request, server, principal, "review.html", found=found)


@router.post("/review/{fact_id}")
def decide(
    principal: AnalystDep,
    server: ServerDep,
    fact_id: Annotated[int, Path(ge=1, le=MAX_ID)],
    action: Annotated[Literal["reject", "review"], Form()],
) -> Response:
    """An analyst's word, then the next one."""
    correct(server.database, fact_id, Correction(action=action), principal.name, server.now())
    return RedirectResponse("/review", 303)
