"""What people correct: append-only events on facts and pledges, applied last, so that they survive every re-analysis."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import Connection, insert, select

from api.errors import IngestError, NotFoundError
from api.store.money import load_rates, rupiah
from api.store.schema import commitment_actors, commitment_beneficiaries, commitments, corrections
from api.store.types import sort_key

EDITABLE = frozenset({"amount_low", "amount_high", "currency", "kind", "status", "programme", "programme_id", "date", "approx"})
ACTIONS = frozenset({"reject", "restore", "review", "set"})
"""reject: it is no commitment; restore: it is one after all; review: it was looked at and is right; set: `payload` replaces fields."""


def correct_fact(
    connection: Connection,
    tx: int,
    fact_id: int,
    action: str,
    payload: Mapping[str, Any],
    *,
    principal: str,
    reason: str | None,
    now: datetime,
) -> None:
    """Note a person's correction of a commitment and apply it: a new state of the fact, its old one ended.

    Raises:
        NotFoundError: there is no such commitment.
        IngestError: the action or a field is none of ours.
    """
    if action not in ACTIONS or not set(payload) <= EDITABLE:
        raise IngestError(f"a correction is one of {', '.join(sorted(ACTIONS))} and may set {', '.join(sorted(EDITABLE))}")
    row = connection.execute(select(commitments).where(commitments.c.fact_id == fact_id, commitments.c.tx_to.is_(None))).one_or_none()
    if row is None:
        raise NotFoundError(f"fact {fact_id}: there is none")
    event = {"tx": tx, "at": now, "principal": principal, "target": "fact", "target_id": fact_id, "action": action}
    connection.execute(insert(corrections).values(**event, payload=dict(payload), reason=reason))
    values = {k: v for k, v in row._mapping.items() if k not in {"row_id", "tx_from", "tx_to"}}
    values = corrected(connection, fact_id, values) | {"touched": True, "tx_from": tx}
    connection.execute(commitments.update().where(commitments.c.row_id == row.row_id).values(tx_to=tx))
    new = connection.execute(insert(commitments).values(values).returning(commitments.c.row_id)).scalar_one()
    for child in (commitment_actors, commitment_beneficiaries):
        for kept in connection.execute(select(child).where(child.c.row_id == row.row_id)).all():
            connection.execute(insert(child).values(dict(kept._mapping) | {"row_id": new}))


def corrected(connection: Connection, fact_id: int, values: Mapping[str, Any]) -> dict[str, Any]:
    """`values` of a commitment with every correction of that fact applied in order, its keys worked out anew.

    Where a person set the figure, what the article converts no longer belongs to it: the rate table does.
    """
    events = connection.execute(
        select(corrections).where(corrections.c.target == "fact", corrections.c.target_id == fact_id).order_by(corrections.c.correction_id)
    )
    result = dict(values)
    for event in events:
        match event.action:
            case "reject":
                result["rejected"] = True
            case "restore":
                result["rejected"] = False
            case "review":
                result["reviewed"] = True
            case _:
                result |= _read(event.payload) | {"reviewed": True}
    low, high = result["amount_low"], result["amount_high"]
    if (low, high, result["currency"]) != (values["amount_low"], values["amount_high"], values["currency"]):
        result |= rupiah(low, high, result["currency"], (), result["date"], load_rates(connection))
    return result | {"low_key": sort_key(low), "high_key": sort_key(high, up=True)}


def _read(payload: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return {k: Decimal(str(v)) if k.startswith("amount") else v for k, v in payload.items()}
    except InvalidOperation:
        raise IngestError("an amount is a number") from None
