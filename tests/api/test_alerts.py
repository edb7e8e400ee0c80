"""From an article in the store to a message at a real mail server: once, to the right people, and never lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select, update

from api.alerts import outbox as queue
from api.alerts import watches
from api.alerts.deliver import DeliveryReport, Office, deliver
from api.alerts.feed import feed
from api.alerts.mail import Smtp
from api.alerts.matcher import Matcher
from api.alerts.matching import Arrival
from api.alerts.model import Ask, State, Subject
from api.alerts.preview import preview
from api.alerts.webhook import secret_of, signature
from api.errors import NotFoundError, QueryError
from api.store.database import Database
from api.store.schema import articles, deliveries, outbox
from tests.api.alert_samples import NOW
from tests.api.mail_server import Mailbox, mail_server
from tests.api.store_samples import pledge_of, put_article, put_fact
from tests.api.test_webhooks import receiver

ROOT = Path(__file__).resolve().parents[2]
TEXT = "Sekitar Rp 100 miliar sudah disalurkan. Perusahaan itu bekerja sama dengan kementerian."


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mail_server() as running:
        yield running


def evaluate(connection: Connection, query: str, found: Arrival) -> tuple[int, ...] | None:
    """A grammar of one word: `kind:kredit`, `broken` or a word of the title."""
    if query == "broken":
        raise QueryError("a range has no end", at=3)
    if query == "kind:kredit":
        credit = tuple(i for i, c in enumerate(found.analysis.commitments) if c.kind == "credit")
        return credit or None
    return () if query.lower() in found.title.lower() else None


def match(connection: Connection, *article_ids: str, origin: str = "crawl", now: datetime = NOW) -> int:
    return Matcher(evaluate, "pantau@example.org").match(connection, article_ids, now=now, origin=origin).messages


def follow(connection: Connection, email: str | None = "a@example.org", **wish: str) -> int:
    subject, value = next(iter(wish.items())) if wish else ("company", "idx:ASII")
    label = "PT Astra International Tbk" if subject == "company" else value
    made = watches.add(connection, watches.Wish(Subject(subject), value, label, email), NOW)
    return made[0].id


def office(smtp: Smtp) -> Office:
    return Office(smtp, "https://pantau.example", "key")


def send(database: Database, box: Mailbox, now: datetime = NOW) -> DeliveryReport:
    return deliver(database, office(box.smtp()), now=lambda: now)


def arrive(connection: Connection, article_id: str, title: str = "Kredit untuk IKM", **changes: object) -> int:
    """An article with the one commitment; answers the fact."""
    pledge = changes.pop("pledge", None)
    put_article(connection, article_id, title, TEXT, **changes)
    return put_fact(connection, article_id, pledge=pledge if isinstance(pledge, int) else None)


def test_a_followed_company_that_pays_is_told_once_with_the_reason(database: Database, box: Mailbox) -> None:
    with database.write() as connection:
        follow(connection)
        arrive(connection, "a1")
        assert match(connection, "a1") == 1
    assert send(database, box).sent == 1
    assert send(database, box) == DeliveryReport()
    message = box.messages[0]
    plain = message.get_body(("plain",))
    assert plain is not None
    content = plain.get_content()
    assert "“PT Astra International Tbk” disebut sebagai pemberi dana." in content
    assert "sekitar Rp 100 miliar · kredit · disalurkan · PT Astra International Tbk → IKM" in content
    assert "https://pantau.example/articles/a1" in content
    assert str(message["List-Unsubscribe"]).startswith("<https://pantau.example/unsubscribe/")


def test_copies_of_a_story_are_not_told_again_but_named(database: Database, box: Mailbox) -> None:
    with database.write() as connection:
        follow(connection)
        fact = arrive(connection, "a1")
        story = connection.execute(select(articles.c.story_id)).scalar_one()
        arrive(connection, "a2", outlet="media", story_id=story, pledge=pledge_of(connection, fact))
        assert match(connection, "a1", "a2") == 1
    send(database, box)
    plain = box.messages[0].get_body(("plain",))
    assert plain is not None
    assert "Juga di Media." in plain.get_content()
    assert len(box.messages) == 1


@pytest.mark.parametrize("wish", [{"company": "idx:ASII"}, {"query": "kind:kredit"}])
def test_an_event_is_told_once_however_many_outlets_write_their_own_story(database: Database, wish: dict[str, str]) -> None:
    with database.write() as connection:
        watch = follow(connection, **wish)
        pledge = pledge_of(connection, arrive(connection, "a1"))
        assert match(connection, "a1") == 1
        for article_id in ("a2", "a3"):
            arrive(connection, article_id, f"Cerita sendiri {article_id}", outlet=article_id, pledge=pledge)
            assert match(connection, article_id) == 0
        arrive(connection, "a4", "Kredit lain")
        assert match(connection, "a4") == 1
        outcomes = [line.outcome for line in watches.log(connection, watch)]
    assert sorted(outcomes) == ["same event", "same event", "told", "told"]


def test_a_pledge_that_comes_further_is_told_again_and_cites_the_first(database: Database, box: Mailbox) -> None:
    later = NOW + timedelta(days=4)
    with database.write() as connection:
        watch = follow(connection)
        put_article(connection, "a1", "Nota kesepahaman kredit", TEXT)
        pledge = pledge_of(connection, put_fact(connection, "a1", status="signed"))
        put_article(connection, "a2", "Kredit cair, tulis media lain hari itu", TEXT)
        put_fact(connection, "a2", pledge=pledge, status="disbursed")
        assert match(connection, "a1", "a2") == 1
        put_article(connection, "a3", "Kredit cair seluruhnya", TEXT, published_at=later)
        put_fact(connection, "a3", pledge=pledge, status="disbursed")
        assert match(connection, "a3", now=later) == 1
        put_article(connection, "a4", "Kredit cair, tulis yang lain", TEXT, published_at=later)
        put_fact(connection, "a4", pledge=pledge, status="disbursed")
        assert match(connection, "a4", now=later + timedelta(days=5)) == 0
        assert [line.why for line in watches.log(connection, watch)].count("stage") == 1
    send(database, box, later)
    told = next(m for m in box.messages if "seluruhnya" in str(m["Subject"])).get_body(("plain",))
    assert told is not None
    content = told.get_content()
    assert "komitmen yang pernah kami kabarkan (ditandatangani) kini disalurkan" in content
    assert "Kabar sebelumnya: https://pantau.example/articles/a1" in content


def test_one_person_with_three_watches_gets_one_message_that_names_them(database: Database, box: Mailbox) -> None:
    with database.write() as connection:
        follow(connection)
        follow(connection, query="kind:kredit")
        follow(connection, query="IKM")
        follow(connection, "b@example.org", query="IKM")
        arrive(connection, "a1")
        assert match(connection, "a1") == 2
    assert send(database, box).sent == 2
    first = next(m for m in box.messages if m["To"] == "a@example.org")
    plain = first.get_body(("plain",))
    assert plain is not None
    content = plain.get_content()
    assert all(part in content for part in ("pemberi dana", "Cocok dengan pencarian Anda: kind:kredit", "Cocok dengan pencarian Anda: IKM"))
    assert content.count("/unsubscribe/") == 3


@pytest.mark.parametrize("origin", ["import", "replay", "reanalysis"])
def test_nothing_is_told_of_what_no_crawl_brought(database: Database, origin: str) -> None:
    with database.write() as connection:
        follow(connection)
        arrive(connection, "a1", origin=origin)
        assert match(connection, "a1", origin=origin) == 0
        assert Matcher(evaluate, "p@x.org").match(connection, ["a1"], now=NOW).messages == 0


def test_nothing_is_told_of_what_was_published_long_ago(database: Database) -> None:
    with database.write() as connection:
        follow(connection)
        arrive(connection, "a1")
        assert match(connection, "a1", now=NOW + timedelta(days=8)) == 0


def test_matching_the_same_article_again_tells_nothing_new(database: Database) -> None:
    with database.write() as connection:
        follow(connection)
        follow(connection, query="IKM")
        arrive(connection, "a1")
        assert [match(connection, "a1") for _ in range(3)] == [1, 0, 0]
        assert connection.scalar(select(func.count()).select_from(outbox)) == 1


def test_an_article_that_is_not_stored_leaves_no_message(database: Database) -> None:
    with database.write() as connection:
        follow(connection)
        undone = connection.begin_nested()
        arrive(connection, "a1")
        assert match(connection, "a1") == 1
        undone.rollback()
    with database.read() as connection:
        assert queue.counts(connection) == {}


def test_a_watch_whose_query_broke_is_paused_and_its_owner_told(database: Database, box: Mailbox) -> None:
    with database.write() as connection:
        broken = follow(connection, query="broken")
        follow(connection)
        arrive(connection, "a1")
        report = Matcher(evaluate, "pantau@example.org").match(connection, ["a1"], now=NOW)
        assert (report.messages, report.paused) == (1, 1)
        assert watches.get(connection, broken).state is State.PAUSED
        assert "a range has no end" in str(watches.get(connection, broken).paused_because)
    send(database, box)
    assert len(box.messages) == 2
    assert any("a range has no end" in m.as_string() for m in box.messages)


def test_a_server_that_is_down_costs_no_attempt(database: Database, box: Mailbox) -> None:
    with database.write() as connection:
        follow(connection)
        arrive(connection, "a1")
        match(connection, "a1")
    down = deliver(database, office(Smtp("127.0.0.1", 1, "pantau@example.org")), now=lambda: NOW)
    assert down.down is not None
    with database.read() as connection:
        assert connection.execute(select(outbox.c.state, outbox.c.attempts)).one() == ("waiting", 0)
    assert send(database, box).sent == 1


def test_a_busy_mailbox_is_tried_again_later(database: Database, box: Mailbox) -> None:
    box.answers["a@example.org"] = "450 busy"
    with database.write() as connection:
        follow(connection)
        arrive(connection, "a1")
        match(connection, "a1")
    assert send(database, box).put_off == 1
    box.answers.clear()
    assert send(database, box).sent == 0
    assert send(database, box, NOW + timedelta(minutes=1)).sent == 1
    with database.read() as connection:
        tries = connection.execute(select(deliveries.c.result, deliveries.c.detail).order_by(deliveries.c.delivery_id)).all()
    assert [tuple(row) for row in tries] == [("retry", "450 busy"), ("sent", None)]


def test_an_address_that_does_not_exist_pauses_its_watches_and_keeps_the_message(database: Database, box: Mailbox) -> None:
    box.answers["a@example.org"] = "550 no such user"
    with database.write() as connection:
        watch = follow(connection)
        arrive(connection, "a1")
        match(connection, "a1")
    assert send(database, box).failed == 1
    with database.write() as connection:
        assert queue.counts(connection) == {"failed": 1}
        assert watches.get(connection, watch).paused_because == "a@example.org: 550 no such user"
        watches.resume(connection, watch)
        queue.again(connection, connection.execute(select(outbox.c.outbox_id)).scalar_one(), NOW)
    box.answers.clear()
    assert send(database, box).sent == 1


def test_a_mailbox_that_stays_busy_is_given_up_after_the_last_try(database: Database, box: Mailbox) -> None:
    box.answers["a@example.org"] = "450 busy"
    with database.write() as connection:
        follow(connection)
        arrive(connection, "a1")
        match(connection, "a1")
        connection.execute(update(outbox).values(attempts=queue.MAX_ATTEMPTS - 1))
    assert send(database, box).failed == 1


def test_who_unsubscribes_before_the_message_is_sent_does_not_get_it(database: Database, box: Mailbox) -> None:
    with database.write() as connection:
        watch = follow(connection)
        arrive(connection, "a1")
        match(connection, "a1")
        watches.remove(connection, watch)
    assert send(database, box).sent == 0
    with database.read() as connection:
        assert queue.counts(connection) == {"withdrawn": 1}


def test_a_message_goes_on_for_the_other_watches_it_names(database: Database, box: Mailbox) -> None:
    with database.write() as connection:
        first = follow(connection)
        follow(connection, query="IKM")
        arrive(connection, "a1")
        match(connection, "a1")
        watches.remove(connection, first)
    assert send(database, box).sent == 1
    assert "pemberi dana" not in box.messages[0].as_string()


def test_a_forgotten_article_is_not_told(database: Database, box: Mailbox) -> None:
    with database.write() as connection:
        follow(connection)
        arrive(connection, "a1")
        match(connection, "a1")
        connection.execute(update(outbox).values(payload={"article_id": "gone", "reasons": _reasons(connection)}))
    assert send(database, box).withdrawn == 1


def _reasons(connection: Connection) -> object:
    return connection.execute(select(outbox.c.payload)).scalar_one()["reasons"]


def test_a_paused_watch_matches_nothing_and_what_waits_is_sent_when_it_is_resumed(database: Database, box: Mailbox) -> None:
    with database.write() as connection:
        watch = follow(connection)
        arrive(connection, "a1")
        match(connection, "a1")
        watches.pause(connection, watch, "libur")
        arrive(connection, "a2", "Lain")
        assert match(connection, "a2") == 0
    assert send(database, box).sent == 0
    with database.write() as connection:
        watches.resume(connection, watch)
    assert send(database, box).sent == 1


def test_a_rejected_fact_is_not_shown(database: Database, box: Mailbox) -> None:
    with database.write() as connection:
        follow(connection)
        put_article(connection, "a1", "Kredit untuk IKM", TEXT)
        put_fact(connection, "a1", rejected=True)
        assert match(connection, "a1") == 0


DELIVER = """
import sys
from datetime import datetime
from api.alerts.deliver import Office, deliver
from api.alerts.feed import feed
from api.alerts.mail import Smtp
from api.store.database import Database
url, port, now = sys.argv[1:]
office = Office(Smtp("127.0.0.1", int(port), "pantau@example.org"), "https://pantau.example", "key")
deliver(Database.open(url), office, now=lambda: datetime.fromisoformat(now))
"""


def test_a_kill_between_the_servers_yes_and_our_mark_repeats_with_the_same_id(database: Database, box: Mailbox) -> None:
    """The server holds the store's write lock before it says 250: the worker gets its yes, cannot mark, and is killed there."""
    with database.write() as connection:
        follow(connection)
        arrive(connection, "a1")
        match(connection, "a1")
    held, killed = threading.Event(), threading.Event()
    keeper = threading.Thread(target=_hold, args=(database, held, killed))

    def hold_the_store() -> None:
        keeper.start()
        held.wait(20)

    box.on_data = hold_the_store
    address = database.engine.url.render_as_string(hide_password=False)
    worker = subprocess.Popen([sys.executable, "-c", DELIVER, address, str(box.port), NOW.isoformat()], cwd=ROOT)
    assert box.answered.wait(30)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    killed.set()
    keeper.join()
    box.on_data = None
    assert send(database, box).sent == 0, "the dead worker's lease has not run out"
    assert send(database, box, NOW + queue.LEASE).sent == 1
    assert send(database, box, NOW + 2 * queue.LEASE).sent == 0
    assert len(box.ids()) == 2
    assert len(set(box.ids())) == 1


def _hold(database: Database, held: threading.Event, killed: threading.Event) -> None:
    with database.write():
        held.set()
        killed.wait(30)


def test_a_webhook_gets_each_story_once_signed_while_the_mail_server_is_down(database: Database) -> None:
    with receiver() as free:
        port = free.port
    with database.write() as connection:
        hook = f"http://127.0.0.1:{port}/hook"
        wish = watches.Wish(Subject.COMPANY, "idx:ASII", "Astra", webhook=hook)
        watch, _ = watches.add(connection, wish, NOW)
        follow(connection)
        arrive(connection, "a1")
        assert match(connection, "a1") == 2
    down = Office(Smtp("127.0.0.1", 1, "p@example.org"), "https://pantau.example", "key", allow_private=True)
    with receiver(port) as kept:
        report = deliver(database, down, now=lambda: NOW)
    assert (report.sent, report.down is not None) == (1, True)
    _, headers, body = kept.requests[0]
    assert headers["webhook-signature"] == signature(
        secret_of("key", watch.id), headers["webhook-id"], int(headers["webhook-timestamp"]), body
    )
    assert json.loads(body)["data"]["article_id"] == "a1"


def test_a_webhook_that_leads_inside_is_paused(database: Database) -> None:
    with database.write() as connection:
        wish = watches.Wish(Subject.COMPANY, "idx:ASII", "Astra", webhook="https://127.0.0.1/hook")
        watch, _ = watches.add(connection, wish, NOW)
        arrive(connection, "a1")
        match(connection, "a1")
    assert deliver(database, office(Smtp("127.0.0.1", 1, "p@example.org")), now=lambda: NOW).failed == 1
    with database.read() as connection:
        assert watches.get(connection, watch.id).state is State.PAUSED


def test_a_feed_opens_with_its_secret_only(database: Database) -> None:
    with database.write() as connection:
        watch, secret = watches.add(connection, watches.Wish(Subject.COMPANY, "idx:ASII", "Astra"), NOW)
        found = watches.by_feed_secret(connection, secret)
        assert found is not None
        assert found.id == watch.id
        assert watches.by_feed_secret(connection, "guess") is None
        second = watches.add_feed_secret(connection, watch.id, NOW, revoke=True)
        assert watches.by_feed_secret(connection, secret) is None
        assert watches.by_feed_secret(connection, second) is not None
        watches.remove(connection, watch.id)
        assert watches.by_feed_secret(connection, second) is None


def test_a_feed_holds_each_story_and_event_once(database: Database) -> None:
    with database.write() as connection:
        watch = watches.get(connection, follow(connection, None))
        fact = arrive(connection, "a1", rights="link")
        story = connection.execute(select(articles.c.story_id)).scalar_one()
        arrive(connection, "a2", outlet="media", story_id=story, pledge=pledge_of(connection, fact))
        arrive(connection, "a3", "Cerita sendiri", pledge=pledge_of(connection, fact))
        arrive(connection, "a4", "Kredit lain")
        assert match(connection, "a1", "a2", "a3", "a4") == 0
        content = feed(connection, watch, address="https://pantau.example/feeds/x", public_url="https://pantau.example").decode()
    assert [content.count(f":article:{name}<") for name in ("a1", "a2", "a3", "a4")] == [1, 0, 0, 1]
    assert content.count("“Sekitar Rp 100 miliar sudah disalurkan.”") == 1


@pytest.mark.parametrize("wish", [("company", "idx:ASII"), ("query", "kind:kredit")])
def test_a_preview_counts_what_would_have_been_told(database: Database, wish: tuple[str, str]) -> None:
    asked = watches.Wish(Subject(wish[0]), wish[1], wish[1])
    with database.write() as connection:
        fact = arrive(connection, "a1", origin="import")
        arrive(connection, "a2", outlet="media", pledge=pledge_of(connection, fact))
        arrive(connection, "a3", "Kredit lain")
        put_article(connection, "a4", "Tanpa komitmen", "Isi.")
        arrive(connection, "a5", "Kredit lama", published_day="2026-01-31")
        found = preview(connection, asked, now=NOW, query=evaluate)
    assert (found.messages, found.per_week) == (2, 0.5)
    assert [sample.article_id for sample in found.samples] == ["a3", "a1"]
    assert dict(found.weeks)[date(2026, 3, 9)] == 2
    assert len(found.weeks) == 5


def test_the_same_wish_twice_is_one_watch(database: Database) -> None:
    with database.write() as connection:
        first = follow(connection)
        watches.remove(connection, first)
        assert follow(connection) == first
        assert follow(connection, "b@example.org") != first
        assert [w.id for w in watches.list_watches(connection, address="a@example.org")] == [first]
        with pytest.raises(NotFoundError, match="no watch 99"):
            watches.get(connection, 99)


def _wish(typed: dict[str, str], resolve: Callable[..., tuple[str, str] | None] = lambda *_: ("idx:ASII", "Astra")) -> watches.Wish:
    def check(query: str) -> None:
        if query == "kind:":
            raise QueryError("kind: has no value", at=5)

    subjects = {name: text for name, text in typed.items() if name != "email"}
    return watches.make_wish(subjects, email=typed.get("email"), resolve=resolve, check_query=check)


def test_a_wish_is_checked_before_it_is_a_watch() -> None:
    assert _wish({"company": "ASII", "email": " a@example.org "}).value == "idx:ASII"
    assert _wish({"query": "kind:kredit"}).asks == (Ask.PAYS, Ask.RECEIVES, Ask.SUBJECT)
    for typed in ({}, {"company": " "}, {"company": "ASII", "query": "x"}):
        with pytest.raises(ValueError, match="one thing to watch"):
            _wish(typed)
    with pytest.raises(ValueError, match="e-mail"):
        _wish({"company": "ASII", "email": "nobody"})
    with pytest.raises(ValueError, match="No company is known as “Q”"):
        _wish({"company": "Q"}, lambda *_: None)
    with pytest.raises(QueryError):
        _wish({"query": "kind:"})
