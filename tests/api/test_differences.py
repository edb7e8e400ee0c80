"""Differences between versions: kept at ingest on both databases, in the order of time, and told as far as the rights allow."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import func, select

from api.reading.edits import edit_of
from api.store.articles import get_article
from api.store.database import Database
from api.store.differences import Difference, differences_of
from api.store.schema import pledges, version_differences
from crawler.edits import FigureChange
from crawler.items import Article, Origin
from tests.api.ingest_samples import FILLER, Analyser, article, commitment, later, take

FIGURE = FigureChange("Rp 12 triliun", "Rp 1,2 triliun")


def version(text: str, hours: float, title: str = "Dana industri kecil") -> Article:
    return article(1, f"{text} {FILLER}", title=title, fetched_at=later(hours / 24))


TWELVE = version("Dana Rp 12 triliun disiapkan untuk industri kecil.", 0)
CORRECTED = version("Dana Rp 1,2 triliun disiapkan untuk industri kecil.", 6)
HALVED = version("Dana Rp 0,6 triliun disiapkan untuk industri kecil.", 24)


def told(database: Database) -> dict[str, tuple[Difference, ...]]:
    with database.read() as connection:
        return differences_of(connection, TWELVE.article_id)


def test_a_corrected_figure_is_kept_with_both_sentences(database: Database, tmp_path: Path) -> None:
    take(database, tmp_path, [TWELVE], Analyser())
    take(database, tmp_path, [CORRECTED], Analyser(), now=later(1))
    before, after = (v.text.split(" Pemerintah")[0] for v in (TWELVE, CORRECTED))
    assert told(database) == {CORRECTED.version_id: (Difference("text", before, after, (FIGURE,)),)}


def test_two_versions_of_one_segment_are_compared_too(database: Database, tmp_path: Path) -> None:
    take(database, tmp_path, [TWELVE, CORRECTED], Analyser())
    assert told(database)[CORRECTED.version_id][0].figures == (FIGURE,)


def test_a_version_that_differs_in_its_looks_only_has_no_difference(database: Database, tmp_path: Path) -> None:
    looks = version(TWELVE.text.replace(f" {FILLER}", "").replace("Rp 12", "Rp12").replace(" industri", "  industri"), 6)
    take(database, tmp_path, [TWELVE, looks], Analyser())
    assert told(database) == {}


def test_an_older_version_that_arrives_late_takes_its_place_between_its_neighbours(database: Database, tmp_path: Path) -> None:
    take(database, tmp_path, [TWELVE], Analyser())
    take(database, tmp_path, [HALVED], Analyser(), now=later(1))
    take(database, tmp_path, [CORRECTED], Analyser(), now=later(2))
    found = told(database)
    assert [found[v.version_id][0].figures[0].before for v in (CORRECTED, HALVED)] == ["Rp 12 triliun", "Rp 1,2 triliun"]
    assert len(found) == 2


def test_a_changed_title_is_a_difference(database: Database, tmp_path: Path) -> None:
    renamed = version("Dana Rp 12 triliun disiapkan untuk industri kecil.", 6, title="Dana industri kecil ditambah")
    take(database, tmp_path, [TWELVE, renamed], Analyser())
    assert [change.place for change in told(database)[renamed.version_id]] == ["title"]


def test_a_version_taken_twice_is_compared_once(database: Database, tmp_path: Path) -> None:
    take(database, tmp_path, [TWELVE, CORRECTED], Analyser())
    take(database, tmp_path, [CORRECTED, TWELVE], Analyser(), now=later(1))
    with database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(version_differences)) == 2


def test_rights_decide_what_is_quoted_but_figures_are_always_told() -> None:
    figure = Difference("text", "Dana Rp 12 triliun.", "Dana Rp 1,2 triliun.", (FIGURE,))
    found = (Difference("title", "Lama", "Baru"), figure, Difference("text", None, "Kalimat baru."))
    assert edit_of(found, "full").changes == found
    excerpt, link = edit_of(found, "excerpt"), edit_of(found, "link")
    assert (excerpt.changes, excerpt.unquoted) == (found[:2], 1)
    assert (link.changes, link.unquoted) == ((found[0], Difference("text", None, None, (FIGURE,))), 1)


def shown(database: Database) -> tuple[str, str]:
    """(current version, amount of the one pledge) of the store."""
    with database.read() as connection:
        amount = connection.scalar(select(pledges.c.amount_low).where(pledges.c.tx_to.is_(None)))
        return str(get_article(connection, TWELVE.article_id).version_id), str(amount)


def test_a_wording_that_its_outlet_goes_back_to_is_shown_again_with_its_facts(database: Database, tmp_path: Path) -> None:
    analyser = Analyser({"Rp 12 triliun": (commitment(12_000),), "Rp 1,2 triliun": (commitment(1_200),)})
    take(database, tmp_path, [TWELVE], analyser)
    take(database, tmp_path, [CORRECTED], analyser, now=later(1))
    assert shown(database) == (CORRECTED.version_id, "1200000000000")
    take(database, tmp_path, [TWELVE.model_copy(update={"fetched_at": later(2)})], analyser, now=later(2))
    assert shown(database) == (TWELVE.version_id, "12000000000000")
    assert len(told(database)) == 1


def test_an_old_wording_that_is_imported_or_taken_twice_does_not_come_back(database: Database, tmp_path: Path) -> None:
    take(database, tmp_path, [TWELVE, CORRECTED], Analyser())
    again = TWELVE.model_copy(update={"fetched_at": later(2), "origin": Origin.REPLAY})
    take(database, tmp_path, [TWELVE, again], Analyser(), now=later(2))
    with database.read() as connection:
        assert get_article(connection, TWELVE.article_id).version_id == CORRECTED.version_id
