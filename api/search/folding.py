"""What a list shows once: copies of a story stand under one of them, market notes and advertorials are left to a count.

A story's article is shown where it is the first of those that the search finds, over the whole list and not only on a page; so pages
never show a story twice, and the same one stands for it on every page. Total, facets and exports go on counting articles. An article
that tells the story with other amounts (a restatement) is no copy and stands by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, bindparam, select

from api.records import SearchRequest
from api.search.base import And, EngineAnswer, EngineHit, EngineQuery, Ids, SearchEngine
from api.search.tree import All, Any, No, Tree, Value
from api.store.frozen import Hits
from api.store.schema import stories, story_members

NOISE = ("market_note", "advertorial")
"""Types that are left to a count unless a search asks for a type, or finds nothing else."""
RESTATEMENT = "restatement"
SCANNED = 60
"""Articles of a ranked list looked at beyond a page at a time."""

_COPIES = select(story_members.c.article_id, story_members.c.story_id).where(story_members.c.relation != RESTATEMENT)
_MEMBERS = _COPIES.where(story_members.c.story_id.in_(bindparam("of", expanding=True)))
_STORIES = _COPIES.join(stories, stories.c.story_id == story_members.c.story_id).where(
    story_members.c.article_id.in_(bindparam("ids", expanding=True)), stories.c.size > 1
)


@dataclass(frozen=True, slots=True)
class Page:
    """What a page shows, and the place of the next one (as a cursor keeps it); None on the last."""

    found: Hits
    following: Mapping[str, int] | None


def noise_in(request: SearchRequest, tree: Tree | None, asked: EngineAnswer) -> dict[str, int]:
    """The types that a search leaves to a count, with how many articles it finds of each."""
    if not request.fold or request.filters.get("type") or _asks_for_type(tree):
        return {}
    counts = {name: asked.facets.get("type", {}).get(name, 0) for name in NOISE}
    noise = {name: count for name, count in counts.items() if count}
    return noise if sum(noise.values()) < asked.total else {}


def _asks_for_type(tree: Tree | None) -> bool:
    match tree:
        case Value(field="type"):
            return True
        case All() | Any():
            return any(map(_asks_for_type, tree.parts))
        case No():
            return _asks_for_type(tree.part)
        case _:
            return False


def ranked_page(connection: Connection, order: Hits, offset: int, limit: int, *, fold: bool) -> Page:
    """A page of a ranked list, from `offset` on: the first article of each story in the list stands for it."""
    stories_of: dict[str, int] = {}
    looked, end = 0, len(order)
    told: set[int] = set()
    shown: list[tuple[str, float, bool]] = []
    for at, hit in enumerate(order):
        if at >= looked:
            ahead = order[at : max(offset + limit, at) + SCANNED]
            stories_of |= _stories(connection, [article for article, _, _ in ahead]) if fold else {}
            looked = at + len(ahead)
        story = stories_of.get(hit[0])
        if story is not None and story in told:
            continue
        told.update(() if story is None else (story,))
        if at >= offset and len(shown) == limit:
            end = at
            break
        if at >= offset:
            shown.append(hit)
    return Page(tuple(shown), {"o": end} if end < len(order) and limit else None)


def sorted_page(connection: Connection, engine: SearchEngine, query: EngineQuery, limit: int, *, fold: bool) -> Page:
    """A page of a list in the order of a key, below `query.after`: of each story the article with the highest key stands for it.

    Raises:
        EngineDown: the engine does not answer.
    """
    shown: list[EngineHit] = []
    asked = replace(query, facets=(), limit=limit + 1)
    while limit:
        hits = engine.search(asked).hits
        first = _first_of_stories(connection, engine, asked, [hit.id for hit in hits]) if fold else {}
        shown += [hit for hit in hits if first.get(hit.id, hit.id) == hit.id]
        if len(shown) > limit or len(hits) <= limit:
            break
        asked = replace(asked, after=hits[-1].key)
    found = tuple((hit.id, hit.score, False) for hit in shown[:limit])
    return Page(found, {"after": shown[limit - 1].key} if len(shown) > limit else None)


def _first_of_stories(connection: Connection, engine: SearchEngine, query: EngineQuery, ids: Sequence[str]) -> dict[str, str]:
    """Article → the article that stands for its story among all that `query` finds; articles without copies are missing."""
    stories_of = _stories(connection, ids)
    if not stories_of:
        return {}
    members = _members(connection, set(stories_of.values()))
    where = And((query.where, Ids(frozenset(members))))
    found = engine.search(replace(query, where=where, after=None, limit=len(members))).hits
    first: dict[int, str] = {}
    for hit in found:
        first.setdefault(members[hit.id], hit.id)
    return {article: first.get(story, article) for article, story in stories_of.items()}


def _stories(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
    """Article → its story, for articles of stories that several articles carry; restatements are missing."""
    return {row.article_id: row.story_id for row in connection.execute(_STORIES, {"ids": ids})}


def _members(connection: Connection, of: set[int]) -> dict[str, int]:
    return {row.article_id: row.story_id for row in connection.execute(_MEMBERS, {"of": list(of)})}
