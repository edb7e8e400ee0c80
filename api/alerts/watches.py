"""Watches in the store: added, listed, paused, resumed, removed, found by a feed's secret. Every function works on a connection.

A company, programme or agency is stored as the filter it is (`{"company": ["idx:ASII"]}`), a query as its text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from api.alerts.mail import check_address
from api.alerts.model import DEFAULT_ASKS, EMAIL, FEED, WEBHOOK, Ask, State, Subject, Watch
from api.alerts.tokens import hash_secret, new_feed_secret
from api.alerts.webhook import check_target
from api.errors import NotFoundError
from api.refusals import Wrong
from api.store.schema import matches, outbox, watch_secrets, watches
from api.wording import Lang


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asks to be told about, before it is a watch.

    Attributes:
        value: a registry id, or the query's text.
        label: what messages call it.
    """

    subject: Subject
    value: str
    label: str
    email: str | None = None
    asks: tuple[Ask, ...] = DEFAULT_ASKS
    lang: Lang = "id"
    owner: str | None = None
    webhook: str | None = None


def make_wish(
    subjects: Mapping[str, str | None],
    *,
    email: str | None = None,
    webhook: str | None = None,
    asks: Sequence[Ask] = (),
    lang: Lang = "id",
    owner: str | None = None,
    resolve: Callable[[Subject, str], tuple[str, str] | None],
    check_query: Callable[[str], object],
    allow_private: bool = False,
) -> Wish:
    """A wish from what a person typed.

    Args:
        subjects: "company", "programme", "agency" or "query" → the text typed; exactly one of them is not empty.
        asks: which parts count; none given means DEFAULT_ASKS.
        resolve: (subject, text) → (registry id, label), or None where the registry knows no such thing.
        check_query: parses a query; raises QueryError where it cannot be understood.
        allow_private: webhooks may lead to loopback and private addresses (tests and closed networks).

    Raises:
        ValueError: none or several subjects, an unknown name, an address that is none, or two addresses.
        QueryError: the query cannot be understood.
    """
    given = [(Subject(name), text.strip()) for name, text in subjects.items() if text and text.strip()]
    if len(given) != 1:
        raise Wrong("one_subject")
    if email and webhook:
        raise Wrong("one_place")
    address = check_address(email) if email else None
    hook = check_target(webhook, allow_private=allow_private).geturl() if webhook else None
    subject, text = given[0]
    if subject is Subject.QUERY:
        check_query(text)
        return Wish(subject, text, text, address, tuple(asks) or DEFAULT_ASKS, lang, owner, hook)
    found = resolve(subject, text)
    if found is None:
        raise Wrong(f"unknown_{subject.value}", value=text)
    return Wish(subject, *found, address, tuple(asks) or DEFAULT_ASKS, lang, owner, hook)


def add(connection: Connection, wish: Wish, now: datetime) -> tuple[Watch, str]:
    """The new watch and the secret of its feed, which is shown this once. The same wish of the same address is not added twice:
    its watch is taken up again, with a new secret beside the old ones."""
    same = [watch for watch in list_watches(connection, address=wish.webhook or wish.email or "", removed=True) if _is(watch, wish)]
    if same:
        update_to(connection, same[0].id, State.ACTIVE)
        watch_id = same[0].id
        connection.execute(update(watches).where(watches.c.watch_id == watch_id).values(parts=list(wish.asks), lang=wish.lang))
    else:
        watch_id = connection.execute(insert(watches).values(_row(wish, now)).returning(watches.c.watch_id)).scalar_one()
    return get(connection, watch_id), add_feed_secret(connection, watch_id, now)


def add_feed_secret(connection: Connection, watch_id: int, now: datetime, *, revoke: bool = False) -> str:
    """A new secret for the watch's feed; with `revoke` the earlier ones stop working."""
    if revoke:
        live = (watch_secrets.c.watch_id == watch_id) & watch_secrets.c.revoked_at.is_(None)
        connection.execute(update(watch_secrets).where(live).values(revoked_at=now))
    secret = new_feed_secret()
    row = {"watch_id": watch_id, "purpose": "feed", "hash": hash_secret(secret), "created_at": now}
    connection.execute(insert(watch_secrets).values(row))
    return secret


def by_feed_secret(connection: Connection, secret: str) -> Watch | None:
    """The watch whose feed this secret opens; None where it opens none, was revoked, or the watch was removed."""
    row = connection.execute(
        select(watches)
        .join(watch_secrets, watch_secrets.c.watch_id == watches.c.watch_id)
        .where(watch_secrets.c.hash == hash_secret(secret), watch_secrets.c.purpose == "feed", watch_secrets.c.revoked_at.is_(None))
        .where(watches.c.state != State.REMOVED.value)
    ).first()
    return _watch(row) if row else None


def get(connection: Connection, watch_id: int) -> Watch:
    """One watch, also a removed one.

    Raises:
        NotFoundError: there is none with this id.
    """
    row = connection.execute(select(watches).where(watches.c.watch_id == watch_id)).first()
    if row is None:
        raise NotFoundError(f"there is no watch {watch_id}")
    return _watch(row)


def list_watches(
    connection: Connection, *, address: str | None = None, owner: str | None = None, active: bool = False, removed: bool = False
) -> list[Watch]:
    """Watches in the order they were made, of one address ("" for feeds) or owner where given; `active` only those that tell."""
    asked = select(watches).order_by(watches.c.watch_id)
    if address is not None:
        asked = asked.where(watches.c.address == address)
    if owner is not None:
        asked = asked.where(watches.c.owner == owner)
    if active:
        asked = asked.where(watches.c.state == State.ACTIVE.value)
    elif not removed:
        asked = asked.where(watches.c.state != State.REMOVED.value)
    return [_watch(row) for row in connection.execute(asked)]


def pause(connection: Connection, watch_id: int, because: str | None = None) -> Watch:
    """The watch tells nothing until it is resumed; what waits for it waits on."""
    get(connection, watch_id)
    update_to(connection, watch_id, State.PAUSED, because)
    return get(connection, watch_id)


def resume(connection: Connection, watch_id: int) -> Watch:
    """The watch tells again, from the next article on, and what waited for it is sent."""
    get(connection, watch_id)
    update_to(connection, watch_id, State.ACTIVE)
    return get(connection, watch_id)


def remove(connection: Connection, watch_id: int) -> Watch:
    """The watch ends; its log is kept. What waits for it is withdrawn, or goes on for the person's other watches it names."""
    get(connection, watch_id)
    update_to(connection, watch_id, State.REMOVED)
    waiting = (outbox.c.watch_id == watch_id) & (outbox.c.state == "waiting")
    for row in connection.execute(select(outbox).where(waiting)).all():
        others = [reason for reason in row.payload.get("reasons", []) if reason["watch_id"] != watch_id]
        heir = {"watch_id": others[0]["watch_id"], "payload": row.payload | {"reasons": others}} if others else {"state": "withdrawn"}
        connection.execute(update(outbox).where(outbox.c.outbox_id == row.outbox_id).values(heir))
    return get(connection, watch_id)


def update_to(connection: Connection, watch_id: int, state: State, because: str | None = None) -> None:
    """Sets the state and its reason."""
    connection.execute(update(watches).where(watches.c.watch_id == watch_id).values(state=state.value, state_reason=because))


@dataclass(frozen=True, slots=True)
class Match:
    """A line of a watch's log: which article, why, and what came of it.

    Attributes:
        outcome: "told", "told before" (the person had this story), "same event" (the watch had these pledges), "feed".
        message_state: of the message: waiting, leased, sent, failed, withdrawn; None where none was due.
    """

    article_id: str
    story_id: int
    why: str
    outcome: str
    at: datetime
    message_state: str | None = None


def log(connection: Connection, watch_id: int, limit: int = 100) -> list[Match]:
    """The watch's matches, newest first."""
    rows = connection.execute(
        select(matches, outbox.c.state.label("message"))
        .outerjoin(outbox, outbox.c.outbox_id == matches.c.why["outbox_id"].as_integer())
        .where(matches.c.watch_id == watch_id, matches.c.kind == "story")
        .order_by(matches.c.at.desc(), matches.c.match_id.desc())
        .limit(limit)
    )
    return [Match(row.article_id, row.story_id, row.why["why"], row.why["outcome"], row.at, row.message) for row in rows]


def _is(watch: Watch, wish: Wish) -> bool:
    return (watch.subject, watch.value, watch.email, watch.webhook) == (wish.subject, wish.value, wish.email, wish.webhook)


def _row(wish: Wish, now: datetime) -> dict[str, Any]:
    query = wish.subject is Subject.QUERY
    return {
        "name": wish.label,
        "query": wish.value if query else "",
        "filters": {} if query else {wish.subject.value: [wish.value]},
        "parts": [ask.value for ask in wish.asks],
        "channel": WEBHOOK if wish.webhook else EMAIL if wish.email else FEED,
        "address": wish.webhook or wish.email or "",
        "frequency": "instant",
        "lang": wish.lang,
        "state": State.ACTIVE.value,
        "owner": wish.owner,
        "created_at": now,
    }


def _watch(row: Row[Any]) -> Watch:
    subject, value = next(((Subject(key), str(values[0])) for key, values in row.filters.items()), (Subject.QUERY, row.query))
    return Watch(
        id=row.watch_id,
        subject=subject,
        value=value,
        label=row.name,
        email=row.address if row.channel == EMAIL else None,
        webhook=row.address if row.channel == WEBHOOK else None,
        created_at=row.created_at,
        asks=tuple(Ask(part) for part in row.parts),
        lang="en" if row.lang == "en" else "id",
        state=State(row.state),
        paused_because=row.state_reason,
    )
