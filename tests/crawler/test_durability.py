"""kill -9 at any point of a crawl: nothing is lost, nothing is half-written, and a later run completes the set."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.runner import CrawlFailedError, Job
from crawler.spool import read_segment, recover
from crawler.state import State, state_path
from tests.crawler.site import QUICK, Site, feed, page, run, serving, source, spooled

BASE = "http://kabar.example"
COUNT = 120


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        urls = [f"{BASE}/berita/{n}" for n in range(COUNT)]
        running.put(f"{BASE}/rss", feed(*urls))
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
