"""Search as everybody asks it: UI, API, commands, exports and alerts' previews hand in a `SearchRequest` and get a `SearchAnswer`.

Total and facets are those of words and filters; meaning adds hits marked `semantic_only`, which are not counted. Where the engine
lacks vectors or no embedder is set, words alone answer.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from api.records import FACETS, Chip, Mode, SearchAnswer, SearchRequest, Sort
from api.refusals import cursor_error, query_error
from api.search.base import And, EngineAnswer, EngineQuery, Ids, Keyword, Node, Not, SearchEngine
from api.search.chips import chips
from api.search.cursors import Cursors
from api.search.facts import Resolved, resolve
from api.search.folding import Page, noise_in, ranked_page, sorted_page
from api.search.fusion import fuse, rules, weights_of
from api.search.grammar import Names, parse
from api.search.labels import Labels
from api.search.meaning import query_vector
from api.search.period import period_of
from api.search.plan import Plan, plan
from api.search.rendering import Found, render
from api.search.scan import MAX_LENGTH
from api.search.spelling import FEW, proposal
from api.search.tree import Tree
from api.store.database import Database
from api.store.frozen import FrozenLists, Hits
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

    def hiding(self, types: tuple[str, ...]) -> Understood:
        """The same without articles of these types."""
        if not types:
            return self
        plan, seen = self.plan, Not(Keyword("type", types))
        where, structure, ranking = (And((node, seen)) for node in (plan.where, plan.structure, plan.ranking))
        return replace(self, plan=replace(plan, where=where, structure=structure, ranking=ranking))


@dataclass(frozen=True, slots=True)
class Place:
    """Where in its list a request goes on: below a key (newest, amount), or at an offset of a frozen list."""

    after: int | None = None
    offset: int = 0
    name: str | None = None
    frozen: Hits | None = None


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
    ) -> None:
        self.database = database
        self.engine = engine
        self.embedder = embedder
        self.names = names
        self.labels = labels
        self._now = now
        self._cursors = Cursors(secret, FrozenLists(database, now))

    def search(self, request: SearchRequest) -> SearchAnswer:
        """The answer to `request`.

        Raises:
            QueryError: the query cannot be understood, or a filter or limit is none of ours.
            CursorError: the cursor is forged, expired or another query's.
            EngineDown: the engine does not answer.
        """
        place = self._place(request)
        with self.database.read() as connection:
            understood = self.understand(connection, request)
            ranked = request.sort is Sort.RELEVANCE and bool(understood.plan.words or understood.plan.text)
            if request.cursor and ranked != (place.frozen is not None):
                raise cursor_error("cursor_other_order")
            asked = self._ask(understood, request, ranked, place)
            noise = noise_in(request, understood.tree, asked)
            listed = understood.hiding(tuple(noise))
            if ranked:
                order = place.frozen or self._order(listed, request, self._ask(listed, request, ranked, place, ()) if noise else asked)
                page = ranked_page(connection, order, place.offset, request.limit, fold=request.fold)
            else:
                order = ()
                page = sorted_page(connection, self.engine, self._query(listed, request, ranked, place), request.limit, fold=request.fold)
            hits = render(connection, [Found(*hit) for hit in page.found], understood.plan, self.embedder, self.labels)
            suggestion = self._suggestion(connection, understood, request, asked.total)
        return SearchAnswer(
            total=asked.total,
            hits=hits,
            facets={name: self.labels.facet(name, counts) for name, counts in asked.facets.items()},
            next=self._following(request, place, page, order),
            chips=self._chips(understood, request),
            undated=self._undated(understood),
            suggestion=suggestion,
            notes=self._notes(understood, request),
            folded=noise,
            period=period_of(understood.tree, understood.filters),
        )

    def understand(self, connection: Connection, request: SearchRequest) -> Understood:
        """Parse and plan a request without asking the engine.

        Raises:
            QueryError: as `search`.
        """
        if not 0 <= request.limit <= MAX_LIMIT:
            raise query_error("limit", most=MAX_LIMIT, value=request.limit)
        unknown = [name for name in request.filters if name not in FACETS]
        if unknown:
            raise query_error("filter", value=unknown[0], known=", ".join(FACETS))
        tree = parse(request.query, self.names, self._now().astimezone(JAKARTA).date())

        def by_sql(part: Tree) -> Resolved:
            return resolve(connection, part)

        return Understood(tree, plan(tree, request.query, by_sql), {k: tuple(v) for k, v in request.filters.items() if v})

    def _place(self, request: SearchRequest) -> Place:
        """Where the request goes on; the beginning without a cursor."""
        if not request.cursor:
            return Place()
        place = self._cursors.read(request)
        if "f" not in place:
            return Place(after=int(place["after"]))
        return Place(offset=int(place["o"]), name=place["f"], frozen=self._cursors.frozen(request, place["f"]))

    def _ask(
        self, understood: Understood, request: SearchRequest, ranked: bool, place: Place, facets: tuple[str, ...] = FACETS
    ) -> EngineAnswer:
        """Total and facets, and the head of a ranked list."""
        wanted = FROZEN if ranked and place.frozen is None else 0
        return self.engine.search(replace(self._query(understood, request, ranked, place), limit=wanted, facets=facets))

    @staticmethod
    def _query(understood: Understood, request: SearchRequest, ranked: bool, place: Place) -> EngineQuery:
        sort = Sort.RELEVANCE if ranked else Sort.NEWEST if request.sort is Sort.RELEVANCE else request.sort
        where, filters = understood.plan.where, understood.filters
        return EngineQuery(where=where, filters=filters, facets=FACETS, sort=sort, after=place.after)

    def _following(self, request: SearchRequest, place: Place, page: Page, order: Hits) -> str | None:
        """The cursor of the next page; None on the last one. Ranked lists are kept here, after the store was let go."""
        if page.following is None:
            return None
        if not order:
            return self._cursors.write(request, dict(page.following))
        return self._cursors.write(request, {"f": place.name or self._cursors.freeze(request, order), **page.following})

    def _order(self, understood: Understood, request: SearchRequest, asked: EngineAnswer) -> Hits:
        """The ranked list: by words, by meaning, or by both fused at its head; the rest of the words' list follows."""
        by_words = {hit.id: hit.score for hit in asked.hits}
        if self.embedder is None or request.mode is Mode.WORDS or not understood.plan.text:
            return tuple((article, score, False) for article, score in by_words.items())
        vector = query_vector(self.embedder, understood.plan)
        scope = _with_filters(understood.plan.structure, understood.filters)
        window = rules().window
        near = dict(self.engine.near(vector, scope, window))
        if request.mode is Mode.MEANING:
            matching = self._matching(understood, list(near), by_words)
            return tuple((article, score, article not in matching) for article, score in near.items())
        ranked = self._ranked(understood, by_words, near, window)
        candidates = list(ranked.keys() | near.keys())
        near |= self.engine.closeness(vector, [c for c in candidates if c not in near])
        fused = fuse({c: ranked.get(c, 0.0) for c in candidates}, near, weights_of(understood.plan.text))
        matching = set(ranked) if understood.plan.lone else self._matching(understood, candidates, by_words)
        return _merge(fused, by_words, matching, rules().meaning_only)

    def _ranked(self, understood: Understood, by_words: dict[str, float], near: Collection[str], window: int) -> dict[str, float]:
        """The scores by any of the words: of the head of their list, and of what is near. A query of one clause has found its list."""
        ranking, known = understood.plan.ranking, by_words
        if understood.plan.lone:
            ranked = dict(islice(by_words.items(), window)) | {c: by_words[c] for c in near if c in by_words}
        else:
            head = EngineQuery(where=ranking, filters=understood.filters, limit=window)
            ranked = known = {hit.id: hit.score for hit in self.engine.search(head).hits}
        whole = understood.plan.lone and len(by_words) < FROZEN
        return ranked if whole else ranked | self.engine.scores(ranking, [c for c in near if c not in known])

    def _matching(self, understood: Understood, candidates: Sequence[str], by_words: dict[str, float]) -> set[str]:
        """Those of the candidates that words and filters find."""
        unsure = [c for c in candidates if c not in by_words]
        where = _with_filters(understood.plan.where, understood.filters)
        checked = EngineQuery(where=And((where, Ids(frozenset(unsure)))), limit=len(unsure), sort=Sort.NEWEST)
        found = {hit.id for hit in self.engine.search(checked).hits} if unsure and len(by_words) >= FROZEN else set()
        return found | (set(candidates) & by_words.keys())

    def _chips(self, understood: Understood, request: SearchRequest) -> tuple[Chip, ...]:
        return chips(understood.tree, request.query, self.labels, understood.plan.same)

    def _undated(self, understood: Understood) -> int:
        """Articles that the query would find if it did not ask for a date, and that have none."""
        if not understood.plan.dated:
            return 0
        return self.engine.search(EngineQuery(where=understood.plan.undated, filters=understood.filters, limit=0)).total

    def _suggestion(self, connection: Connection, understood: Understood, request: SearchRequest, total: int) -> str | None:
        """The query in another spelling, where it finds more in that one."""
        if total >= FEW or request.cursor or not understood.plan.words:
            return None

        def count(where: Node) -> int:
            return self.engine.search(EngineQuery(where=where, limit=0)).total

        proposed = proposal(request.query, understood.tree, self.engine, count)
        if proposed is None or len(proposed) > MAX_LENGTH:
            return None
        other = self.understand(connection, replace(request, query=proposed))
        found = self.engine.search(EngineQuery(where=other.plan.where, filters=other.filters, limit=0)).total
        return proposed if found > total else None

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


def _merge(fused: dict[str, float], by_words: dict[str, float], matching: set[str], meaning_only: int) -> Hits:
    """Fused candidates in order, at most `meaning_only` of them found by meaning alone, then what words found besides."""
    order, only = [], 0
    for article, score in sorted(fused.items(), key=lambda p: (-p[1], p[0])):
        alone = article not in matching
        only += alone
        if not alone or only <= meaning_only:
            order.append((article, score, alone))
    order += [(article, 0.0, False) for article in by_words if article not in fused]
    return tuple(order[:FROZEN])
