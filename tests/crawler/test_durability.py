"""kill -9 or a full disk at any point of a crawl: nothing is lost, nothing is half-written, and a later run completes the set."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from crawler.archive import read_archive
from crawler.errors import SpoolError
from crawler.items import Article, Origin, make_article
from crawler.runner import CrawlFailedError, Job
from crawler.spool import SpoolWriter, read_segment, recover
from crawler.state import State, state_path
from tests.crawler.site import QUICK, Site, feed, page, run, serving, source, spooled

BASE = "http://kabar.example"
COUNT = 120


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        urls = [f"{BASE}/berita/{n}" for n in range(COUNT)]
        running.put_tagged(f"{BASE}/rss", feed(*urls))
        for n, url in enumerate(urls):
            running.put(url, page(f"Pabrik nomor {n} dibuka"))
        yield running


def start_child(site: Site, data: Path, number: int) -> subprocess.Popen[bytes]:
    job = Job(sources=(source(),), data=data, run=f"kill{number}", user_agent="Pantau-Test/1", proxy=site.proxy, settings=QUICK)
    child = subprocess.Popen(
        [sys.executable, "-m", "crawler.child"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    assert child.stdin is not None
    child.stdin.write(job.model_dump_json().encode())
    child.stdin.close()
    return child


def test_a_crawl_killed_again_and_again_loses_nothing(site: Site, tmp_path: Path) -> None:
    for number, articles in enumerate((1, 20, 55, 70)):
        before = sum(site.asked.values())
        child = start_child(site, tmp_path, number)
        deadline = time.monotonic() + 20
        while sum(site.asked.values()) - before < articles and child.poll() is None and time.monotonic() < deadline:
            os.sched_yield()
        child.send_signal(signal.SIGKILL)
        child.wait()
        recover(tmp_path / "spool")
        for segment in (tmp_path / "spool").glob("*.jsonl"):
            assert all(row is not None for _, row in read_segment(segment))
    run(site, tmp_path)
    assert {article.title for article in spooled(tmp_path)} == {f"Pabrik nomor {n} dibuka" for n in range(COUNT)}
    assert not list((tmp_path / "spool").glob("*.part"))


def test_a_stopped_crawl_seals_what_it_has(site: Site, tmp_path: Path) -> None:
    child = start_child(site, tmp_path, 1)
    while site.asked["kabar.example/berita/9"] == 0 and child.poll() is None:
        os.sched_yield()
    child.send_signal(signal.SIGTERM)
    child.wait(20)
    assert not list((tmp_path / "spool").glob("*.part"))
    assert spooled(tmp_path)


def test_a_spool_that_cannot_be_written_stops_the_crawl_and_marks_nothing_seen(site: Site, tmp_path: Path) -> None:
    settings = QUICK | {"PANTAU_DATA": str(tmp_path / "other")}
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "spool").symlink_to("/dev/null/nowhere")
    with pytest.raises(CrawlFailedError):
        run(site, tmp_path, settings=settings)
    state = State(state_path(tmp_path / "other"))
    assert state.find("https://kabar.example/berita/0") is None
    state.close()


@contextmanager
def files_at_most(size: int) -> Iterator[None]:
    """No file may grow beyond so many bytes, in this process and its children: to a writer this is a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("size", [40_000, 110_000, 150_000, 250_000])
def test_a_disk_that_fills_up_during_a_crawl_leaves_only_what_is_whole_and_loses_nothing(site: Site, tmp_path: Path, size: int) -> None:
    for n in range(COUNT):
        site.put(f"{BASE}/berita/{n}", page(f"Pabrik nomor {n} dibuka", "".join(Random(n).choices("abcdefghij klmno", k=3500))))
    with files_at_most(size), pytest.raises((CrawlFailedError, SpoolError), match=r"too large|disk|I/O"):
        run(site, tmp_path)
    recover(tmp_path / "spool")
    delivered = {article.article_id for article in spooled(tmp_path)}
    state = State(state_path(tmp_path))
    assert {article for (article,) in state._db.execute("SELECT article_id FROM seen")} <= delivered
    assert state._db.execute("SELECT url FROM failed").fetchall() == []
    state.close()
    for archive in (tmp_path / "archive").rglob("*.warc.gz"):
        assert all(capture.body for capture in read_archive(archive))
    run(site, tmp_path)
    assert {article.title for article in spooled(tmp_path)} == {f"Pabrik nomor {n} dibuka" for n in range(COUNT)}


def test_a_spool_whose_disk_was_full_for_a_while_holds_whole_lines_only(tmp_path: Path) -> None:
    durable: list[str] = []
    with SpoolWriter(tmp_path, "r", on_durable=lambda articles: durable.extend(a.article_id for a in articles)) as spool:
        refused = 0
        with files_at_most(6_000):
            for n in range(40):
                try:
                    spool.write(sample(n))
                except SpoolError:
                    refused += 1
        spool.write(sample(99))
    rows = [row for path in tmp_path.glob("*.jsonl") for _, row in read_segment(path)]
    assert refused > 0
    assert [row["article_id"] for row in rows if row] == durable
    assert None not in rows


def sample(number: int) -> Article:
    """A short article."""
    url = f"https://kabar.example/berita/{number}"
    now = datetime(2026, 11, 24, tzinfo=UTC)
    fields: dict[str, Any] = {"url": url, "source": "kabar", "origin": Origin.CRAWL, "run": "r", "fetched_at": now}
    return make_article(canonical_url=url, outlet="kabar", title="Judul", text="Isi.", **fields)
