"""Do the two engines say the same? `python -m bench.overlap ARTICLES.jsonl[.gz] ELASTICSEARCH_URL`.

200 questions from titles (seed in the code; every fourth with a filter, every fifth a phrase) over the articles of the file, in both
engines. Ids, totals and facet counts must be equal; of the ranked lists the overlap of the first ten is counted, and why the rest
differs: scores that are (nearly) equal at the tenth place, or something else, which is listed. Fails where a promise is broken.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from api.records import FACETS, Sort
from api.search.base import EngineAnswer, EngineQuery, IndexInfo, SearchEngine
from api.search.elastic import ElasticEngine
from api.search.embedded import EmbeddedEngine
from bench.enlarged import Enlarged, read
from bench.search import Question, put, questions

FIRST = 10
PROMISED = 0.95
NEAR = 0.005
"""Scores that differ by less than this share are called nearly equal: lengths are kept in 256 steps, sums are of 32 bits."""


def exact(question: Question, engines: Sequence[SearchEngine]) -> list[str]:
    """What the engines disagree on though they must not."""
    query = EngineQuery(question.node(), question.chosen(), FACETS, Sort.NEWEST, limit=1_000)
    one, other = (engine.search(query) for engine in engines)
    pairs = {
        "total": (one.total, other.total),
        "ids": ([h.id for h in one.hits], [h.id for h in other.hits]),
        "facets": ({n: dict(c) for n, c in one.facets.items()}, {n: dict(c) for n, c in other.facets.items()}),
    }
    return [f"{name} of {question.text!r}" for name, (a, b) in pairs.items() if a != b]


def overlap(question: Question, engines: Sequence[SearchEngine]) -> tuple[float, str]:
    """The share of the first ten that both have, and why it is not all of them."""
    one, other = (engine.search(EngineQuery(question.node(), question.chosen(), limit=50)) for engine in engines)
    first, second = ({h.id for h in answer.hits[:FIRST]} for answer in (one, other))
    if not first and not second:
        return 1.0, "nothing found"
    share = len(first & second) / max(len(first), len(second))
    if share == 1:
        return share, "the same"
    near = _near_the_cut(one, first ^ second) and _near_the_cut(other, first ^ second)
    return share, "scores nearly equal at the tenth place" if near else "something else"


def _near_the_cut(answer: EngineAnswer, swapped: set[str]) -> bool:
    scores = {hit.id: hit.score for hit in answer.hits}
    cut = answer.hits[min(FIRST, len(answer.hits)) - 1].score
    return all(article in scores and abs(scores[article] - cut) <= NEAR * cut for article in swapped)


def main() -> int:
    """Compare and print; 1 where ids, totals or facets differ, or the median overlap is below what is promised."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path)
    parser.add_argument("elasticsearch")
    options = parser.parse_args()
    rows, info = read(options.articles), IndexInfo(model="none")
    collection = Enlarged(rows, vectors=False)
    with tempfile.TemporaryDirectory() as folder, closing(EmbeddedEngine(Path(folder), info)) as embedded:
        elastic = ElasticEngine(options.elasticsearch, f"pantau-overlap-{os.getpid()}", info)
        try:
            for engine in (embedded, elastic):
                put(engine, collection.documents(0, len(rows)), len(rows))
            asked = questions(collection, len(rows))
            wrong = [problem for question in asked for problem in exact(question, (embedded, elastic))]
            shares = [(*overlap(question, (embedded, elastic)), question.text) for question in asked]
        finally:
            elastic.drop()
            elastic.close()
    median = statistics.median(share for share, _, _ in shares)
    print(f"{len(asked)} questions over {len(rows):,} articles: {len(wrong)} differ in ids, total or facets {wrong[:5]}")
    print(f"first {FIRST}: overlap median {median:.3f}, mean {statistics.mean(share for share, _, _ in shares):.3f}")
    for reason, count in Counter(reason for _, reason, _ in shares).most_common():
        print(f"  {count:4}  {reason}")
    for share, reason, text in shares:
        if reason == "something else":
            print(f"  {share:.1f}  {text}")
    return int(bool(wrong) or median < PROMISED)


if __name__ == "__main__":
    sys.exit(main())
