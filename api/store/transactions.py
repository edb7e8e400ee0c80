"""Transaction numbers: the snapshot ids under which past states of facts and pledges can be read again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Table, func, insert, or_, select

from api.errors import NotFoundError
from api.store.schema import transactions


def begin(connection: Connection, kind: str, now: datetime, note: str | None = None) -> int:
    """Number this write transaction. `kind`: ingest, reanalyse, correct, forget, … Returns the number."""
    row = connection.execute(insert(transactions).values(at=now, kind=kind, note=note).returning(transactions.c.tx))
    return int(row.scalar_one())


def snapshot(connection: Connection) -> int:
    """The newest transaction number, 0 in an empty store: the id of the state this reader sees."""
    return int(connection.execute(select(func.max(transactions.c.tx))).scalar() or 0)


def check_snapshot(connection: Connection, asked: int | None) -> int:
    """The snapshot to read: `asked`, or the newest where that is None.

    Raises:
        NotFoundError: there is no such snapshot yet.
    """
    newest = snapshot(connection)
    if asked is None:
        return newest
    if not 0 <= asked <= newest:
        raise NotFoundError(f"snapshot {asked}: the newest is {newest}")
    return asked


def holds(table: Table, at: int | None = None) -> ColumnElement[bool]:
    """Condition: the row of a temporal table holds now (None) or held at snapshot `at`."""
    if at is None:
        return table.c.tx_to.is_(None)
    return (table.c.tx_from <= at) & or_(table.c.tx_to.is_(None), table.c.tx_to > at)
