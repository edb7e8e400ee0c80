"""GET /api/pledges…: the ledger, where every undertaking stands once, with sums that say what they leave out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import Field

from api.deps import AnalystDep, PrincipalDep, ServerDep
from api.ledger import queries
from api.ledger.queries import PledgeDetail, PledgeRow, Sums
from api.openapi import errors
from api.reading.corrections import Correction, correct
from api.reading.pledges import Group, Wanted, wanted
from api.reading.rights import quotable
from api.routes.articles import PartyShape
from api.routes.asking import MAX_ID
from api.schemas import Public
from api.store import transactions

router = APIRouter(tags=["pledges"])
WantedDep = Annotated[Wanted, Depends(wanted)]
Snapshot = Annotated[
    int | None, Query(ge=0, le=MAX_ID, description="State to read: the same number gives the same rows for ever; absent: now")
]
PledgeId = Annotated[int, Path(ge=1, le=MAX_ID, description="Pledge id; never reused")]


class PledgeShape(Public):
    """One real-world undertaking, counted once however many articles tell it."""

    pledge_id: int
    amount_low: str
    amount_high: str
    currency: str
    approx: bool
    kind: str
    status: str
    stage: str
    programme: str | None
    programme_id: str | None
    date: str | None
    year: str | None
    actors: list[PartyShape]
    beneficiaries: list[PartyShape]
    in_totals: bool
    left_out: str | None = Field(description="Why it is in no sum; null where it is")
    conflict: bool
    restated: bool
    reviewed: bool
    sightings: int
    outlets: int
    first_seen: str
    last_seen: str
    confidence: float
    merged_into: int | None


class PledgeList(Public):
    """A page of the ledger."""

    total: int
    snapshot: int = Field(description="Ask with this number to read the same state again")
    pledges: list[PledgeShape]
    next_offset: int | None


class SightingShape(Public):
    """One commitment of one article that tells the pledge, with its sentence."""

    fact_id: int
    article_id: str
    title: str
    url: str | None
    outlet: str
    published: str | None
    relation: str = Field(description="first, copy, same, conversion, restated or conflict")
    by: str
    amount_low: str
    amount_high: str
    currency: str
    approx: bool
    status: str
    evidence: str


class StageShape(Public):
    """A stage, the day it is told for, and the fact that tells it."""

    stage: str
    day: str | None
    fact_id: int


class PledgeWhole(Public):
    """A pledge with everything it rests on."""

    pledge: PledgeShape
    sightings: list[SightingShape]
    stages: list[StageShape]


class SumShape(Public):
    """One sum: of one group, one currency, one status."""

    group: str
    currency: str
    status: str
    low: str
    high: str
    pledges: int


class SumsShape(Public):
    """Sums, how many pledges they hold, and how many they leave out and why."""

    by: str
    snapshot: int
    counted: int
    left_out: dict[str, int]
    sums: list[SumShape]


class Corrected(Public):
    """A correction that was noted and applied."""

    fact_id: int
    transaction: int


@router.get("/api/pledges", responses=errors(404))
def pledges(
    principal: PrincipalDep,  # noqa: ARG001 - every route asks who asks
    server: ServerDep,
    what: WantedDep,
    limit: Annotated[int, Query(ge=0, le=500, description="Rows a page")] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000, description="Rows to skip")] = 0,
    snapshot: Snapshot = None,
) -> PledgeList:
    """The ledger, latest first. Read on with `next_offset` and the answer's `snapshot`: pages then neither repeat nor skip."""
    with server.database.read() as connection:
        at = transactions.check_snapshot(connection, snapshot)
        rows = queries.list_pledges(connection, what.filter, limit=limit, offset=offset, snapshot=at)
        total = queries.count_pledges(connection, what.filter, snapshot=at)
    following = offset + limit
    return PledgeList(
        total=total, snapshot=at, pledges=[pledge_shape(r) for r in rows], next_offset=following if following < total else None
    )


@router.get("/api/pledges/sums", responses=errors(404))
def sums(
    principal: PrincipalDep,  # noqa: ARG001 - every route asks who asks
    server: ServerDep,
    what: WantedDep,
    by: Annotated[Group, Query(alias="group", description="What to sum by")] = "year",
    snapshot: Snapshot = None,
) -> SumsShape:
    """Sums by year, programme, kind or payer; never across currencies or statuses. A pledge of several payers counts under each."""
    with server.database.read() as connection:
        at = transactions.check_snapshot(connection, snapshot)
        return _sums(by, at, queries.sums(connection, what.filter, by=by, snapshot=at))


@router.get("/api/pledges/{pledge_id}", responses=errors(404))
def pledge(
    principal: PrincipalDep,  # noqa: ARG001 - every route asks who asks
    server: ServerDep,
    pledge_id: PledgeId,
    snapshot: Snapshot = None,
) -> PledgeWhole:
    """One pledge: its stages over time and every article that tells it, with the sentence."""
    with server.database.read() as connection:
        at = transactions.check_snapshot(connection, snapshot)
        return _whole(queries.get_pledge(connection, pledge_id, snapshot=at))


@router.post("/api/facts/{fact_id}/corrections", status_code=201, responses=errors(403, 404))
def correct_fact(
    principal: AnalystDep,
    server: ServerDep,
    fact_id: Annotated[int, Path(ge=1, le=MAX_ID, description="Fact id")],
    correction: Correction,
) -> Corrected:
    """Correct a commitment: it is none (reject), it is one after all (restore), it is right (review), or these fields are wrong (set).

    Corrections are kept as events, survive every re-analysis, and reach pledge and sums at once.
    """
    return Corrected(fact_id=fact_id, transaction=correct(server.database, fact_id, correction, principal.name, server.now()))


def pledge_shape(row: PledgeRow) -> PledgeShape:
    """The public form of a pledge."""
    made = {"actors", "beneficiaries", "amount_low", "amount_high", "first_seen", "last_seen"}
    return PledgeShape(
        **{name: getattr(row, name) for name in set(PledgeShape.model_fields) - made},
        amount_low=f"{row.amount_low:f}",
        amount_high=f"{row.amount_high:f}",
        first_seen=row.first_seen.isoformat(),
        last_seen=row.last_seen.isoformat(),
        actors=[PartyShape(name=p.name, registry_id=p.registry_id) for p in row.actors],
        beneficiaries=[PartyShape(name=p.name, registry_id=p.registry_id) for p in row.beneficiaries],
    )


def _whole(detail: PledgeDetail) -> PledgeWhole:
    return PledgeWhole(
        pledge=pledge_shape(detail.pledge),
        sightings=[
            SightingShape(
                fact_id=s.fact_id, article_id=s.article_id, title=s.title, url=s.url, outlet=s.outlet, published=s.published_day,
                relation=s.relation, by=s.by, amount_low=f"{s.amount_low:f}", amount_high=f"{s.amount_high:f}", currency=s.currency,
                approx=s.approx, status=s.status, evidence=quotable(s.evidence, s.rights),
            )
            for s in detail.sightings
        ],
        stages=[StageShape(stage=s.stage, day=s.day, fact_id=s.fact_id) for s in detail.stages],
    )  # fmt: skip


def _sums(by: str, snapshot: int, found: Sums) -> SumsShape:
    rows = [
        SumShape(group=s.group, currency=s.currency, status=s.status, low=f"{s.low:f}", high=f"{s.high:f}", pledges=s.count)
        for s in found.rows
    ]
    return SumsShape(by=by, snapshot=snapshot, counted=found.counted, left_out=found.left_out, sums=rows)
