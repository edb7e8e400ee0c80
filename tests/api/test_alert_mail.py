"""Handing mails to a real SMTP server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from api.alerts.mail import MailServer, ServerDown, Smtp
from api.alerts.message import compose
from api.alerts.model import Mail
from api.errors import DeliveryError
from tests.api.alert_samples import NOW, SENTENCE, notice
from tests.api.mail_server import Mailbox, mail_server


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mail_server() as running:
        yield running


def mail(to: str = "a@example.org") -> Mail:
    return compose(notice(), to=to, lang="id", public_url="https://pantau.example", message_id="<row-1@example.org>")


def test_a_message_arrives_as_text_and_html(box: Mailbox) -> None:
    with MailServer(box.smtp()) as server:
        server.send(mail(), NOW)
        server.send(mail("b@example.org"), NOW)
    first, second = box.messages
    assert first["Message-ID"] == "<row-1@example.org>"
    assert (first["To"], second["To"]) == ("a@example.org", "b@example.org")
    parts = [part.get_content_type() for part in first.walk()]
    assert parts == ["multipart/alternative", "text/plain", "text/html"]
    plain = first.get_body(("plain",))
    assert plain is not None
    assert SENTENCE in plain.get_content()


@pytest.mark.parametrize(("answer", "permanent"), [("550 no such user", True), ("450 mailbox busy", False)])
def test_a_refusal_says_whether_it_is_for_ever(box: Mailbox, answer: str, permanent: bool) -> None:
    box.answers["a@example.org"] = answer
    with MailServer(box.smtp()) as server:
        with pytest.raises(DeliveryError, match=answer[4:]) as refused:
            server.send(mail(), NOW)
        assert refused.value.permanent is permanent
        server.send(mail("b@example.org"), NOW)
    assert len(box.messages) == 1


def test_a_server_that_is_not_there_stops_the_round() -> None:
    with pytest.raises(ServerDown, match=r"127\.0\.0\.1:1"), MailServer(Smtp("127.0.0.1", 1, "pantau@example.org")):
        pass


def test_a_demand_for_encryption_is_not_dropped(box: Mailbox) -> None:
    with pytest.raises(ServerDown, match="STARTTLS"), MailServer(Smtp("127.0.0.1", box.port, "pantau@example.org", starttls=True)):
        pass
