"""The crawler's own memory: `$PANTAU_DATA/crawl/state.sqlite`.

What was seen and when to look again (`seen`), validators for conditional GET (`validators`), when a source is due and how
long it may sleep (`schedule`), the run ledger that health reads (`runs`, `counts`); scanned documents are `crawler.scans`'s.
Others read it only through `crawler.health`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crawler.statefile import open_state_file, told_as_spool_error

REVISITS = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))
"""When an article is fetched again for edits, counted from when it was first seen."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS seen (
    article_id TEXT PRIMARY KEY, url TEXT NOT NULL, address TEXT NOT NULL, source TEXT NOT NULL, sha256 TEXT NOT NULL,
    first_seen TEXT NOT NULL, last_seen TEXT NOT NULL, visits INTEGER NOT NULL, due TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS seen_due ON seen (source, due);
CREATE TABLE IF NOT EXISTS aliases (url TEXT PRIMARY KEY, article_id TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS failed (
    url TEXT PRIMARY KEY, source TEXT NOT NULL, reason TEXT NOT NULL, tries INTEGER NOT NULL, last_try TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS skipped (url TEXT PRIMARY KEY, source TEXT NOT NULL, reason TEXT NOT NULL, at TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS validators (url TEXT PRIMARY KEY, etag TEXT, last_modified TEXT) STRICT;
CREATE TABLE IF NOT EXISTS schedule (
    source TEXT PRIMARY KEY, last_run TEXT NOT NULL, due TEXT NOT NULL, interval_minutes REAL NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS runs (
    run TEXT PRIMARY KEY, origin TEXT NOT NULL, started TEXT NOT NULL, ended TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS counts (
    run TEXT NOT NULL, source TEXT NOT NULL, name TEXT NOT NULL, value REAL NOT NULL, PRIMARY KEY (run, source, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS reasons (
    run TEXT NOT NULL, source TEXT NOT NULL, reason TEXT NOT NULL, example TEXT NOT NULL, times INTEGER NOT NULL,
    PRIMARY KEY (run, source, reason)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS date_orders (
    outlet TEXT NOT NULL, date_order TEXT NOT NULL, times INTEGER NOT NULL, PRIMARY KEY (outlet, date_order)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS imported (version_id TEXT PRIMARY KEY, run TEXT NOT NULL) STRICT, WITHOUT ROWID;
"""


def state_path(data: Path) -> Path:
    """Where the state of a data directory lies."""
    return data / "crawl" / "state.sqlite"


@dataclass(frozen=True, slots=True)
class Seen:
    """One article the crawler has delivered: its canonical URL and the address it was fetched from, its text hash at the last visit,
    and when to look again (None: never)."""

    article_id: str
    url: str
    address: str
    source: str
    sha256: str
    first_seen: datetime
    visits: int
    due: datetime | None


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server's answer to `url` may be asked for again with: conditional GET."""

    url: str
    etag: str | None
    last_modified: str | None


@dataclass(frozen=True, slots=True)
class Visit:
    """A page that was read: what `mark_seen` records."""

    article_id: str
    url: str
    address: str
    source: str
    sha256: str
    at: datetime
    aliases: tuple[str, ...] = ()
    validators: Validators | None = None


class State:
    """The state file. One writer at a time (a crawl or an import); readers may look on."""

    def __init__(self, path: Path) -> None:
        self._db = open_state_file(path, _SCHEMA)

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing."""
        with told_as_spool_error(), self._db:  # commits at the end, rolls back on any error
            self._db.execute("BEGIN IMMEDIATE")
            yield

    # -- articles ---------------------------------------------------------------------------------------------------------

    def find(self, url: str) -> Seen | None:
        """The article behind a canonical URL or one of its other addresses."""
        row = self._db.execute(
            "SELECT s.article_id, s.url, s.address, s.source, s.sha256, s.first_seen, s.visits, s.due FROM seen s "
            "WHERE s.url = ?1 OR s.article_id = (SELECT article_id FROM aliases WHERE url = ?1)",
            (url,),
        ).fetchone()
        return row and _seen(row)

    def find_id(self, article_id: str) -> Seen | None:
        row = self._db.execute(
            "SELECT article_id, url, address, source, sha256, first_seen, visits, due FROM seen WHERE article_id = ?", (article_id,)
        ).fetchone()
        return row and _seen(row)

    def due_articles(self, source: str, now: datetime, limit: int = 200) -> list[Seen]:
        """Articles of a source that are to be looked at again, longest overdue first."""
        rows = self._db.execute(
            "SELECT article_id, url, address, source, sha256, first_seen, visits, due FROM seen "
            "WHERE source = ? AND due IS NOT NULL AND due <= ? ORDER BY due LIMIT ?",
            (source, _iso(now), limit),
        )
        return [_seen(row) for row in rows]

    def mark_seen(self, visits: Iterable[Visit]) -> None:
        """Record visits, each with the next revisit it is due for; call only once the articles are durable."""
        with self.transaction():
            for visit in visits:
                known = self.find_id(visit.article_id)
                first = known.first_seen if known else visit.at
                due = next((first + after for after in REVISITS if first + after > visit.at), None)
                self._db.execute(
                    "INSERT INTO seen VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, 1, ?7) ON CONFLICT (article_id) DO UPDATE SET "
                    "address = ?3, sha256 = ?5, last_seen = ?6, visits = visits + 1, due = ?7",
                    (visit.article_id, visit.url, visit.address, visit.source, visit.sha256, _iso(visit.at), due and _iso(due)),
                )
                self._db.executemany("INSERT OR REPLACE INTO aliases VALUES (?, ?)", [(a, visit.article_id) for a in visit.aliases])
                self._db.executemany("DELETE FROM failed WHERE url = ?", [(u,) for u in (visit.url, *visit.aliases)])
                if visit.validators is not None:
                    self.keep_validators(visit.validators)

    def forget(self, url: str) -> int:
        """Remove an article and all its addresses. Returns how many were removed (0 or 1)."""
        seen = self.find(url)
        if seen is None:
            return 0
        with self.transaction():
            self._db.execute("DELETE FROM aliases WHERE article_id = ?", (seen.article_id,))
            self._db.execute("DELETE FROM seen WHERE article_id = ?", (seen.article_id,))
        return 1

    def note_failure(self, url: str, source: str, reason: str, at: datetime) -> None:
        """A page that gave no article: kept with its reason, tried again at most `tries` < 3 times."""
        self._db.execute(
            "INSERT INTO failed VALUES (?1, ?2, ?3, 1, ?4) ON CONFLICT (url) DO UPDATE SET reason = ?3, tries = tries + 1, last_try = ?4",
            (url, source, reason, _iso(at)),
        )

    def skip(self, url: str, source: str, reason: str, at: datetime) -> None:
        """A page that was read and left out (not a topic, no news, waits for OCR): not fetched again."""
        self._db.execute("INSERT OR REPLACE INTO skipped VALUES (?, ?, ?, ?)", (url, source, reason, _iso(at)))

    def given_up(self, url: str, *, tries: int = 3) -> bool:
        """Whether a page was left out, or failed so often that it is left alone."""
        row = self._db.execute(
            "SELECT 1 FROM failed WHERE url = ?1 AND tries >= ?2 UNION ALL SELECT 1 FROM skipped WHERE url = ?1", (url, tries)
        ).fetchone()
        return row is not None

    def mark_visited(self, seen: Seen, at: datetime) -> None:
        """An article was looked at again and is as it was."""
        self.mark_seen([Visit(seen.article_id, seen.url, seen.address, seen.source, seen.sha256, at)])

    # -- order of figure-only dates ---------------------------------------------------------------------------------------

    def note_order(self, outlet: str, order: str) -> None:
        """An outlet wrote a figure-only date that can be read one way only."""
        self._db.execute("INSERT INTO date_orders VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET times = times + 1", (outlet, order))

    def learnt_order(self, outlet: str, *, least: int = 3) -> str | None:
        """The order all of an outlet's unambiguous dates had, once there are `least` of them; None while they are few or disagree."""
        rows = self._db.execute("SELECT date_order, times FROM date_orders WHERE outlet = ?", (outlet,)).fetchall()
        return rows[0][0] if len(rows) == 1 and rows[0][1] >= least else None

    # -- imports ----------------------------------------------------------------------------------------------------------

    def was_imported(self, version_id: str) -> bool:
        """Whether an import delivered this version already."""
        return self._db.execute("SELECT 1 FROM imported WHERE version_id = ?", (version_id,)).fetchone() is not None

    def mark_imported(self, version_ids: Iterable[str], run: str) -> None:
        """Record versions an import delivered; call only once they are durable."""
        with self.transaction():
            self._db.executemany("INSERT OR IGNORE INTO imported VALUES (?, ?)", [(version, run) for version in version_ids])

    # -- conditional GET --------------------------------------------------------------------------------------------------

    def validators(self, url: str) -> tuple[str | None, str | None]:
        """(ETag, Last-Modified) of the last answer, or Nones."""
        row = self._db.execute("SELECT etag, last_modified FROM validators WHERE url = ?", (url,)).fetchone()
        return (row[0], row[1]) if row else (None, None)

    def keep_validators(self, found: Validators) -> None:
        """Remember them; call only once all that the answer held is durable: it will not be sent again."""
        self._db.execute("INSERT OR REPLACE INTO validators VALUES (?, ?, ?)", (found.url, found.etag, found.last_modified))

    # -- schedule ---------------------------------------------------------------------------------------------------------

    def schedule(self, source: str) -> tuple[datetime, datetime, float] | None:
        """(last run, due, interval in minutes) of a source, or None where it never ran."""
        row = self._db.execute("SELECT last_run, due, interval_minutes FROM schedule WHERE source = ?", (source,)).fetchone()
        return row and (_time(row[0]), _time(row[1]), row[2])

    def set_schedule(self, source: str, last_run: datetime, interval_minutes: float) -> None:
        due = last_run + timedelta(minutes=interval_minutes)
        self._db.execute("INSERT OR REPLACE INTO schedule VALUES (?, ?, ?, ?)", (source, _iso(last_run), _iso(due), interval_minutes))

    # -- run ledger -------------------------------------------------------------------------------------------------------

    def start_run(self, run: str, origin: str, at: datetime) -> None:
        """A run begins; one that has begun already goes on (a crawl's sources open it each, `scrapy crawl` opens it alone)."""
        self._db.execute("INSERT OR IGNORE INTO runs VALUES (?, ?, ?, NULL)", (run, origin, _iso(at)))

    def end_run(self, run: str, at: datetime) -> None:
        self._db.execute("UPDATE runs SET ended = ? WHERE run = ?", (_iso(at), run))

    def add_counts(self, run: str, source: str, counts: Mapping[str, float]) -> None:
        self._db.executemany(
            "INSERT INTO counts VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET value = value + excluded.value",
            [(run, source, name, value) for name, value in counts.items()],
        )

    def counts(self, run: str, source: str) -> dict[str, float]:
        """Name → value of what a run counted for a source."""
        return dict(self._db.execute("SELECT name, value FROM counts WHERE run = ? AND source = ?", (run, source)).fetchall())

    def add_reason(self, run: str, source: str, reason: str, example: str) -> None:
        """Count why something was refused, with one example."""
        self._db.execute(
            "INSERT INTO reasons VALUES (?, ?, ?, ?, 1) ON CONFLICT DO UPDATE SET times = times + 1", (run, source, reason, example)
        )

    def reasons(self, source: str) -> list[str]:
        """Every reason kept for a source, the most frequent first."""
        rows = self._db.execute("SELECT reason FROM reasons WHERE source = ? ORDER BY times DESC", (source,)).fetchall()
        return [reason for (reason,) in rows]


def _seen(row: tuple[str, str, str, str, str, str, int, str | None]) -> Seen:
    return Seen(*row[:5], _time(row[5]), row[6], _time(row[7]) if row[7] else None)


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
