"""The search page: box, chips, facets, results; the whole state is in the URL."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from api.deps import PrincipalDep, ServerDep
from api.errors import CursorError, EngineDown, IndexMismatch, QueryError
from api.records import FACETS
from api.routes.asking import Asked, asked
from api.routes.search import coverage_of
from api.store import articles
from api.web.charts import before, by_month
from api.web.marks import plain
from api.web.templating import page

router = APIRouter(include_in_schema=False)
EXAMPLES = {
    "id": ("kredit IKM", "kind:kredit to:IKM amount:>=50 miliar", "company:ASII", '"Link and Match"', "date:last-30d kind:investasi"),
    "en": ("credit for small industry", "kind:credit to:IKM", "company:ASII", '"Link and Match"', "date:last-30d kind:investment"),
}
SHOWN_FACETS = tuple(name for name in FACETS if name != "month")


@router.get("/")
def home(request: Request, principal: PrincipalDep, server: ServerDep, what: Annotated[Asked, Depends(asked)]) -> Response:
    """Search, or the newest articles."""
    context: dict[str, Any] = {"what": what, "query": what.request.query, "params": what.params, "examples": EXAMPLES, "plain": plain}
    try:
        answer = server.searcher.search(replace(what.request, limit=min(what.request.limit, 50)))
    except (QueryError, CursorError) as error:
        at = getattr(error, "at", None)
        told = {"error": error, "at": at, "suggestion": getattr(error, "suggestion", None)}
        return page(request, server, principal, "search.html", status=400, answer=None, away=False, stored=(), **told, **context)
    except (EngineDown, IndexMismatch):
        with server.database.read() as connection:
            stored = articles.newest(connection, 20)
        return page(request, server, principal, "search.html", status=503, answer=None, error=None, away=True, stored=stored, **context)
    months = by_month(answer.facets["month"])
    return page(
        request, server, principal, "search.html", answer=answer, error=None, away=False, stored=(),
        facets=SHOWN_FACETS, months=months, older=before(answer.facets["month"], months), chosen=what.request.filters,
        covered=coverage_of(server, what.request, answer), **context,
    )  # fmt: skip
