"""The event of 1 November 2022 from the newsroom's pages to a mailbox: three outlets tell it, the subscriber is told once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest

from api import alerting, parts
from api.alerts import watches
from api.alerts.deliver import Office, deliver
from api.alerts.matcher import Matcher
from api.alerts.model import Subject
from api.config import Settings, load_settings
from api.ingest import Ingest
from api.store.database import Database
from crawler.newsroom import OUTLETS, SOURCES
from crawler.newsroom.server import serve
from crawler.runner import crawl
from crawler.sources import load_sources
from nlp.analysis import Analysis
from nlp.pipeline import Pipeline
from tests.api.conftest import database, postgresql, sqlite_database, sqlite_template
from tests.api.mail_server import Mailbox, mail_server

__all__ = ["database", "postgresql", "sqlite_database", "sqlite_template"]

THAT_EVENING = datetime(2022, 11, 1, 13, 0, tzinfo=UTC)
FAST = {"AUTOTHROTTLE_ENABLED": False, "DOWNLOAD_DELAY": 0}


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory into whose spool the whole newsroom was crawled."""
    data = tmp_path_factory.mktemp("crawled")
    with serve(now=THAT_EVENING) as proxy:
        crawl(
            load_sources(SOURCES).values(), data=data, user_agent="Pantau tests", allow_private=True, proxy=proxy, outlets=(OUTLETS,),
            settings=FAST, timeout=120,
        )  # fmt: skip
    return data


@pytest.fixture
def settings(crawled: Path, tmp_path: Path) -> Settings:
    data = tmp_path / "data"
    shutil.copytree(crawled / "spool", data / "spool")
    return load_settings(data=data)


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mail_server() as running:
        yield running


@cache
def _pipeline() -> Pipeline:
    return Pipeline.load()


def take_in(database: Database, settings: Settings) -> None:
    """Ingest of the spool, on the evening of the event."""

    def analyse(title: str, text: str, *, published: date | None) -> Analysis:
        return _pipeline().analyse(title, text, published=published)

    matcher = Matcher(alerting.evaluator(settings, parts.open_registry(), lambda: THAT_EVENING), "pantau@example.org")
    Ingest(database, settings.data / "spool", analyse, matcher.match, lambda: THAT_EVENING).run()


@pytest.mark.parametrize(
    "wish",
    [(Subject.QUERY, "kind:kredit to:IKM amount:>=50 miliar"), (Subject.COMPANY, "idx:ASII"), (Subject.PROGRAMME, "prog:link-match-ikm")],
    ids=["query", "company", "programme"],
)
def test_a_watch_is_told_of_the_event_exactly_once(database: Database, settings: Settings, box: Mailbox, wish: tuple[Subject, str]) -> None:
    with database.write() as connection:
        watches.add(connection, watches.Wish(wish[0], wish[1], wish[1], "a@example.org"), THAT_EVENING)
    take_in(database, settings)
    office = Office(box.smtp(), "https://pantau.example", "key")
    about = [mail for mail in _sent(database, office, box) if "Link and Match IKM" in mail]
    assert len(about) == 1
    assert "sekitar Rp 100 miliar · kredit" in about[0]


def _sent(database: Database, office: Office, box: Mailbox) -> list[str]:
    deliver(database, office, now=lambda: THAT_EVENING)
    bodies = [message.get_body(("plain",)) for message in box.messages]
    return [body.get_content() for body in bodies if body is not None]
