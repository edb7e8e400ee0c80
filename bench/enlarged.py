"""A collection of any size made from a smaller one: its articles repeated with perturbed text, keywords and vectors.

Every repetition replaces a tenth of the words by words drawn as often as they occur, so that no two articles are equal and the
vocabulary keeps its shape. Keywords are ids of the registry, drawn by Zipf's law; vectors lie around random centres. Figures
taken on it are figures of size, not of relevance.
"""

from __future__ import annotations

import gzip
import itertools
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from api.search.base import EngineDocument, amount_order
from nlp.analysis import EntityType, Kind, Status
from nlp.registry import load_registry

DIMENSION = 384
CHUNK_WORDS = 180
REPLACED = 0.1
CENTRES = 200
MEAN = {"company": 1.6, "agency": 0.9, "programme": 0.5, "place": 0.8, "person": 0.7}
"""Keyword field → values an article, on average."""
TYPES = {
    "company": EntityType.COMPANY, "agency": EntityType.PUBLIC_BODY, "programme": EntityType.PROGRAMME,
    "place": EntityType.PLACE, "person": EntityType.PERSON,
}  # fmt: skip
FACTS = 0.5
"""Share of articles that hold a commitment."""


@dataclass(frozen=True, slots=True)
class Row:
    """One article of the file."""

    outlet: str
    title: str
    text: str


def read(path: Path, limit: int | None = None) -> list[Row]:
    """The articles of a (gzipped) JSON Lines file with `outlet`, `title` and `text`; those without a text are left out."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        rows = (json.loads(line) for line in itertools.islice(lines, limit))
        return [Row(r.get("outlet") or "none", r.get("title") or "", r["text"]) for r in rows if r.get("text")]


class Enlarged:
    """Articles 0, 1, 2, … of an endless collection; the same numbers give the same articles."""

    def __init__(self, rows: list[Row], *, vectors: bool = True) -> None:
        self._rows = rows
        self._vectors = vectors
        self._words = [word for row in rows for word in row.text.split()]
        draw = np.random.default_rng(11)
        registry = load_registry()
        self._names = {name: [row.id for row in registry.rows(kind)] for name, kind in TYPES.items()}
        self._centres = draw.standard_normal((CENTRES, DIMENSION)).astype(np.float32)

    def documents(self, start: int, stop: int) -> Iterator[EngineDocument]:
        """Those from `start` to before `stop`."""
        return (self.document(number) for number in range(start, stop))

    def document(self, number: int) -> EngineDocument:
        """The article of that number."""
        row = self._rows[number % len(self._rows)]
        draw = random.Random(number)
        text = row.text if number < len(self._rows) else self._perturbed(row.text, draw)
        title = row.title if number < len(self._rows) else self._perturbed(row.title, draw)
        day = date(2014, 1, 1) + timedelta(days=draw.randrange(4300))
        return EngineDocument(
            id=f"{number:016x}",
            title=title,
            text=text,
            keywords=self._keywords(row, day, draw),
            day=int(day.strftime("%Y%m%d")),
            newest=(int(day.strftime("%s")) << 24) | number,
            amount=amount_order(draw.randrange(10**16) if number % 2 else None, number),
            vectors=tuple(self.vectors(number, len(text.split()))) if self._vectors else (),
        )

    def vectors(self, number: int, words: int) -> NDArray[np.float32]:
        """A unit vector a chunk of `CHUNK_WORDS` words."""
        draw = np.random.default_rng(number)
        count = max(1, -(-words // CHUNK_WORDS))
        made = self._centres[draw.integers(CENTRES, size=count)] + draw.standard_normal((count, DIMENSION)).astype(np.float32)
        return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), dtype=np.float32)

    def _perturbed(self, text: str, draw: random.Random) -> str:
        return " ".join(draw.choice(self._words) if draw.random() < REPLACED else word for word in text.split())

    def _keywords(self, row: Row, day: date, draw: random.Random) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {
            "outlet": (row.outlet,), "type": ("news",), "lang": ("id",), "month": (day.strftime("%Y-%m"),),
        }  # fmt: skip
        for name, mean in MEAN.items():
            count, names = int(draw.expovariate(1 / mean) + 0.5), self._names[name]
            found[name] = tuple(dict.fromkeys(names[int(draw.paretovariate(0.7)) % len(names)] for _ in range(count)))
        if draw.random() < FACTS:
            found |= {"kind": (draw.choice(list(Kind)).value,), "status": (draw.choice(list(Status)).value,), "currency": ("IDR",)}
        return found
