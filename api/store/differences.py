"""What changed between two versions of an article that follow each other: kept at ingest, read by page and API.

A version without differences to the one before it was changed in its looks only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from api.store.schema import version_differences as differences
from api.store.schema import versions
from crawler.edits import FigureChange, SentenceChange, changes


@dataclass(frozen=True, slots=True)
class Difference:
    """One changed place.

    Attributes:
        place: "title" or "text".
        before: the wording before; None where it is new.
        after: the wording now; None where it is gone.
        figures: figures that became others in it.
    """

    place: str
    before: str | None
    after: str | None
    figures: tuple[FigureChange, ...] = ()


def keep_differences(connection: Connection, article_id: str, version_id: str) -> None:
    """Write what sets a version apart from its neighbours in time; a version fetched earlier may arrive later."""
    columns = (versions.c.version_id, versions.c.title, versions.c.text)
    order = (versions.c.fetched_at, versions.c.number)
    rows = connection.execute(select(*columns).where(versions.c.article_id == article_id).order_by(*order)).all()
    at = next(place for place, row in enumerate(rows) if row.version_id == version_id)
    before, after = rows[:at][-1:], rows[at + 1 :][:1]
    if before and after:
        stale = (differences.c.before_version == before[0].version_id) & (differences.c.after_version == after[0].version_id)
        connection.execute(delete(differences).where(stale))
    around = [*before, rows[at], *after]
    for old, new in pairwise(around):
        ends = {"article_id": article_id, "before_version": old.version_id, "after_version": new.version_id}
        found = [
            *_rows("title", changes(old.title, new.title) if old.title and new.title else ()),
            *_rows("sentence", changes(old.text, new.text)),
        ]
        if found:
            connection.execute(insert(differences), [ends | row for row in found])


def differences_of(connection: Connection, article_id: str) -> dict[str, tuple[Difference, ...]]:
    """Version id → what changed in it against the version before, in the order of the text; versions without change are absent."""
    rows = connection.execute(select(differences).where(differences.c.article_id == article_id).order_by(differences.c.difference_id))
    found: dict[str, list[Difference]] = {}
    for row in rows:
        told = found.setdefault(row.after_version, [])
        if row.kind == "figure":
            last = told.pop()
            told.append(Difference(last.place, last.before, last.after, (*last.figures, FigureChange(row.before, row.after))))
        else:
            told.append(Difference("title" if row.kind == "title" else "text", row.before, row.after))
    return {version: tuple(told) for version, told in found.items()}


def _rows(kind: str, found: Sequence[SentenceChange]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for change in found:
        rows.append({"kind": kind, "before": change.before or None, "after": change.after or None})
        rows += [{"kind": "figure", "before": figure.before, "after": figure.after} for figure in change.figures]
    return rows
