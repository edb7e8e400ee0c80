"""The Elasticsearch engine: the same answers from a server, by the official client and features of the free licence only.

Indexes are `<prefix>-<generation>`, reached through the alias `<prefix>`; a rebuild fills a new index and the alias moves in one
atomic step. Settings and mapping are `mappings/articles.json`; what an index was made with stands in its `_meta`. A search that some
shard cannot answer is refused, never answered in part.
"""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.resources import files
from typing import Any, TypeVar

from elasticsearch import ApiError, BadRequestError, Elasticsearch, NotFoundError, TransportError

from api.errors import EngineDown, IndexMismatch
from api.records import Sort
from api.search.base import And, EngineAnswer, EngineDocument, EngineHit, EngineQuery, Ids, IndexInfo, Node, Vector
from api.search.elastic_bulk import BUSY, Bulk, Busy, Operation
from api.search.elastic_query import to_query
from api.search.spelling import close, edits
from nlp.analyser import lines

FACET_SIZE = 65_000
"""Values counted of a facet; Elasticsearch's own limit on buckets is 65,536 a request by default."""
TIMEOUT = 20.0
SEARCH_TIMEOUT = 5.0
"""Seconds a node may take to write, or to answer a person; then the next node is asked."""
BUNDLED = ("none", "e5-small-id-en@")
"""Models whose vectors have the mapping's dimension; that of others is the first vector's."""

T = TypeVar("T")


class ElasticEngine:
    """A `SearchEngine` on an Elasticsearch 9 server or cluster.

    Args:
        url: address of the server; those of several nodes are separated by commas.
        prefix: alias, and first part of every index name.
        info: what the index must have been made with.
        settings: index settings that replace those of the mapping file (shards, replicas, refresh interval).
        index: one named index instead of the alias (a rebuild).
        pause: waits for so many seconds before what was refused is tried again.

    Raises:
        EngineDown: the server does not answer, or refuses us.
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
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        nodes = [address.strip() for address in url.split(",") if address.strip()]
        self._client = Elasticsearch(nodes, api_key=api_key, request_timeout=TIMEOUT, retry_on_timeout=True, max_retries=len(nodes) + 1)
        self._patient = self._client.options(retry_on_status=())  # a full server is not asked again at once: `Bulk` waits
        self.prefix = prefix
        self._info = info
        self._settings = dict(settings or {})
        self._address = (url, api_key)
        self._named = index
        self._bulk = Bulk(self._send, pause)
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

    @property
    def retried(self) -> int:
        """Requests and documents that were tried again, for want of room on the server, since the engine was opened."""
        return self._bulk.retried

    def present(self) -> str:
        """The index behind the alias (or the one of a rebuild)."""
        return self._named or ",".join(sorted(self._call(lambda: self._client.indices.get_alias(name=self.prefix))))

    def _call(self, action: Callable[[], T]) -> T:
        try:
            return action()
        except TransportError as error:
            raise EngineDown(f"Elasticsearch does not answer: {error}") from error
        except NotFoundError as error:
            raise EngineDown(f"Elasticsearch has no index {self.index}; run `pantau reindex`") from error
        except ApiError as error:
            what = "cannot answer now" if error.status_code in {429, 502, 503, 504} else "refuses"
            raise EngineDown(f"Elasticsearch {what}: {error}") from error

    def _prepare(self) -> None:
        try:
            found = self._client.indices.get_mapping(index=self.prefix)
        except NotFoundError:
            name = self._create()
            self._client.indices.put_alias(index=name, name=self.prefix)
            return
        for index, mapping in found.items():
            meta = mapping["mappings"].get("_meta", {})
            made = IndexInfo(schema=str(meta.get("schema")), model=str(meta.get("model")))
            if made != self._info:
                raise IndexMismatch(f"{index}: made with {made}, now {self._info}; run `pantau reindex`", made=made)

    def _create(self) -> str:
        body = json.loads((files("api.search") / "mappings" / "articles.json").read_text(encoding="utf-8"))
        body["settings"]["index"] |= self._settings
        body["mappings"]["_meta"] = {"schema": self._info.schema, "model": self._info.model}
        if not self._info.model.startswith(BUNDLED):
            del body["mappings"]["properties"]["chunks"]["properties"]["vector"]["dims"]
        name = f"{self.prefix}-{uuid.uuid4().hex[:12]}"
        try:
            self._client.indices.create(index=name, settings=body["settings"], mappings=body["mappings"], wait_for_active_shards=1)
        except BadRequestError as error:
            if error.error != "resource_already_exists_exception":
                raise
            # Our own request, sent again by the client after it had waited too long: nobody else knows the name.
        return name

    def put(self, documents: Iterable[EngineDocument]) -> None:
        """Add or replace documents; searchable after `commit`."""
        for document in documents:
            size = 4 * (len(document.title) + len(document.text)) + 10_000 * len(document.vectors)
            self._bulk.add(Operation(document.id, _source(document), size))

    def delete(self, ids: Iterable[str]) -> None:
        """Remove documents; unknown ids are ignored."""
        for article in ids:
            self._bulk.add(Operation(article))

    def _send(self, operations: list[Mapping[str, Any]]) -> Mapping[str, Any]:
        """One bulk request. To the alias only where there is one: a name that is gone must not become an index by itself."""
        try:
            return dict(self._patient.bulk(operations=operations, index=self.index, require_alias=self._named is None))
        except TransportError as error:
            raise EngineDown(f"Elasticsearch does not answer: {error}") from error
        except ApiError as error:
            if error.status_code in BUSY:
                raise Busy from error
            raise EngineDown(f"Elasticsearch refuses: {error}") from error

    def commit(self) -> None:
        """Make everything put and deleted searchable; Elasticsearch has made it durable in its translog already."""
        self._bulk.flush()
        self._call(lambda: self._client.indices.refresh(index=self.index))

    def _search(self, **request: Any) -> Mapping[str, Any]:
        return self._call(
            lambda: dict(
                self._client.options(request_timeout=SEARCH_TIMEOUT).search(index=self.index, allow_partial_search_results=False, **request)
            )
        )

    def search(self, query: EngineQuery) -> EngineAnswer:
        """Total, hits and facets of a query."""
        found = self._search(**_request(query))
        hits = tuple(_hit(h, query.sort) for h in found["hits"]["hits"])
        facets = {name: _buckets(found["aggregations"][name]) for name in query.facets}
        return EngineAnswer(int(found["hits"]["total"]["value"]), hits, facets)

    def scores(self, where: Node, ids: Sequence[str]) -> dict[str, float]:
        """The relevance of given articles to `where`; those that do not match are missing."""
        if not ids:
            return {}
        query = to_query(And((where, Ids(frozenset(ids)))))
        found = self._search(query=query, size=len(ids), source=False)
        return {h["_id"]: float(h["_score"]) for h in found["hits"]["hits"]}

    def near(self, vector: Vector, where: Node, limit: int) -> list[tuple[str, float]]:
        """The articles whose best chunk is nearest to a unit `vector` among those that `where` holds for."""
        knn = {
            "field": "chunks.vector", "query_vector": vector.tolist(), "k": limit,
            "num_candidates": min(10_000, max(200, limit * 3)), "filter": to_query(where),
        }  # fmt: skip
        found = self._search(knn=knn, size=limit, source=False)
        pairs = [(h["_id"], 2.0 * float(h["_score"]) - 1.0) for h in found["hits"]["hits"]]
        return sorted(pairs, key=lambda p: (-p[1], p[0]))

    def closeness(self, vector: Vector, ids: Sequence[str]) -> dict[str, float]:
        """The cosine of given articles' best chunks; those without vectors are missing."""
        return dict(self.near(vector, Ids(frozenset(ids)), len(ids))) if ids else {}

    def count(self) -> int:
        """Documents in the index."""
        return int(self._call(lambda: self._client.count(index=self.index))["count"])

    def words_like(self, word: str) -> list[tuple[str, int]]:
        """Other spellings of `word` that are indexed, with the articles that say them."""
        if not edits(word):
            return []
        term = {"field": "text_exact", "suggest_mode": "always", "sort": "frequency", "size": 100, "shard_size": 500,
                "prefix_length": 1, "max_edits": edits(word), "max_term_freq": 1.0}  # fmt: skip
        found = self._search(suggest={"words": {"text": word, "term": term}}, size=0)
        return close(word, [(option["text"], option["freq"]) for entry in found["suggest"]["words"] for option in entry["options"]])

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
        """Indexes of this prefix that no alias names are what killed rebuilds left."""
        actions: list[dict[str, Any]] = [{"add": {"index": self._named, "alias": self.prefix}}]
        actions += [{"remove_index": {"index": name}} for name in self._generations() if name != self._named]
        self._client.indices.update_aliases(actions=actions)

    def _generations(self) -> list[str]:
        """All indexes of this prefix; not those of another one that begins with it."""
        mine = re.compile(re.escape(self.prefix) + r"-[0-9a-f]{12}")
        return [name for name in self._client.indices.get(index=f"{self.prefix}-*", allow_no_indices=True) if mine.fullmatch(name)]

    def close(self) -> None:
        """Give back connections. What was not committed may be lost; the index queue still has it."""
        self._client.close()

    def drop(self) -> None:
        """Delete the alias's indexes (tests, and a server that gives up Pantau)."""
        for name in self._generations():
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
