"""A result list goes on in another process: the cursor that one command printed is answered by the next, and by the server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.config import Settings
from tests.api.web.samples import fill


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A filled data directory, searched by words."""
    folder = tmp_path_factory.mktemp("data")
    fill(folder)
    return folder


def command(data: Path, *arguments: str) -> dict[str, Any]:
    """What `pantau search --json` answers, in a process of its own."""
    environment = os.environ | {"PANTAU_DATA": str(data), "PANTAU_EMBEDDER": "none"}
    ran = subprocess.run(
        [sys.executable, "-m", "api.cli", "search", "ekspor rotan", "--limit", "10", "--json", *arguments],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    answer: dict[str, Any] = json.loads(ran.stdout)
    return answer


def test_a_ranked_cursor_of_one_process_is_answered_by_another(data: Path) -> None:
    first = command(data)
    second = command(data, "--cursor", first["next"])
    third = command(data, "--cursor", second["next"])
    seen = [hit["id"] for page in (first, second, third) for hit in page["hits"]]
    assert len(seen) == len(set(seen)) == first["total"] == 25
    assert third["next"] is None


def test_a_ranked_cursor_of_a_command_is_answered_by_the_server_also_after_its_restart(data: Path) -> None:
    cursor = command(data)["next"]
    pages = []
    for _ in range(2):
        with TestClient(create_app(Settings(data=data, embedder="none")), base_url="http://127.0.0.1") as client:
            pages.append(client.get("/api/search", params={"q": "ekspor rotan", "limit": 10, "cursor": cursor}).json())
    assert [hit["id"] for hit in pages[0]["hits"]] == [hit["id"] for hit in pages[1]["hits"]]
    assert len(pages[0]["hits"]) == 10
