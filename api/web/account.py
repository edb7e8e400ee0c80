"""Signing in with an API key, and out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from api.deps import PrincipalDep, ServerDep
from api.errors import AccessError
from api.session import COOKIE, DAYS, make_session
from api.store import principals
from api.web.templating import page

router = APIRouter(include_in_schema=False)


@router.get("/login")
def login(request: Request, principal: PrincipalDep, server: ServerDep) -> Response:
    """The form for a key."""
    return page(request, server, principal, "login.html")


@router.post("/login")
def sign_in(request: Request, principal: PrincipalDep, server: ServerDep, key: Annotated[str, Form(max_length=500)]) -> Response:  # noqa: ARG001 - every route asks who asks
    """Exchange a key for a session cookie."""
    with server.database.read() as connection:
        found = principals.verify(connection, key.strip(), server.now())
    if found is None:
        raise AccessError("this API key is unknown, expired or revoked", authenticated=False)
    response = RedirectResponse("/", 303)
    session = make_session(server.secret, found, server.now())
    response.set_cookie(COOKIE, session, max_age=DAYS * 86_400, httponly=True, samesite="lax", secure=request.url.scheme == "https")
    return response


@router.post("/logout")
def sign_out(principal: PrincipalDep) -> Response:  # noqa: ARG001 - every route asks who asks
    """Forget the session."""
    response = RedirectResponse("/", 303)
    response.delete_cookie(COOKIE)
    return response
