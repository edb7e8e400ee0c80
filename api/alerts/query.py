"""Evaluates a saved query on one article that has just been stored: the same grammar, plan and facts as a search, no index needed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from api.alerts.matching import Arrival
from api.search.documents import documents
from api.search.facts import Resolved, holding, is_fact
from api.search.grammar import Names, parse
from api.search.plan import plan
from api.search.single import Single
from api.search.tree import All, Any, No, Tree
from api.wording import JAKARTA


class Evaluator:
    """Answers whether a query finds an article, and by which of its commitments.

    Args:
        names: how names in queries become ids (api.search.grammar.names_of).
        now: the clock that "date:last-7d" counts from.
    """

    def __init__(self, names: Names, now: Callable[[], datetime]) -> None:
        self._names = names
        self._now = now
        self._last: tuple[Arrival, Single] | None = None

    def check(self, query: str) -> None:
        """Reads a query without running it.

        Raises:
            QueryError: it cannot be understood.
        """
        self._tree(query)

    def __call__(self, connection: Connection, query: str, arrival: Arrival) -> tuple[int, ...] | None:
        """Indices in `arrival.analysis.commitments` of those that satisfy the query's fact clauses (empty where it has none), or None
        where the query does not find the article.

        Raises:
            QueryError: the query cannot be understood.
        """
        tree = self._tree(query)
        facts: dict[Tree, frozenset[int]] = {}

        def resolve(group: Tree) -> Resolved:
            if group not in facts:
                facts[group] = holding(connection, group, arrival.article_id)
            return Resolved(frozenset({arrival.article_id}) if facts[group] else frozenset())

        if not self._single(connection, arrival).satisfies(plan(tree, query, resolve).where):
            return None
        groups = _asked(tree) if tree is not None else []
        found = frozenset[int]().union(*(facts.get(group) or holding(connection, group, arrival.article_id) for group in groups))
        return tuple(index for index, fact in enumerate(arrival.fact_ids) if fact in found)

    def _tree(self, query: str) -> Tree | None:
        return parse(query, self._names, self._now().astimezone(JAKARTA).date())

    def _single(self, connection: Connection, arrival: Arrival) -> Single:
        """The article in memory; its words are made once for all queries."""
        if self._last is None or self._last[0] is not arrival:
            (document,) = documents(connection, [arrival.article_id], lambda *_: {})
            self._last = (arrival, Single.of(document))
        return self._last[1]


def _asked(tree: Tree) -> list[Tree]:
    """The fact clauses a query asks for (not those it excludes), grouped as they hold for one commitment."""
    match tree:
        case All():
            facts = tuple(part for part in tree.parts if is_fact(part))
            group: list[Tree] = [All(facts, tree.start, tree.end)] if any(not isinstance(part, No) for part in facts) else []
            return group + [found for part in tree.parts if not is_fact(part) for found in _asked(part)]
        case Any():
            return [tree] if is_fact(tree) else [found for part in tree.parts for found in _asked(part)]
        case No():
            return []
        case _:
            return [tree] if is_fact(tree) else []
