"""The database's door: opening, one writer, consistent readers, clear refusals."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import StatementError

from api.errors import StoreBusyError, StoreError
from api.store.database import Database
from api.store.schema import meta, metadata, transactions


def test_the_migrations_make_exactly_the_tables_of_the_schema(database: Database) -> None:
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_what_a_failed_block_wrote_is_gone(database: Database) -> None:
    def fail() -> None:
        with database.write() as connection:
            connection.execute(insert(meta).values(name="a", value="1"))
            raise KeyError("a")

    with pytest.raises(KeyError):
        fail()
    with database.read() as connection:
        assert connection.execute(select(meta.c.value)).all() == []


def test_a_reader_sees_one_state_while_a_writer_commits(database: Database) -> None:
    with database.read() as reader:
        assert reader.execute(select(meta.c.name)).all() == []
        with database.write() as writer:
            writer.execute(insert(meta).values(name="a", value="1"))
        assert reader.execute(select(meta.c.name)).all() == []
    with database.read() as reader:
        assert reader.execute(select(meta.c.name)).scalar_one() == "a"


def test_a_reader_cannot_write_on_sqlite(sqlite_database: Database) -> None:
    with pytest.raises(StoreError, match="readonly"), sqlite_database.read() as connection:
        connection.execute(insert(meta).values(name="a", value="1"))


def test_a_writer_that_waits_too_long_is_told_the_store_is_busy(sqlite_database: Database, tmp_path: Path) -> None:
    impatient = Database.open(tmp_path / "pantau.sqlite", wait=0.05)
    with sqlite_database.write() as connection:
        connection.execute(insert(meta).values(name="a", value="1"))
        with pytest.raises(StoreBusyError), impatient.write():
            pass
    impatient.close()


def test_a_writer_that_waits_too_long_on_postgresql_is_told_so_too(postgresql: Database) -> None:
    url = postgresql.engine.url.update_query_dict({"options": postgresql.engine.url.query["options"].split(" -c lock")[0]})  # type: ignore[union-attr]  # one option, never a tuple
    impatient = Database.open(url.render_as_string(hide_password=False), wait=0.05)
    with postgresql.write(), pytest.raises(StoreBusyError), impatient.write():
        pass
    impatient.close()


def test_writers_in_many_threads_lose_no_update(database: Database) -> None:
    with database.write() as connection:
        connection.execute(insert(meta).values(name="count", value="0"))

    def count() -> None:
        for _ in range(10):
            with database.write() as connection:
                value = int(connection.execute(select(meta.c.value)).scalar_one())
                connection.execute(update(meta).values(value=str(value + 1)))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as connection:
        assert connection.execute(select(meta.c.value)).scalar_one() == "40"


def test_a_naive_time_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="naive"), database.write() as connection:
        connection.execute(insert(transactions).values(at=datetime(2026, 1, 1), kind="test"))  # noqa: DTZ001 - the mistake itself


def test_a_time_comes_back_aware_and_in_utc(database: Database) -> None:
    moment = datetime.fromisoformat("2022-11-01T14:05:00+07:00")
    with database.write() as connection:
        connection.execute(insert(transactions).values(at=moment, kind="test"))
        kept = connection.execute(select(transactions.c.at)).scalar_one()
    assert kept == moment
    assert kept.tzinfo is UTC


def test_a_database_of_a_newer_pantau_is_refused_in_one_line(sqlite_database: Database, tmp_path: Path) -> None:
    with sqlite_database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="newer Pantau"):
        Database.open(tmp_path / "pantau.sqlite")


def test_a_file_that_is_no_database_is_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "pantau.sqlite"
    path.write_text("id,title\n" * 500, encoding="utf-8")
    with pytest.raises(StoreError, match="not a database"):
        Database.open(path)


def test_a_folder_that_cannot_be_made_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StoreError, match="cannot be written"):
        Database.open(tmp_path / "file" / "pantau.sqlite")


@pytest.mark.parametrize("url", ["mysql://host/name", "what is this"])
def test_a_url_of_another_kind_is_refused_in_one_line(url: str) -> None:
    with pytest.raises(StoreError, match=r"not supported|cannot be read"):
        Database.open(url)


def test_a_server_that_does_not_answer_is_refused_in_one_line() -> None:
    with pytest.raises(StoreError, match=r"refused|failed"):
        Database.open("postgresql://nobody@127.0.0.1:9/none")
