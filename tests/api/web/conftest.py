"""A server in process over a small store made by the real chain once; tests that change it get a copy of their own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.config import Settings
from tests.api.web.samples import NOW, fill

LOCAL = "http://localhost"
Serve = Callable[..., TestClient]


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the sample articles."""
    data = tmp_path_factory.mktemp("web") / "data"
    fill(data)
    return data


def settings_of(data: Path, **changes: Any) -> Settings:
    made: dict[str, Any] = {"data": data, "embedder": "none", "rate_limit": 100_000} | changes
    return Settings(**made)


@pytest.fixture(scope="session")
def client(filled: Path) -> Iterator[TestClient]:
    """The local admin's client on the shared store; for tests that only read."""
    with TestClient(create_app(settings_of(filled), now=lambda: NOW), base_url=LOCAL) as made:
        yield made


@pytest.fixture
def serve(filled: Path, tmp_path: Path) -> Iterator[Serve]:
    """Serve a copy of the store with other settings: `serve(rate_limit=3)`."""
    with ExitStack() as stack:
        number = 0

        def start(*, headers: dict[str, str] | None = None, base_url: str = LOCAL, **changes: Any) -> TestClient:
            nonlocal number
            number += 1
            data = tmp_path / f"data-{number}"
            shutil.copytree(filled, data)
            app = create_app(settings_of(data, **changes), now=lambda: NOW)
            return stack.enter_context(TestClient(app, base_url=base_url, headers=headers, raise_server_exceptions=False))

        yield start
