"""Both engines, empty, for every contract test; and one shared collection, indexed once in each."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from api.search.base import EngineDocument, IndexInfo, SearchEngine, Vector, amount_order
from api.search.elastic import ElasticEngine
from api.search.embedded import EmbeddedEngine
from tests.parts import part

ENGINES = ("embedded", "elastic")
WORDS = [
    "kredit", "bank", "industri", "menyalurkan", "disalurkan", "pembiayaan", "koperasi",
    "ekspor", "investasi", "pabrik", "baterai", "nikel", "subsidi", "energi",
]  # fmt: skip
COMPANIES = 950
SEGMENTS = 8
DIMENSION = 384


def unit(seed: int) -> Vector:
    """A unit vector that is the same for the same seed."""
    vector = np.random.default_rng(seed).standard_normal(DIMENSION).astype(np.float32)
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


def document(number: int, *, title: str | None = None, text: str | None = None, vectors: tuple[Vector, ...] = ()) -> EngineDocument:
    """The article of that number; what is not given is drawn from `number` alone."""
    draw = random.Random(number)
    words = draw.choices(WORDS, k=40)
    month = f"2024-{number % 12 + 1:02d}"
    return EngineDocument(
        id=f"a{number:05d}",
        title=" ".join(words[:6]).capitalize() if title is None else title,
        text=" ".join(words) + "." if text is None else text,
        keywords={
            "outlet": (f"outlet{number % 7}",),
            "company": (f"idx:C{number % COMPANIES:03d}", f"idx:C{(number * 7) % COMPANIES:03d}"),
            "programme": ("prog:kur",) if number % 5 == 0 else (),
            "kind": ("credit",) if number % 3 == 0 else ("investment",),
            "type": ("news",),
            "month": (month,),
            "lang": ("id",),
        },
        day=int(f"2024{number % 12 + 1:02d}{number % 28 + 1:02d}") if number % 11 else 0,
        newest=(1_700_000_000 + number % 1000) << 24 | number,
        amount=amount_order(10**10 * (number % 50), number),
        vectors=vectors,
    )


@pytest.fixture
def prefix() -> str:
    """A name for Elasticsearch indexes that no other test uses."""
    return f"pantau-test-{uuid.uuid4().hex[:10]}"


def make_engine(kind: str, folder: Path, prefix: str, info: IndexInfo | None = None) -> SearchEngine:
    """A fresh engine of that kind."""
    info = info or IndexInfo(model="test")
    if kind == "embedded":
        return EmbeddedEngine(folder / "index", info)
    return ElasticEngine(part("PANTAU_TEST_ELASTICSEARCH_URL"), prefix, info)


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path: Path, prefix: str) -> Iterator[SearchEngine]:
    """An empty engine."""
    made = make_engine(request.param, tmp_path, prefix)
    yield made
    if isinstance(made, ElasticEngine):
        made.drop()
    made.close()


@pytest.fixture(scope="session", params=ENGINES)
def collection(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchEngine]:
    """1,900 articles of 950 companies in eight segments; read only."""
    made = make_engine(request.param, tmp_path_factory.mktemp("index"), f"pantau-test-{uuid.uuid4().hex[:10]}")
    for batch in _batches(1900):
        made.put(document(n, vectors=(unit(n),) if n % 4 == 0 else ()) for n in batch)
        made.commit()
    yield made
    if isinstance(made, ElasticEngine):
        made.drop()
    made.close()


def _batches(total: int) -> Iterator[range]:
    size = total // SEGMENTS + 1
    for start in range(0, total, size):
        yield range(start, min(start + size, total))
