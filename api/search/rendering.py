"""Found ids as hits: stored title and text with the words marked, facts, and the other outlets that carry the same story."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, func, select

from api.records import FactChip, Hit
from api.search.factchips import chips
from api.search.folding import RESTATEMENT
from api.search.labels import Labels
from api.search.meaning import query_vector
from api.search.plan import Plan
from api.search.snippets import SCANNED, marked, snippet
from api.store.schema import articles, story_members, versions
from api.store.vectors import of_articles
from nlp.embeddings.base import Embedder, Vectors

EXCERPT = 280
"""Code points of the text that an article with rights "excerpt" shows in a hit (as any snippet does); "link" shows none."""

_SHOWN: Select[Any] = (
    select(
        articles.c.article_id, articles.c.url, articles.c.title, articles.c.outlet, articles.c.published_at, articles.c.published_day,
        articles.c.published_precision, articles.c.type, articles.c.lang, articles.c.rights, articles.c.story_id,
        func.substr(versions.c.text, 1, SCANNED).label("text"), story_members.c.relation,
    )
    .join(versions, versions.c.version_id == articles.c.current_version)
    .outerjoin(story_members, story_members.c.article_id == articles.c.article_id)
    .where(articles.c.article_id.in_(bindparam("ids", expanding=True)))
)  # fmt: skip
_TOLD = (
    select(articles.c.story_id, articles.c.outlet)
    .join(story_members, story_members.c.article_id == articles.c.article_id)
    .where(articles.c.story_id.in_(bindparam("stories", expanding=True)), story_members.c.relation != RESTATEMENT)
    .order_by(articles.c.number)
)


@dataclass(frozen=True, slots=True)
class Found:
    """An article to show, with its score and whether only meaning found it."""

    id: str
    score: float
    semantic_only: bool


def render(connection: Connection, found: Sequence[Found], plan: Plan, embedder: Embedder | None, labels: Labels) -> tuple[Hit, ...]:
    """The hits, in order, with the other outlets of their stories as `copies`. Articles no longer stored are left out."""
    ids = [f.id for f in found]
    rows = {row.article_id: row for row in connection.execute(_SHOWN, {"ids": ids})}
    facts = chips(connection, ids)
    copies = _copies(connection, {r.story_id for r in rows.values() if r.story_id is not None})
    chunk = _best_chunks(connection, [f.id for f in found if f.semantic_only], plan, embedder)
    hits = []
    for item in found:
        row = rows.get(item.id)
        if row is not None:
            told = copies.get(row.story_id, ()) if row.relation != RESTATEMENT else ()
            others = tuple(labels.of("outlet", o) for o in told if o != row.outlet)
            hits.append(_hit(item, row, plan, facts.get(item.id, ()), others, chunk.get(item.id)))
    return tuple(hits)


def _copies(connection: Connection, stories: set[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for story, outlet in connection.execute(_TOLD, {"stories": list(stories)}):
        if outlet not in found[story]:
            found[story].append(outlet)
    return found


def _best_chunks(connection: Connection, ids: Sequence[str], plan: Plan, embedder: Embedder | None) -> dict[str, tuple[int, int]]:
    """Where the chunk nearest to the query lies, for hits that have no word to show."""
    if embedder is None or not ids or not plan.text:
        return {}
    vector: Vectors = query_vector(embedder, plan)
    best = {}
    for article, rows in of_articles(connection, ids, embedder.spec.model_id).items():
        nearest = max(rows, key=lambda r: float(r.vector @ vector))
        best[article] = (nearest.start, nearest.end)
    return best


def _hit(
    item: Found, row: Row[tuple[object, ...]], plan: Plan, facts: tuple[FactChip, ...], copies: tuple[str, ...], at: tuple[int, int] | None
) -> Hit:
    published = row.published_at.isoformat() if row.published_precision == "minute" and row.published_at else row.published_day
    shown = "" if row.rights == "link" else row.text
    return Hit(
        id=row.article_id, url=row.url, title=marked(row.title, plan.marks, plan.runs), outlet=row.outlet, published=published,
        type=row.type, lang=row.lang, score=round(item.score, 6), snippet=snippet(shown, plan.marks, plan.runs, at=at),
        facts=facts, copies=copies,
        story_id=row.story_id, semantic_only=item.semantic_only, restatement=row.relation == RESTATEMENT,
    )  # fmt: skip
