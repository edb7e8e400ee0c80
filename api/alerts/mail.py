"""Hands mails to an SMTP server, and says whether a refusal is for ever."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime, parseaddr
from types import TracebackType
from typing import Self

from api.alerts.model import Mail
from api.errors import DeliveryError
from api.refusals import Wrong

TIMEOUT = 30.0


class ServerDown(DeliveryError):  # noqa: N818 - read as a state in `except ServerDown`
    """The mail server cannot be reached or does not accept us: nobody's address is at fault, so the whole round stops."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=False)


@dataclass(frozen=True, slots=True)
class Smtp:
    """How to reach the mail server. `sender` is the From of every message."""

    host: str
    port: int
    sender: str
    user: str | None = None
    password: str | None = None
    starttls: bool = False


def check_address(email: str) -> str:
    """The address without spaces around it.

    Raises:
        ValueError: it is not one address of the form name@host.
    """
    address = email.strip()
    name, _, host = address.rpartition("@")
    if parseaddr(address)[1] != address or not name or not host or len(address) > 254 or not address.isprintable() or " " in address:
        raise Wrong("email", value=email)
    try:
        Address(addr_spec=address)
    except (ValueError, IndexError) as error:
        raise Wrong("email", value=email) from error
    return address


def build(mail: Mail, sender: str, now: datetime) -> EmailMessage:
    """The MIME message: text and HTML, List-Unsubscribe with one-click (RFC 8058), marked as automatic (RFC 3834)."""
    message = EmailMessage(SMTP_POLICY)
    message["From"] = sender
    message["To"] = mail.to
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    if mail.unsubscribe:
        message["List-Unsubscribe"] = f"<{mail.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    for name, value in mail.headers.items():
        message[name] = value
    message.set_content(mail.text, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    return message


class MailServer:
    """One connection to a mail server, for a round of messages; a context manager.

    Raises:
        ServerDown: it cannot be reached, does not offer STARTTLS where we demand it, or refuses our login.
    """

    def __init__(self, settings: Smtp) -> None:
        self._settings = settings
        self._connection: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        self._connect()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def send(self, mail: Mail, now: datetime) -> None:
        """Returns once the server has taken the message (its 250).

        Raises:
            DeliveryError: this message was refused; `permanent` says whether trying again can help.
            ServerDown: the connection broke. The server may or may not have taken the message: send it again, with the same id.
        """
        connection = self._connection or self._connect()
        sender = self._settings.sender
        try:
            connection.send_message(build(mail, sender, now), from_addr=parseaddr(sender)[1], to_addrs=[mail.to])
        except smtplib.SMTPRecipientsRefused as error:
            code, reason = next(iter(error.recipients.values()))
            raise _refused(code, reason) from error
        except smtplib.SMTPSenderRefused as error:
            raise ServerDown(f"the mail server refuses our sender {sender}: {_words(error.smtp_error)}") from error
        except smtplib.SMTPDataError as error:
            raise _refused(error.smtp_code, error.smtp_error) from error
        except smtplib.SMTPNotSupportedError as error:
            raise DeliveryError(f"the mail server cannot carry this address: {error}", permanent=True) from error
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise ServerDown(f"the connection to the mail server broke: {error}") from error

    def close(self) -> None:
        """Says goodbye if it still can."""
        if self._connection is not None:
            try:
                self._connection.quit()
            except (smtplib.SMTPException, OSError):
                self._connection.close()
            self._connection = None

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings
        connection = None
        try:
            connection = smtplib.SMTP(settings.host, settings.port, timeout=TIMEOUT)
            if settings.starttls:
                connection.starttls(context=ssl.create_default_context())
            if settings.user:
                connection.login(settings.user, settings.password or "")
        except (smtplib.SMTPException, OSError) as error:
            if connection is not None:
                connection.close()
            raise ServerDown(f"mail server {settings.host}:{settings.port}: {error}") from error
        self._connection = connection
        return connection


def _refused(code: int, reason: bytes | str) -> DeliveryError:
    return DeliveryError(f"{code} {_words(reason)}", permanent=500 <= code < 600)


def _words(reason: bytes | str) -> str:
    return reason.decode("utf-8", "replace") if isinstance(reason, bytes) else reason
