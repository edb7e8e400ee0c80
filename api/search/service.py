"""Search as everybody asks it: UI, API, commands, exports and alerts' previews hand in a `SearchRequest` and get a `SearchAnswer`.

Total and facets are those of words and filters; meaning adds hits marked `semantic_only`, which are not counted. Where the engine
lacks vectors or no embedder is set, words alone answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from api.errors import CursorError, QueryError
from api.records import FACETS, Chip, Mode, SearchAnswer, SearchRequest, Sort
from api.search.base import And, EngineAnswer, EngineQuery, Ids, Keyword, Node, SearchEngine
from api.search.chips import chips
from api.search.cursors import Cursors
from api.search.facts import Resolved, resolve
from api.search.fusion import fuse, rules, weights_of
from api.search.grammar import Names, parse
from api.search.labels import Labels
from api.search.plan import Plan, plan
from api.search.rendering import Found, render
from api.search.tree import Tree
from api.store.database import Database
from nlp.embeddings.base import Embedder

JAKARTA = ZoneInfo("Asia/Jakarta")
FROZEN = 1_000
"""Hits of a ranked list that can be paged through."""
MAX_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Understood:
    """A request after parsing: its tree, its plan with filters as engine clauses."""

    tree: Tree | None
    plan: Plan
    filters: dict[str, tuple[str, ...]]


class SearchService:
    """Search over one store and one engine.

    Args:
        embedder: makes query vectors; None for words alone.
        names: how names in a query become ids.
        labels: how values become words for people.
        now: the present, aware; "last-30d" counts from its day in Jakarta.
    """

    def __init__(
        self,
        database: Database,
        engine: SearchEngine,
        embedder: Embedder | None,
        names: Names,
        labels: Labels,
        *,
        secret: str,
        now: Callable[[], datetime],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.database = database
        self.engine = engine
        self.embedder = embedder
        self.names = names
        self.labels = labels
        self._now = now
        self._cursors = Cursors(secret, clock)

    def search(self, request: SearchRequest) -> SearchAnswer:
        """The answer to `request`.

        Raises:
            QueryError: the query cannot be understood, or a filter or limit is none of ours.
            CursorError: the cursor is forged, expired or another query's.
            EngineDown: the engine does not answer.
        """
        with self.database.read() as connection:
            understood = self.understand(connection, request)
            ranked = request.sort is Sort.RELEVANCE and bool(understood.plan.words or understood.plan.text)
            asked = self._ask(understood, request, ranked)
            if ranked:
                found, following = self._ranked_page(understood, request, asked)
            else:
                found, following = self._sorted_page(request, asked)
            hits = render(connection, found, understood.plan, self.embedder, self.labels)
        return SearchAnswer(
            total=asked.total,
            hits=hits,
            facets={name: self.labels.facet(name, counts) for name, counts in asked.facets.items()},
            next=following,
            chips=self._chips(understood, request),
            undated=self._undated(understood),
            notes=self._notes(understood, request),
        )

    def understand(self, connection: Connection, request: SearchRequest) -> Understood:
        """Parse and plan a request without asking the engine.

        Raises:
            QueryError: as `search`.
        """
        if not 0 <= request.limit <= MAX_LIMIT:
            raise QueryError(f"limit is 0 to {MAX_LIMIT}, not {request.limit}")
        unknown = [name for name in request.filters if name not in FACETS]
        if unknown:
            raise QueryError(f"there is no filter {unknown[0]!r} (there are: {', '.join(FACETS)})")
        tree = parse(request.query, self.names, self._now().astimezone(JAKARTA).date())

        def by_sql(part: Tree) -> Resolved:
            return resolve(connection, part)

        return Understood(tree, plan(tree, request.query, by_sql), {k: tuple(v) for k, v in request.filters.items() if v})

    def _ask(self, understood: Understood, request: SearchRequest, ranked: bool) -> EngineAnswer:
        sort = Sort.RELEVANCE if ranked else Sort.NEWEST if request.sort is Sort.RELEVANCE else request.sort
        cursor = self._cursors.read(request) if request.cursor else {}
        frozen = ranked and "f" in cursor
        query = EngineQuery(
            where=understood.plan.where,
            filters=understood.filters,
            facets=FACETS,
            sort=sort,
            limit=0 if frozen else FROZEN if ranked else request.limit + 1,
            after=cursor.get("after"),
        )
        return self.engine.search(query)

    def _sorted_page(self, request: SearchRequest, asked: EngineAnswer) -> tuple[list[Found], str | None]:
        page = asked.hits[: request.limit]
        following = self._cursors.write(request, {"after": page[-1].key}) if len(asked.hits) > request.limit and page else None
        return [Found(hit.id, hit.score, semantic_only=False) for hit in page], following

    def _ranked_page(self, understood: Understood, request: SearchRequest, asked: EngineAnswer) -> tuple[list[Found], str | None]:
        place = self._cursors.read(request) if request.cursor else {}
        if place and not ("f" in place and isinstance(place.get("o"), int)):
            raise CursorError("the cursor belongs to another order; start the search again")
        name, offset = place.get("f"), place.get("o", 0)
        hits = self._cursors.frozen(name).hits if name else self._order(understood, request, asked)
        page, rest = hits[offset : offset + request.limit], len(hits) - offset - request.limit
        if rest > 0:
            following = self._cursors.write(request, {"f": name or self._cursors.freeze(hits), "o": offset + request.limit})
        else:
            following = None
        return [Found(article, score, semantic_only=only) for article, score, only in page], following

    def _order(self, understood: Understood, request: SearchRequest, asked: EngineAnswer) -> tuple[tuple[str, float, bool], ...]:
        """The ranked list: by words, by meaning, or by both fused at its head; the rest of the words' list follows."""
        by_words = {hit.id: hit.score for hit in asked.hits}
        if self.embedder is None or request.mode is Mode.WORDS or not understood.plan.text:
            return tuple((article, score, False) for article, score in by_words.items())
        vector = self.embedder.embed_query(understood.plan.text)
        scope = _with_filters(understood.plan.structure, understood.filters)
        window = rules().window
        near = dict(self.engine.near(vector, scope, window))
        if request.mode is Mode.MEANING:
            matching = self._matching(understood, list(near), by_words)
            return tuple((article, score, article not in matching) for article, score in near.items())
        head = EngineQuery(where=understood.plan.ranking, filters=understood.filters, limit=window)
        ranked = {hit.id: hit.score for hit in self.engine.search(head).hits}
        candidates = list(ranked.keys() | near.keys())
        ranked |= self.engine.scores(understood.plan.ranking, [c for c in candidates if c not in ranked])
        near |= self.engine.closeness(vector, [c for c in candidates if c not in near])
        fused = fuse({c: ranked.get(c, 0.0) for c in candidates}, near, weights_of(request.query))
        return _merge(fused, by_words, self._matching(understood, candidates, by_words), rules().meaning_only)

    def _matching(self, understood: Understood, candidates: Sequence[str], by_words: dict[str, float]) -> set[str]:
        """Those of the candidates that words and filters find."""
        unsure = [c for c in candidates if c not in by_words]
        where = _with_filters(understood.plan.where, understood.filters)
        checked = EngineQuery(where=And((where, Ids(frozenset(unsure)))), limit=len(unsure), sort=Sort.NEWEST)
        found = {hit.id for hit in self.engine.search(checked).hits} if unsure and len(by_words) >= FROZEN else set()
        return found | (set(candidates) & by_words.keys())

    def _chips(self, understood: Understood, request: SearchRequest) -> tuple[Chip, ...]:
        return chips(understood.tree, request.query, self.labels)

    def _undated(self, understood: Understood) -> int:
        """Articles that the query would find if it did not ask for a date, and that have none."""
        if not understood.plan.dated:
            return 0
        return self.engine.search(EngineQuery(where=understood.plan.undated, filters=understood.filters, limit=0)).total

    def _notes(self, understood: Understood, request: SearchRequest) -> tuple[str, ...]:
        notes = []
        if understood.plan.uncompared:
            notes.append(f"uncompared:{understood.plan.uncompared}")
        if request.mode is not Mode.WORDS and self.embedder is None and understood.plan.text:
            notes.append("words_only")
        return tuple(notes)


def _with_filters(where: Node, filters: dict[str, tuple[str, ...]]) -> Node:
    chosen = tuple(Keyword(name, values) for name, values in sorted(filters.items()))
    return And((where, *chosen)) if chosen else where


def _merge(
    fused: dict[str, float], by_words: dict[str, float], matching: set[str], meaning_only: int
) -> tuple[tuple[str, float, bool], ...]:
    """Fused candidates in order, at most `meaning_only` of them found by meaning alone, then what words found besides."""
    order, only = [], 0
    for article, score in sorted(fused.items(), key=lambda p: (-p[1], p[0])):
        alone = article not in matching
        only += alone
        if not alone or only <= meaning_only:
            order.append((article, score, alone))
    order += [(article, 0.0, False) for article in by_words if article not in fused]
    return tuple(order[:FROZEN])
