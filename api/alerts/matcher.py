"""Tells the watches of articles that have just been stored, inside the transaction that stored them.

One message per person per story, naming all of the person's watches that matched. A watch that matched by facts is silent on an
article whose pledges it was all told of before, whichever outlet tells them anew, unless one has come further. Nothing is told of
imports, replays and re-analyses, nor of what was published more than seven days ago.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, insert, select, update

from api.alerts.arrivals import read_arrival
from api.alerts.matching import Arrival, QueryMatch, matches, may_tell
from api.alerts.message import message_id
from api.alerts.model import EMAIL, FEED, State, Watch
from api.alerts.told import Found, FoundFact, news
from api.alerts.watches import list_watches, update_to
from api.errors import QueryError
from api.store.schema import matches as match_rows
from api.store.schema import outbox, watches

STORY, FACT, PAUSED = "story", "fact", "paused"


@dataclass(frozen=True, slots=True)
class MatchReport:
    """What came of it: messages put into the outbox, matches that needed none, watches paused because their query broke."""

    messages: int = 0
    silent: int = 0
    paused: int = 0


class Matcher:
    """Matches articles with watches.

    Args:
        query: evaluates a query on one article (an api.alerts.query.Evaluator).
        sender: the From address, whose domain goes into Message-IDs.
    """

    def __init__(self, query: QueryMatch, sender: str) -> None:
        self._query = query
        self._sender = sender

    def match(self, connection: Connection, article_ids: Iterable[str], *, now: datetime, origin: str | None = None) -> MatchReport:
        """Matches these articles, whose rows and facts stand in `connection`'s transaction; safe to call again for the same.

        Args:
            origin: how they came this time; by default as their rows say.
        """
        messages = silent = paused = 0
        active: list[Watch] | None = None
        for article_id in article_ids:
            arrival = read_arrival(connection, article_id, origin=origin)
            if arrival is None or not may_tell(arrival, now):
                continue
            if active is None:
                active = list_watches(connection, active=True)
            found, broken = self._find(connection, arrival, active)
            for watch, error in broken:
                self._pause(connection, watch, error, now)
            active = [watch for watch in active if watch.id not in {lost.id for lost, _ in broken}]
            told = self._tell(connection, arrival, found, now)
            messages, silent, paused = messages + told, silent + (not told) * len(found), paused + len(broken)
        return MatchReport(messages, silent, paused)

    def _find(
        self, connection: Connection, arrival: Arrival, active: Sequence[Watch]
    ) -> tuple[list[Found], list[tuple[Watch, QueryError]]]:
        found, broken = [], []
        query = partial(self._query, connection)
        for watch in active:
            try:
                hit = matches(watch, arrival, query)
            except QueryError as error:
                broken.append((watch, error))
                continue
            if hit is not None:
                facts = tuple(_fact(arrival, index) for index in hit[1])
                found.append(Found(watch, hit[0], facts))
        return found, broken

    def _tell(self, connection: Connection, arrival: Arrival, found: Sequence[Found], now: datetime) -> int:
        """One message for each person; a line in the log of every watch. The number of new messages."""
        new = 0
        by_person: dict[tuple[str, str] | None, list[Found]] = {}
        for hit in found:
            by_person.setdefault(hit.watch.target, []).append(hit)
        for target, hits in by_person.items():
            judged = [(hit, news(connection, hit, now)) for hit in hits]
            fresh = [hit for _, hit in judged if hit is not None]
            outbox_id, made = self._message(connection, arrival, target, fresh, now) if fresh and target else (None, False)
            new += made
            for hit, told in judged:
                outcome = "same event" if told is None else FEED if target is None else "told" if made else "told before"
                _write(connection, arrival, told or hit, outcome, outbox_id if told else None, now)
        return new

    def _message(
        self, connection: Connection, arrival: Arrival, target: tuple[str, str], hits: Sequence[Found], now: datetime
    ) -> tuple[int | None, bool]:
        """The message that tells this person of this story: a new one, or the one there is, with the new reasons while it waits."""
        mine = select(watches.c.watch_id).where(watches.c.channel == target[0], watches.c.address == target[1])
        there = connection.execute(
            select(outbox).where(outbox.c.watch_id.in_(mine), outbox.c.story_id == arrival.story_id, outbox.c.kind == STORY)
        ).first()
        if there is not None:
            if there.state == "waiting":
                _add_reasons(connection, there.outbox_id, there.payload, hits)
            return there.outbox_id, False
        payload = {"article_id": arrival.article_id, "reasons": [asdict(hit.reason) for hit in hits]}
        row = self._row(hits[0].watch.id, target, arrival.story_id, STORY, payload, now)
        return connection.execute(insert(outbox).values(row).returning(outbox.c.outbox_id)).scalar_one(), True

    def _pause(self, connection: Connection, watch: Watch, error: QueryError, now: datetime) -> None:
        """A watch whose query cannot be understood any more is paused, never deleted, and its owner told why."""
        update_to(connection, watch.id, State.PAUSED, f"query: {error}")
        if watch.email:
            row = self._row(watch.id, (EMAIL, watch.email), 0, f"{PAUSED}:{now.isoformat()}", {"reason": str(error)}, now)
            connection.execute(insert(outbox).values(row))

    def _row(
        self, watch_id: int, target: tuple[str, str], story_id: int, kind: str, payload: dict[str, Any], now: datetime
    ) -> dict[str, Any]:
        return {
            "watch_id": watch_id,
            "story_id": story_id,
            "kind": kind,
            "channel": target[0],
            "address": target[1],
            "payload": payload,
            "message_id": message_id(f"pantau-{uuid4().hex}", self._sender),
            "state": "waiting",
            "attempts": 0,
            "due_at": now,
            "created_at": now,
        }


def _fact(arrival: Arrival, index: int) -> FoundFact:
    return FoundFact(arrival.fact_ids[index], arrival.pledge_ids[index], arrival.analysis.commitments[index].status)


def _add_reasons(connection: Connection, outbox_id: int, payload: dict[str, Any], hits: Sequence[Found]) -> None:
    named = {reason["watch_id"] for reason in payload["reasons"]}
    more = [asdict(hit.reason) for hit in hits if hit.watch.id not in named]
    if more:
        changed = payload | {"reasons": [*payload["reasons"], *more]}
        connection.execute(update(outbox).where(outbox.c.outbox_id == outbox_id).values(payload=changed))


def _write(connection: Connection, arrival: Arrival, hit: Found, outcome: str, outbox_id: int | None, now: datetime) -> None:
    """The watch's log: a line for the article, and one for each fact, by which later copies are recognised."""
    known = set(
        connection.scalars(
            select(match_rows.c.kind).where(match_rows.c.watch_id == hit.watch.id, match_rows.c.article_id == arrival.article_id)
        )
    )
    shared = {"watch_id": hit.watch.id, "story_id": arrival.story_id, "article_id": arrival.article_id, "at": now}
    reason = {key: value for key, value in asdict(hit.reason).items() if key not in {"watch_id", "label"}}
    why = reason | {"outcome": outcome, "outbox_id": outbox_id, "fact_ids": list(hit.reason.fact_ids)}
    rows = [shared | {"kind": STORY, "fact_id": None, "pledge_id": None, "why": why}]
    told = outcome != "same event"
    for fact in hit.facts:
        known_by = {"kind": f"{FACT}:{fact.fact_id}", "fact_id": fact.fact_id, "pledge_id": fact.pledge_id}
        rows.append(shared | known_by | {"why": {"status": fact.status.value, "told": told}})
    fresh = [row for row in rows if row["kind"] not in known]
    if fresh:
        connection.execute(insert(match_rows), fresh)
