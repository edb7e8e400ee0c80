"""The embedded engine: tantivy for words, filters and facets; int8 vectors beside it for meaning. No server, one folder.

A rebuild fills another generation (`generations`) while the present one answers. One process writes a generation, any number read:
a reader looks at what is committed before each search and reopens what has changed.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import tantivy

from api.errors import EngineDown
from api.records import Sort
from api.search.base import (
    EVERYTHING,
    KEYWORDS,
    And,
    EngineAnswer,
    EngineDocument,
    EngineHit,
    EngineQuery,
    Ids,
    IndexInfo,
    Node,
    Vector,
)
from api.search.generations import Generations
from api.search.spelling import close, edits
from api.search.tantivy_query import SCHEMA, to_query
from api.search.vectorfile import VectorFile
from api.search.vectorrows import Snapshot
from nlp.analyser import lines

HEAP = 128_000_000
"""Bytes the writer may buffer before it makes a segment."""
TRIES = 5
"""Times the present generation is looked for again, where a switch removes it while it is being opened."""
BROAD, MARGIN = 0.1, 1.5
"""From this share of all articles on, a filter is checked on the nearest articles of all, some more than the share asks for."""
FACET_SIZE = 65_000
"""Values counted per segment and in all: with tantivy's default of 10 per segment, counts are wrong."""


class EmbeddedEngine:
    """A `SearchEngine` in a folder.

    Args:
        root: folder of all generations.
        info: what the index must have been made with; a new one is made with it.
        generation: a named generation instead of the current one (a rebuild).

    Raises:
        IndexMismatch: the index was made by another schema or model.
        EngineDown: the folder cannot be read or written.
    """

    def __init__(self, root: Path, info: IndexInfo, *, generation: str | None = None) -> None:
        self._generations = Generations(root)
        self._info = info
        self._lock = threading.RLock()
        self._writer: tantivy.IndexWriter | None = None
        self._fixed = generation
        self._open(self.present())

    @property
    def info(self) -> IndexInfo:
        """What the open index was made with."""
        return self._info

    @property
    def retried(self) -> int:
        """Nothing is ever tried again: there is no server to be short of room."""
        return 0

    def present(self) -> str:
        """The generation that answers."""
        if name := self._fixed or self._generations.current():
            return name
        return self._generations.first(self._info)

    def _open(self, name: str) -> None:
        self.folder = self._generations.open(name, self._info)
        self.generation = name
        self._index = tantivy.Index(SCHEMA, path=str(self.folder / "words"))
        self._index.config_reader("manual")
        self._vectors = VectorFile(self.folder / "vectors")
        self._committed = b""

    def _refresh(self) -> tantivy.Searcher:
        return self._committed_now()[0]

    def _committed_now(self) -> tuple[tantivy.Searcher, Snapshot]:
        """Words and vectors as committed now, by this process or another, of one generation."""
        for _ in range(TRIES):
            try:
                return self._look()
            except (FileNotFoundError, ValueError):
                if self.present() == self.generation:
                    raise
        raise EngineDown(f"{self.folder}: the search index is rebuilt faster than it can be opened; try again")

    def _look(self) -> tuple[tantivy.Searcher, Snapshot]:
        """Raises FileNotFoundError or ValueError (tantivy's) where a switch removes the generation under our hands."""
        with self._lock:
            if (name := self.present()) != self.generation:
                self._drop_writer()
                self._open(name)
            # Its content, not its time of change: two commits within one tick of the clock bear the same time.
            committed = (self.folder / "words" / "meta.json").read_bytes()
            if committed != self._committed:
                self._index.reload()
                self._searcher = self._index.searcher()
                self._vectors.refresh()
                self._committed = committed
            return self._searcher, self._vectors.snapshot

    def _write(self) -> tantivy.IndexWriter:
        """The writer of the present generation; what was put into one that answers no longer is given up (the queue has it still)."""
        with self._lock:
            if self._writer is None or self.present() != self.generation:
                self._refresh()
            if self._writer is None:
                try:
                    self._writer = self._index.writer(HEAP, 1)
                except ValueError as error:
                    raise EngineDown(f"{self.folder}: another process writes the search index ({error})") from error
            return self._writer

    def put(self, documents: Iterable[EngineDocument]) -> None:
        """Add or replace documents; searchable after `commit`."""
        with self._writing() as writer:
            for document in documents:
                writer.delete_documents_by_term("id", document.id)
                writer.add_document(_tantivy_document(document))
                self._vectors.put(document.id, document.newest, document.vectors)

    def delete(self, ids: Iterable[str]) -> None:
        """Remove documents; unknown ids are ignored."""
        with self._writing() as writer:
            for article in ids:
                writer.delete_documents_by_term("id", article)
                self._vectors.put(article, 0, ())

    @contextmanager
    def _writing(self) -> Iterator[tantivy.IndexWriter]:
        """The writer; given up, with what it has not committed, where it fails: the queue has it still."""
        writer = self._write()
        try:
            yield writer
        except (OSError, ValueError) as error:
            self._drop_writer()
            raise EngineDown(f"{self.folder}: the search index cannot be written: {error}") from error

    def commit(self) -> None:
        """Make everything put and deleted durable and searchable; vectors first, so that a word hit never waits for them."""
        with self._lock:
            if self._writer is None:
                return
            with self._writing() as writer:
                self._vectors.commit()
                writer.commit()
            self._refresh()

    def search(self, query: EngineQuery) -> EngineAnswer:
        """Total, hits and facets of a query."""
        searcher = self._refresh()
        where = to_query(query.filtered())
        total = searcher.search(where, 1, count=True).count or 0  # type: ignore[attr-defined]  # the stub forgets it
        return EngineAnswer(total, self._hits(searcher, query, where), self._facets(searcher, query, where))

    def _hits(self, searcher: tantivy.Searcher, query: EngineQuery, where: tantivy.Query) -> tuple[EngineHit, ...]:
        if query.limit <= 0:
            return ()
        if query.sort is Sort.RELEVANCE:
            found = searcher.search(where, query.limit, count=False).hits
            hits = [self._hit(searcher, address, score) for score, address in found]
            return tuple(sorted(hits, key=lambda h: (-round(h.score, 5), -h.key)))
        name = query.sort.value
        if query.after is not None:
            below = tantivy.Query.range_query(SCHEMA, name, tantivy.FieldType.Unsigned, 0, query.after, include_upper=False)
            where = tantivy.Query.boolean_query([(tantivy.Occur.Must, where), (tantivy.Occur.Must, below)])
        found = searcher.search(where, query.limit, count=False, order_by_field=name).hits
        return tuple(EngineHit(str(searcher.doc(address).get_first("id")), 0.0, int(key)) for key, address in found)

    @staticmethod
    def _hit(searcher: tantivy.Searcher, address: tantivy.DocAddress, score: float) -> EngineHit:
        stored = searcher.doc(address)
        return EngineHit(str(stored.get_first("id")), float(score), int(stored.get_first("newest") or 0))

    @staticmethod
    def _facets(searcher: tantivy.Searcher, query: EngineQuery, where: tantivy.Query) -> dict[str, dict[str, int]]:
        counts: dict[str, dict[str, int]] = {}
        shared = [name for name in query.facets if not query.filters.get(name)]
        for names, scope in [(shared, where), *(([n], to_query(query.filtered(but=n))) for n in query.facets if n not in shared)]:
            if names:
                wanted = {n: {"terms": {"field": n, "size": FACET_SIZE, "segment_size": FACET_SIZE}} for n in names}
                found = searcher.aggregate(scope, wanted)
                counts |= {n: {b["key"]: b["doc_count"] for b in found[n]["buckets"]} for n in names}
        return {name: counts[name] for name in query.facets}

    def scores(self, where: Node, ids: Sequence[str]) -> dict[str, float]:
        """The relevance of given articles to `where`; those that do not match are missing."""
        if not ids:
            return {}
        searcher = self._refresh()
        found = searcher.search(to_query(And((where, Ids(frozenset(ids))))), len(ids), count=False).hits
        return {hit.id: hit.score for hit in (self._hit(searcher, address, score) for score, address in found)}

    def near(self, vector: Vector, where: Node, limit: int) -> list[tuple[str, float]]:
        """The articles whose best chunk is nearest to a unit `vector` among those that `where` holds for."""
        searcher, vectors = self._committed_now()
        if where == EVERYTHING:
            return vectors.near(vector, limit)
        query = to_query(where)
        share = (searcher.search(query, 1, count=True).count or 0) / max(1, searcher.num_docs)  # type: ignore[attr-defined]  # as above
        if share >= BROAD and len(found := self._near_broadly(searcher, vectors, vector, where, int(limit / share * MARGIN))) >= limit:
            return found[:limit]
        # The sort key is unique, and comes with the address: no stored document is read.
        hits = searcher.search(query, max(1, searcher.num_docs), count=False, order_by_field="newest").hits
        return vectors.near(vector, limit, np.array([key for key, _ in hits], dtype=np.int64))

    @staticmethod
    def _near_broadly(searcher: tantivy.Searcher, vectors: Snapshot, vector: Vector, where: Node, wanted: int) -> list[tuple[str, float]]:
        """Those of the `wanted` nearest articles of all that `where` holds for: cheaper than listing all it holds for."""
        nearest = vectors.near(vector, wanted)
        some = to_query(And((where, Ids(frozenset(article for article, _ in nearest)))))
        held = {int(key) for key, _ in searcher.search(some, max(1, wanted), count=False, order_by_field="newest").hits}
        return [(article, cosine) for article, cosine in nearest if vectors.key_of(article) in held]

    def closeness(self, vector: Vector, ids: Sequence[str]) -> dict[str, float]:
        """The cosine of given articles' best chunks; those without vectors are missing."""
        return self._committed_now()[1].closeness(vector, ids)

    def count(self) -> int:
        """Documents in the index."""
        return int(self._refresh().num_docs)

    def words_like(self, word: str) -> list[tuple[str, int]]:
        """Other spellings of `word` that are indexed, with the articles that say them."""
        return close(word, self._refresh().terms_with_prefix("text_exact", word[:1])) if edits(word) else []

    def begin_rebuild(self, info: IndexInfo) -> EmbeddedEngine:
        """An empty next generation beside the present one, which goes on answering."""
        return EmbeddedEngine(self._generations.root, info, generation=self._generations.make(info))

    def switch(self) -> None:
        """Make this rebuilt generation the present one, atomically, and drop the others."""
        self.commit()
        self._drop_writer(wait=False)  # whoever writes next needs its lock, and merges what is left to merge
        self._generations.switch(self.generation)
        self._fixed = None

    def _drop_writer(self, *, wait: bool = True) -> None:
        """Give up the writer and what it has not committed; wait for the merges it has begun."""
        writer, self._writer = self._writer, None
        self._vectors.rollback()
        if writer is not None:
            with suppress(ValueError):  # its folder may be gone
                writer.rollback()
            if wait:
                with suppress(ValueError):
                    writer.wait_merging_threads()

    def close(self) -> None:
        """Give back files and locks. What was not committed is not there."""
        with self._lock:
            self._drop_writer()


def _tantivy_document(document: EngineDocument) -> tantivy.Document:
    title_exact, title_stem = lines(document.title)
    text_exact, text_stem = lines(document.text)
    made = tantivy.Document()
    made.add_text("id", document.id)
    for name, value in (("title_exact", title_exact), ("title_stem", title_stem), ("text_exact", text_exact), ("text_stem", text_stem)):
        made.add_text(name, value)
    keywords: Mapping[str, tuple[str, ...]] = document.keywords
    for name in KEYWORDS:
        for keyword in dict.fromkeys(keywords.get(name, ())):
            made.add_text(name, keyword)
    for number, amount in (("day", document.day), ("newest", document.newest), ("amount", document.amount)):
        made.add_unsigned(number, amount)
    return made
