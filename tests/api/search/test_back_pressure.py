"""Bulk writing to a real Elasticsearch that is short of room: tried again with pauses, counted, nothing lost or doubled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from api.errors import EngineDown
from api.search.base import EngineQuery, IndexInfo, Word
from api.search.elastic import ElasticEngine
from api.search.elastic_bulk import FIRST_PAUSE, LONGEST_PAUSE, REQUEST_SIZE, RETRIES
from api.search.indexer import Indexer
from api.store import queue
from api.store.database import Database
from tests.api.search.conftest import document
from tests.api.search.faulty_proxy import FaultyProxy, faulty_proxy
from tests.api.store_samples import FETCHED, put_article
from tests.parts import part


@dataclass
class Setting:
    proxy: FaultyProxy
    engine: ElasticEngine
    pauses: list[float]

    def ids(self) -> list[str]:
        return sorted(hit.id for hit in self.engine.search(EngineQuery(limit=1000)).hits)


@pytest.fixture
def setting(prefix: str) -> Iterator[Setting]:
    pauses: list[float] = []
    with faulty_proxy(part("PANTAU_TEST_ELASTICSEARCH_URL")) as (proxy, address):
        engine = ElasticEngine(address, prefix, IndexInfo(model="test"), pause=pauses.append)
        yield Setting(proxy, engine, pauses)
        engine.drop()
        engine.close()


@pytest.mark.parametrize("status", [429, 503])
def test_a_request_that_is_refused_for_now_is_sent_again_after_a_pause(setting: Setting, status: int) -> None:
    setting.proxy.faults.extend([status, status])
    setting.engine.put(document(n) for n in range(5))
    setting.engine.commit()
    assert setting.ids() == [document(n).id for n in range(5)]
    assert setting.engine.retried == 10
    assert len(setting.pauses) == 2
    assert FIRST_PAUSE * 0.8 <= setting.pauses[0] < setting.pauses[1]


def test_only_the_refused_items_of_a_request_are_sent_again(setting: Setting) -> None:
    setting.proxy.faults.append(lambda number, _: number % 3 == 0)
    setting.engine.put(document(n) for n in range(7))
    setting.engine.commit()
    assert setting.ids() == [document(n).id for n in range(7)]
    assert setting.proxy.bulks[1] == [document(n).id for n in (0, 3, 6)]
    assert setting.engine.retried == 3


def test_the_last_version_wins_where_the_first_one_is_refused(setting: Setting) -> None:
    setting.proxy.faults.append(lambda number, _: number == 0)
    setting.engine.put([document(1, title="Judul", text="Lama."), document(2), document(1, title="Judul", text="Baru.")])
    setting.engine.commit()
    assert setting.engine.search(EngineQuery(where=Word("baru", "baru"))).total == 1
    assert setting.engine.count() == 2


def test_a_server_that_stays_full_is_given_up_after_some_tries_and_the_pauses_stay_bounded(setting: Setting) -> None:
    setting.proxy.faults.extend([429] * (RETRIES + 1))
    setting.engine.put([document(1)])
    with pytest.raises(EngineDown, match="no room"):
        setting.engine.commit()
    assert len(setting.pauses) == RETRIES
    assert max(setting.pauses) <= LONGEST_PAUSE * 1.2


def test_nothing_queued_is_lost_when_the_server_stays_full(setting: Setting, sqlite_database: Database) -> None:
    with sqlite_database.write() as connection:
        put_article(connection, "a1", "Kredit", "Bank membiayai perajin.")
        queue.enqueue(connection, ["a1"], "put", FETCHED)
    setting.proxy.faults.extend([503] * (RETRIES + 1))
    indexer = Indexer(sqlite_database, setting.engine, "test")
    with pytest.raises(EngineDown):
        indexer.drain()
    with sqlite_database.read() as connection:
        assert queue.index_backlog(connection) == 1
    report = indexer.drain()
    assert report.put == 1
    assert setting.ids() == ["a1"]


def test_what_was_tried_again_is_in_the_report(setting: Setting, sqlite_database: Database) -> None:
    with sqlite_database.write() as connection:
        put_article(connection, "a1", "Kredit", "Bank membiayai perajin.")
        queue.enqueue(connection, ["a1"], "put", FETCHED)
    setting.proxy.faults.append(429)
    assert Indexer(sqlite_database, setting.engine, "test").drain().retried == 1


def test_large_batches_are_parted_into_requests(setting: Setting) -> None:
    setting.engine.put(document(n, title="Judul", text="Isi.") for n in range(2 * REQUEST_SIZE + 1))
    setting.engine.commit()
    assert [len(ids) for ids in setting.proxy.bulks] == [REQUEST_SIZE, REQUEST_SIZE, 1]
    assert setting.engine.count() == 2 * REQUEST_SIZE + 1


def test_a_document_that_the_server_never_takes_is_named(setting: Setting) -> None:
    setting.engine.put([replace(document(1), day=1 << 40)])
    with pytest.raises(EngineDown, match="a00001"):
        setting.engine.commit()


def test_an_alias_that_is_gone_does_not_become_an_index_by_itself(setting: Setting) -> None:
    setting.engine.drop()
    setting.engine.put([document(1)])
    with pytest.raises(EngineDown):
        setting.engine.commit()
    assert setting.engine._generations() == []


def test_an_index_of_another_prefix_that_begins_alike_is_left_alone(setting: Setting) -> None:
    other = ElasticEngine(part("PANTAU_TEST_ELASTICSEARCH_URL"), f"{setting.engine.prefix}-more", IndexInfo(model="test"))
    other.put([document(1)])
    other.commit()
    setting.engine.begin_rebuild(IndexInfo(model="test")).switch()
    setting.engine.drop()
    assert other.count() == 1
    other.drop()
    other.close()
