"""Speed of the bundled embedder: `python -m bench.embed ARTICLES.jsonl[.gz]` (rows with `title` and `text`).

Cuts a seeded sample of articles into chunks as ingest does; prints chunks a second by threads, query time, load time and memory as JSON.
Goals: at least 12 chunks/s on two cores, at most 9 ms for a query.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import resource
import statistics
import sys
import time
from pathlib import Path

from nlp.embeddings.chunks import split
from nlp.embeddings.onnx import OnnxEmbedder

SEED = 20261124
QUESTIONS = ("bantuan mesin untuk perajin mebel di Jepara", "credit for small furniture makers", "kuota KUR tahun depan")


def articles(path: Path, count: int) -> list[tuple[str, str]]:
    """`count` rows of the file as (title, text), drawn with the seed."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    drawn = random.Random(SEED).sample(rows, min(count, len(rows)))
    return [(row.get("title") or "", row.get("text") or "") for row in drawn]


def chunks_per_second(embedder: OnnxEmbedder, texts: list[str]) -> float:
    """Chunks embedded a second, after a warm-up."""
    embedder.embed_passages(texts[:2])
    start = time.perf_counter()
    embedder.embed_passages(texts)
    return len(texts) / (time.perf_counter() - start)


def query_ms(embedder: OnnxEmbedder, repeats: int = 60) -> dict[str, float]:
    """Milliseconds of a query: median and 95th percentile."""
    times = []
    for turn in range(repeats):
        start = time.perf_counter()
        embedder.embed_query(f"{QUESTIONS[turn % len(QUESTIONS)]} {turn}")  # each another, since queries are remembered
        times.append((time.perf_counter() - start) * 1000)
    return {"p50": round(statistics.median(times), 1), "p95": round(statistics.quantiles(times, n=20)[-1], 1)}


def main() -> None:
    """Reads the command line; prints the figures."""
    parser = argparse.ArgumentParser(prog="python -m bench.embed", description=__doc__)
    parser.add_argument("articles", type=Path)
    parser.add_argument("--sample", type=int, default=80, help="articles to draw")
    asked = parser.parse_args()
    rows = articles(asked.articles, asked.sample)
    texts = [chunk.text for title, text in rows for chunk in split(title, text)]
    start = time.perf_counter()
    embedders = {threads: OnnxEmbedder(threads=threads) for threads in (1, 2)}
    loading = (time.perf_counter() - start) / len(embedders)
    figures = {
        "model": embedders[1].spec.model_id,
        "articles": len(rows),
        "chunks": len(texts),
        "chunks_per_article": round(len(texts) / max(1, len(rows)), 2),
        "words_per_chunk": round(statistics.mean(len(text.split()) for text in texts)),
        "chunks_per_second": {threads: round(chunks_per_second(embedder, texts), 1) for threads, embedder in embedders.items()},
        "query_ms": query_ms(embedders[1]),
        "load_seconds": round(loading, 2),
        "resident_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
