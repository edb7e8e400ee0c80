"""The database behind one door: opened, migrated, and used through `read()` and `write()`.

SQLite runs in WAL mode: readers see one consistent state and never wait; the writer takes its lock at BEGIN (a deferred
read-then-write fails at once with "database is locked"). On PostgreSQL a reader is a repeatable-read snapshot and the writer holds
one advisory lock per schema, so that queue numbers are handed out in the order of commits.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError

from api.errors import StoreBusyError, StoreError
from api.store.jsontext import dumps
from api.store.migrate import upgrade
from api.store.schema import frozen_results, metadata

WAIT_SECONDS = 30.0
"""How long a writer waits for another before it is told that the store is busy."""

ASIDE_SECONDS = 5.0
"""How long a transaction aside waits for another; each takes about a millisecond."""

_WRITE = "pantau_write"
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('pantau ' || current_schema(), 0))")
_BUSY = ("database is locked", "database table is locked", "lock timeout", "canceling statement due to lock timeout")


class Database:
    """A migrated database. Safe to share between threads; open one per process.

    Attributes:
        url: where it is, with the password hidden.
        dialect: "sqlite" or "postgresql".
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.url = engine.url.render_as_string(hide_password=True)
        self.dialect = engine.dialect.name
        self._readers = engine.execution_options(isolation_level="REPEATABLE READ") if self.dialect == "postgresql" else engine
        self._writers = engine.execution_options(**{_WRITE: True})
        self._scratch: Engine | None = None
        self._lock = threading.Lock()

    @classmethod
    def open(cls, target: str | Path, *, wait: float = WAIT_SECONDS) -> Database:
        """Open and migrate; a SQLite file and its folder are made where they are missing.

        Args:
            target: a path (SQLite) or a SQLAlchemy URL (`sqlite:///…`, `postgresql+psycopg://…`).
            wait: seconds a writer waits for another.

        Raises:
            StoreError: the place cannot be written, the server does not answer, or the schema is of a newer Pantau.
        """
        url = _url(target)
        if url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:"):
            _make_folder(Path(str(url.database)))
        database = cls(_engine(url, wait))
        try:
            with database.write() as connection:
                upgrade(connection)
        except StoreError:
            database.close()
            raise
        except DBAPIError as error:
            database.close()
            raise StoreError(f"{database.url}: cannot be opened: {_first_line(error)}") from error
        return database

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent state of the store. Writing through it is refused.

        Raises:
            StoreError: the server has gone away.
        """
        with self._guard(), self._readers.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def aside(self) -> Iterator[Connection]:
        """A short write transaction for what may be lost (frozen result lists); it never waits behind `write`.

        On PostgreSQL it goes to the same schema without the writer's lock; SQLite has one writer a file, so there it goes to a file
        of its own beside the store, which only this method opens and which may be deleted at any time.

        Raises:
            StoreBusyError: another such transaction held the file longer than we wait.
            StoreError: the server has gone away, the disk is full.
        """
        with self._guard(), self._beside().connect() as connection, connection.begin():
            yield connection

    def _beside(self) -> Engine:
        if self.dialect != "sqlite":
            return self.engine
        with self._lock:
            if self._scratch is None:
                name = self.engine.url.database
                url = self.engine.url if name in (None, "", ":memory:") else self.engine.url.set(database=f"{name}-aside")
                engine = _engine(url, ASIDE_SECONDS).execution_options(**{_WRITE: True})
                event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous = OFF"))
                with engine.begin() as connection:
                    metadata.create_all(connection, tables=[frozen_results])
                self._scratch = engine
            return self._scratch

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """The one write transaction there is at a time: committed at the end, rolled back where the block raises.

        Raises:
            StoreBusyError: another writer held the store longer than we wait.
            StoreError: the server has gone away, the disk is full.
        """
        with self._guard(), self._writers.connect() as connection, connection.begin():
            if self.dialect == "postgresql":
                connection.execute(_LOCK)
            yield connection

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()
        if self._scratch is not None:
            self._scratch.dispose()

    @contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except OperationalError as error:
            line = _first_line(error)
            if any(word in line for word in _BUSY):
                raise StoreBusyError(f"{self.url}: another writer holds the store; try again") from error
            raise StoreError(f"{self.url}: {line}") from error
        except InterfaceError as error:
            raise StoreError(f"{self.url}: {_first_line(error)}") from error


def _url(target: str | Path) -> URL:
    if isinstance(target, Path):
        return URL.create("sqlite", database=str(target))
    try:
        url = make_url(target)
        backend = url.get_backend_name()
    except ArgumentError as error:
        raise StoreError("the database URL cannot be read: expected sqlite:///path or postgresql+psycopg://user@host/name") from error
    if backend == "postgresql" and "+" not in url.drivername:
        url = url.set(drivername="postgresql+psycopg")
    if backend not in {"sqlite", "postgresql"}:
        raise StoreError(f"a {backend} database is not supported: use SQLite or PostgreSQL")
    return url


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            raise StoreError(f"{path} is a folder, not a database file")
        with path.open("ab"):
            pass
    except OSError as error:
        raise StoreError(f"{path}: cannot be written: {error.strerror}. Choose another data directory (PANTAU_DATA).") from error


def _engine(url: URL, wait: float) -> Engine:
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, connect_args={"timeout": wait, "check_same_thread": False}, json_serializer=dumps)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    milliseconds = int(wait * 1000)
    options = f"{url.query.get('options', '')} -c lock_timeout={milliseconds} -c timezone=UTC".strip()
    return create_engine(
        url.update_query_dict({"options": options}), json_serializer=dumps, pool_pre_ping=True, connect_args={"connect_timeout": 10}
    )


def _prepare_sqlite(connection: Any, record: Any) -> None:  # noqa: ARG001 - signature of SQLAlchemy's event
    connection.isolation_level = None  # we say BEGIN ourselves, in `_begin_sqlite`
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")  # a spool segment leaves its place after our commit: that must be on the disk
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA cache_size = -65536")
    cursor.execute("PRAGMA temp_store = MEMORY")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writing = bool(connection.get_execution_options().get(_WRITE))
    connection.exec_driver_sql(f"PRAGMA query_only = {0 if writing else 1}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else type(error.orig).__name__
