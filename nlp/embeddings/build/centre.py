"""`python -m nlp.embeddings.build.centre CORPUS.jsonl[.gz] [FOLDER]`: writes `centre.npz` for the model in FOLDER (the shipped one).

Rows of the corpus have `title` and `text`. Three means are taken from the mean of its chunks: of English queries, of Indonesian ones
(both in `queries.tsv`) and of the corpus's titles as queries. Only these means are kept; no text can be read from them.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import sys
from pathlib import Path
from typing import Any

import numpy as np

from nlp.embeddings.base import Embedder
from nlp.embeddings.centre import FILE, Centring, centring, save
from nlp.embeddings.chunks import split
from nlp.embeddings.onnx import BUNDLED, OnnxEmbedder

QUERIES = Path(__file__).with_name("queries.tsv")
SEED = 20261124
ARTICLES = 600


def queries() -> dict[str, list[str]]:
    """The queries of `queries.tsv` by language."""
    found: dict[str, list[str]] = {}
    for line in QUERIES.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            language, query = line.split("\t")
            found.setdefault(language, []).append(query)
    return found


def fit(embedder: Embedder, rows: list[dict[str, Any]]) -> Centring:
    """The centring for an embedder that has none yet."""
    asked = [*queries().values(), [row["title"] for row in rows]]
    means = np.stack([np.stack([embedder.embed_query(query) for query in group]).mean(axis=0) for group in asked])
    pieces = [piece.text for row in rows for piece in split(row["title"], row["text"])]
    return centring(means, embedder.embed_passages(pieces).mean(axis=0))


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(prog="python -m nlp.embeddings.build.centre", description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("folder", type=Path, nargs="?", default=BUNDLED)
    asked = parser.parse_args()
    with gzip.open(asked.corpus, "rt", encoding="utf-8") if asked.corpus.suffix == ".gz" else asked.corpus.open(encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if row["title"] and row["text"]]
    (asked.folder / FILE).unlink(missing_ok=True)
    made = fit(OnnxEmbedder(asked.folder), random.Random(SEED).sample(rows, min(ARTICLES, len(rows))))
    save(made, asked.folder)
    sys.stdout.write(f"{asked.folder / FILE}: {made.digest}\n")


if __name__ == "__main__":
    main()
