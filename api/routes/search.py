"""GET /api/search."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.deps import PrincipalDep, Server, ServerDep
from api.openapi import errors
from api.reading.coverage import Coverage
from api.reading.coverage import coverage as covered
from api.records import SearchAnswer, SearchRequest
from api.routes.asking import Asked, asked
from api.schemas import SearchResult, search_result

router = APIRouter(tags=["search"])


@router.get("/api/search", responses=errors())
def search(
    principal: PrincipalDep,  # noqa: ARG001 - every route asks who asks
    server: ServerDep,
    what: Annotated[Asked, Depends(asked)],
    coverage: Annotated[
        bool, Query(description="What each outlet published on the days of the search; told anyway where nothing is found")
    ] = False,
) -> SearchResult:
    """Search articles by words, meaning, names, amounts and dates.

    Total and facets are those of words and filters; hits found by meaning alone are marked `semantic_only`.
    """
    answer = server.searcher.search(what.request)
    return search_result(answer, coverage_of(server, what.request, answer) if coverage or not answer.total else None)


def coverage_of(server: Server, request: SearchRequest, answer: SearchAnswer) -> Coverage:
    """Was nothing said on the days of a search, or was a source down?"""
    only = request.filters.get("outlet", ())
    with server.database.read() as connection:
        return covered(connection, server.outlets, server.settings.data, server.now(), period=answer.period, only=only)
