"""The embedded engine: tantivy for words, filters and facets; int8 vectors beside it for meaning. No server, one folder.

A rebuild fills another generation (`generations`) while the present one answers. One process writes a generation, any number read:
a reader looks at what is committed before each search and reopens what has changed.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import tantivy

from api.errors import EngineDown
from api.records import Sort
from api.search.base import (
    EVERYTHING,
    KEYWORDS,
    And,
    EngineAnswer,
    EngineDocument,
    EngineQuery,
    Ids,
    IndexInfo,
    Node,
    Vector,
)
from api.search.generations import Generations
from api.search.spelling import close, edits
from api.search.tantivy_query import SCHEMA, to_query
from api.search.tantivy_reading import facets, hits_of, in_order, keys_near, ranked
from api.search.vectorfile import VectorFile
from api.search.vectorrows import RESCORED, Snapshot
from nlp.analyser import lines

HEAP = 128_000_000
"""Bytes the writer may buffer before it makes a segment."""
TRIES = 5
"""Times the present generation is looked for again, where a switch removes it while it is being opened."""


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
        searcher, vectors = self._committed_now()
        where = to_query(query.filtered())
        found = ranked(searcher, vectors, where, query.limit) if query.sort is Sort.RELEVANCE else in_order(searcher, vectors, where, query)
        return EngineAnswer(*found, facets(searcher, query, where))

    def scores(self, where: Node, ids: Sequence[str]) -> dict[str, float]:
        """The relevance of given articles to `where`; those that do not match are missing."""
        if not ids:
            return {}
        searcher, vectors = self._committed_now()
        found = searcher.search(to_query(And((where, Ids(frozenset(ids))))), len(ids), count=False).hits
        return {hit.id: hit.score for hit in hits_of(searcher, vectors, found)}

    def near(self, vector: Vector, where: Node, limit: int) -> list[tuple[str, float]]:
        """The articles whose best chunk is nearest to a unit `vector` among those that `where` holds for."""
        searcher, vectors = self._committed_now()
        scan = vectors.scan(vector)
        return scan.nearest(limit, None if where == EVERYTHING else keys_near(searcher, scan, where, limit * RESCORED))

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
