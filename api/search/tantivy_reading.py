"""What is read of a tantivy searcher: totals and hits, facets, and which articles are worth comparing by meaning."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import tantivy

from api.records import Sort
from api.search.base import And, EngineHit, EngineQuery, Ids, Node
from api.search.tantivy_query import SCHEMA, to_query
from api.search.vectorrows import Numbers, Scan, Snapshot

MARGIN, CHECKED = 1.5, 4
"""A filter that holds for many is checked on the nearest articles of all, some more than its share asks for, where that is cheaper than
listing all it holds for: to check an article by its id costs as much as to list four."""
FACET_SIZE = 65_000
"""Values counted per segment and in all: with tantivy's default of 10 per segment, counts are wrong."""


def count(searcher: tantivy.Searcher, where: tantivy.Query) -> int:
    """How many articles a query finds; in the order of a field, so that none is ranked for it."""
    return searcher.search(where, 1, count=True, order_by_field="newest").count or 0  # type: ignore[attr-defined]  # the stub forgets it


def ranked(searcher: tantivy.Searcher, vectors: Snapshot, where: tantivy.Query, limit: int) -> tuple[int, tuple[EngineHit, ...]]:
    """Total and the best hits, of one pass."""
    if limit <= 0:
        return count(searcher, where), ()
    found = searcher.search(where, limit, count=True)
    order = sorted(hits_of(searcher, vectors, found.hits), key=lambda h: (-round(h.score, 5), -h.key))
    return found.count or 0, tuple(order)  # type: ignore[attr-defined]  # as above


def in_order(searcher: tantivy.Searcher, vectors: Snapshot, where: tantivy.Query, query: EngineQuery) -> tuple[int, tuple[EngineHit, ...]]:
    """Total, and the first hits below `query.after` in the order of the query's key."""
    if query.limit <= 0:
        return count(searcher, where), ()
    total, name = None, query.sort.value
    if query.after is not None:
        total = count(searcher, where)
        below = tantivy.Query.range_query(SCHEMA, name, tantivy.FieldType.Unsigned, 0, query.after, include_upper=False)
        where = tantivy.Query.boolean_query([(tantivy.Occur.Must, where), (tantivy.Occur.Must, below)])
    found = searcher.search(where, query.limit, count=total is None, order_by_field=name)
    keys = [int(key) for key, _ in found.hits]
    known = vectors.ids_of(keys) if query.sort is Sort.NEWEST else [None] * len(keys)
    hits = (EngineHit(id_ or _id(searcher, at), 0.0, key) for (_, at), key, id_ in zip(found.hits, keys, known, strict=True))
    return found.count or 0 if total is None else total, tuple(hits)  # type: ignore[attr-defined]  # as above


def hits_of(searcher: tantivy.Searcher, vectors: Snapshot, found: Sequence[tuple[float, tantivy.DocAddress]]) -> list[EngineHit]:
    """What was found by score. Keys come in one call and tell the id of what has vectors; a stored document is read for the others."""
    keys = [int(key or 0) for key in searcher.fast_field_values("newest", [address for _, address in found])]
    return [
        EngineHit(known or _id(searcher, address), float(score), key)
        for (score, address), key, known in zip(found, keys, vectors.ids_of(keys), strict=True)
    ]


def _id(searcher: tantivy.Searcher, address: tantivy.DocAddress) -> str:
    return str(searcher.doc(address).get_first("id"))


def facets(searcher: tantivy.Searcher, query: EngineQuery, where: tantivy.Query) -> dict[str, dict[str, int]]:
    """The counts of the query's facets, each without its own selection."""
    counts: dict[str, dict[str, int]] = {}
    shared = [name for name in query.facets if not query.filters.get(name)]
    for names, scope in [(shared, where), *(([n], to_query(query.filtered(but=n))) for n in query.facets if n not in shared)]:
        if names:
            wanted = {n: {"terms": {"field": n, "size": FACET_SIZE, "segment_size": FACET_SIZE}} for n in names}
            found = searcher.aggregate(scope, wanted)
            counts |= {n: {b["key"]: b["doc_count"] for b in found[n]["buckets"]} for n in names}
    return {name: counts[name] for name in query.facets}


def keys_near(searcher: tantivy.Searcher, scan: Scan, where: Node, wanted: int) -> Numbers:
    """Keys of articles that `where` holds for: of all of them, or at least of the `wanted` nearest by int8."""
    query, vectors = to_query(where), scan.snapshot
    holds = count(searcher, query)
    checked = int(MARGIN * wanted * searcher.num_docs / max(1, holds))
    if checked * CHECKED < holds:
        nearest = frozenset(vectors.ids[slot] for slot in scan.likeliest(checked).tolist())
        held = _listed(searcher, to_query(And((where, Ids(nearest)))), checked)
        if len(held) >= wanted:
            return held
    return _listed(searcher, query, holds)


def _listed(searcher: tantivy.Searcher, where: tantivy.Query, most: int) -> Numbers:
    """The keys of what a query finds: they come with the addresses, no stored document is read."""
    found = searcher.search(where, max(1, most), count=False, order_by_field="newest").hits
    return np.array([key for key, _ in found], dtype=np.int64)
