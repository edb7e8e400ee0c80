"""Databases for tests: the same test runs on SQLite and, where PANTAU_TEST_DATABASE_URL is set, on a real PostgreSQL."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, text

from api.store.database import Database
from api.store.schema import metadata
from tests.parts import part


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty migrated SQLite file, made once and copied for each test."""
    path = tmp_path_factory.mktemp("template") / "pantau.sqlite"
    Database.open(path).close()
    return path


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A migrated PostgreSQL schema of this test run alone, dropped afterwards."""
    url = make_url(part("PANTAU_TEST_DATABASE_URL"))
    schema = f"test_{os.getpid()}_{uuid4().hex[:8]}"
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    database = Database.open(url.update_query_dict({"options": f"-csearch_path={schema}"}).render_as_string(hide_password=False))
    try:
        yield database
    finally:
        database.close()
        with admin.connect() as connection:
            connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
        admin.dispose()


@pytest.fixture
def sqlite_database(tmp_path: Path, sqlite_template: Path) -> Iterator[Database]:
    """An empty SQLite store of this test alone."""
    path = tmp_path / "pantau.sqlite"
    shutil.copyfile(sqlite_template, path)
    database = Database.open(path)
    yield database
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """An empty store: each test that asks for it runs on both databases."""
    if request.param == "sqlite":
        store: Database = request.getfixturevalue("sqlite_database")
        return store
    store = request.getfixturevalue("postgresql")
    empty(store)
    return store


def empty(store: Database) -> None:
    """Empty a PostgreSQL store that earlier tests of this run have used."""
    names = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
    with store.write() as connection:
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
