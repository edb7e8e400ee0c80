"""The article page: its text with everything found in it marked, its commitments with their sentences."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.deps import AnalystDep, PrincipalDep, ServerDep
from api.reading.articles import read_article
from api.reading.corrections import Correction, correct
from api.routes.asking import MAX_ID
from api.web.marks import paragraphs, title
from api.web.templating import page

router = APIRouter(include_in_schema=False)
ROLES = ("commitment", "target", "realisation", "other")
ArticleId = Annotated[str, Path(max_length=64, pattern=r"^[0-9a-f]+$")]


@router.get("/articles/{article_id}")
def article(
    request: Request,
    principal: PrincipalDep,
    server: ServerDep,
    article_id: ArticleId,
    version: Annotated[int | None, Query(ge=1, le=1_000_000)] = None,
) -> Response:
    """One article."""
    with server.database.read() as connection:
        found = read_article(connection, article_id, version)
    return page(
        request, server, principal, "article.html", article=found, row=found.row, roles=ROLES,
        moved=list({(f.before.lower(), f.after.lower()): f for v in found.versions for c in v.edit.changes for f in c.figures}.values()),
        heading=title(found.title, found.annotations),
        paragraphs=paragraphs(found.text, found.annotations) if found.text else [],
    )  # fmt: skip


@router.post("/articles/{article_id}/facts/{fact_id}")
def correct_fact(
    principal: AnalystDep,
    server: ServerDep,
    article_id: ArticleId,
    fact_id: Annotated[int, Path(ge=1, le=MAX_ID)],
    action: Annotated[Literal["reject", "restore", "review"], Form()],
) -> Response:
    """An analyst's word on a commitment."""
    correct(server.database, fact_id, Correction(action=action), principal.name, server.now())
    return RedirectResponse(f"/articles/{article_id}", 303)
