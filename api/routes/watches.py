"""Watches: listed, tried, added, paused, removed; the feed behind a secret address; the link that ends a watch from a mail."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.alerts import feed, watches
from api.alerts.model import Ask, Watch
from api.alerts.preview import Preview, preview
from api.alerts.watches import Wish
from api.alerts.webhook import secret_of
from api.deps import AnyoneDep, ReaderDep, Server, ServerDep
from api.errors import NotFoundError, QueryError
from api.openapi import content, errors
from api.records import Principal, Role
from api.routes.asking import MAX_ID, TEXT
from api.schemas import Public
from api.wording import Lang

router = APIRouter(tags=["watches"])
WatchId = Annotated[int, Path(ge=1, le=MAX_ID, description="Watch id")]
Short = Annotated[str, StringConstraints(max_length=500, pattern=TEXT)]


class WishShape(BaseModel):
    """What to be told about: exactly one of company, programme, agency and query; and where to. Without an address: a feed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    company: Short | None = Field(None, description="Ticker, name or registry id")
    programme: Short | None = None
    agency: Short | None = None
    query: Short | None = Field(None, description="A search, in the same grammar")
    email: Short | None = None
    webhook: Short | None = Field(None, description="https address that gets a signed POST instead of a mail")
    asks: list[Ask] = Field([], max_length=4, description="Parts that count; absent: pays, receives, subject")
    lang: Lang = "id"


class WatchShape(Public):
    """A watch."""

    id: int
    subject: str
    value: str
    label: str
    email: str | None
    webhook: str | None
    asks: list[str]
    lang: str
    state: str
    paused_because: str | None
    created_at: str


class WatchMade(Public):
    """A watch just made, with what is shown this once."""

    watch: WatchShape
    feed: str = Field(description="Secret address of its Atom feed")
    signing_secret: str | None = Field(description="What a webhook's signature is checked with")


class WeekShape(Public):
    """Messages of one week; `week` is its Monday."""

    week: str
    messages: int


class SampleShape(Public):
    """A story that would have been told, and why."""

    article_id: str
    title: str
    outlet: str
    published: str | None
    why: str


class PreviewShape(Public):
    """What the last 30 days would have brought."""

    messages: int
    per_week: float
    weeks: list[WeekShape]
    samples: list[SampleShape]


@router.get("/api/watches", responses=errors(403))
def list_watches(principal: ReaderDep, server: ServerDep) -> list[WatchShape]:
    """The caller's watches; an admin sees everybody's."""
    return [watch_shape(one) for one in own_watches(server, principal)]


@router.post("/api/watches", status_code=201, responses=errors(403))
def add_watch(principal: ReaderDep, server: ServerDep, wish: WishShape) -> WatchMade:
    """Watch one thing. The feed's address is shown this once."""
    return add(server, principal, wish)


@router.post("/api/watches/preview", responses=errors(403))
def preview_watch(principal: ReaderDep, server: ServerDep, wish: WishShape) -> PreviewShape:
    """What the last 30 days would have brought, before anything is saved."""
    found = try_out(server, principal, wish)
    return PreviewShape(
        messages=found.messages,
        per_week=found.per_week,
        weeks=[WeekShape(week=monday.isoformat(), messages=count) for monday, count in found.weeks],
        samples=[
            SampleShape(
                article_id=s.article_id, title=s.title, outlet=s.outlet, why=s.why,
                published=s.published.isoformat() if s.published else None,
            )
            for s in found.samples
        ],
    )  # fmt: skip


@router.post("/api/watches/{watch_id}/pause", responses=errors(403, 404))
def pause_watch(principal: ReaderDep, server: ServerDep, watch_id: WatchId) -> WatchShape:
    """Let a watch be silent until it is resumed."""
    return watch_shape(change(server, principal, watch_id, "pause"))


@router.post("/api/watches/{watch_id}/resume", responses=errors(403, 404))
def resume_watch(principal: ReaderDep, server: ServerDep, watch_id: WatchId) -> WatchShape:
    """Let a paused watch tell again."""
    return watch_shape(change(server, principal, watch_id, "resume"))


@router.delete("/api/watches/{watch_id}", responses=errors(403, 404))
def remove_watch(principal: ReaderDep, server: ServerDep, watch_id: WatchId) -> WatchShape:
    """End a watch; its log is kept."""
    return watch_shape(change(server, principal, watch_id, "remove"))


@router.get("/feeds/{secret}.atom", responses=errors(404) | content("application/atom+xml"), response_class=Response)
def atom(
    principal: AnyoneDep,  # noqa: ARG001 - the secret address itself says who asks
    server: ServerDep,
    request: Request,
    secret: Annotated[str, Path(max_length=100, description="The feed's secret")],
) -> Response:
    """A watch as an Atom feed. The secret in the address is the permission; nothing else is asked."""
    server.quota.take(request.client.host if request.client else "unknown")
    with server.database.read() as connection:
        watch = watches.by_feed_secret(connection, secret)
        if watch is None:
            raise NotFoundError("there is no such feed, or it was ended")
        public = server.settings.public_url.rstrip("/")
        body = feed.feed(connection, watch, address=f"{public}/feeds/{secret}.atom", public_url=public)
    return Response(body, media_type="application/atom+xml", headers={"Cache-Control": "private, max-age=300"})


def own_watches(server: Server, principal: Principal) -> list[Watch]:
    """The watches a principal may see."""
    with server.database.read() as connection:
        return watches.list_watches(connection, owner=None if principal.role >= Role.ADMIN else owner_of(principal))


def owner_of(principal: Principal) -> str:
    """Whose a watch is: the key's number keeps two keys of one name apart."""
    return principal.name if principal.key_id is None else f"key:{principal.key_id}"


def make_wish(server: Server, principal: Principal, wish: WishShape) -> Wish:
    """The wish of a form.

    Raises:
        QueryError: it cannot be understood, or names nothing we know.
    """
    subjects = {"company": wish.company, "programme": wish.programme, "agency": wish.agency, "query": wish.query}
    try:
        return server.make_wish(
            subjects, email=wish.email or None, webhook=wish.webhook or None, asks=wish.asks, lang=wish.lang, owner=owner_of(principal)
        )
    except ValueError as error:
        raise QueryError(str(error), code=getattr(error, "code", ""), values=getattr(error, "values", {})) from None


def add(server: Server, principal: Principal, wish: WishShape) -> WatchMade:
    """Make the watch."""
    wished = make_wish(server, principal, wish)
    with server.database.write() as connection:
        made, secret = watches.add(connection, wished, server.now())
    return WatchMade(
        watch=watch_shape(made),
        feed=f"{server.settings.public_url.rstrip('/')}/feeds/{secret}.atom",
        signing_secret=secret_of(server.secret, made.id) if made.webhook else None,
    )


def try_out(server: Server, principal: Principal, wish: WishShape) -> Preview:
    """What the wish would have brought."""
    wished = make_wish(server, principal, wish)
    with server.database.read() as connection:
        return preview(connection, wished, now=server.now(), query=server.make_evaluator())


def change(server: Server, principal: Principal, watch_id: int, action: str) -> Watch:
    """Pause, resume or remove a watch of the principal's.

    Raises:
        NotFoundError: there is none, or it is somebody else's.
    """
    if watch_id not in {one.id for one in own_watches(server, principal)}:
        raise NotFoundError(f"there is no watch {watch_id}")
    act = {"pause": watches.pause, "resume": watches.resume, "remove": watches.remove}[action]
    with server.database.write() as connection:
        return act(connection, watch_id)


def watch_shape(one: Watch) -> WatchShape:
    """The public form of a watch."""
    return WatchShape(
        id=one.id, subject=one.subject.value, value=one.value, label=one.label, email=one.email, webhook=one.webhook,
        asks=[ask.value for ask in one.asks], lang=one.lang, state=one.state.value, paused_because=one.paused_because,
        created_at=one.created_at.isoformat(),
    )  # fmt: skip
