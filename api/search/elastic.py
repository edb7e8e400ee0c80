"""The Elasticsearch engine: the same answers from a server, by the official client and features of the free licence only.

Indexes are `<prefix>-<generation>`, reached through the alias `<prefix>`; a rebuild fills a new index and the alias moves in one
atomic step. The mapping is `mappings/articles.json`; what an index was made with stands in its `_meta`.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.resources import files
from typing import Any, TypeVar

from elasticsearch import ApiError, Elasticsearch, NotFoundError, TransportError, helpers

from api.errors import EngineDown, IndexMismatch
from api.records import Sort
from api.search.base import And, EngineAnswer, EngineDocument, EngineHit, EngineQuery, Ids, IndexInfo, Node, Vector
from api.search.elastic_query import to_query
from nlp.analyser import lines

FACET_SIZE = 65_000
"""Values counted of a facet; Elasticsearch's own limit on buckets is 65,536 a request by default."""
BULK = 200
"""Documents a bulk request."""
RETRIES = 8
"""Times a bulk item is tried again when the server is short of room (429) or of shards (503)."""
TIMEOUT = 20.0

T = TypeVar("T")


class ElasticEngine:
    """A `SearchEngine` on an Elasticsearch 9 server.

    Args:
        url: address of the server.
        prefix: alias, and first part of every index name.
        info: what the index must have been made with.
        settings: index settings that replace those of the mapping file (shards, replicas, refresh interval).
        index: one named index instead of the alias (a rebuild).

    Raises:
        EngineDown: the server does not answer.
        IndexMismatch: the index behind the alias was made by another schema or model.
    """

    def __init__(
        self,
        url: str,
        prefix: str,
        info: IndexInfo,
        *,
        settings: Mapping[str, Any] | None = None,
        api_key: str | None = None,
        index: str | None = None,
    ) -> None:
        self._client = Elasticsearch(url, api_key=api_key, request_timeout=TIMEOUT, retry_on_timeout=True, max_retries=2)
        self.prefix = prefix
        self._info = info
        self._settings = dict(settings or {})
        self._address = (url, api_key)
        self._named = index
        self._pending: list[dict[str, Any]] = []
        if index is None:
            self._call(self._prepare)

    @property
    def info(self) -> IndexInfo:
        """What the open index was made with."""
        return self._info

    @property
    def index(self) -> str:
        """What requests go to: the alias, or the one index of a rebuild."""
        return self._named or self.prefix

    def _call(self, action: Callable[[], T]) -> T:
        try:
            return action()
        except TransportError as error:
            raise EngineDown(f"Elasticsearch does not answer: {error}") from error
        except ApiError as error:
            if error.status_code in {429, 502, 503, 504}:
                raise EngineDown(f"Elasticsearch cannot answer now: {error}") from error
            raise

    def _prepare(self) -> None:
        try:
            found = self._client.indices.get_mapping(index=self.prefix)
        except NotFoundError:
            name = self._create()
            self._client.indices.put_alias(index=name, name=self.prefix)
            return
        for mapping in found.values():
            made = IndexInfo(**mapping["mappings"].get("_meta", {}))
            if made != self._info:
                raise IndexMismatch(f"{self.prefix}: made with {made}, now {self._info}; run `pantau reindex`", made=made)

    def _create(self) -> str:
        body = json.loads((files("api.search") / "mappings" / "articles.json").read_text(encoding="utf-8"))
        body["settings"]["index"] |= self._settings
        body["mappings"]["_meta"] = {"schema": self._info.schema, "model": self._info.model}
        name = f"{self.prefix}-{uuid.uuid4().hex[:12]}"
        self._client.indices.create(index=name, settings=body["settings"], mappings=body["mappings"], wait_for_active_shards=1)
        return name

    def put(self, documents: Iterable[EngineDocument]) -> None:
        """Add or replace documents; searchable after `commit`."""
        for document in documents:
            self._pending.append({"_op_type": "index", "_index": self.index, "_id": document.id, "_source": _source(document)})
            if len(self._pending) >= BULK:
                self._flush()

    def delete(self, ids: Iterable[str]) -> None:
        """Remove documents; unknown ids are ignored."""
        self._pending += [{"_op_type": "delete", "_index": self.index, "_id": article} for article in ids]

    def _flush(self) -> None:
        actions, self._pending = self._pending, []
        self._call(lambda: self._bulk(actions))

    def _bulk(self, actions: list[dict[str, Any]]) -> None:
        """Send `actions`; items refused for want of room are tried again with a growing pause, others stop the batch.

        Nothing is lost by stopping: the index queue keeps its rows until `commit` has returned.
        """
        failed = []
        for ok, item in helpers.streaming_bulk(
            self._client, actions, chunk_size=BULK, max_retries=RETRIES, initial_backoff=0.5, max_backoff=10,
            retry_on_status=(429, 503), raise_on_error=False, raise_on_exception=True,
        ):  # fmt: skip
            ((operation, result),) = item.items()
            if not ok and not (operation == "delete" and result.get("status") == 404):
                failed.append(f"{result.get('_id')}: {result.get('status')} {result.get('error')}")
        if failed:
            raise EngineDown(f"Elasticsearch took {len(actions) - len(failed)} of {len(actions)} documents: {failed[0]}")

    def commit(self) -> None:
        """Make everything put and deleted searchable; Elasticsearch has made it durable in its translog already."""
        if self._pending:
            self._flush()
        self._call(lambda: self._client.indices.refresh(index=self.index))

    def search(self, query: EngineQuery) -> EngineAnswer:
        """Total, hits and facets of a query."""
        found = self._call(lambda: self._client.search(index=self.index, **_request(query)))
        hits = tuple(_hit(h, query.sort) for h in found["hits"]["hits"])
        facets = {name: _buckets(found["aggregations"][name]) for name in query.facets}
        return EngineAnswer(int(found["hits"]["total"]["value"]), hits, facets)

    def scores(self, where: Node, ids: Sequence[str]) -> dict[str, float]:
        """The relevance of given articles to `where`; those that do not match are missing."""
        if not ids:
            return {}
        query = to_query(And((where, Ids(frozenset(ids)))))
        found = self._call(lambda: self._client.search(index=self.index, query=query, size=len(ids), source=False))
        return {h["_id"]: float(h["_score"]) for h in found["hits"]["hits"]}

    def near(self, vector: Vector, where: Node, limit: int) -> list[tuple[str, float]]:
        """The articles whose best chunk is nearest to a unit `vector` among those that `where` holds for."""
        knn = {
            "field": "chunks.vector", "query_vector": vector.tolist(), "k": limit,
            "num_candidates": min(10_000, max(200, limit * 3)), "filter": to_query(where),
        }  # fmt: skip
        found = self._call(lambda: self._client.search(index=self.index, knn=knn, size=limit, source=False))
        pairs = [(h["_id"], 2.0 * float(h["_score"]) - 1.0) for h in found["hits"]["hits"]]
        return sorted(pairs, key=lambda p: (-p[1], p[0]))

    def closeness(self, vector: Vector, ids: Sequence[str]) -> dict[str, float]:
        """The cosine of given articles' best chunks; those without vectors are missing."""
        return dict(self.near(vector, Ids(frozenset(ids)), len(ids))) if ids else {}

    def count(self) -> int:
        """Documents in the index."""
        return int(self._call(lambda: self._client.count(index=self.index))["count"])

    def words_like(self, word: str) -> list[str]:
        """Indexed words close to `word` by spelling, commonest first; for suggestions only."""
        term = {"field": "text_exact", "suggest_mode": "always", "sort": "frequency", "size": 10, "prefix_length": 1}
        suggest = {"words": {"text": word, "term": term}}
        found = self._call(lambda: self._client.search(index=self.index, suggest=suggest, size=0))
        return [option["text"] for entry in found["suggest"]["words"] for option in entry["options"]]

    def begin_rebuild(self, info: IndexInfo) -> ElasticEngine:
        """An empty next index beside the present one, which goes on answering."""
        url, api_key = self._address
        fresh = ElasticEngine(url, self.prefix, info, settings=self._settings, api_key=api_key, index="not yet made")
        fresh._named = fresh._call(fresh._create)
        return fresh

    def switch(self) -> None:
        """Point the alias to this rebuilt index, in one atomic step, and drop the indexes it pointed to."""
        self.commit()
        self._call(self._move_alias)
        self._named = None

    def _move_alias(self) -> None:
        try:
            old = [name for name in self._client.indices.get_alias(name=self.prefix) if name != self._named]
        except NotFoundError:
            old = []
        actions: list[dict[str, Any]] = [{"add": {"index": self._named, "alias": self.prefix}}]
        actions += [{"remove_index": {"index": name}} for name in old]
        self._client.indices.update_aliases(actions=actions)

    def close(self) -> None:
        """Give back connections. What was not committed may be lost; the index queue still has it."""
        self._client.close()

    def drop(self) -> None:
        """Delete the alias's indexes (tests, and a server that gives up Pantau)."""
        for name in list(self._client.indices.get(index=f"{self.prefix}-*", ignore_unavailable=True)):
            self._client.indices.delete(index=name, ignore_unavailable=True)


def _request(query: EngineQuery) -> dict[str, Any]:
    relevance = query.sort is Sort.RELEVANCE
    request: dict[str, Any] = {
        "query": to_query(query.filtered()),
        "size": query.limit,
        "track_total_hits": True,
        "source": False,
        "docvalue_fields": ["newest"],
        "sort": [{"_score": "desc"}, {"newest": "desc"}] if relevance else [{query.sort.value: "desc"}],
        "aggs": {name: _facet(query, name) for name in query.facets},
    }
    if not relevance and query.after is not None:
        request["search_after"] = [query.after]
    return request


def _facet(query: EngineQuery, name: str) -> dict[str, Any]:
    terms = {"terms": {"field": name, "size": FACET_SIZE, "shard_size": FACET_SIZE}}
    if not query.filters.get(name):
        return terms
    return {"global": {}, "aggs": {"scope": {"filter": to_query(query.filtered(but=name)), "aggs": {"values": terms}}}}


def _buckets(aggregation: Mapping[str, Any]) -> dict[str, int]:
    inner = aggregation["scope"]["values"] if "scope" in aggregation else aggregation
    return {bucket["key"]: int(bucket["doc_count"]) for bucket in inner["buckets"]}


def _hit(hit: Mapping[str, Any], sort: Sort) -> EngineHit:
    if sort is Sort.RELEVANCE:
        return EngineHit(hit["_id"], float(hit["sort"][0]), int(hit["fields"]["newest"][0]))
    return EngineHit(hit["_id"], 0.0, int(hit["sort"][0]))


def _source(document: EngineDocument) -> dict[str, Any]:
    title_exact, title_stem = lines(document.title)
    text_exact, text_stem = lines(document.text)
    source: dict[str, Any] = {
        "title": document.title, "text": document.text, "title_exact": title_exact, "title_stem": title_stem,
        "text_exact": text_exact, "text_stem": text_stem, "day": document.day, "newest": document.newest, "amount": document.amount,
    }  # fmt: skip
    source |= {name: list(dict.fromkeys(values)) for name, values in document.keywords.items()}
    if document.vectors:
        source["chunks"] = [{"vector": vector.tolist()} for vector in document.vectors]
    return source
