"""A cluster of three real nodes with replicas loses one by kill -9, then all of them: no article is lost or doubled, a search
answers or says why not, pages of the store stay served."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api import parts
from api.app import create_app
from api.config import Settings
from api.errors import EngineDown
from api.search.base import EngineQuery, SearchEngine
from api.search.elastic import ElasticEngine
from api.search.indexer import Indexer
from api.store import queue
from api.store.database import Database
from tests.api.search.cluster import Cluster, wait_until
from tests.api.store_samples import FETCHED, put_article
from tests.parts import part


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with Cluster(part("PANTAU_TEST_ELASTICSEARCH_CLUSTER"), tmp_path_factory.mktemp("cluster")) as made:
        yield made


@dataclass
class Searching:
    """Somebody who searches all the time: how many articles each answer held, why there was none, and what must not be."""

    engine: SearchEngine
    totals: list[int] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        while not self.done.is_set():
            try:
                answer = self.engine.search(EngineQuery(limit=1000, facets=("outlet",)))
            except EngineDown as error:
                self.reasons.append(str(error))
            except Exception as error:  # noqa: BLE001 - anything else is what the test looks for
                self.wrong.append(repr(error))
            else:
                self.totals.append(answer.total)
                if len({hit.id for hit in answer.hits}) != answer.total:
                    self.wrong.append(f"{answer.total} in all, but {len(answer.hits)} hits")


@dataclass
class Setting:
    """One store, its index on the cluster, and a client of the server."""

    settings: Settings
    database: Database
    engine: ElasticEngine
    stored: int = 0

    def store(self, count: int) -> None:
        """Store and queue more articles."""
        with self.database.write() as connection:
            names = [f"a{number:04d}" for number in range(self.stored, self.stored + count)]
            for name in names:
                put_article(connection, name, f"Kredit {name}", "Bank daerah membiayai perajin mebel.")
            queue.enqueue(connection, names, "put", FETCHED)
        self.stored += count

    def index(self) -> list[str]:
        """Index what is queued, as the worker does: again and again while the engine is down. What it said meanwhile."""
        said: list[str] = []

        def drained() -> bool:
            try:
                Indexer(self.database, self.engine, "none").drain()
            except EngineDown as error:
                said.append(str(error))
                return False
            return True

        wait_until(drained, "the queue is indexed")
        return said

    def queued(self) -> int:
        with self.database.read() as connection:
            return queue.index_backlog(connection)

    def found(self) -> list[str]:
        return sorted(hit.id for hit in self.engine.search(EngineQuery(limit=1000)).hits)

    def expected(self) -> list[str]:
        return [f"a{number:04d}" for number in range(self.stored)]


@pytest.fixture
def setting(cluster: Cluster, prefix: str, tmp_path: Path, sqlite_database: Database) -> Iterator[Setting]:
    settings = Settings(
        data=tmp_path, search_url=cluster.url, search_index=prefix, search_shards=3, search_replicas=1, embedder="none", rate_limit=100_000
    )
    engine = parts.open_engine(settings, "none")
    assert isinstance(engine, ElasticEngine)
    made = Setting(settings, sqlite_database, engine)
    made.store(60)
    made.index()
    wait_until(cluster.is_whole, "all copies are assigned")
    yield made
    engine.drop()
    engine.close()


def test_a_node_that_is_killed_costs_nothing_and_is_taken_back(cluster: Cluster, setting: Setting) -> None:
    somebody = Searching(parts.open_engine(setting.settings, "none"))
    thread = threading.Thread(target=somebody.run)
    thread.start()
    try:
        master = cluster.master()
        cluster.kill(master)
        setting.store(30)
        setting.index()
        assert setting.found() == setting.expected()
        answered = len(somebody.totals)
        wait_until(lambda: len(somebody.totals) > answered + 5, "searches go on with two nodes")
        cluster.start(master)
        setting.store(10)
        setting.index()
    finally:
        somebody.done.set()
        thread.join()
        somebody.engine.close()
    assert setting.found() == setting.expected()
    assert setting.queued() == 0
    assert somebody.wrong == []
    assert min(somebody.totals) >= 60
    assert all(somebody.reasons)


def test_a_cluster_that_is_cut_off_loses_nothing_and_pages_stay_served(cluster: Cluster, setting: Setting) -> None:
    with TestClient(create_app(setting.settings), base_url="http://127.0.0.1") as client:
        assert client.get("/api/search").json()["total"] == 60
        cluster.kill(0, 1, 2)
        refused = client.get("/api/search")
        assert refused.status_code == 503
        assert "Elasticsearch" in refused.json()["detail"]
        assert client.get("/api/articles/a0001").status_code == 200
        assert client.get("/articles/a0001").status_code == 200
        setting.store(30)
        with pytest.raises(EngineDown):
            Indexer(setting.database, setting.engine, "none").drain()
        assert setting.queued() == 30
        cluster.start(0, 1, 2)
        setting.index()
        assert setting.queued() == 0
        assert setting.found() == setting.expected()
        assert client.get("/api/search").json()["total"] == 90
