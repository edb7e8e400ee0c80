"""The server's composition root: opens the parts, gives them to the routes, closes them at the end. No global state."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from importlib.metadata import version

from fastapi import FastAPI

from api import alerting, openapi, parts, problems
from api.config import Settings
from api.deps import Quota, Searcher, Server
from api.errors import ConfigError
from api.records import Role
from api.routes import articles, exports, health, ledger, names, search, watches
from api.search.service import SearchService
from api.security import Security
from api.store import principals
from api.store.database import Database
from api.web import mount, pages
from api.web.templating import language
from crawler.outlets import Outlets
from nlp.registry import Registry


def create_app(settings: Settings, *, now: Callable[[], datetime] = parts.now) -> FastAPI:
    """The server for `settings`; closing it (lifespan) closes what it opened.

    Args:
        now: the clock, aware; tests pass their own.

    Raises:
        ConfigError: it would be reachable by others while no API key exists, or a secret is too short.
        StoreError: the database cannot be used.
    """
    database = parts.open_database(settings)
    try:
        server = _server(settings, database, now)
    except ConfigError:
        database.close()
        raise

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:  # noqa: ARG001 - signature of FastAPI
        yield
        server.searcher.close()
        database.close()

    app = FastAPI(title="Pantau", version=version("pantau"), lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None)
    app.state.server = server
    app.add_middleware(Security)
    problems.install(app, pages.problem_page, language)
    for module in (search, articles, names, ledger, watches, exports, health):
        app.include_router(module.router)
    mount.include(app)
    app.openapi = partial(openapi.document, app)  # type: ignore[method-assign]  # FastAPI's documented way to own the document
    return app


def _server(settings: Settings, database: Database, now: Callable[[], datetime]) -> Server:
    _admit_environment_key(settings, database, now)
    with database.read() as connection:
        keys = principals.has_keys(connection, now())
    if principals.without_key(settings.host, any_keys=keys) is None:
        raise ConfigError(f"PANTAU_HOST: {settings.host} can be reached by others and no API key exists: run `pantau keys add` first")
    registry, outlets = parts.open_registry(), parts.outlets_of(settings)
    return Server(
        settings=settings,
        database=database,
        searcher=Searcher(partial(_open_service, settings, database, registry, outlets, now)),
        registry=registry,
        outlets=outlets,
        labels=parts.labels(registry, outlets),
        secret=parts.secret_key(settings),
        now=now,
        quota=Quota(settings.rate_limit),
        local=principals.is_loopback(settings.host),
        make_wish=alerting.wish_maker(settings, registry, now),
        make_evaluator=partial(alerting.evaluator, settings, registry, now),
    )


def _admit_environment_key(settings: Settings, database: Database, now: Callable[[], datetime]) -> None:
    if settings.admin_key is not None:
        with database.write() as connection:
            principals.put_key(connection, settings.admin_key.get_secret_value(), "environment", Role.ADMIN, now())


def _open_service(
    settings: Settings, database: Database, registry: Registry, outlets: Outlets, now: Callable[[], datetime]
) -> SearchService:
    embedder = parts.open_embedder(settings)
    engine = parts.open_engine(settings, parts.model_id(embedder))
    names, labels = parts.names(registry, outlets), parts.labels(registry, outlets)
    return SearchService(database, engine, embedder, names, labels, secret=parts.secret_key(settings), now=now)
