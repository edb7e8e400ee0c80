"""Everything known of a company, public body or programme of the registry."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, distinct, func, select

from api.errors import NotFoundError
from api.ledger import queries
from api.ledger.queries import PledgeFilter, PledgeRow
from api.store import articles
from api.store.articles import ArticleRow
from api.store.schema import articles as articles_table
from api.store.schema import entities
from nlp.analysis import EntityType
from nlp.registry import Registry
from nlp.registry.rows import Row

SHOWN = 30
BESIDE = 8
ORGANISATIONS = frozenset({EntityType.COMPANY, EntityType.PUBLIC_BODY, EntityType.ASSOCIATION, EntityType.ORGANISATION})


@dataclass(frozen=True, slots=True)
class Beside:
    """Another registered name in the same articles, and in how many."""

    id: str
    count: int


@dataclass(frozen=True, slots=True)
class NamePage:
    """A registered name with what the store holds about it.

    Attributes:
        gives, receives: pledges by it and to it (for a programme, `gives` is what is pledged for it), latest first.
        mentioned: articles whose current version names it.
        beside: what is named with it most often.
    """

    row: Row
    parent: Row | None
    gives: tuple[PledgeRow, ...]
    receives: tuple[PledgeRow, ...]
    newest: tuple[ArticleRow, ...]
    mentioned: int
    beside: tuple[Beside, ...]


def find(registry: Registry, identity: str, *, programme: bool) -> Row:
    """The registry's row of an id.

    Raises:
        NotFoundError: the registry knows no such programme, or no such company or body.
    """
    row = registry.get(identity)
    fits = row is not None and ((row.type is EntityType.PROGRAMME) if programme else (row.type in ORGANISATIONS))
    if row is None or not fits:
        raise NotFoundError(f"{'programme' if programme else 'company'} {identity}: not in the registry")
    return row


def read_name(connection: Connection, registry: Registry, identity: str, *, programme: bool = False) -> NamePage:
    """The page of a company or body, or of a programme.

    Raises:
        NotFoundError: the registry does not know it.
    """
    row = find(registry, identity, programme=programme)
    pays = PledgeFilter(programme=row.id) if programme else PledgeFilter(payer=row.id)
    return NamePage(
        row=row,
        parent=registry.get(row.parent) if row.parent else None,
        gives=tuple(queries.list_pledges(connection, pays, limit=SHOWN)),
        receives=() if programme else tuple(queries.list_pledges(connection, PledgeFilter(receiver=row.id), limit=SHOWN)),
        newest=tuple(articles.by_entity(connection, row.id, SHOWN)),
        mentioned=_mentioned(connection, row.id),
        beside=_beside(connection, row.id),
    )


def _mentioned(connection: Connection, identity: str) -> int:
    query = (
        select(func.count(distinct(entities.c.version_id)))
        .join(articles_table, articles_table.c.article_id == entities.c.article_id)
        .where(entities.c.registry_id == identity, articles_table.c.current_version == entities.c.version_id)
    )
    return int(connection.scalar(query) or 0)


def _beside(connection: Connection, identity: str) -> tuple[Beside, ...]:
    here = select(entities.c.version_id).where(entities.c.registry_id == identity)
    count = func.count(distinct(entities.c.article_id)).label("n")
    query = (
        select(entities.c.registry_id, count)
        .where(entities.c.version_id.in_(here), entities.c.registry_id.is_not(None), entities.c.registry_id != identity)
        .where(entities.c.type.in_([kind.value for kind in (*ORGANISATIONS, EntityType.PROGRAMME)]))
        .group_by(entities.c.registry_id)
        .order_by(count.desc(), entities.c.registry_id)
        .limit(BESIDE)
    )
    return tuple(Beside(row.registry_id, row.n) for row in connection.execute(query))
