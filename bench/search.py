"""How fast search is, and how that grows: `python -m bench.search ARTICLES.jsonl[.gz] [--elasticsearch URL] [--sizes 10000 30000 100000]`.

The file is repeated with perturbed text, keywords and vectors until it is large enough (`bench.enlarged`), stored, indexed and asked
200 questions of two or three words of a title, every fourth with a filter, every fifth a phrase (seed in the code). For each size:

* engines alone (words, filters, all facets, first 1,000 hits): embedded, SQLite FTS5 beside it, Elasticsearch where there is one;
* the service whole (parsing, engine, facts, snippets, labels, cursor), by words and hybrid, on the embedded engine.

At the end the memory of the real server with the model loaded. p50 and p95 in milliseconds, of one run on one machine.
"""

from __future__ import annotations

import argparse
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import urlopen

from api import parts
from api.config import Settings
from api.records import FACETS, Mode, SearchRequest
from api.search.base import And, EngineDocument, EngineQuery, IndexInfo, Phrase, SearchEngine, Word
from api.search.elastic import ElasticEngine
from api.search.embedded import EmbeddedEngine
from api.search.indexer import Indexer
from bench.enlarged import Enlarged, read
from bench.enlarged_store import fill
from bench.fts5 import Fts5
from nlp.analyser import Token, tokens

QUESTIONS = 200
WARM = 20
HITS = 1_000
BATCH = 4_000
SIZES = (10_000, 30_000, 100_000)
SLOW = 40
"""Questions that FTS5 is asked: some take it seconds."""
MEANING_AT = 10_000
"""Articles that Elasticsearch is given vectors for: its graph takes minutes to build where it has no SIMD."""


@dataclass(frozen=True, slots=True)
class Question:
    """Words of a title as typed and as tokens; a phrase where so said; facet selections."""

    words: tuple[Token, ...]
    phrase: bool
    filters: dict[str, str]

    @property
    def text(self) -> str:
        """As a person types it."""
        said = " ".join(word.exact for word in self.words)
        return f'"{said}"' if self.phrase else said

    def node(self) -> And | Phrase:
        """As an engine is asked."""
        return Phrase(tuple(w.exact for w in self.words)) if self.phrase else And(tuple(Word(w.exact, w.stem) for w in self.words))

    def chosen(self) -> dict[str, tuple[str, ...]]:
        """Its filters as engine and service take them."""
        return {name: (value,) for name, value in self.filters.items()}


def questions(collection: Enlarged, largest: int) -> list[Question]:
    """The same for every engine and size."""
    draw, made = random.Random(7), list[Question]()
    while len(made) < QUESTIONS:
        document = collection.document(draw.randrange(largest))
        words, n = tokens(document.title), len(made)
        if len(words) < 4:
            continue
        filters = {"outlet": document.keywords["outlet"][0]} if n % 4 == 3 else {}
        at = draw.randrange(len(words) - 1)
        made.append(Question(tuple(words[at : at + 2] if n % 5 == 4 else draw.sample(words, draw.choice((2, 3)))), n % 5 == 4, filters))
    return made


def timed(ask: Callable[[Question], object], asked: Sequence[Question]) -> str:
    """p50 and p95 of asking."""
    for question in asked[:WARM]:
        ask(question)
    times = []
    for question in asked:
        start = time.perf_counter()
        ask(question)
        times.append((time.perf_counter() - start) * 1000)
    return f"p50 {statistics.median(times):6.1f} ms  p95 {statistics.quantiles(times, n=20)[18]:6.1f} ms"


def ask_engine(engine: SearchEngine | Fts5) -> Callable[[Question], object]:
    """Words, filters and all facets."""
    if isinstance(engine, Fts5):
        return lambda q: engine.search(list(q.words), q.filters.get("outlet"), HITS)
    return lambda q: engine.search(EngineQuery(q.node(), q.chosen(), FACETS, limit=HITS))


def put(target: SearchEngine | Fts5, documents: Iterator[EngineDocument], count: int) -> str:
    """Index; articles a second, without the time it takes to make them up."""
    spent = 0.0
    while batch := [document for document, _ in zip(documents, range(BATCH), strict=False)]:
        start = time.perf_counter()
        target.put(batch)
        if not isinstance(target, Fts5):
            target.commit()
        spent += time.perf_counter() - start
    return f"index {count / spent:6,.0f} articles/s"


def say(size: int, name: str, *figures: str) -> None:
    """One line of the report."""
    print(f"{size:>8,}  {name:<34} " + "  ".join(figures), flush=True)


def engines(folder: Path, words: Enlarged, sizes: Sequence[int], elasticsearch: str | None) -> None:
    """Each engine alone, without vectors, growing."""
    info = IndexInfo(model="none")
    asked = questions(words, max(sizes))
    opened: dict[str, SearchEngine | Fts5] = {"embedded": EmbeddedEngine(folder / "engine", info), "sqlite fts5": Fts5(folder / "fts5")}
    if elasticsearch:
        opened["elasticsearch"] = ElasticEngine(elasticsearch, f"pantau-bench-{os.getpid()}", info)
    before = 0
    for size in sizes:
        for name, engine in opened.items():
            rate = put(engine, words.documents(before, size), size - before)
            chosen = asked[:SLOW] if isinstance(engine, Fts5) else asked
            say(size, f"{name}, words+filters+facets", timed(ask_engine(engine), chosen), rate)
        before = size
    for engine in opened.values():
        if isinstance(engine, ElasticEngine):
            engine.drop()
        engine.close()


def elastic_meaning(url: str, collection: Enlarged, size: int) -> None:
    """Nearest by vectors within words' filters, in Elasticsearch."""
    engine = ElasticEngine(url, f"pantau-bench-vectors-{os.getpid()}", IndexInfo(model="e5-small-id-en@bench"))
    rate = put(engine, collection.documents(0, size), size)
    asked = questions(collection, size)
    probes = {id(q): collection.vectors(n, 1)[0] for n, q in enumerate(asked)}
    say(size, "elasticsearch, nearest 200", timed(lambda q: engine.near(probes[id(q)], And(()), 200), asked), f"{rate} with vectors")
    engine.drop()
    engine.close()


def service(settings: Settings, collection: Enlarged, sizes: Sequence[int]) -> None:
    """The service whole on the embedded engine, with vectors, growing."""
    embedder = parts.open_embedder(settings)
    model, asked, before = parts.model_id(embedder), questions(collection, max(sizes)), 0
    with closing(parts.open_database(settings)) as database, closing(parts.open_engine(settings, model)) as engine:
        searching = parts.open_service(settings, database, engine, embedder)
        for size in sizes:
            fill(database, collection.documents(before, size), model)
            start = time.perf_counter()
            Indexer(database, engine, model).drain()
            rate = f"index from the store, with vectors {(size - before) / (time.perf_counter() - start):6,.0f} articles/s"
            for mode in (Mode.WORDS, Mode.HYBRID):
                ask = lambda q, m=mode: searching.search(SearchRequest(q.text, q.chosen(), m))  # noqa: E731 - two of one shape
                say(size, f"service whole, {mode.value}", timed(ask, asked), *([rate] if mode is Mode.WORDS else []))
            before = size


def server_memory(settings: Settings, asked: Sequence[Question]) -> str:
    """Resident memory of `pantau serve` after hybrid searches, in MB."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"PANTAU_DATA": str(settings.data), "PANTAU_RATE_LIMIT": "1000000"}
    command = [sys.executable, "-m", "api.cli", "serve", "--port", str(port)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            for question in asked:
                while server.poll() is None:
                    with suppress(URLError):
                        urlopen(f"http://127.0.0.1:{port}/api/search?q={quote(question.text)}", timeout=60).read()
                        break
                    time.sleep(0.1)
            status = Path(f"/proc/{server.pid}/status").read_text(encoding="ascii")
        finally:
            server.terminate()
    resident = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return f"resident memory of the server with the model loaded: {int(resident.split()[1]) / 1024:.0f} MB"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path)
    parser.add_argument("--elasticsearch")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--data", type=Path, help="keep the store of the service here; a temporary folder otherwise")
    options = parser.parse_args()
    rows, sizes = read(options.articles), sorted(options.sizes)
    print(f"{len(rows):,} articles of the file, repeated with perturbed text and vectors beyond that; load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as temporary:
        engines(Path(temporary), Enlarged(rows, vectors=False), sizes, options.elasticsearch)
        whole = Enlarged(rows)
        if options.elasticsearch:
            elastic_meaning(options.elasticsearch, whole, min(MEANING_AT, max(sizes)))
        settings = Settings(data=options.data or Path(temporary) / "data")
        service(settings, whole, sizes)
        say(max(sizes), "pantau serve", server_memory(settings, questions(whole, max(sizes))[:100]))
    print(f"load at the end {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
