"""Pledges as rows and files: every row with its evidence, its sources, and the snapshot that gives it again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import IO, Any

from sqlalchemy import Connection

from api.ledger.queries import PledgeFilter, PledgeRow, SightingRow, list_pledges, sightings_of
from api.reading.rights import quotable
from api.rowfiles import Format, check_format, stream
from api.store.transactions import check_snapshot

COLUMNS = (
    "pledge_id", "date", "year", "amount_low", "amount_high", "currency", "approx", "per", "count", "kind", "status", "stage",
    "payers", "recipients", "programme", "programme_id", "sightings", "outlets", "in_totals", "left_out", "parent", "conflict",
    "restated", "reviewed", "confidence", "evidence", "evidence_url", "evidence_outlet", "evidence_published", "snapshot",
)  # fmt: skip
PAGE = 500


def rows(connection: Connection, wanted: PledgeFilter, snapshot: int) -> Iterator[dict[str, Any]]:
    """The pledges of a snapshot as flat rows, a page at a time."""
    offset = 0
    while page := list_pledges(connection, wanted, limit=PAGE, offset=offset, snapshot=snapshot):
        told = sightings_of(connection, [pledge.pledge_id for pledge in page], snapshot=snapshot)
        for pledge in page:
            yield _row(pledge, told[pledge.pledge_id], snapshot)
        offset += PAGE


def _row(pledge: PledgeRow, told: Sequence[SightingRow], snapshot: int) -> dict[str, Any]:
    fitting = (s for s in told if (s.currency, s.amount_low) == (pledge.currency, pledge.amount_low))
    best = next(fitting, told[0] if told else None)  # the first article that gives the figure shown
    values: dict[str, Any] = {name: getattr(pledge, name, None) for name in COLUMNS}
    return values | {
        "amount_low": f"{pledge.amount_low:f}",
        "amount_high": f"{pledge.amount_high:f}",
        "payers": "; ".join(p.name for p in pledge.actors),
        "recipients": "; ".join(p.name for p in pledge.beneficiaries),
        "evidence": quotable(best.evidence, best.rights) if best else None,
        "evidence_url": best.url if best else None,
        "evidence_outlet": best.outlet if best else None,
        "evidence_published": best.published_day if best else None,
        "snapshot": snapshot,
    }


def export_pledges(connection: Connection, wanted: PledgeFilter, form: Format, target: IO[bytes], *, snapshot: int | None = None) -> int:
    """Write the pledges to `target` in a format; how many.

    Raises:
        NotFoundError: there is no such snapshot yet.
        QueryError: the format cannot be written here.
    """
    check_format(form)
    count = 0

    def counted() -> Iterator[dict[str, Any]]:
        nonlocal count
        for row in rows(connection, wanted, check_snapshot(connection, snapshot)):
            count += 1
            yield row

    for piece in stream(counted(), COLUMNS, form):
        target.write(piece)
    return count
