"""Kills crawls at random moments and counts what that costs: `python -m bench.crashes [--times 40] [--seed 1]`.

The sample newsroom is crawled into a data directory, each crawl killed (SIGKILL) somewhere between its start and its end, four times.
After each kill the spool is looked at for half-written lines, and for articles that are marked as seen without being in it; then a crawl
runs through, the set is compared with the newsroom, and the spool is taken in twice: each article must be stored once.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

from api.ingest import Ingest
from api.store.articles import counts
from api.store.database import Database
from crawler.newsroom import OUTLETS, SOURCES
from crawler.newsroom.model import load
from crawler.newsroom.server import serve
from crawler.runner import Job, crawl
from crawler.sources import load_sources
from crawler.spool import PART, read_segment, recover, segments
from crawler.state import State, state_path
from nlp.analysis import Analysis

KILLS = 4
"""Kills of one data directory before it is let finish."""
MANNERS = {"AUTOTHROTTLE_ENABLED": False, "DOWNLOAD_DELAY": 0.05}
FIRST, LAST = 0.7, 2.6
"""Seconds after its start between which a crawl is killed: from before its first page to after its last."""


def killed_crawl(data: Path, proxy: str, number: int, after: float) -> bool:
    """Start a crawl and kill it; whether it was still running."""
    sources = tuple(load_sources(SOURCES).values())
    job = Job(sources=sources, data=data, run=f"kill{number}", user_agent="Pantau bench", proxy=proxy, outlets=(OUTLETS,), settings=MANNERS)
    command = [sys.executable, "-m", "crawler.child"]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet) as child:
        if child.stdin is not None:
            child.stdin.write(job.model_dump_json().encode())
            child.stdin.close()
        time.sleep(after)
        running = child.poll() is None
        child.send_signal(signal.SIGKILL)
    return running


def look(data: Path) -> Counter[str]:
    """What a kill left: open segments, broken lines, articles marked as seen that no segment holds."""
    found = Counter(open=len(list((data / "spool").glob(f"*{PART}"))))
    recover(data / "spool")
    rows = [row for path in segments(data / "spool") for _, row in read_segment(path)]
    held = {row["article_id"] for row in rows if row is not None}
    state = State(state_path(data))
    seen = {identity for (identity,) in state._db.execute("SELECT article_id FROM seen")}
    state.close()
    return found + Counter(broken=sum(row is None for row in rows), lost=len(seen - held))


def finish(data: Path, proxy: str) -> Counter[str]:
    """Crawl to the end and take in twice: articles missing or changed, lines that came twice, articles stored more than once."""
    sources = load_sources(SOURCES).values()
    crawl(sources, data=data, user_agent="Pantau bench", proxy=proxy, outlets=(OUTLETS,), settings=MANNERS, timeout=120)
    rows = [row for path in segments(data / "spool") for _, row in read_segment(path) if row is not None]
    wanted = {(story.title, story.text) for story in load().stories}
    got = {(row["title"], row["text"]) for row in rows}
    database = Database.open(data / "pantau.sqlite")
    now = datetime.now(UTC)
    for _ in range(2):
        Ingest(database, data / "spool", nothing, None, lambda: now).run()
    with database.read() as connection:
        stored = counts(connection).versions
    database.close()
    return Counter(missing=len(wanted - got), wrong=len(got - wanted), twice=len(rows) - len(got), stored_again=stored - len(got))


def nothing(title: str, text: str, *, published: date | None) -> Analysis:  # noqa: ARG001 - the shape of an analysis
    """An analysis that finds nothing: only the writing is looked at."""
    return Analysis(lang="id", components={"none": "1"})


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--times", type=int, default=40)
    arguments.add_argument("--seed", type=int, default=1)
    options = arguments.parse_args()
    chance = random.Random(options.seed)
    found: Counter[str] = Counter()
    kills = running = 0
    with serve() as proxy:
        while kills < options.times:
            with tempfile.TemporaryDirectory() as folder:
                data = Path(folder)
                for _ in range(KILLS):
                    kills += 1
                    running += killed_crawl(data, proxy, kills, chance.uniform(FIRST, LAST))
                    found += look(data)
                found += finish(data, proxy)
    names = ("open", "broken", "lost", "missing", "wrong", "twice", "stored_again")
    sys.stdout.write(f"{kills} kills, {running} of a running crawl: " + ", ".join(f"{name} {found[name]}" for name in names) + "\n")


if __name__ == "__main__":
    main()
