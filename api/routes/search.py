"""GET /api/search."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from api.deps import PrincipalDep, ServerDep
from api.openapi import errors
from api.routes.asking import Asked, asked
from api.schemas import SearchResult, search_result

router = APIRouter(tags=["search"])


@router.get("/api/search", responses=errors())
def search(principal: PrincipalDep, server: ServerDep, what: Annotated[Asked, Depends(asked)]) -> SearchResult:  # noqa: ARG001 - every route asks who asks
    """Search articles by words, meaning, names, amounts and dates.

    Total and facets are those of words and filters; hits found by meaning alone are marked `semantic_only`.
    """
    return search_result(server.searcher.search(what.request))
