"""How well search finds: `python -m bench.retrieval CORPUS.jsonl[.gz] [--cache FOLDER]`, rows with id, outlet, url, title, cased, text.

Two tasks on the embedded engine, through the grammar, plan, engine and fusion that serve people:

* known item: an article's title as the query, against all bodies of the sample without their titles; one article a story (5-word shingles,
  Jaccard below 0.5), no market notes, cased and lower-cased outlets apart;
* English questions (`bench/data/english_questions.jsonl`) against the whole corpus as it is served, titles included.

Articles are split by a hash of their id: weights may be looked for on the `tune` half, only the `report` half is quoted. `--weights`
prints R@1 and R@10 on the tune half for each weight of words. `--cache` keeps vectors between runs.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import random
import sys
import tempfile
import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from api.errors import QueryError
from api.search.base import EngineDocument, EngineQuery, IndexInfo, SearchEngine
from api.search.embedded import EmbeddedEngine
from api.search.facts import Resolved
from api.search.fusion import Weights, fuse, rules, weights_of
from api.search.grammar import Names, parse
from api.search.plan import plan
from crawler.extract.genre import article_type
from nlp.analyser import tokens
from nlp.embeddings.base import Embedder
from nlp.embeddings.chunks import split
from nlp.embeddings.onnx import OnnxEmbedder

SEED = 20261124
QUESTIONS = Path(__file__).parent / "data" / "english_questions.jsonl"
NOBODY = Names(*(lambda _: None for _ in range(6)))
GRID = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """One query's two lists: candidates of words and of meaning, each with the other's scores filled in; and what should be found."""

    query: str
    target: str
    words: Mapping[str, float]
    meaning: Mapping[str, float]

    def place(self, weight: float | None = None) -> int:
        """Where the target stands (0 first), by the weight of words; None: by the weights as shipped. 10^6 where nowhere."""
        weights = weights_of(self.query) if weight is None else Weights(words=weight, meaning=1 - weight)
        fused = fuse(self.words, self.meaning, weights)
        if self.target not in fused:
            return 10**6
        mine = fused[self.target]
        return sum((-score, name) < (-mine, self.target) for name, score in fused.items())


def rows_of(path: Path) -> list[Row]:
    """The corpus."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def half(identity: str) -> str:
    """ "tune" or "report", by the id alone."""
    return "tune" if hashlib.sha256(identity.encode()).digest()[0] % 2 else "report"


def one_a_story(rows: Iterable[Row]) -> list[Row]:
    """Drops rows whose body shares half its 5-word shingles with one kept before."""
    kept: list[Row] = []
    sets: list[frozenset[int]] = []
    seen: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        words = [token.exact for token in tokens(row["text"])][:400]
        shingles = frozenset(zlib.crc32(" ".join(words[i : i + 5]).encode()) for i in range(max(1, len(words) - 4)))
        sketch = sorted(shingles)[:12]
        near = {place for value in sketch for place in seen[value]}
        if any(len(shingles & sets[place]) >= 0.5 * len(shingles | sets[place]) for place in near):
            continue
        for value in sketch:
            seen[value].append(len(kept))
        kept.append(row)
        sets.append(shingles)
    return kept


def sample(rows: Sequence[Row], count: int) -> list[Row]:
    """News with a title of four words and a body of sixty, drawn with the seed, one a story."""
    fit = [
        row
        for row in rows
        if len((row["title"] or "").split()) >= 4
        and len((row["text"] or "").split()) >= 60
        and article_type(title=row["title"], text=row["text"], url=row["url"] or "", outlet=row["outlet"] or "") == "news"
    ]
    drawn = random.Random(SEED).sample(fit, min(len(fit), count + count // 3))
    return one_a_story(drawn)[:count]


def vectors_of(texts: Sequence[str], embedder: Embedder, cache: Path | None) -> NDArray[np.float16]:
    """A vector for each text, kept in `cache` by content."""
    key = hashlib.sha256("\0".join([embedder.spec.model_id, *texts]).encode("utf-8", "replace")).hexdigest()[:16]
    file = cache / f"vectors-{key}.npy" if cache else None
    if file is not None and file.exists():
        return np.load(file)  # type: ignore[no-any-return]  # what was saved below
    made = embedder.embed_passages(texts).astype(np.float16)
    if file is not None:
        np.save(file, made)
    return made


def fill(engine: SearchEngine, rows: Sequence[Row], embedder: Embedder, cache: Path | None, *, titles: bool) -> None:
    """Puts the rows into the engine, with or without their titles."""
    bodies = {row["id"]: (row["title"] or "" if titles else "", _body(row, titles)) for row in rows}
    pieces = {name: split(title, body) for name, (title, body) in bodies.items()}
    flat = vectors_of([piece.text for found in pieces.values() for piece in found], embedder, cache).astype(np.float32)
    at, documents = 0, []
    for number, (name, (title, body)) in enumerate(bodies.items(), 1):
        count = len(pieces[name])
        documents.append(EngineDocument(name, title, body, {}, 0, number, number, tuple(flat[at : at + count])))
        at += count
    engine.put(documents)
    engine.commit()


def _body(row: Row, titles: bool) -> str:
    text: str = row["text"] or ""
    return text if titles else text.replace(row["title"], " ")


def ask(engine: SearchEngine, embedder: Embedder, query: str, target: str) -> Asked | None:
    """Both lists of a query as the service makes them; None where the grammar refuses it (a title with brackets unclosed)."""
    try:
        made = plan(parse(query, NOBODY, date(2026, 1, 1)), query, lambda _: Resolved(frozenset()))
    except QueryError:
        return None
    window = rules().window
    vector = embedder.embed_query(made.text)
    words = {hit.id: hit.score for hit in engine.search(EngineQuery(where=made.ranking, limit=window)).hits}
    meaning = dict(engine.near(vector, made.structure, window))
    candidates = list(words.keys() | meaning.keys())
    words |= engine.scores(made.ranking, [name for name in candidates if name not in words])
    meaning |= engine.closeness(vector, [name for name in candidates if name not in meaning])
    return Asked(query, target, {name: words.get(name, 0.0) for name in candidates}, meaning)


def figures(asked: Sequence[Asked], weight: float | None = None) -> dict[str, float | int]:
    """R@1 and R@10 with the number of queries."""
    places = [one.place(weight) for one in asked]
    count = max(1, len(places))
    return {"R@1": round(sum(p < 1 for p in places) / count, 3), "R@10": round(sum(p < 10 for p in places) / count, 3), "n": len(places)}


def report(groups: Mapping[str, Sequence[Asked]], *, grid: bool) -> dict[str, Any]:
    """For each group: words, meaning and hybrid on the report half; with `grid` every weight on the tune half."""
    made: dict[str, Any] = {}
    for name, asked in groups.items():
        quoted = [one for one in asked if half(one.target) == "report"]
        made[name] = {"words": figures(quoted, 1.0), "meaning": figures(quoted, 0.0), "hybrid": figures(quoted)}
        if grid:
            tuned = [one for one in asked if half(one.target) == "tune"]
            made[name]["tune, by weight of words"] = {weight: figures(tuned, weight) for weight in GRID}
    return made


def main() -> None:
    """Reads the command line; prints the figures as JSON."""
    parser = argparse.ArgumentParser(prog="python -m bench.retrieval", description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--sample", type=int, default=2000, help="articles of the known-item task")
    parser.add_argument("--cache", type=Path, help="folder that keeps vectors")
    parser.add_argument("--weights", action="store_true", help="also the tune half, for each weight of words")
    asked = parser.parse_args()
    rows, embedder = rows_of(asked.corpus), OnnxEmbedder()
    groups: dict[str, list[Asked]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        drawn = sample(rows, asked.sample)
        known = _engine(Path(folder) / "known", drawn, embedder, asked.cache, titles=False)
        for row in drawn:
            _add(groups["known item, cased" if row["cased"] else "known item, lower-cased"], known, embedder, row["title"], row["id"])
        whole = _engine(Path(folder) / "whole", [row for row in rows if row["text"] or row["title"]], embedder, asked.cache, titles=True)
        for line in QUESTIONS.read_text(encoding="utf-8").splitlines():
            question = json.loads(line)
            for name in ("English", f"English, {question['style']}"):
                _add(groups[name], whole, embedder, question["question"], question["article"])
    sys.stdout.write(json.dumps(report(groups, grid=asked.weights), indent=1) + "\n")


def _engine(folder: Path, rows: Sequence[Row], embedder: Embedder, cache: Path | None, *, titles: bool) -> SearchEngine:
    made = EmbeddedEngine(folder, IndexInfo(model=embedder.spec.model_id))
    fill(made, rows, embedder, cache, titles=titles)
    return made


def _add(group: list[Asked], engine: SearchEngine, embedder: Embedder, query: str, target: str) -> None:
    found = ask(engine, embedder, query, target)
    if found is not None:
        group.append(found)


if __name__ == "__main__":
    main()
