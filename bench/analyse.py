"""How fast articles are understood on one core: `taskset -c 0 python -m bench.analyse ARTICLES.jsonl[.gz] [--limit N]`.

Prints articles a second as they come and for articles of 350 words, for everything but embeddings. The file holds one object a line
with `title` and `text`.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import time
from collections.abc import Iterator
from pathlib import Path

from nlp.money import find_money
from nlp.pipeline import Pipeline

WORDS = 350
"""The length of article that the figure is stated for."""


def articles(path: Path, limit: int) -> Iterator[tuple[str, str]]:
    """Titles and texts of a (gzipped) JSON Lines file."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for line in itertools.islice(lines, limit):
            row = json.loads(line)
            yield row.get("title") or "", row.get("text") or ""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("--limit", type=int, default=1000)
    options = parser.parse_args()
    rows = list(articles(options.path, options.limit))
    words = sum(len(text.split()) for _, text in rows)
    start = time.process_time()
    for _, text in rows:
        find_money(text)
    money = time.process_time() - start
    start = time.process_time()
    pipeline = Pipeline.load()
    loading = time.process_time() - start
    start = time.process_time()
    for title, text in rows:
        pipeline.analyse(title, text)
    seconds = time.process_time() - start
    print(f"money: {words / money:,.0f} words/s; loading: {loading:.2f} s")
    print(f"whole analysis: {len(rows) / seconds:.1f} articles/s, {words / seconds / WORDS:.1f} articles/s of {WORDS} words")


if __name__ == "__main__":
    main()
