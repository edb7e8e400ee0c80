"""Articles of the store as engine documents: current version, keywords from its entities and commitments, its vectors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from sqlalchemy import Connection, Row, not_, select

from api.search.base import EngineDocument, Vector, amount_order
from api.search.grammar import folded
from api.store.schema import articles, commitments, entities, versions

FIELD_OF = {
    "company": "company", "association": "company", "organisation": "company",
    "public_body": "agency", "person": "person", "programme": "programme", "place": "place",
}  # fmt: skip
"""Entity type → keyword field."""

VectorsOf = Callable[[Connection, Sequence[str]], Mapping[str, Sequence[Vector]]]


def documents(connection: Connection, ids: Sequence[str], vectors_of: VectorsOf) -> list[EngineDocument]:
    """The engine documents of these articles; those no longer stored are missing."""
    rows = connection.execute(
        select(articles, versions.c.text.label("body"))
        .join(versions, versions.c.version_id == articles.c.current_version)
        .where(articles.c.article_id.in_(ids))
    ).all()
    current = {row.current_version: row.article_id for row in rows}
    keywords = _keywords(connection, current)
    amounts = _commitments(connection, current, keywords)
    vectors = vectors_of(connection, ids)
    return [_document(row, keywords[row.article_id], amounts.get(row.article_id), tuple(vectors.get(row.article_id, ()))) for row in rows]


def keyword_of(registry_id: str | None, canonical: str) -> str:
    """What an entity is found by: its registry id, else its folded name."""
    return registry_id or f"name:{folded(canonical)}"


def _keywords(connection: Connection, current: Mapping[str, str]) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    columns = (entities.c.article_id, entities.c.type, entities.c.canonical, entities.c.registry_id)
    for row in connection.execute(select(*columns).where(entities.c.version_id.in_(list(current)))):
        if name := FIELD_OF.get(row.type):
            found[row.article_id][name].append(keyword_of(row.registry_id, row.canonical))
    return found


def _commitments(connection: Connection, current: Mapping[str, str], keywords: dict[str, dict[str, list[str]]]) -> dict[str, int]:
    """Adds the commitments' keywords; gives each article's largest amount in hundredths of a rupiah."""
    amounts: dict[str, int] = {}
    holds = (commitments.c.version_id.in_(list(current)), commitments.c.tx_to.is_(None), not_(commitments.c.rejected))
    for row in connection.execute(select(commitments).where(*holds)):
        words = keywords[row.article_id]
        for name, value in (("kind", row.kind), ("status", row.status), ("currency", row.currency), ("sector", row.sector)):
            if value:
                words[name].append(value)
        if row.programme_id:
            words["programme"].append(row.programme_id)
        if row.place:
            words["place"].append(f"bps:{row.place}")
        amounts[row.article_id] = max(amounts.get(row.article_id, 0), row.idr_high_key or 0)
    return amounts


def _document(
    row: Row[tuple[object, ...]], keywords: Mapping[str, Iterable[str]], amount: int | None, vectors: tuple[Vector, ...]
) -> EngineDocument:
    day = row.published_day
    whole = {name: tuple(dict.fromkeys(values)) for name, values in keywords.items()}
    whole |= {"outlet": (row.outlet,), "type": (row.type,), "lang": (row.lang,), "month": (day[:7],) if day else ()}
    return EngineDocument(
        id=row.article_id, title=row.title, text=row.body, keywords=whole, day=int(day.replace("-", "")) if day else 0,
        newest=row.sort_key, amount=amount_order(amount, row.number), vectors=vectors,
    )  # fmt: skip
