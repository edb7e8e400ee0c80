"""Watches as a page: made, tried, paused, removed; and the page behind a mail's unsubscribe link."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.alerts import watches as store
from api.alerts.model import Ask
from api.alerts.tokens import read_unsubscribe_token
from api.deps import AnyoneDep, PrincipalDep, ReaderDep, Server, ServerDep
from api.errors import QueryError
from api.records import Principal, Role
from api.routes.asking import MAX_ID, TEXT
from api.routes.watches import WatchMade, WishShape, add, change, own_watches, try_out
from api.web.templating import language, page

router = APIRouter(include_in_schema=False)
Text = Annotated[str, Form(max_length=500, pattern=TEXT)]
Prefill = Annotated[str, Query(max_length=500)]
SUBJECTS = ("company", "programme", "agency", "query")


@router.get("/watches")
def watches(
    request: Request, principal: PrincipalDep, server: ServerDep,
    company: Prefill = "", programme: Prefill = "", agency: Prefill = "", query: Prefill = "",
) -> Response:  # fmt: skip
    """The caller's watches and the form for a new one, filled in by links from other pages."""
    return _page(request, server, principal, {"company": company, "programme": programme, "agency": agency, "query": query})


@router.post("/watches")
def submit(
    request: Request, principal: ReaderDep, server: ServerDep, act: Annotated[Literal["preview", "add"], Form()],
    company: Text = "", programme: Text = "", agency: Text = "", query: Text = "", email: Text = "",
    asks: Annotated[list[Ask], Form(max_length=4)] = [],  # noqa: B006 - read by FastAPI, never changed
) -> Response:  # fmt: skip
    """Try a watch, or save it."""
    form = {"company": company, "programme": programme, "agency": agency, "query": query, "email": email}
    wish = WishShape(**{k: v or None for k, v in form.items()}, asks=asks, lang=language(request))
    try:
        if act == "preview":
            return _page(request, server, principal, form, asks, preview=try_out(server, principal, wish))
        return _page(request, server, principal, {}, made=add(server, principal, wish))
    except QueryError as error:
        return _page(request, server, principal, form, asks, error=error, status=400)


@router.post("/watches/{watch_id}")
def act_on(
    principal: ReaderDep,
    server: ServerDep,
    watch_id: Annotated[int, Path(ge=1, le=MAX_ID)],
    act: Annotated[Literal["pause", "resume", "remove"], Form()],
) -> Response:
    """Pause, resume or remove a watch."""
    change(server, principal, watch_id, act)
    return RedirectResponse("/watches", 303)


@router.get("/unsubscribe/{token}")
def ask(request: Request, principal: AnyoneDep, server: ServerDep, token: Annotated[str, Path(max_length=1_000)]) -> Response:
    """Asks before a watch ends: mail scanners follow links."""
    watch_id, _ = read_unsubscribe_token(server.secret, token)
    with server.database.read() as connection:
        label = store.get(connection, watch_id).label
    return page(request, server, principal, "unsubscribe.html", followed=label, done=False)


@router.post("/unsubscribe/{token}")
def unsubscribe(request: Request, principal: AnyoneDep, server: ServerDep, token: Annotated[str, Path(max_length=1_000)]) -> Response:
    """Ends the watch of a mail (RFC 8058: one POST, no sign-in; the signed link itself is the permission)."""
    watch_id, _ = read_unsubscribe_token(server.secret, token)
    with server.database.write() as connection:
        label = store.remove(connection, watch_id).label
    return page(request, server, principal, "unsubscribe.html", followed=label, done=True)


def _page(
    request: Request, server: Server, principal: Principal, form: dict[str, str], asks: list[Ask] | None = None, *,
    status: int = 200, made: WatchMade | None = None, **told: Any,
) -> Response:  # fmt: skip
    allowed = principal.role >= Role.READER
    context = {"preview": None, "error": None} | told
    return page(
        request, server, principal, "watches.html", status=status, allowed=allowed, made=made,
        listed=own_watches(server, principal) if allowed else [], form=dict.fromkeys((*SUBJECTS, "email"), "") | form,
        asks=[a.value for a in asks or ()], all_asks=[a.value for a in Ask], subjects=SUBJECTS, **context,
    )  # fmt: skip
