"""The ledger and its pledges as pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api.deps import PrincipalDep, ServerDep
from api.ledger import queries
from api.ledger.queries import Sum
from api.reading.note import markdown
from api.reading.pledges import STAGES, Wanted, wanted
from api.reading.rights import quotable
from api.routes.asking import MAX_ID
from api.store import transactions
from api.web.charts import STATUSES, by_year
from api.web.templating import language, page
from api.wording import words

router = APIRouter(include_in_schema=False)
ROWS = 50


@dataclass(frozen=True, slots=True)
class Total:
    """Pledges of one currency and one status."""

    currency: str
    status: str
    low: Decimal
    high: Decimal
    count: int


@router.get("/pledges")
def pledges(
    request: Request,
    principal: PrincipalDep,
    server: ServerDep,
    what: Annotated[Wanted, Depends(wanted)],
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    snapshot: Annotated[int | None, Query(ge=0, le=MAX_ID)] = None,
) -> Response:
    """The ledger: rows, totals and what they leave out, a chart by year."""
    with server.database.read() as connection:
        at = transactions.check_snapshot(connection, snapshot)
        rows = queries.list_pledges(connection, what.filter, limit=ROWS, offset=offset, snapshot=at)
        total = queries.count_pledges(connection, what.filter, snapshot=at)
        sums = queries.sums(connection, what.filter, by="year", snapshot=at)
    currency = what.filter.currency or "IDR"
    return page(
        request, server, principal, "pledges.html", rows=rows, total=total, sums=sums, totals=totals(sums.rows), snapshot=at,
        fixed=snapshot is not None, params=what.params, given=what.given, filter=what.filter, offset=offset, step=ROWS,
        chart=by_year(sums.rows, currency), currency=currency, kinds=tuple(words("id").kind), stages=STAGES,
    )  # fmt: skip


@router.get("/pledges/note")
def note(
    request: Request,
    principal: PrincipalDep,  # noqa: ARG001 - every route asks who asks
    server: ServerDep,
    what: Annotated[Wanted, Depends(wanted)],
    snapshot: Annotated[int | None, Query(ge=0, le=MAX_ID)] = None,
) -> Response:
    """The first rows as Markdown to paste into a report, each footnoted with outlet, day, article and address."""
    with server.database.read() as connection:
        at = transactions.check_snapshot(connection, snapshot)
        rows = queries.list_pledges(connection, what.filter, limit=ROWS, snapshot=at)
        details = [queries.get_pledge(connection, row.pledge_id, snapshot=at) for row in rows]
    text = markdown(details, language(request), server.outlets.label, server.settings.public_url, at)
    return Response(text, media_type="text/markdown; charset=utf-8")


@router.get("/pledges/{pledge_id}")
def pledge(
    request: Request,
    principal: PrincipalDep,
    server: ServerDep,
    pledge_id: Annotated[int, Path(ge=1, le=MAX_ID)],
    snapshot: Annotated[int | None, Query(ge=0, le=MAX_ID)] = None,
) -> Response:
    """One pledge: stages over time, every article that tells it."""
    with server.database.read() as connection:
        at = transactions.check_snapshot(connection, snapshot)
        detail = queries.get_pledge(connection, pledge_id, snapshot=at)
    quotes = {s.fact_id: quotable(s.evidence, s.rights) for s in detail.sightings}
    return page(request, server, principal, "pledge.html", detail=detail, pledge=detail.pledge, quotes=quotes)


def totals(rows: Sequence[Sum]) -> list[Total]:
    """The sums of all years together: rupiah first, in the order of the stages."""
    added: dict[tuple[str, str], list[Decimal | int]] = defaultdict(lambda: [Decimal(0), Decimal(0), 0])
    for row in rows:
        total = added[row.currency, row.status]
        total[0] += row.low
        total[1] += row.high
        total[2] += row.count
    order = sorted(added, key=lambda k: (k[0] != "IDR", k[0], STATUSES.index(k[1]) if k[1] in STATUSES else 99))
    return [Total(*key, Decimal(added[key][0]), Decimal(added[key][1]), int(added[key][2])) for key in order]
