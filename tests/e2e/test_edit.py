"""An article that its outlet corrects between two crawls: the figure that changed is on its page and in the API, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from lxml import html

from api import parts
from api.app import create_app
from api.config import load_settings
from api.ingest import Ingest
from api.store.database import Database
from nlp.analysis import Analysis
from nlp.pipeline import Pipeline
from tests.api.conftest import database, postgresql, sqlite_database, sqlite_template
from tests.crawler.site import Site, feed, make_due, page, run, serving

__all__ = ["database", "postgresql", "sqlite_database", "sqlite_template"]

BASE = "http://kabar.example"
TITLE = "Kredit industri kecil ditambah"
BEFORE = "PT Bank Mandiri Tbk menyalurkan kredit Rp 12 triliun kepada industri kecil di Jepara."
AFTER = BEFORE.replace("Rp 12 triliun", "Rp 1,2 triliun")


@cache
def _pipeline() -> Pipeline:
    return Pipeline.load()


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        running.put(f"{BASE}/rss", feed(f"{BASE}/berita/1"))
        yield running


def publish(site: Site, text: str) -> None:
    """The outlet shows this wording from now on."""
    site.put(f"{BASE}/berita/1", page(TITLE, text, "Penyaluran dimulai bulan ini."))


def crawl_and_take_in(site: Site, data: Path, database: Database) -> None:
    """Through real Scrapy into the spool, through the real pipeline into the store."""
    run(site, data)

    def analyse(title: str, text: str, *, published: date | None) -> Analysis:
        return _pipeline().analyse(title, text, published=published)

    Ingest(database, data / "spool", analyse, None, parts.now).run()


def test_a_corrected_figure_is_seen_kept_and_shown(site: Site, database: Database, tmp_path: Path) -> None:
    data = tmp_path / "data"
    publish(site, BEFORE)
    crawl_and_take_in(site, data, database)
    make_due(data)
    publish(site, AFTER)
    crawl_and_take_in(site, data, database)
    settings = load_settings(data=data, database_url=database.engine.url.render_as_string(hide_password=False), embedder="none")
    with TestClient(create_app(settings), base_url="http://localhost") as client:
        (line,) = client.get("/api/pledges").json()["pledges"]
        assert line["amount_low"] == "1200000000000"
        detail = client.get(f"/api/pledges/{line['pledge_id']}").json()
        identity = detail["sightings"][0]["article_id"]
        _, second = client.get(f"/api/articles/{identity}").json()["versions"]
        assert second["changes"] == [
            {"place": "text", "before": BEFORE, "after": AFTER, "figures": [{"before": "Rp 12 triliun", "after": "Rp 1,2 triliun"}]}
        ]
        shown: Any = html.document_fromstring(client.get(f"/articles/{identity}").text)
        assert "Satu angka berubah sejak artikel ini pertama diambil: Rp 12 triliun → Rp 1,2 triliun" in " ".join(
            shown.xpath("string(//p[contains(@class,'notice')])").split()
        )
        assert [" ".join(e.text_content().split()) for e in shown.xpath("//section[@id='edits']//p[@class='was']/del")] == [BEFORE]


def test_a_change_of_looks_is_no_edit(site: Site, database: Database, tmp_path: Path) -> None:
    data = tmp_path / "data"
    publish(site, BEFORE)
    crawl_and_take_in(site, data, database)
    make_due(data)
    publish(site, BEFORE.replace("Rp 12 triliun", "Rp12 triliun"))
    crawl_and_take_in(site, data, database)
    settings = load_settings(data=data, database_url=database.engine.url.render_as_string(hide_password=False), embedder="none")
    with TestClient(create_app(settings), base_url="http://localhost") as client:
        pledge = client.get("/api/pledges").json()["pledges"][0]["pledge_id"]
        identity = client.get(f"/api/pledges/{pledge}").json()["sightings"][0]["article_id"]
        assert [version["changes"] for version in client.get(f"/api/articles/{identity}").json()["versions"]] == [[], []]
        assert "Hanya tampilannya yang berubah." in client.get(f"/articles/{identity}").text


def test_an_edit_that_is_taken_back_is_taken_back_here_too(site: Site, database: Database, tmp_path: Path) -> None:
    data = tmp_path / "data"
    for text in (BEFORE, AFTER, BEFORE):
        publish(site, text)
        crawl_and_take_in(site, data, database)
        make_due(data)
    settings = load_settings(data=data, database_url=database.engine.url.render_as_string(hide_password=False), embedder="none")
    with TestClient(create_app(settings), base_url="http://localhost") as client:
        (line,) = client.get("/api/pledges").json()["pledges"]
        assert line["amount_low"] == "12000000000000"
        identity = client.get(f"/api/pledges/{line['pledge_id']}").json()["sightings"][0]["article_id"]
        assert BEFORE in client.get(f"/api/articles/{identity}").json()["text"]
        assert "Media kembali ke versi yang lebih lama" in client.get(f"/articles/{identity}").text
