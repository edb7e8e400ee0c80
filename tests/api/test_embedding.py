"""The embed queue becomes vectors: newest first, nothing twice, nothing lost by a kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import delete, func, select, update

from api.search.embedding import MAX_ATTEMPTS, embed_pending, queue_depth, queue_missing
from api.store.database import Database
from api.store.schema import articles, chunks, embed_queue, index_queue, vectors, versions
from api.store.vectors import of_articles, sweep
from nlp.embeddings.base import EmbeddingSpec, Vectors, unit
from tests.api.store_samples import FETCHED, put_article

ROOT = Path(__file__).resolve().parents[2]
PARAGRAPH = "Pabrik itu menambah mesin baru dan merekrut pekerja dari desa sekitar untuk memenuhi pesanan ekspor. " * 8


class CountingEmbedder:
    """Vectors from the bytes of a text; remembers every text it was given."""

    def __init__(self, model: str = "counting@1") -> None:
        self.spec = EmbeddingSpec(model, 16, "", "", "mean")
        self.seen: list[str] = []

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.seen += texts
        rows = [np.bincount(np.frombuffer(text.encode(), np.uint8) % 16, minlength=16) for text in texts]
        return unit(np.array(rows, np.float32).reshape(-1, 16))

    def embed_query(self, text: str) -> Vectors:
        return np.asarray(self.embed_passages([text])[0], np.float32)


def clock() -> datetime:
    return FETCHED


def test_an_article_gets_a_vector_for_each_chunk_and_returns_to_the_index_queue(database: Database) -> None:
    with database.write() as connection:
        put_article(connection, "a1", "Pabrik baru", PARAGRAPH * 4)
    report = embed_pending(database, CountingEmbedder(), now=clock)
    with database.read() as connection:
        found = of_articles(connection, ["a1", "a2"], "counting@1")
        queued = connection.execute(select(index_queue.c.article_id, index_queue.c.op)).all()
        assert queue_depth(connection) == (0, 0)
    assert list(found) == ["a1"]
    assert report.articles == 1
    assert report.chunks == report.computed == len(found["a1"]) > 1
    assert all(abs(float(np.linalg.norm(vector)) - 1) < 1e-3 for vector in (stored.vector for stored in found["a1"]))
    assert [tuple(row) for row in queued] == [("a1", "put")]


def test_the_newest_article_comes_first(database: Database) -> None:
    embedder = CountingEmbedder()
    with database.write() as connection:
        for article_id, key in (("a1", 5), ("a2", 9), ("a3", 7)):
            put_article(connection, article_id, article_id, "Isi.", sort_key=key)
    report = embed_pending(database, embedder, now=clock, limit=2)
    assert [text.split()[0] for text in embedder.seen] == ["a2", "a3"]
    assert (report.articles, report.waiting) == (2, 1)


def test_no_chunk_is_embedded_twice(database: Database) -> None:
    embedder = CountingEmbedder()
    with database.write() as connection:
        put_article(connection, "a1", "Pabrik baru", PARAGRAPH)
        put_article(connection, "a2", "Pabrik baru", PARAGRAPH)
    embed_pending(database, embedder, now=clock)
    with database.write() as connection:
        put_article(connection, "a3", "Pabrik baru", PARAGRAPH)
    report = embed_pending(database, embedder, now=clock)
    assert len(embedder.seen) == len(set(embedder.seen)) == 1
    assert (report.chunks, report.computed) == (1, 0)


def test_an_article_without_words_leaves_the_queue_too(database: Database) -> None:
    with database.write() as connection:
        put_article(connection, "a1", " ", " ")
    report = embed_pending(database, CountingEmbedder(), now=clock)
    assert (report.articles, report.chunks, report.waiting) == (1, 0, 0)


def test_an_article_that_kills_the_process_is_set_aside(database: Database) -> None:
    with database.write() as connection:
        put_article(connection, "a1", "Pabrik", PARAGRAPH)
        connection.execute(update(embed_queue).values(attempts=MAX_ATTEMPTS))
    report = embed_pending(database, CountingEmbedder(), now=clock)
    assert (report.articles, report.waiting, report.set_aside) == (0, 0, 1)


def test_an_orderly_stop_does_not_count_as_a_try(database: Database) -> None:
    class Stopped(CountingEmbedder):
        def embed_passages(self, texts: Sequence[str]) -> Vectors:
            raise KeyboardInterrupt

    with database.write() as connection:
        put_article(connection, "a1", "Pabrik", PARAGRAPH)
    for _ in range(MAX_ATTEMPTS + 1):
        with pytest.raises(KeyboardInterrupt):
            embed_pending(database, Stopped(), now=clock)
    assert embed_pending(database, CountingEmbedder(), now=clock).articles == 1


def test_a_forgotten_article_leaves_no_vector(database: Database) -> None:
    with database.write() as connection:
        put_article(connection, "a1", "Pabrik baru", PARAGRAPH)
        put_article(connection, "a2", "Gudang baru", PARAGRAPH)
    embed_pending(database, CountingEmbedder(), now=clock)
    with database.write() as connection:
        connection.execute(delete(versions).where(versions.c.article_id == "a1"))
        connection.execute(delete(articles).where(articles.c.article_id == "a1"))
        assert sweep(connection) == 1
        assert set(of_articles(connection, ["a1", "a2"], "counting@1")) == {"a2"}


def test_a_change_of_model_queues_every_article_again(database: Database) -> None:
    with database.write() as connection:
        put_article(connection, "a1", "Pabrik baru", PARAGRAPH)
    embed_pending(database, CountingEmbedder(), now=clock)
    with database.write() as connection:
        assert queue_missing(connection, "counting@1", FETCHED) == 0
        assert queue_missing(connection, "counting@2", FETCHED) == 1
    assert embed_pending(database, CountingEmbedder("counting@2"), now=clock).computed == 1


KILLED = """
import sys
from tests.api.test_embedding import CountingEmbedder, clock
from api.search.embedding import embed_pending
from api.store.database import Database
def told(report):
    print(report.articles, flush=True)
    if report.articles >= 16:
        sys.stdin.read()
embed_pending(Database.open(sys.argv[1]), CountingEmbedder(), now=clock, progress=told)
"""


def test_a_killed_worker_continues_where_it_stopped(database: Database) -> None:
    with database.write() as connection:
        for number in range(1, 41):
            put_article(connection, f"{number:x}", f"Judul {number}", PARAGRAPH)
    address = database.engine.url.render_as_string(hide_password=False)
    worker = subprocess.Popen([sys.executable, "-c", KILLED, address], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert worker.stdout is not None
    while worker.stdout.readline().strip() != "16":
        assert worker.poll() is None
    os.kill(worker.pid, signal.SIGKILL)
    worker.communicate()
    report = embed_pending(database, CountingEmbedder(), now=clock)
    with database.read() as connection:
        assert report.articles == 24
        assert connection.scalar(select(func.count()).select_from(chunks)) == 40
        assert connection.scalar(select(func.count()).select_from(vectors)) == 40
        assert connection.scalar(select(func.count(index_queue.c.article_id.distinct()))) == 40
