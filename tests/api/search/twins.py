"""The same small store served twice: once with the embedded engine, once with Elasticsearch."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from api import parts
from api.app import create_app
from api.config import Settings
from api.search.elastic import ElasticEngine
from api.search.indexer import Indexer
from tests.api.web.samples import NOW
from tests.parts import part

LOCAL = "http://localhost"


@contextmanager
def served(filled: Path, folder: Path, kind: str) -> Iterator[TestClient]:
    """A client of a copy of the filled data directory, on an engine of that kind."""
    data = folder / kind
    shutil.copytree(filled, data)
    made: dict[str, Any] = {"data": data, "embedder": "none", "rate_limit": 1_000_000}
    with ExitStack() as stack:
        if kind == "elastic":
            made |= {"search_url": part("PANTAU_TEST_ELASTICSEARCH_URL"), "search_index": f"pantau-test-{uuid.uuid4().hex[:10]}"}
            stack.enter_context(_indexed(Settings(**made)))
        yield stack.enter_context(TestClient(create_app(Settings(**made), now=lambda: NOW), base_url=LOCAL))


@contextmanager
def _indexed(settings: Settings) -> Iterator[None]:
    with closing(parts.open_database(settings)) as database, closing(parts.open_engine(settings, "none")) as engine:
        Indexer(database, engine, "none").rebuild()
        yield
        if isinstance(engine, ElasticEngine):
            engine.drop()
