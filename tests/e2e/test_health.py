"""A source that goes silent after days of news: an alarm in `pantau doctor`, in the API and on the page, from real crawls."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.cli import cli
from api.config import load_settings
from crawler.newsroom import OUTLETS, SOURCES
from crawler.newsroom.server import serve
from crawler.runner import crawl
from crawler.sources import load_sources
from crawler.state import state_path

FAST = {"AUTOTHROTTLE_ENABLED": False, "DOWNLOAD_DELAY": 0}
SILENT = load_sources(SOURCES)["kabar-industri"]


def crawl_newsroom(data: Path, proxy: str, run: str) -> None:
    allowed = {"allow_private": True, "proxy": proxy, "outlets": (OUTLETS,)}
    crawl([SILENT], data=data, user_agent="Pantau tests", run=run, settings=FAST, timeout=60, **allowed)  # type: ignore[arg-type]  # test helper


def copy_back(data: Path, run: str, days: range) -> None:
    """Let the run have happened on each of so many days ago, and not today."""
    db = sqlite3.connect(state_path(data))
    with db:
        for ago in days:
            at = (datetime.now(UTC) - timedelta(days=ago)).isoformat()
            db.execute("INSERT INTO runs SELECT run || ?1, origin, ?2, ended FROM runs WHERE run = ?3", (f"-{ago}", at, run))
            db.execute("INSERT INTO counts SELECT run || ?1, source, name, value FROM counts WHERE run = ?2", (f"-{ago}", run))
        db.execute("DELETE FROM runs WHERE run = ?", (run,))
    db.close()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory whose source brought news for four days, and brings nothing since."""
    folder = tmp_path_factory.mktemp("health")
    with serve() as proxy:
        crawl_newsroom(folder, proxy, "first")
        copy_back(folder, "first", range(3, 7))
        crawl_newsroom(folder, proxy, "second")
    return folder


def test_the_doctor_tells_of_it_and_fails(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--data", str(data), "doctor", "--json"], standalone_mode=False) == 1
    findings = {finding["part"]: finding for finding in json.loads(capsys.readouterr().out)}
    assert not findings["kabar-industri"]["ok"]
    assert "broken since" in findings["kabar-industri"]["says"]
    assert "nothing new since yesterday" in findings["kabar-industri"]["says"]


def test_the_api_and_the_page_tell_of_it_with_the_figures_behind_it(data: Path) -> None:
    with TestClient(create_app(load_settings(data=data, embedder="none")), base_url="http://localhost") as client:
        outlets = {outlet["outlet"]: outlet for outlet in client.get("/api/health/sources").json()}
        (source,) = outlets["kabar-industri"]["crawl"]
        assert (source["level"], [alarm["name"] for alarm in source["alarms"]]) == ("broken", ["silent"])
        assert source["articles_usual"] >= 1
        assert source["fill"]["title"] == source["fill"]["date"] == source["layers"]["selector"] == 1.0
        assert source["text_chars"] > 200
        shown = client.get("/sources").text
        assert "rusak" in shown
        assert "tidak ada yang baru sejak kemarin, biasanya" in shown
        assert "judul 100\u00a0%" in shown
