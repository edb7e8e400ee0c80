"""How well search finds: `python -m bench.retrieval CORPUS.jsonl[.gz] [--cache FOLDER]`, rows with id, outlet, url, title, cased, text.

Three tasks on the embedded engine, through the grammar, plan, engine and fusion that serve people:

* known item: an article's title as the query, against the bodies of a sample without their titles; cased and lower-cased outlets are two
  samples (`--cased`, `--lower`);
* English questions (`bench/data/english_questions.jsonl`) against both samples and the articles asked for, titles included; those of
  `later_questions.jsonl`, `fresh_questions.jsonl` and `blind_questions.jsonl`, which nothing was tuned on, are quoted whole, the last two
  also by style; those of `training_questions.jsonl` only with `--weights`;
* with `--whole`, the same questions against every row of the corpus, copies and other reports of the same event included.

Samples are drawn with a seed: news of four words of title and sixty of body, one article a story (5-word shingles, Jaccard below 0.5), no
market notes (prices of gold, shares and currencies: one template, other numbers). Articles are split by a hash of their id: weights may be
looked for on the `tune` half, only the `report` half is quoted. `--weights` prints R@1 and R@10 on the tune half for each weight of words.
`--cache` keeps vectors between runs. "words" are the words as typed; "words and glossary" what an English question's words side is.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import random
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from api.search.base import IndexInfo, SearchEngine
from api.search.embedded import EmbeddedEngine
from api.search.evaluate import Article, Asked, ask, fill, recall
from crawler.extract.genre import article_type
from nlp.embeddings.base import Embedder
from nlp.embeddings.onnx import OnnxEmbedder
from nlp.training.sampling import MARKET, one_a_story

SEED = 20261124
CASED, LOWER = 1400, 700
"""Articles of the two samples."""
QUESTIONS = Path(__file__).parent / "data" / "english_questions.jsonl"
LATER = QUESTIONS.with_name("later_questions.jsonl")
FRESH = QUESTIONS.with_name("fresh_questions.jsonl")
BLIND = QUESTIONS.with_name("blind_questions.jsonl")
TRAINING = QUESTIONS.with_name("training_questions.jsonl")
WHOLE = ("later", "fresh", "blind")
"""What the groups of questions are called that nothing was tuned on: no half of them is left out."""
GRID = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
Row = dict[str, Any]


def rows_of(path: Path) -> list[Row]:
    """The corpus."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def half(identity: str) -> str:
    """ "tune" or "report", by the id alone."""
    return "tune" if hashlib.sha256(identity.encode()).digest()[0] % 2 else "report"


def sample(rows: Sequence[Row], count: int, *, cased: bool) -> list[Row]:
    """News of cased or lower-cased outlets, drawn with the seed, one a story, without market notes."""
    fit = [row for row in rows if row["cased"] == cased and _is_news(row)]
    return one_a_story(random.Random(SEED).sample(fit, min(len(fit), count + count // 3)))[:count]


def _is_news(row: Row) -> bool:
    title, text = row["title"] or "", row["text"] or ""
    if len(title.split()) < 4 or len(text.split()) < 60 or MARKET.search(title):
        return False
    return article_type(title=title, text=text, url=row["url"] or "", outlet=row["outlet"] or "") == "news"


class Cache:
    """Vectors of passages by model and text, in one file of a folder; without a folder nothing is kept."""

    def __init__(self, folder: Path | None, embedder: Embedder) -> None:
        self.file = folder / f"{hashlib.sha256(embedder.spec.model_id.encode()).hexdigest()[:12]}.npz" if folder else None
        self.embedder = embedder
        self.known: dict[str, NDArray[np.float16]] = {}
        if self.file is not None and self.file.exists():
            with np.load(self.file) as kept:
                self.known = dict(zip(kept["keys"].tolist(), kept["rows"], strict=True))

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """A vector for each text."""
        keys = [hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:20] for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in self.known}
        names = list(missing)
        for start in range(0, len(names), 512):
            part = names[start : start + 512]
            made = self.embedder.embed_passages([missing[key] for key in part]).astype(np.float16)
            self.known.update(zip(part, made, strict=True))
            if self.file is not None:
                with self.file.open("wb") as out:
                    np.savez(out, keys=np.array(list(self.known)), rows=np.stack(list(self.known.values())))
        return np.stack([self.known[key] for key in keys]).astype(np.float32)


def _body(row: Row, titles: bool) -> str:
    text: str = row["text"] or ""
    return text if titles else text.replace(row["title"], " ")


def figures(places: Sequence[int]) -> dict[str, float | int]:
    """R@1 and R@10 with the number of queries."""
    return {"R@1": round(recall(places, 1), 3), "R@10": round(recall(places, 10), 3), "n": len(places)}


def report(groups: Mapping[str, Sequence[Asked]], *, grid: bool) -> dict[str, Any]:
    """For each group: words, meaning and hybrid on the report half, or all of a `WHOLE` group; `grid`: every weight on the tune half."""
    made: dict[str, Any] = {}
    for name, asked in groups.items():
        whole = name.rpartition(", ")[2].startswith(WHOLE)
        quoted = [one for one in asked if whole or half(one.target) == "report"]
        found = _lists(quoted, english=name.startswith("English")) if quoted else {}
        if grid and not whole:
            tuned = [one for one in asked if half(one.target) == "tune"]
            by_weight = {weight: figures([one.place(weight) for one in tuned]) for weight in GRID}
            found["tune"] = {"words": figures([one.place_by_words() for one in tuned]), "by weight of words": by_weight}
        if found:
            made[name] = found
    return made


def _lists(asked: Sequence[Asked], *, english: bool) -> dict[str, Any]:
    """Words, meaning and hybrid; of English questions also their words with the glossaries."""
    glossed = {"words and glossary": figures([one.place(1.0) for one in asked])} if english else {}
    typed = {"words": figures([one.place_by_words() for one in asked])}
    return typed | glossed | {"meaning": figures([one.place(0.0) for one in asked]), "hybrid": figures([one.place() for one in asked])}


def main() -> None:
    """Reads the command line; prints the figures as JSON."""
    parser = argparse.ArgumentParser(prog="python -m bench.retrieval", description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--cased", type=int, default=CASED, help="cased articles of the known-item task")
    parser.add_argument("--lower", type=int, default=LOWER, help="lower-cased ones")
    parser.add_argument("--cache", type=Path, help="folder that keeps vectors")
    parser.add_argument("--weights", action="store_true", help="also the tune half, for each weight of words")
    parser.add_argument("--whole", action="store_true", help="also the English questions against the whole corpus")
    asked = parser.parse_args()
    rows, embedder = rows_of(asked.corpus), OnnxEmbedder()
    cache = Cache(asked.cache, embedder)
    samples = {"cased": sample(rows, asked.cased, cased=True), "lower-cased": sample(rows, asked.lower, cased=False)}
    groups: dict[str, list[Asked]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        for name, drawn in samples.items():
            engine = _engine(Path(folder) / name, drawn, cache, titles=False)
            for row in drawn:
                _add(groups[f"known item, {name} ({len(drawn)} articles)"], engine, embedder, row["title"], row["id"])
        questions = _questions()
        wanted = {question["article"] for question in questions}
        targets = [row for row in rows if row["id"] in wanted]
        others = [row for drawn in samples.values() for row in drawn if row["id"] not in wanted]
        pools = {"pool": targets + one_a_story(targets + others)[len(targets) :]}
        if asked.whole:
            pools["whole corpus"] = [row for row in rows if row["text"] or row["title"]]
        for name, pool in pools.items():
            engine = _engine(Path(folder) / name, pool, cache, titles=True)
            for question in questions:
                for kind in question["kinds"]:
                    _add(
                        groups[f"English, {name} ({len(pool)} articles), {kind}"],
                        engine,
                        embedder,
                        question["question"],
                        question["article"],
                    )
    sys.stdout.write(json.dumps(report(groups, grid=asked.weights), indent=1) + "\n")


def _questions() -> list[Row]:
    """The English questions of all files, each with `kinds`, the groups it is counted in."""
    files = (
        (QUESTIONS, ("all", "{style}")),
        (LATER, ("later",)),
        (FRESH, ("fresh", "fresh {style}")),
        (BLIND, ("blind", "blind {style}")),
        (TRAINING, ("training",)),
    )
    asked = ((json.loads(line), kinds) for file, kinds in files for line in file.read_text(encoding="utf-8").splitlines())
    return [question | {"kinds": [kind.format(style=question["style"]) for kind in kinds]} for question, kinds in asked]


def _engine(folder: Path, rows: Sequence[Row], cache: Cache, *, titles: bool) -> SearchEngine:
    made = EmbeddedEngine(folder, IndexInfo(model=cache.embedder.spec.model_id))
    fill(made, [Article(row["id"], row["title"] or "" if titles else "", _body(row, titles)) for row in rows], cache.vectors)
    return made


def _add(group: list[Asked], engine: SearchEngine, embedder: Embedder, query: str, target: str) -> None:
    found = ask(engine, embedder, query, target)
    if found is not None:
        group.append(found)


if __name__ == "__main__":
    main()
