"""GET /export/…: the whole result of a search, or the ledger at a snapshot, as CSV, XLSX, JSON Lines or Parquet."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import StreamingResponse

from api.deps import PrincipalDep, ServerDep
from api.openapi import content, errors
from api.reading.exports import article_stream, pledge_stream
from api.reading.pledges import Wanted, wanted
from api.routes.asking import MAX_ID, Asked, asked
from api.rowfiles import MEDIA, Format, check_format
from api.store import transactions

router = APIRouter(tags=["exports"])
Form = Annotated[Format, Path(description="Format")]


@router.get("/export/articles.{form}", responses=errors() | content(*MEDIA.values()), response_class=StreamingResponse)
def articles(
    principal: PrincipalDep,  # noqa: ARG001 - every route asks who asks
    server: ServerDep,
    form: Form,
    what: Annotated[Asked, Depends(asked)],
) -> StreamingResponse:
    """Every article that words and filters find, newest first; no cap."""
    check_format(form)
    server.searcher.search(replace(what.request, limit=0, cursor=None))  # refuses before the first byte is sent
    return _answer(
        StreamingResponse(article_stream(server.searcher.search, what.request, form), media_type=MEDIA[form]), f"pantau-articles.{form}"
    )


@router.get("/export/pledges.{form}", responses=errors(404) | content(*MEDIA.values()), response_class=StreamingResponse)
def pledges(
    principal: PrincipalDep,  # noqa: ARG001 - every route asks who asks
    server: ServerDep,
    form: Form,
    what: Annotated[Wanted, Depends(wanted)],
    snapshot: Annotated[int | None, Query(ge=0, le=MAX_ID, description="State to export; absent: now")] = None,
) -> StreamingResponse:
    """The ledger, filtered, with evidence; the same snapshot gives the same rows again."""
    check_format(form)
    with server.database.read() as connection:
        at = transactions.check_snapshot(connection, snapshot)
    stream = pledge_stream(server.database, what.filter, at, form)
    return _answer(StreamingResponse(stream, media_type=MEDIA[form]), f"pantau-pledges-{at}.{form}")


def _answer(response: StreamingResponse, name: str) -> StreamingResponse:
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
