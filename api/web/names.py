"""Pages of companies, public bodies and programmes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from api.deps import PrincipalDep, Server, ServerDep
from api.reading.names import read_name
from api.records import Principal
from api.web.templating import page
from nlp.analysis import EntityType

router = APIRouter(include_in_schema=False)
Identity = Annotated[str, Path(max_length=120)]


@router.get("/companies/{identity}")
def company(request: Request, principal: PrincipalDep, server: ServerDep, identity: Identity) -> Response:
    """A company, public body or association."""
    return _page(request, principal, server, identity, programme=False)


@router.get("/programmes/{identity}")
def programme(request: Request, principal: PrincipalDep, server: ServerDep, identity: Identity) -> Response:
    """A programme."""
    return _page(request, principal, server, identity, programme=True)


def _page(request: Request, principal: Principal, server: Server, identity: str, *, programme: bool) -> Response:
    with server.database.read() as connection:
        found = read_name(connection, server.registry, identity, programme=programme)
    body = "agency" if found.row.type is EntityType.PUBLIC_BODY else "company"
    subject = "programme" if programme else body
    return page(request, server, principal, "name.html", found=found, row=found.row, subject=subject)
