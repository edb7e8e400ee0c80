"""How a search is put in a URL: the same parameters for the API, the pages and the exports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Query
from pydantic import StringConstraints

from api.records import Mode, SearchRequest, Sort

TEXT = r"^[^\x00]*$"
"""What a database can hold."""

Value = Annotated[str, StringConstraints(max_length=200, pattern=TEXT)]
MAX_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Asked:
    """The request, and the parameters it was made of (without the cursor), for links."""

    request: SearchRequest
    params: tuple[tuple[str, str], ...]


def asked(
    q: Annotated[
        str, Query(max_length=2_000, pattern=TEXT, description="Query: words, phrases, AND OR NOT, field:value; empty: the newest")
    ] = "",
    outlet: Annotated[list[Value], Query(max_length=50, description="Only these outlets")] = [],  # noqa: B006 - read by FastAPI, never changed
    company: Annotated[list[Value], Query(max_length=50, description="Only articles that name one of these companies (registry ids)")] = [],  # noqa: B006 - as above
    agency: Annotated[list[Value], Query(max_length=50, description="Only articles that name one of these public bodies")] = [],  # noqa: B006 - as above
    programme: Annotated[list[Value], Query(max_length=50, description="Only articles about one of these programmes")] = [],  # noqa: B006 - as above
    kind: Annotated[list[Value], Query(max_length=50, description="Only articles with a commitment of one of these kinds")] = [],  # noqa: B006 - as above
    type: Annotated[list[Value], Query(max_length=50, description="Only these genres: news, release, document …")] = [],  # noqa: A002, B006 - the parameter's public name
    month: Annotated[list[Value], Query(max_length=50, description="Only these months, YYYY-MM")] = [],  # noqa: B006 - as above
    sort: Annotated[Sort, Query(description="Order")] = Sort.RELEVANCE,
    mode: Annotated[Mode, Query(description="Rank by words, by meaning, or by both")] = Mode.HYBRID,
    limit: Annotated[int, Query(ge=0, le=100, description="Hits a page")] = 20,
    cursor: Annotated[str | None, Query(max_length=2_000, description="`next` of the page before")] = None,
    fold: Annotated[
        bool, Query(description="List a story once and leave market notes and advertorials to a count; false: list every article")
    ] = True,
) -> Asked:
    """The search that a URL asks for."""
    chosen = {
        "outlet": outlet, "company": company, "agency": agency, "programme": programme, "kind": kind, "type": type, "month": month,
    }  # fmt: skip
    filters = {name: tuple(dict.fromkeys(v for v in values if v)) for name, values in chosen.items()}
    params = [("q", q)] if q else []
    params += [(name, value) for name, values in filters.items() for value in values]
    params += [("sort", sort.value)] if sort is not Sort.RELEVANCE else []
    params += [("mode", mode.value)] if mode is not Mode.HYBRID else []
    params += [("fold", "false")] if not fold else []
    request = SearchRequest(q, {k: v for k, v in filters.items() if v}, mode, sort, limit, cursor, fold)
    return Asked(request, tuple(params))
