"""A real SMTP server on loopback (aiosmtpd) that keeps what it is given and can refuse."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller

from api.alerts.mail import Smtp


@dataclass
class Mailbox:
    """What the server took, in order; `answers` maps an address to the refusal it gets."""

    messages: list[EmailMessage] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    on_data: Callable[[], None] | None = None
    """Called after a message was kept and before the server says 250."""
    port: int = 0
    answered: threading.Event = field(default_factory=threading.Event)
    """Set once the server has written a 250 for a message to its socket."""

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802 - aiosmtpd's name
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.messages.append(message_from_bytes(envelope.content, policy=default))
        if self.on_data is not None:
            self.on_data()
        asyncio.get_running_loop().call_later(0.05, self.answered.set)
        return "250 OK"

    def smtp(self) -> Smtp:
        return Smtp("127.0.0.1", self.port, "Pantau <pantau@example.org>")

    def ids(self) -> list[str]:
        return [str(message["Message-ID"]) for message in self.messages]


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    """The server, on a free port, until the block ends."""
    box = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        box.port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()
