"""Opens the parts that server and commands are wired from. Only the composition roots (`app.py`, `cli.py`) call it.

Each function makes one part from the settings and owns nothing: who opens it closes it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from api.config import Settings
from api.errors import ConfigError, IndexMismatch
from api.search.base import IndexInfo, SearchEngine
from api.search.grammar import Names, names_of
from api.search.labels import Labels
from api.search.service import SearchService
from api.store.database import Database
from crawler.outlets import Outlets, load_outlets
from nlp.registry import Registry, load_registry

if TYPE_CHECKING:
    from nlp.embeddings.base import Embedder
    from nlp.pipeline import Pipeline

MIN_SECRET = 32


def now() -> datetime:
    """The present, in UTC."""
    return datetime.now(UTC)


def database_target(settings: Settings) -> str | Path:
    """Where the system of record lies: PANTAU_DATABASE_URL, else a SQLite file in the data directory."""
    if settings.database_url is not None:
        return settings.database_url.get_secret_value()
    return settings.data / "pantau.sqlite"


def open_database(settings: Settings) -> Database:
    """The system of record, migrated.

    Raises:
        StoreError: it cannot be written, does not answer, or belongs to a newer Pantau.
    """
    return Database.open(database_target(settings))


def open_embedder(settings: Settings) -> Embedder | None:
    """The embedder that the settings name; None where search is by words alone.

    Raises:
        ModelError: the model or its library is missing.
    """
    from nlp.embeddings.load import load_embedder

    return load_embedder(settings.embedder)


def open_pipeline(settings: Settings) -> Pipeline:
    """The analysis; with the bundled embedder it also infers programmes that are meant but not named."""
    from nlp.pipeline import Pipeline

    return Pipeline.load(open_embedder(settings) if settings.embedder == "onnx" else None)


def model_id(embedder: Embedder | None) -> str:
    """What the index notes of the embedder: its model's id, or "none"."""
    return embedder.spec.model_id if embedder else "none"


def open_engine(settings: Settings, model: str, *, rebuild: bool = False) -> SearchEngine:
    """The search engine that the settings name: Elasticsearch by URL, else the embedded one in the data directory.

    Args:
        model: id of the embedding model its vectors must come from.
        rebuild: open also an index of another schema or model, in order to rebuild it.

    Raises:
        EngineDown: it does not answer, or its folder cannot be used.
        IndexMismatch: it was made by another schema or model.
    """
    info = IndexInfo(model=model)
    if settings.search_url is None:
        from api.search.embedded import EmbeddedEngine

        make: Callable[[IndexInfo], SearchEngine] = lambda i: EmbeddedEngine(settings.data / "index", i)  # noqa: E731 - two makers of one shape
    else:
        from api.search.elastic import ElasticEngine

        url, key = settings.search_url, settings.search_api_key
        shape = {
            "number_of_shards": settings.search_shards,
            "number_of_replicas": settings.search_replicas,
            "refresh_interval": settings.search_refresh,
        }
        make = lambda i: ElasticEngine(  # noqa: E731 - as above
            url, settings.search_index, i, settings=shape, api_key=key.get_secret_value() if key else None
        )
    if not rebuild:
        return make(info)
    try:
        return make(info)
    except IndexMismatch as mismatch:
        return make(mismatch.made) if mismatch.made else make(info)


def outlets_of(settings: Settings) -> Outlets:
    """The outlets that ship with Pantau, and those of `outlets.yml` in the data directory where there is one."""
    own = settings.data / "outlets.yml"
    return load_outlets(*([own] if own.exists() else []))


def open_registry() -> Registry:
    """The registry that ships with Pantau."""
    return load_registry()


def names(registry: Registry, outlets: Outlets) -> Names:
    """How names in a query become ids."""
    return names_of(registry, outlets.resolve)


def labels(registry: Registry, outlets: Outlets) -> Labels:
    """How ids and codes become words for people."""
    return Labels(registry, outlets.label)


def secret_key(settings: Settings) -> str:
    """PANTAU_SECRET_KEY, else one made once and kept in the data directory, readable by its owner only.

    Raises:
        ConfigError: the one set is too short.
    """
    if settings.secret_key is not None:
        given = settings.secret_key.get_secret_value()
        if len(given) < MIN_SECRET:
            raise ConfigError(f"PANTAU_SECRET_KEY: at least {MIN_SECRET} characters")
        return given
    path = settings.data / "secret.key"
    settings.data.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError), path.open("x", encoding="ascii") as handle:
        path.chmod(0o600)
        handle.write(secrets.token_urlsafe(48))
    return path.read_text(encoding="ascii").strip()


def open_service(settings: Settings, database: Database, engine: SearchEngine, embedder: Embedder | None) -> SearchService:
    """Search over these parts."""
    registry, outlets = open_registry(), outlets_of(settings)
    return SearchService(
        database, engine, embedder, names(registry, outlets), labels(registry, outlets), secret=secret_key(settings), now=now
    )


def indexed_model(settings: Settings) -> str:
    """The model id that the settings' index carries."""
    if settings.embedder == "none":
        return "none"
    return model_id(open_embedder(settings))
