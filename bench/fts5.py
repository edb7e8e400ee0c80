"""SQLite FTS5 doing what an engine does for a search, as a yardstick: the same tokens and weights, filters and facets by SQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path

from api.records import FACETS
from api.search.base import KEYWORDS, TEXT_EXACT, TEXT_STEM, TITLE_EXACT, TITLE_STEM, EngineDocument
from nlp.analyser import Token, lines

# "+rowid": the outlet is looked up for what the words find; the planner left alone asks for the words article by article (22 s).
_FIND = "INSERT INTO found SELECT rowid FROM words WHERE words MATCH ?"
_FIND_IN = (
    "INSERT INTO found SELECT rowid FROM words WHERE words MATCH ? "
    "AND +rowid IN (SELECT doc FROM keywords WHERE field = 'outlet' AND value = ?)"
)
_RANK = "SELECT rowid FROM words WHERE words MATCH ? ORDER BY bm25(words, ?, ?, ?, ?) LIMIT ?"
_RANK_IN = (
    "SELECT rowid FROM words WHERE words MATCH ? AND +rowid IN (SELECT doc FROM keywords WHERE field = 'outlet' AND value = ?) "
    "ORDER BY bm25(words, ?, ?, ?, ?) LIMIT ?"
)
_COUNT = "SELECT value, count(*) FROM keywords JOIN found USING (doc) WHERE field = ? GROUP BY value"


class Fts5:
    """An FTS5 table of the four token fields, beside a table of keywords."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path)
        self._db.executescript(
            """
            PRAGMA journal_mode = WAL;
            PRAGMA cache_size = -262144;
            CREATE VIRTUAL TABLE words
                USING fts5(title_exact, title_stem, text_exact, text_stem, content='', tokenize="unicode61 tokenchars '.,'");
            CREATE TABLE keywords (field TEXT, value TEXT, doc INTEGER, PRIMARY KEY (field, doc, value)) WITHOUT ROWID;
            """
        )

    def put(self, documents: Iterable[EngineDocument]) -> None:
        """Add documents and commit."""
        for document in documents:
            number = int(document.id, 16) + 1
            title_exact, title_stem = lines(document.title)
            text_exact, text_stem = lines(document.text)
            self._db.execute(
                "INSERT INTO words (rowid, title_exact, title_stem, text_exact, text_stem) VALUES (?, ?, ?, ?, ?)",
                (number, title_exact, title_stem, text_exact, text_stem),
            )
            rows = [(field, value, number) for field in KEYWORDS for value in document.keywords.get(field, ())]
            self._db.executemany("INSERT OR IGNORE INTO keywords VALUES (?, ?, ?)", rows)
        self._db.commit()

    def search(self, words: list[Token], outlet: str | None, limit: int) -> int:
        """Ranked hits, total and all facets of the words that must all stand (in one outlet, where given); the total."""
        match = " AND ".join(f'{{title_stem text_stem}}: "{w.stem}"' for w in words)
        values = (match, *([outlet] if outlet else []))
        self._db.execute("CREATE TEMP TABLE IF NOT EXISTS found (doc INTEGER PRIMARY KEY)")
        self._db.execute("DELETE FROM found")
        self._db.execute(_FIND_IN if outlet else _FIND, values)
        (total,) = self._db.execute("SELECT count(*) FROM found").fetchone()
        weights = (TITLE_EXACT, TITLE_STEM, TEXT_EXACT, TEXT_STEM)
        self._db.execute(_RANK_IN if outlet else _RANK, (*values, *weights, limit)).fetchall()
        for name in FACETS:
            self._db.execute(_COUNT, (name,)).fetchall()
        return int(total)

    def close(self) -> None:
        """Close the file."""
        self._db.close()
