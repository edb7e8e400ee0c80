"""What a message and a feed say, and what they must not show."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.alerts.feed import ATOM, render
from api.alerts.mail import build, check_address
from api.alerts.message import compose, compose_paused, message_id, shorten
from api.alerts.model import Mail, Notice, Reason
from api.alerts.tokens import hash_secret, new_feed_secret, read_unsubscribe_token, unsubscribe_token
from api.errors import AccessError
from api.wording import Lang
from tests.api.alert_samples import NOW, SENTENCE, TEXT, notice, watch

URL = "https://pantau.example"


def mail(about: Notice, lang: Lang = "id") -> Mail:
    links = [("PT Astra International Tbk", f"{URL}/unsubscribe/t1"), ("kind:kredit", f"{URL}/unsubscribe/t2")]
    return compose(about, to="a@example.org", lang=lang, public_url=URL, message_id="<1@pantau.example>", unsubscribe=links)


def test_a_message_says_what_and_why() -> None:
    made = mail(notice(copies=("Media B",)))
    assert made.subject == "[Pantau] PT Astra International Tbk: Produsen mesin salurkan kredit kepada perajin"
    line = "sekitar Rp 100 miliar · kredit · disalurkan · PT Astra International Tbk → industri kecil (Link and Match IKM)"
    for part in (line, SENTENCE, "disebut sebagai pemberi dana", "Juga di Media B.", f"{URL}/articles/{'a' * 16}", f"{URL}/unsubscribe/t2"):
        assert part in made.text
    assert line in made.html


def test_a_message_can_be_english() -> None:
    assert "about IDR 100 billion · credit · disbursed" in mail(notice(), "en").text


@pytest.mark.parametrize(("rights", "quoted"), [("full", True), ("excerpt", True), ("link", False), ("unheard of", False)])
def test_a_message_shows_no_more_than_the_source_allows(rights: str, quoted: bool) -> None:
    text = mail(notice(rights=rights)).text
    assert ("Bank rakyat hadir" in text) is quoted
    assert (SENTENCE in text) is quoted
    assert "Rp 100 miliar" in text


def test_an_excerpt_is_cut_between_words() -> None:
    text = mail(notice(rights="excerpt", lead="kata " * 300)).text
    assert ("kata " * 40).strip() + " …" in text
    assert text.count("kata") == 40


def test_markup_in_an_article_is_shown_as_text() -> None:
    html = mail(notice(title="<script>alert(1)</script>", lead="a <b>c</b>")).html
    assert "<script>" not in html
    assert "&lt;b&gt;" in html


@given(st.text(st.characters(), max_size=60))
def test_no_title_breaks_a_message_or_a_feed(title: str) -> None:
    odd = notice(title=title, lead=title, reasons=(Reason(1, title, "query"),))
    sent = message_from_bytes(build(mail(odd), "Pantau <pantau@example.org>", NOW).as_bytes(), policy=default)
    assert sent["Message-ID"] == "<1@pantau.example>"
    assert set(sent.keys()) >= {"From", "To", "Subject", "Date", "List-Unsubscribe"}
    ET.fromstring(render(watch(label=title), [(odd, NOW)], address=f"{URL}/feeds/x", public_url=URL))  # noqa: S314 - our own XML


def test_headers_let_a_reader_unsubscribe_in_one_click() -> None:
    sent = build(mail(notice()), "pantau@example.org", NOW)
    assert sent["List-Unsubscribe"] == f"<{URL}/unsubscribe/t1>"
    assert sent["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert sent["Auto-Submitted"] == "auto-generated"


def test_a_paused_watch_is_told_with_its_reason() -> None:
    made = compose_paused(watch(label="kind:"), reason="unexpected end at 6", to="a@example.org", public_url=URL, message_id="<2@x>")
    assert "dihentikan sementara" in made.subject
    assert "unexpected end at 6" in made.text
    assert "unexpected end at 6" in made.html


def test_a_feed_holds_the_same_stories() -> None:
    feed = ET.fromstring(render(watch(), [(notice(), NOW)], address=f"{URL}/feeds/x", public_url=URL))  # noqa: S314 - our own XML
    entry = feed.find(f"{{{ATOM}}}entry")
    assert entry is not None
    summary = entry.findtext(f"{{{ATOM}}}summary") or ""
    assert entry.findtext(f"{{{ATOM}}}updated") == "2026-03-10T05:00:00+00:00"
    assert SENTENCE in summary
    assert TEXT in summary


def test_a_feed_obeys_rights_and_an_empty_one_is_valid() -> None:
    linked = render(watch(), [(notice(rights="link"), NOW)], address=URL, public_url=URL).decode()
    assert SENTENCE not in linked
    empty = ET.fromstring(render(watch(), [], address=URL, public_url=URL))  # noqa: S314 - our own XML
    assert empty.findtext(f"{{{ATOM}}}updated") == "2026-03-10T05:00:00+00:00"


def test_the_message_id_belongs_to_the_row() -> None:
    assert message_id("outbox-7", "Pantau <pantau@example.org>") == "<outbox-7@example.org>"
    assert message_id("outbox-7", "pantau") == "<outbox-7@localhost>"


def test_an_unsubscribe_link_works_only_as_it_was_made() -> None:
    token = unsubscribe_token("key", 7, "a@example.org")
    assert read_unsubscribe_token("key", token) == (7, "a@example.org")
    for forged in (token[:-2], token + "x", "", "a.b", unsubscribe_token("other", 7, "a@example.org")):
        with pytest.raises(AccessError):
            read_unsubscribe_token("key", forged)


def test_of_a_feed_secret_only_the_hash_is_kept() -> None:
    secret = new_feed_secret()
    assert len(secret) == 43
    assert secret not in hash_secret(secret)
    assert hash_secret(secret) == hash_secret(secret)


NO_ADDRESS = ("", "a", "a@", "@b", "a b@c.org", "a@b.org, c@d.org", "A <a@b.org>", "a@b.org\nBcc: c@d.org", "a@b@c", "x" * 250 + "@b.org")


@pytest.mark.parametrize("bad", NO_ADDRESS)
def test_what_is_no_address_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="not an e-mail address"):
        check_address(bad)


def test_an_address_is_kept_as_typed() -> None:
    assert check_address(" Ani.K+pantau@Example.org ") == "Ani.K+pantau@Example.org"


@given(st.text(max_size=300), st.integers(0, 80))
def test_shortening_keeps_the_limit(text: str, length: int) -> None:
    assert len(shorten(text, length)) <= length + 2
