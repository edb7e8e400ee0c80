"""How fast search answers: `python -m bench.search DATA [ELASTICSEARCH_URL]` over a filled data directory.

Words, filters and all facets, then hybrid, 200 queries drawn from titles (seed in the code); p50 and p95 in milliseconds. With an
address the same store is indexed there under a name of its own, and removed again. Figures of one run, on one machine.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from contextlib import closing
from pathlib import Path

from sqlalchemy import select

from api import parts
from api.config import Settings
from api.records import Mode, SearchRequest
from api.search.elastic import ElasticEngine
from api.search.indexer import Indexer
from api.store.schema import articles

QUERIES = 200


def queries(settings: Settings) -> list[str]:
    """Two or three words of random titles; every fourth with a filter on the language, every fifth a phrase."""
    with closing(parts.open_database(settings)) as database, database.read() as connection:
        titles = [t for t in connection.scalars(select(articles.c.title).order_by(articles.c.number)) if len(t.split()) > 4]
    draw = random.Random(7)
    made = []
    for n in range(QUERIES):
        words = [w.strip('":()[]{}?*~^/\\+-!&|') for w in draw.choice(titles).split()]
        chosen = [w for w in draw.sample(words, 3) if w]
        made.append(f'"{" ".join(words[:2])}"' if n % 5 == 4 else " ".join(chosen) + (" lang:id" if n % 4 == 3 else ""))
    return made


def measure(settings: Settings, asked: list[str], mode: Mode) -> tuple[float, float]:
    """(p50, p95) in milliseconds."""
    embedder = parts.open_embedder(settings) if mode is not Mode.WORDS else None
    model = parts.indexed_model(settings)
    with closing(parts.open_database(settings)) as database, closing(parts.open_engine(settings, model)) as engine:
        service = parts.open_service(settings, database, engine, embedder)
        for query in asked[:20]:
            service.search(SearchRequest(query, mode=mode))
        times = []
        for query in asked:
            start = time.perf_counter()
            service.search(SearchRequest(query, mode=mode))
            times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times), statistics.quantiles(times, n=20)[18]


def main(arguments: list[str]) -> int:
    """Measure the embedded engine, then Elasticsearch where an address is given."""
    data = Path(arguments[0])
    embedded = Settings(data=data)
    asked = queries(embedded)
    for mode in (Mode.WORDS, Mode.HYBRID):
        p50, p95 = measure(embedded, asked, mode)
        print(f"embedded       {mode.value:8} p50 {p50:6.1f} ms  p95 {p95:6.1f} ms")
    if len(arguments) > 1:
        elastic = Settings(data=data, search_url=arguments[1], search_index="pantau-bench")
        model = parts.indexed_model(elastic)
        with closing(parts.open_database(elastic)) as database, closing(parts.open_engine(elastic, model)) as engine:
            Indexer(database, engine, model).rebuild()
        for mode in (Mode.WORDS, Mode.HYBRID):
            p50, p95 = measure(elastic, asked, mode)
            print(f"elasticsearch  {mode.value:8} p50 {p50:6.1f} ms  p95 {p95:6.1f} ms")
        engine = parts.open_engine(elastic, model)
        if isinstance(engine, ElasticEngine):
            engine.drop()
        engine.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
