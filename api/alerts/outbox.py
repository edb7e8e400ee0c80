"""The outbox as a queue: a message is leased, then marked sent, put off, or failed; every attempt leaves a row.

A worker that dies keeps its lease until it runs out; then the message is sent again, with the same Message-ID. Messages of a paused
watch wait; none is ever deleted.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, func, insert, or_, select, update

from api.alerts.model import EMAIL, WEBHOOK, Reason, State
from api.alerts.watches import update_to
from api.store.schema import deliveries, outbox, watches

LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 12
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Leased:
    """A message in a worker's hands. `attempt` counts from 1."""

    outbox_id: int
    watch_id: int
    story_id: int
    kind: str
    channel: str
    address: str
    payload: dict[str, Any]
    message_id: str
    attempt: int

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why it is sent, as the matcher put it down."""
        return tuple(Reason(**(reason | {"fact_ids": tuple(reason["fact_ids"])})) for reason in self.payload.get("reasons", ()))


def lease(connection: Connection, worker: str, now: datetime, channels: Collection[str] = (EMAIL, WEBHOOK)) -> Leased | None:
    """The message that has been due longest on one of `channels`, leased to `worker`; None where nothing is due."""
    due = or_(
        and_(outbox.c.state == "waiting", outbox.c.due_at <= now),
        and_(outbox.c.state == "leased", outbox.c.leased_until <= now),
    )
    tells = or_(watches.c.state == State.ACTIVE.value, outbox.c.kind.startswith("paused"))
    row = connection.execute(
        select(outbox)
        .join(watches, watches.c.watch_id == outbox.c.watch_id)
        .where(due, tells, outbox.c.channel.in_(list(channels)))
        .order_by(outbox.c.due_at, outbox.c.outbox_id)
        .limit(1)
    ).first()
    if row is None:
        return None
    taken = {"state": "leased", "leased_by": worker, "leased_until": now + LEASE, "attempts": row.attempts + 1}
    connection.execute(update(outbox).where(outbox.c.outbox_id == row.outbox_id).values(taken))
    return Leased(
        row.outbox_id, row.watch_id, row.story_id, row.kind, row.channel, row.address, row.payload, row.message_id, row.attempts + 1
    )


def sent(connection: Connection, message: Leased, now: datetime) -> None:
    """The server took it: done for ever."""
    _note(connection, message, "sent", None, now)
    _set(connection, message, state="sent", done_at=now, leased_by=None, leased_until=None, last_error=None)
    named = {message.watch_id, *(reason.watch_id for reason in message.reasons)}
    connection.execute(update(watches).where(watches.c.watch_id.in_(named)).values(last_told_at=now))


def put_off(connection: Connection, message: Leased, error: str, now: datetime, *, counts: bool = True) -> None:
    """To be tried again: after a wait that grows by four each time, or, where the try does not count, at the next round."""
    _note(connection, message, "retry", error, now)
    wait = min(FIRST_WAIT * 4 ** (message.attempt - 1), LONGEST_WAIT) if counts else timedelta(0)
    attempts = message.attempt if counts else message.attempt - 1
    _set(connection, message, state="waiting", due_at=now + wait, attempts=attempts, leased_by=None, leased_until=None, last_error=error)


def failed(connection: Connection, message: Leased, error: str, now: datetime) -> None:
    """It cannot be delivered: the row stays with its reason, and the watches of that address are paused, so that a person sees it."""
    _note(connection, message, "failed", error, now)
    _set(connection, message, state="failed", done_at=now, leased_by=None, leased_until=None, last_error=error)
    same = select(watches.c.watch_id).where(watches.c.address == message.address, watches.c.state == State.ACTIVE.value)
    for watch_id in connection.scalars(same).all():
        update_to(connection, watch_id, State.PAUSED, f"{message.address}: {error}")


def withdrawn(connection: Connection, message: Leased, reason: str, now: datetime) -> None:
    """It is not sent: its article was forgotten, or nobody wants it any more."""
    _note(connection, message, "withdrawn", reason, now)
    _set(connection, message, state="withdrawn", done_at=now, leased_by=None, leased_until=None, last_error=reason)


def again(connection: Connection, outbox_id: int, now: datetime) -> None:
    """A failed message is tried anew (after its address was put right): due now, with all its attempts before it."""
    values = {"state": "waiting", "due_at": now, "attempts": 0, "done_at": None}
    connection.execute(update(outbox).where(outbox.c.outbox_id == outbox_id, outbox.c.state == "failed").values(values))


def counts(connection: Connection) -> dict[str, int]:
    """Messages by state, for the health page and `pantau doctor`."""
    rows = connection.execute(select(outbox.c.state, func.count()).group_by(outbox.c.state))
    return {state: int(count) for state, count in rows}


def _note(connection: Connection, message: Leased, result: str, detail: str | None, now: datetime) -> None:
    row = {"outbox_id": message.outbox_id, "at": now, "result": result, "detail": detail, "message_id": message.message_id}
    connection.execute(insert(deliveries).values(row))


def _set(connection: Connection, message: Leased, **values: Any) -> None:
    connection.execute(update(outbox).where(outbox.c.outbox_id == message.outbox_id).values(values))
