"""Spool → store: everything of an article in one transaction, nothing twice, nothing lost."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from api.errors import StoreBusyError
from api.ingest import Ingest
from api.store import queue
from api.store.articles import counts
from api.store.database import Database
from api.store.schema import articles, commitments, embed_queue, money_mentions, pledges, stories, story_members, versions
from crawler.spool import SpoolWriter
from tests.api.ingest_samples import FILLER, NOW, Analyser, article, commitment, later, take


def test_an_article_its_facts_story_pledge_and_queue_rows_appear_together(database: Database, tmp_path: Path) -> None:
    take(database, tmp_path, [article(1, "Kredit IKM. " + FILLER)], Analyser({"Kredit IKM": (commitment(),)}))
    with database.read() as c:
        for table in (articles, versions, commitments, money_mentions, pledges, stories, embed_queue):
            assert c.scalar(select(func.count()).select_from(table)) == 1, table.name
        assert queue.index_backlog(c) == 1


def test_an_article_that_comes_twice_is_taken_once_and_not_even_analysed_again(database: Database, tmp_path: Path) -> None:
    analyser = Analyser()
    take(database, tmp_path, [article(1)], analyser)
    take(database, tmp_path, [article(1), article(1)], analyser, now=later(1))
    with database.read() as c:
        assert counts(c).versions == 1
    assert analyser.asked == 1


def test_the_same_url_with_another_text_is_a_new_version(database: Database, tmp_path: Path) -> None:
    take(database, tmp_path, [article(1, "Lama. " + FILLER)], Analyser())
    take(database, tmp_path, [article(1, "Baru. " + FILLER, fetched_at=later(1))], Analyser(), now=later(1))
    with database.read() as c:
        held = counts(c)
    assert (held.articles, held.versions) == (1, 2)


def test_taken_segments_move_to_done(database: Database, tmp_path: Path) -> None:
    take(database, tmp_path, [article(1)], Analyser())
    assert len(list((tmp_path / "spool" / "done").iterdir())) == 1
    assert list((tmp_path / "spool").glob("*.jsonl")) == []


def test_a_line_that_cannot_be_taken_is_quarantined_with_its_reason_and_the_rest_is_taken(database: Database, tmp_path: Path) -> None:
    spool = tmp_path / "spool"
    spool.mkdir()
    good = article(1).model_dump_json()
    wrong = json.dumps({**json.loads(good), "sha256": "0" * 64})
    (spool / "s.jsonl").write_text(f"{good}\n{wrong}\nkein JSON\n", encoding="utf-8")
    report = Ingest(database, spool, Analyser(), None, lambda: NOW).run()
    assert (report.taken, report.quarantined) == (1, 2)
    kept = [json.loads(line) for line in (spool / "quarantine" / "s.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [k["line"] for k in kept] == [2, 3]
    assert "sha256" in kept[0]["reason"]
    assert kept[1]["raw"] == "kein JSON"


def test_a_spool_line_of_another_schema_version_is_quarantined(database: Database, tmp_path: Path) -> None:
    spool = tmp_path / "spool"
    spool.mkdir()
    (spool / "s.jsonl").write_text(json.dumps({**json.loads(article(1).model_dump_json()), "schema_version": 2}) + "\n", encoding="utf-8")
    assert Ingest(database, spool, Analyser(), None, lambda: NOW).run().quarantined == 1


def test_a_copy_joins_the_story_of_the_first_article(database: Database, tmp_path: Path) -> None:
    take(database, tmp_path, [article(1, FILLER * 3), article(2, FILLER * 3 + " Selesai.", outlet="lain")], Analyser())
    with database.read() as c:
        relations = dict(c.execute(select(story_members.c.article_id, story_members.c.relation)).all())
        assert sorted(relations.values()) == ["copy", "first"]
        assert c.scalar(select(stories.c.size)) == 2


def test_the_same_text_a_week_later_is_another_story(database: Database, tmp_path: Path) -> None:
    take(database, tmp_path, [article(1, FILLER * 3), article(2, FILLER * 3, outlet="lain", day="2026-11-28")], Analyser())
    with database.read() as c:
        assert c.scalar(select(func.count()).select_from(stories)) == 2


def test_a_copy_with_another_amount_is_a_restatement(database: Database, tmp_path: Path) -> None:
    told = {"seratus": (commitment(100),), "seratus sepuluh": (commitment(110),)}
    analyser = Analyser({"sepuluh": told["seratus sepuluh"], "seratus": told["seratus"]})
    take(database, tmp_path, [article(1, "seratus " + FILLER * 3), article(2, "seratus sepuluh " + FILLER * 3, outlet="lain")], analyser)
    with database.read() as c:
        assert set(c.scalars(select(story_members.c.relation))) == {"first", "restatement"}


def test_matching_happens_inside_the_transaction_that_stores(database: Database, tmp_path: Path) -> None:
    seen: list[int] = []

    def match(connection, article_ids, *, now):  # type: ignore[no-untyped-def]  # the protocol's
        seen.append(connection.scalar(select(func.count()).select_from(articles).where(articles.c.article_id.in_(article_ids))))

    take(database, tmp_path, [article(1), article(2)], Analyser(), match=match)
    assert seen == [2]


KILLED = """
import os, sys
from pathlib import Path
from api.store.database import Database
from api.ingest import Ingest
from tests.api.ingest_samples import Analyser, NOW
class Dying(Analyser):
    def __call__(self, title, text, *, published):
        if self.asked == int(sys.argv[3]):
            os.kill(os.getpid(), 9)
        return super().__call__(title, text, published=published)
Ingest(Database.open(Path(sys.argv[1])), Path(sys.argv[2]), Dying(), None, lambda: NOW).run()
"""


@pytest.mark.parametrize("after", [0, 30, 60, 119])
def test_a_killed_ingest_goes_on_where_it_stopped(tmp_path: Path, after: int) -> None:
    with SpoolWriter(tmp_path / "spool", "run") as spool:
        for number in range(120):
            spool.write(article(number, f"Isi {number}. {FILLER}"))
    path = tmp_path / "pantau.sqlite"
    killed = subprocess.run([sys.executable, "-c", KILLED, str(path), str(tmp_path / "spool"), str(after)], check=False)
    assert killed.returncode == -9
    database = Database.open(path)
    Ingest(database, tmp_path / "spool", Analyser(), None, lambda: NOW).run()
    with database.read() as c:
        assert counts(c).versions == 120
        assert queue.index_backlog(c) == 120
    database.close()


def test_two_ingests_at_once_are_refused(tmp_path: Path) -> None:
    from api.config import Settings
    from api.intake import one_at_a_time

    settings = Settings(data=tmp_path)
    with (
        one_at_a_time(settings, "ingest"),
        pytest.raises(StoreBusyError, match="another pantau process"),
        one_at_a_time(settings, "ingest"),
    ):
        pass
