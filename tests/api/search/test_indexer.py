"""The indexer: nothing queued is lost by a death at any step, and what arrives during a rebuild is in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from api.search.base import EngineDocument, EngineQuery, IndexInfo, SearchEngine, Word
from api.search.embedded import EmbeddedEngine
from api.search.indexer import Indexer
from api.store import queue
from api.store.database import Database
from nlp.analyser import tokens
from tests.api.store_samples import FETCHED, put_article

STEPS = ("delete", "put", "commit")


class Died(Exception):  # noqa: N818 - what happened, not an error of ours
    """Stands for kill -9: nothing after it runs."""


class Dying(EmbeddedEngine):
    """Dies before or after one step, once."""

    def die(self, step: str, when: str) -> None:
        self.fate = (step, when)

    def _step(self, step: str, when: str) -> None:
        if getattr(self, "fate", None) == (step, when):
            raise Died(step, when)

    def put(self, documents: Iterable[EngineDocument]) -> None:
        self._step("put", "before")
        super().put(documents)
        self._step("put", "after")

    def delete(self, ids: Iterable[str]) -> None:
        self._step("delete", "before")
        super().delete(ids)
        self._step("delete", "after")

    def commit(self) -> None:
        self._step("commit", "before")
        super().commit()
        self._step("commit", "after")


@pytest.fixture
def store(sqlite_database: Database) -> Database:
    """Two queued articles, and one that is queued to go and is no longer stored."""
    with sqlite_database.write() as connection:
        put_article(connection, "a1", "Kredit untuk perajin", "Bank daerah membiayai perajin mebel.")
        put_article(connection, "a2", "Ekspor sepatu turun", "Permintaan dari Eropa melemah.")
        queue.enqueue(connection, ["a1", "a2"], "put", FETCHED)
        queue.enqueue(connection, ["a3"], "delete", FETCHED)
    return sqlite_database


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[EmbeddedEngine]:
    made = EmbeddedEngine(tmp_path / "index", IndexInfo())
    yield made
    made.close()


def found(engine: SearchEngine, query: str | None = None) -> list[str]:
    asked = EngineQuery(where=Word((word := tokens(query)[0]).exact, word.stem)) if query else EngineQuery()
    return sorted(hit.id for hit in engine.search(asked).hits)


def waiting(database: Database) -> int:
    with database.read() as connection:
        return queue.index_backlog(connection)


def test_a_drained_queue_is_empty_and_its_articles_are_found(store: Database, engine: EmbeddedEngine) -> None:
    report = Indexer(store, engine, "none").drain()
    assert (report.put, report.deleted) == (2, 1)
    assert waiting(store) == 0
    assert found(engine) == ["a1", "a2"]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_a_death_at_any_step_loses_and_doubles_nothing(store: Database, tmp_path: Path, step: str, when: str) -> None:
    root = tmp_path / "index"
    victim = Dying(root, IndexInfo())
    victim.die(step, when)
    with pytest.raises(Died):
        Indexer(store, victim, "none").drain()
    assert waiting(store) == 3
    victim.close()
    heir = EmbeddedEngine(root, IndexInfo())
    Indexer(store, heir, "none").drain()
    assert found(heir) == ["a1", "a2"]
    assert waiting(store) == 0
    heir.close()


def test_an_article_queued_twice_is_found_once(store: Database, engine: EmbeddedEngine) -> None:
    with store.write() as connection:
        queue.enqueue(connection, ["a1", "a1"], "put", FETCHED)
    Indexer(store, engine, "none").drain()
    assert found(engine) == ["a1", "a2"]


def test_a_rebuild_holds_what_arrived_while_it_ran_and_searching_goes_on(store: Database, engine: EmbeddedEngine) -> None:
    indexer = Indexer(store, engine, "none")
    indexer.drain()
    seen: list[list[str]] = []

    def meanwhile(_done: int, _total: int | None) -> None:
        seen.append(found(engine))
        with store.write() as connection:
            put_article(connection, "a4", "Baterai", "Pabrik baterai mulai dibangun.")
            queue.enqueue(connection, ["a4"], "put", FETCHED)

    indexer.rebuild(progress=meanwhile)
    assert seen == [["a1", "a2"]]
    assert found(engine) == ["a1", "a2", "a4"]
    assert found(engine, "pembangunan") == ["a4"]
    indexer.drain()
    assert found(engine) == ["a1", "a2", "a4"]
