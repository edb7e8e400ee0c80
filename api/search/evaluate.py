"""How well search finds: the lists of a query as the service fuses them, where the wanted article stands, floors on the sample newsroom.

`pantau evaluate` runs `evaluate` on the newsroom; `bench/retrieval.py` uses the same lists on a corpus.
"""

from __future__ import annotations

import json
import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from api.errors import QueryError
from api.search.base import EngineDocument, EngineQuery, IndexInfo, Node, Or, SearchEngine, Word
from api.search.embedded import EmbeddedEngine
from api.search.facts import Resolved
from api.search.fusion import Weights, fuse, rules, weights_of
from api.search.grammar import Names, parse
from api.search.meaning import query_vector
from api.search.plan import plan
from nlp.embeddings.base import Embedder, Vectors
from nlp.embeddings.chunks import split

FLOORS = Path(__file__).with_name("floors.json")
NOWHERE = 10**6
"""The place of an article that is in no list."""
KNOWN, LANGUAGES = "known_item", {"en": "english", "id": "indonesian"}
_NOBODY = Names(*(lambda _: None for _ in range(6)))
_TODAY = date(2026, 1, 1)


@dataclass(frozen=True, slots=True)
class Asked:
    """One query's lists, and what should be found.

    Attributes:
        query: the words of the query, whose language decides the weights.
        typed: candidates of the words as typed.
        words, meaning: candidates of both lists that are fused, each with the other's scores filled in.
    """

    query: str
    target: str
    typed: Mapping[str, float]
    words: Mapping[str, float]
    meaning: Mapping[str, float]

    def place(self, weight: float | None = None) -> int:
        """Where the target stands (0 first), by the weight of words; None: by the weights as shipped."""
        weights = weights_of(self.query) if weight is None else Weights(words=weight, meaning=1 - weight)
        return place_in(fuse(self.words, self.meaning, weights), self.target)

    def place_by_words(self) -> int:
        """Where the target stands by the words as typed."""
        return place_in(self.typed, self.target)


def place_in(scores: Mapping[str, float], target: str) -> int:
    """Where `target` stands by falling score, NOWHERE where it is missing."""
    if target not in scores:
        return NOWHERE
    mine = scores[target]
    return sum((-score, name) < (-mine, target) for name, score in scores.items())


def ask(engine: SearchEngine, embedder: Embedder, query: str, target: str) -> Asked | None:
    """The lists of a query as the service makes them; None where the grammar refuses it (a title with brackets unclosed)."""
    try:
        made = plan(parse(query, _NOBODY, _TODAY), query, lambda _: Resolved(frozenset()))
    except QueryError:
        return None
    vector = query_vector(embedder, made)
    words = _found(engine, made.ranking)
    meaning = dict(engine.near(vector, made.structure, rules().window))
    candidates = list(words.keys() | meaning.keys())
    words |= engine.scores(made.ranking, [name for name in candidates if name not in words])
    meaning |= engine.closeness(vector, [name for name in candidates if name not in meaning])
    typed = _found(engine, Or(tuple(Word(token.exact, token.stem) for token in made.words)))
    return Asked(made.text, target, typed, {name: words.get(name, 0.0) for name in candidates}, meaning)


def _found(engine: SearchEngine, where: Node) -> dict[str, float]:
    return {hit.id: hit.score for hit in engine.search(EngineQuery(where=where, limit=rules().window)).hits}


def recall(places: Sequence[int], within: int) -> float:
    """The share of targets among the first `within`."""
    return sum(place < within for place in places) / max(1, len(places))


@dataclass(frozen=True, slots=True)
class Article:
    """What is searched. Without a title it is found by its text alone."""

    id: str
    title: str
    text: str


def fill(engine: SearchEngine, articles: Sequence[Article], embed: Callable[[Sequence[str]], Vectors]) -> None:
    """Puts articles with their vectors into the engine."""
    pieces = [split(article.title, article.text) for article in articles]
    flat = embed([piece.text for found in pieces for piece in found])
    at, documents = 0, []
    for number, (article, found) in enumerate(zip(articles, pieces, strict=True), 1):
        vectors = tuple(flat[at : at + len(found)])
        documents.append(EngineDocument(article.id, article.title, article.text, {}, 0, number, number, vectors))
        at += len(found)
    engine.put(documents)
    engine.commit()


@dataclass(frozen=True, slots=True)
class Report:
    """What one evaluation found: recall by name, how many queries stand behind each, and one line for every one under its floor."""

    name: str
    figures: Mapping[str, float]
    counts: Mapping[str, int]
    below: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """The report as text lines for a terminal."""
        figures = [f"  {name:28} {value:6.3f}  of {self.counts[name]}" for name, value in self.figures.items()]
        return [f"{self.name}: search", *figures, *(f"BELOW FLOOR {line}" for line in self.below)]


def evaluate(name: str, gold: Path, questions: Path, embedder: Embedder, *, floors: Mapping[str, float] | None = None) -> Report:
    """Searches the articles of `gold` (JSON Lines: id, title, text) by their titles, and by `questions` (language, id, query; tabs).

    Args:
        name: whose floors hold, where none are given.
    """
    rows: list[dict[str, Any]] = [json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines() if line]
    asked = [line.split("\t") for line in questions.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    groups: dict[str, list[Asked | None]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        untitled = _engine(Path(folder) / KNOWN, [Article(r["id"], "", r["text"].replace(r["title"], " ")) for r in rows], embedder)
        groups[KNOWN] = [ask(untitled, embedder, row["title"], row["id"]) for row in rows]
        titled = _engine(Path(folder) / "questions", [Article(r["id"], r["title"], r["text"]) for r in rows], embedder)
        for language, article, query in asked:
            groups[LANGUAGES[language]].append(ask(titled, embedder, query, article))
    places = {group: [one.place() if one else NOWHERE for one in lists] for group, lists in groups.items()}
    figures = {f"{group}_recall_{within}": round(recall(found, within), 4) for group, found in places.items() for within in (1, 10)}
    counts = {name: len(places[name.rsplit("_recall_")[0]]) for name in figures}
    if floors is None:
        floors = json.loads(FLOORS.read_text(encoding="utf-8")).get(name, {})
    below = [f"{key}: {figures[key]:.3f} < {floor:.3f}" for key, floor in floors.items() if figures[key] < floor]
    return Report(name, figures, counts, tuple(below))


def _engine(folder: Path, articles: Sequence[Article], embedder: Embedder) -> SearchEngine:
    made = EmbeddedEngine(folder, IndexInfo(model=embedder.spec.model_id))
    fill(made, articles, embedder.embed_passages)
    return made
