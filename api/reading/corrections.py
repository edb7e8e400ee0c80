"""A correction by a person, from its form to fact, pledge and index queue, in one transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import select

from api.errors import NotFoundError
from api.ledger.booking import book
from api.store import corrections, queue, transactions
from api.store.database import Database
from api.store.schema import commitments

TEXT = r"^[^\x00]*$"
Short = Annotated[str, StringConstraints(max_length=200, pattern=TEXT)]
Amount = Annotated[str, StringConstraints(pattern=r"^\d{1,24}(\.\d{1,4})?$")]


class Changes(BaseModel):
    """Fields to replace; those absent stay."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    amount_low: Amount | None = None
    amount_high: Amount | None = None
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] | None = None
    approx: bool | None = None
    kind: Literal[
        "credit", "investment", "budget", "aid", "grant", "purchase", "transaction", "guarantee", "tax_incentive", "other"
    ] | None = None  # fmt: skip
    status: Literal["planned", "pledged", "target", "signed", "disbursed", "realised"] | None = None
    programme: Short | None = None
    programme_id: Short | None = None
    date: Annotated[str, StringConstraints(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")] | None = None


class Correction(BaseModel):
    """What a person says about a commitment."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    action: Literal["reject", "restore", "review", "set"]
    changes: Changes = Field(default_factory=Changes, description="For `set`: the right values")
    reason: Annotated[str, StringConstraints(max_length=500, pattern=TEXT)] | None = None


def correct(database: Database, fact_id: int, correction: Correction, principal: str, now: datetime) -> int:
    """Apply a correction; answers its transaction number.

    Raises:
        NotFoundError: there is no such commitment.
    """
    payload = correction.changes.model_dump(exclude_none=True) if correction.action == "set" else {}
    with database.write() as connection:
        article = connection.scalar(select(commitments.c.article_id).where(commitments.c.fact_id == fact_id, commitments.c.tx_to.is_(None)))
        if article is None:
            raise NotFoundError(f"fact {fact_id}: there is none")
        tx = transactions.begin(connection, "correct", now)
        corrections.correct_fact(
            connection, tx, fact_id, correction.action, payload, principal=principal, reason=correction.reason, now=now
        )
        book(connection, tx, [fact_id], [])
        queue.enqueue(connection, [article], "put", now)
    return tx
