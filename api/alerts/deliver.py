"""Takes messages from the outbox to mail server and webhooks: lease, word, send, mark.

Between the server's 250 and our mark lies the only moment in which a kill makes a message go out twice; it then carries the same
Message-ID. Nothing is marked before it is sent, so nothing is lost.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import quote

from sqlalchemy import Connection, select

from api.alerts import outbox
from api.alerts.mail import MailServer, ServerDown, Smtp
from api.alerts.message import article_page, compose, compose_paused
from api.alerts.model import EMAIL, WEBHOOK, Mail, State, Watch
from api.alerts.notices import read_notice
from api.alerts.outbox import Leased
from api.alerts.tokens import unsubscribe_token
from api.alerts.watches import get
from api.alerts.webhook import Hook, payload, post, secret_of
from api.errors import DeliveryError
from api.store.database import Database
from api.store.schema import watches


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What a round did. `down` says why mails wait: the mail server could not be used."""

    sent: int = 0
    put_off: int = 0
    failed: int = 0
    withdrawn: int = 0
    down: str | None = None


@dataclass(frozen=True, slots=True)
class Office:
    """What a message needs besides its row.

    Attributes:
        public_url: where links lead.
        secret_key: signs unsubscribe links.
        worker: name on the leases.
        allow_private: webhooks may lead to loopback and private addresses.
    """

    smtp: Smtp
    public_url: str
    secret_key: str
    worker: str = "deliver"
    allow_private: bool = False

    def unsubscribe(self, watch_id: int, address: str) -> str:
        """The link that ends one watch of one address."""
        return f"{self.public_url.rstrip('/')}/unsubscribe/{quote(unsubscribe_token(self.secret_key, watch_id, address))}"


def deliver(database: Database, office: Office, *, now: Callable[[], datetime], limit: int | None = None) -> DeliveryReport:
    """Sends what is due, oldest first, until nothing is left or `limit` messages were taken. Where the mail server is down, mails
    wait and webhooks go on. Safe to kill at any moment and to run twice at once.
    """
    report = DeliveryReport()
    channels = {EMAIL, WEBHOOK}
    taken = 0
    server = MailServer(office.smtp)
    try:
        while limit is None or taken < limit:
            with database.write() as connection:
                message = outbox.lease(connection, office.worker, now(), channels)
            if message is None:
                break
            taken += 1
            report = _one(database, office, server, message, now, report)
            if report.down is not None:
                channels.discard(EMAIL)
    finally:
        server.close()
    return report


def _one(
    database: Database, office: Office, server: MailServer, message: Leased, now: Callable[[], datetime], report: DeliveryReport
) -> DeliveryReport:
    with database.read() as connection:
        made = _word(connection, office, message, now())
    if made is None:
        with database.write() as connection:
            outbox.withdrawn(connection, message, "its article was forgotten, or its watches were removed", now())
        return replace(report, withdrawn=report.withdrawn + 1)
    try:
        if isinstance(made, Hook):
            post(made, now(), allow_private=office.allow_private)
        else:
            server.send(made, now())
    except ServerDown as error:
        with database.write() as connection:
            outbox.put_off(connection, message, str(error), now(), counts=False)
        return replace(report, down=str(error))
    except DeliveryError as error:
        return _refused(database, message, error, now(), report)
    with database.write() as connection:
        outbox.sent(connection, message, now())
    return replace(report, sent=report.sent + 1)


def _refused(database: Database, message: Leased, error: DeliveryError, now: datetime, report: DeliveryReport) -> DeliveryReport:
    given_up = error.permanent or message.attempt >= outbox.MAX_ATTEMPTS
    with database.write() as connection:
        if given_up:
            outbox.failed(connection, message, str(error), now)
        else:
            outbox.put_off(connection, message, str(error), now)
    return replace(report, failed=report.failed + given_up, put_off=report.put_off + (not given_up))


def _word(connection: Connection, office: Office, message: Leased, now: datetime) -> Mail | Hook | None:
    """The message for a row, as the store says it now; None where there is nothing to tell any more."""
    if message.kind.startswith("paused"):
        return compose_paused(
            get(connection, message.watch_id),
            reason=message.payload["reason"],
            to=message.address,
            public_url=office.public_url,
            message_id=message.message_id,
        )
    wanted = _wanted(connection, message)
    reasons = [reason for reason in message.reasons if reason.watch_id in wanted]
    notice = read_notice(connection, message.payload["article_id"], reasons) if reasons else None
    if notice is None:
        return None
    lang = wanted[reasons[0].watch_id].lang
    if message.channel == WEBHOOK:
        body = payload(notice, page=article_page(office.public_url, notice.article_id), lang=lang, at=now)
        return Hook(message.address, message.message_id.strip("<>"), body, secret_of(office.secret_key, message.watch_id))
    links = [(reason.label, office.unsubscribe(reason.watch_id, message.address)) for reason in reasons]
    return compose(notice, to=message.address, lang=lang, public_url=office.public_url, message_id=message.message_id, unsubscribe=links)


def _wanted(connection: Connection, message: Leased) -> dict[int, Watch]:
    """The watches the message names that were not removed or paused since."""
    named = [reason.watch_id for reason in message.reasons]
    active = select(watches.c.watch_id).where(watches.c.watch_id.in_(named), watches.c.state == State.ACTIVE.value)
    return {watch_id: get(connection, watch_id) for watch_id in connection.scalars(active).all()}
