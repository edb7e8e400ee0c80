"""Rebuilding the index while others index and search: nothing is lost, doubled or stale, and search answers throughout."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from api.errors import EngineDown
from api.search.base import EngineQuery, IndexInfo, SearchEngine, Word
from api.search.elastic import ElasticEngine
from api.search.embedded import EmbeddedEngine
from api.search.indexer import Indexer
from api.store import queue
from api.store.database import Database
from api.store.schema import articles, index_queue, versions
from nlp.analyser import tokens
from tests.api.search.conftest import ENGINES, make_engine
from tests.api.store_samples import FETCHED, put_article

Open = Callable[[], SearchEngine]


@pytest.fixture(params=ENGINES)
def opened(request: pytest.FixtureRequest, tmp_path: Path, prefix: str) -> Iterator[Open]:
    """Opens the same index again, as another process would."""
    made: list[SearchEngine] = []

    def another() -> SearchEngine:
        made.append(make_engine(request.param, tmp_path, prefix, IndexInfo()))
        return made[-1]

    yield another
    if isinstance(made[-1], ElasticEngine):
        made[-1].drop()
    for engine in made:
        engine.close()


@pytest.fixture
def store(sqlite_database: Database) -> Database:
    for number in range(3):
        write(sqlite_database, f"a{number}", "Kredit lama untuk perajin.")
    return sqlite_database


def write(store: Database, article: str, text: str) -> None:
    """Store or change an article, and queue it."""
    with store.write() as connection:
        if connection.scalar(select(articles.c.article_id).where(articles.c.article_id == article)) is None:
            put_article(connection, article, "Judul", text)
        else:
            connection.execute(versions.update().where(versions.c.article_id == article).values(text=text))
        queue.enqueue(connection, [article], "put", FETCHED)


def remove(store: Database, article: str) -> None:
    with store.write() as connection:
        connection.execute(articles.delete().where(articles.c.article_id == article))
        queue.enqueue(connection, [article], "delete", FETCHED)


def found(engine: SearchEngine, word: str | None = None) -> list[str]:
    asked = EngineQuery(where=Word((token := tokens(word)[0]).exact, token.stem)) if word else EngineQuery(limit=1000)
    return sorted(hit.id for hit in engine.search(asked).hits)


def queued(store: Database) -> int:
    with store.read() as connection:
        return connection.scalar(select(func.count()).select_from(index_queue)) or 0


def test_what_another_process_indexes_during_a_rebuild_is_in_the_next_generation(store: Database, opened: Open) -> None:
    worker, rebuilder = opened(), opened()
    Indexer(store, worker, "none").drain()

    def meanwhile(_done: int, _total: int | None) -> None:
        write(store, "a0", "Smelter baru di Morowali.")
        write(store, "b0", "Ekspor rotan naik.")
        remove(store, "a1")
        Indexer(store, worker, "none").drain()

    Indexer(store, rebuilder, "none").rebuild(progress=meanwhile)
    reader = opened()
    assert found(reader) == ["a0", "a2", "b0"]
    assert found(reader, "smelter") == ["a0"]
    assert found(reader, "rotan") == ["b0"]
    assert queued(store) == 0


def test_what_was_written_to_a_generation_that_a_switch_replaces_is_in_the_next_one(store: Database, opened: Open) -> None:
    """The switch comes between the worker's commit and its row leaving the queue."""
    worker, rebuilder = opened(), opened()
    Indexer(store, worker, "none").drain()
    before, commit = worker.present(), worker.commit

    def commit_and_be_overtaken() -> None:
        commit()
        if worker.present() == before:
            Indexer(store, rebuilder, "none").rebuild()

    write(store, "a0", "Smelter baru di Morowali.")
    worker.commit = commit_and_be_overtaken  # type: ignore[method-assign]  # a moment that no signal of another process can hit
    Indexer(store, worker, "none").drain()
    assert worker.present() != before
    assert found(opened(), "smelter") == ["a0"]
    write(store, "a1", "Rotan.")
    Indexer(store, worker, "none").drain()
    assert found(opened(), "rotan") == ["a1"]
    assert queued(store) == 0


def test_a_generation_that_a_switch_takes_away_while_it_is_written_loses_nothing(store: Database, opened: Open) -> None:
    worker, rebuilder = opened(), opened()
    Indexer(store, worker, "none").drain()
    before, commit = worker.present(), worker.commit

    def be_overtaken_and_fail() -> None:
        if worker.present() == before:
            Indexer(store, rebuilder, "none").rebuild()
            raise EngineDown("the folder is gone")
        commit()

    write(store, "a0", "Smelter baru di Morowali.")
    worker.commit = be_overtaken_and_fail  # type: ignore[method-assign]  # a moment that no signal of another process can hit
    Indexer(store, worker, "none").drain()
    assert found(opened(), "smelter") == ["a0"]
    assert queued(store) == 0


def test_a_rebuild_that_was_killed_leaves_nothing_that_the_next_one_does_not_clear(store: Database, opened: Open) -> None:
    engine = opened()
    Indexer(store, engine, "none").drain()
    with store.write() as connection:  # what kill -9 leaves: a mark, rows kept for it, a generation half filled
        queue.begin_rebuild(connection, "killed", FETCHED)
        assert engine.begin_rebuild(IndexInfo()).present() != engine.present()
    write(store, "a0", "Smelter baru.")
    Indexer(store, engine, "none", now=lambda: FETCHED).drain()
    assert queued(store) == 2
    Indexer(store, opened(), "none", now=lambda: FETCHED + timedelta(days=2)).rebuild()
    assert queued(store) == 0
    assert found(opened()) == ["a0", "a1", "a2"]
    if isinstance(engine, EmbeddedEngine):
        assert [p.name for p in engine.folder.parent.iterdir() if p.is_dir()] == [opened().present()]
    elif isinstance(engine, ElasticEngine):
        assert engine._generations() == [engine.present()]


def test_a_rebuild_that_fails_leaves_the_present_generation_and_keeps_nothing_back(store: Database, opened: Open) -> None:
    engine = opened()
    Indexer(store, engine, "none").drain()
    before = engine.present()

    def fails(_done: int, _total: int | None) -> None:
        raise EngineDown("no room")

    with pytest.raises(EngineDown):
        Indexer(store, opened(), "none").rebuild(progress=fails)
    assert engine.present() == before
    assert found(engine) == ["a0", "a1", "a2"]
    assert queued(store) == 0


class Busy:
    """Threads that store, index and search, each with parts of its own, until told to end."""

    def __init__(self, path: Path, opened: Open) -> None:
        self.path = path
        self.indexing, self.searching = opened(), opened()
        self.stored, self.done = threading.Event(), threading.Event()
        self.wrong: list[str] = []
        self.threads = [threading.Thread(target=self._watched, args=(part,)) for part in (self.store, self.index, self.search)]

    def _watched(self, part: Callable[[], None]) -> None:
        try:
            part()
        except BaseException as error:  # noqa: BLE001 - a thread's failure must fail the test
            self.wrong.append(f"{part.__name__}: {error!r}")
        finally:
            self.stored.set()

    def store(self) -> None:
        with closing(Database.open(self.path)) as own:
            for number in range(60):
                write(own, f"b{number:02d}", f"Pabrik ke-{number} dibangun.")
                write(own, "a0", f"Kredit perajin, kabar ke-{number}.")

    def index(self) -> None:
        with closing(Database.open(self.path)) as own:
            while not self.done.is_set():
                Indexer(own, self.indexing, "none").drain()
            Indexer(own, self.indexing, "none").drain()

    def search(self) -> None:
        while not self.done.is_set():
            ids = found(self.searching)
            if not {"a0", "a1", "a2"} <= set(ids) or len(ids) != len(set(ids)):
                self.wrong.append(f"{ids}")


def test_a_store_is_rebuilt_while_articles_arrive_and_people_search(tmp_path: Path, store: Database, opened: Open) -> None:
    with closing(opened()) as first:
        Indexer(store, first, "none").drain()
    rebuilding = opened()
    busy = Busy(tmp_path / "pantau.sqlite", opened)
    for thread in busy.threads:
        thread.start()
    try:
        for _ in range(2):
            Indexer(store, rebuilding, "none").rebuild()
        assert busy.stored.wait(60)
    finally:
        busy.done.set()
        for thread in busy.threads:
            thread.join()
    assert busy.wrong == []
    reader = opened()
    assert found(reader) == sorted(["a0", "a1", "a2", *(f"b{n:02d}" for n in range(60))])
    assert found(reader, "59") == ["a0", "b59"]
    assert queued(store) == 0
