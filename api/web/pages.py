"""Error pages, static files, the guide."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from api.deps import PUBLIC, AnyoneDep, PrincipalDep, ServerDep
from api.errors import NotFoundError
from api.schemas import Problem
from api.search.fields import fields
from api.web.templating import language, page, static_address, statics
from api.web.words import catalogue

router = APIRouter(include_in_schema=False)
FOREVER = "public, max-age=31536000, immutable"


def problem_page(request: Request, problem: Problem) -> Response:
    """An error as a page."""
    key = f"problem.s{problem.status}"
    heading = key if key in catalogue("id") else "problem.other"
    return page(request, request.app.state.server, PUBLIC, "problem.html", status=problem.status, problem=problem, heading=heading)


@router.get("/static/{digest}/{name}")
def static(principal: AnyoneDep, digest: Annotated[str, Path(max_length=64)], name: Annotated[str, Path(max_length=64)]) -> Response:  # noqa: ARG001 - every route says who may ask
    """A static file."""
    if name not in statics() or not static_address(name).startswith(f"/static/{digest}/"):
        raise NotFoundError(f"static file {name}: there is none")
    content, media = statics()[name]
    return Response(content, media_type=media, headers={"Cache-Control": FOREVER})


@router.get("/favicon.ico")
def favicon(principal: AnyoneDep) -> Response:  # noqa: ARG001 - as above
    """The icon, for browsers that ask by its old name."""
    content, media = statics()["pantau.svg"]
    return Response(content, media_type=media, headers={"Cache-Control": "public, max-age=86400"})


@router.get("/guide")
def guide(request: Request, principal: PrincipalDep, server: ServerDep) -> Response:
    """How to ask, and how to read the answers."""
    listed = [(name, spec.kind, spec.known(language(request))) for name, spec in fields().items()]
    return page(request, server, principal, "guide.html", fields=listed)
