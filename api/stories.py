"""Stories: articles that carry the same text. A copy is compared with the story's first article, never with another copy.

MinHash over word shingles finds candidates (banded in SQL, so that it works on any number of articles); the true Jaccard of the two
texts decides. A copy whose amounts differ from the first article's is a restatement, not a silent copy.
Method: Broder, "On the resemblance and containment of documents", 1997; bands as in Leskovec et al., Mining of Massive Datasets, 3.4.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
from datasketch import MinHash
from sqlalchemy import Connection, case, delete, func, insert, literal, select, tuple_, update

from api.store.schema import articles, money_mentions, stories, story_bands, story_members, versions
from nlp.analyser import exact_line

PERMUTATIONS = 96
ROWS = 4
"""Hashes a band: 24 bands of 4 find a pair of Jaccard 0.7 with probability 0.998, one of 0.2 with 0.04."""
SHINGLE = 4
"""Words a shingle."""
COPY = 0.7
"""True Jaccard from which an article is a copy."""
WINDOW = timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class Membership:
    """The story an article belongs to: `relation` is first, copy or restatement."""

    story_id: int
    relation: str
    jaccard: float


def shingles(title: str, text: str) -> frozenset[bytes]:
    """The word shingles of an article, hashed to 8 bytes; a text shorter than a shingle is one shingle."""
    words = exact_line(f"{title}\n{text}").split()
    runs: Iterable[str] = (" ".join(words[i : i + SHINGLE]) for i in range(max(1, len(words) - SHINGLE + 1)))
    return frozenset(hashlib.blake2b(run.encode(), digest_size=8).digest() for run in runs)


def signature(of: frozenset[bytes]) -> bytes:
    """The MinHash signature: `PERMUTATIONS` 32-bit numbers, little endian."""
    made = MinHash(num_perm=PERMUTATIONS, seed=1)
    made.update_batch(sorted(of))
    return bytes(np.asarray(made.hashvalues, dtype="<u4").tobytes())


def jaccard(one: frozenset[bytes], other: frozenset[bytes]) -> float:
    """Common shingles over all shingles."""
    return len(one & other) / len(one | other) if one or other else 1.0


def assign(connection: Connection, article_id: str, title: str, text: str, at: datetime, mark: bytes) -> Membership:
    """Put an article into the story whose first article it copies, or start one with it. An article keeps the story it has.

    Args:
        at: when it was published (or, undated, fetched); the story's first article lies within 72 hours of it.
        mark: `signature` of its shingles, made outside the transaction.
    """
    member = connection.execute(select(story_members).where(story_members.c.article_id == article_id)).one_or_none()
    if member is not None:
        return Membership(member.story_id, member.relation, member.jaccard)
    own = shingles(title, text)
    best: tuple[float, Any] | None = None
    for first in _candidates(connection, mark, at):
        share = jaccard(own, shingles(first.title, first.text))
        if share >= COPY and (best is None or (share, -first.story_id) > (best[0], -best[1].story_id)):
            best = (share, first)
    if best is None:
        return _start(connection, article_id, at, mark)
    return _join(connection, article_id, at, mark, best)


def _bands(mark: bytes) -> list[tuple[int, int]]:
    width = ROWS * 4
    parts = [mark[i : i + width] for i in range(0, len(mark), width)]
    hashes = [int.from_bytes(hashlib.blake2b(p, digest_size=8).digest(), "big", signed=True) for p in parts]
    return list(enumerate(hashes))


def _candidates(connection: Connection, mark: bytes, at: datetime) -> list[Any]:
    """First articles of stories that share a band with `mark` and lie near `at`."""
    near = (stories.c.first_at >= at - WINDOW, stories.c.first_at <= at + WINDOW)
    same = select(story_bands.c.story_id).where(tuple_(story_bands.c.band, story_bands.c.hash).in_(_bands(mark)))
    query = (
        select(stories.c.story_id, stories.c.first_article, stories.c.first_version, versions.c.title, versions.c.text)
        .join(versions, versions.c.version_id == stories.c.first_version)
        .where(stories.c.story_id.in_(same), *near)
    )
    return list(connection.execute(query))


def _start(connection: Connection, article_id: str, at: datetime, mark: bytes) -> Membership:
    version = select(articles.c.current_version).where(articles.c.article_id == article_id).scalar_subquery()
    values = {"first_article": article_id, "first_version": version, "first_at": at, "last_at": at, "size": 1}
    story = int(connection.execute(insert(stories).values(values).returning(stories.c.story_id)).scalar_one())
    connection.execute(insert(story_bands), [{"story_id": story, "band": band, "hash": value} for band, value in _bands(mark)])
    return _enter(connection, article_id, story, "first", 1.0, mark)


def _join(connection: Connection, article_id: str, at: datetime, mark: bytes, best: tuple[float, Any]) -> Membership:
    share, first = best
    same = _amounts(connection, article_id) == _amounts(connection, first.first_article)
    story = stories.c
    later = case((story.last_at < at, literal(at, story.last_at.type)), else_=story.last_at)
    connection.execute(update(stories).where(story.story_id == first.story_id).values(size=story.size + 1, last_at=later))
    return _enter(connection, article_id, first.story_id, "copy" if same else "restatement", share, mark)


def _enter(connection: Connection, article_id: str, story: int, relation: str, share: float, mark: bytes) -> Membership:
    row = {"article_id": article_id, "story_id": story, "relation": relation, "jaccard": share, "signature": mark}
    connection.execute(insert(story_members).values(row))
    connection.execute(update(articles).where(articles.c.article_id == article_id).values(story_id=story))
    return Membership(story, relation, share)


def _amounts(connection: Connection, article_id: str) -> frozenset[tuple[str, Decimal, Decimal]]:
    m = money_mentions.c
    query = select(m.currency, m.amount_low, m.amount_high).join(articles, articles.c.current_version == m.version_id)
    return frozenset((r[0], r[1], r[2]) for r in connection.execute(query.where(articles.c.article_id == article_id)))


def leave(connection: Connection, article_id: str) -> None:
    """Take an article out of its story (it is forgotten); a story it began is begun by its next member."""
    member = connection.execute(select(story_members).where(story_members.c.article_id == article_id)).one_or_none()
    if member is None:
        return
    connection.execute(delete(story_members).where(story_members.c.article_id == article_id))
    of_story = story_members.c.story_id == member.story_id
    left = connection.scalar(select(func.count()).select_from(story_members).where(of_story)) or 0
    if not left:
        connection.execute(delete(stories).where(stories.c.story_id == member.story_id))
        return
    heir = connection.execute(
        select(articles.c.article_id, articles.c.current_version)
        .join(story_members, story_members.c.article_id == articles.c.article_id)
        .where(of_story)
        .order_by(articles.c.number)
        .limit(1)
    ).one()
    values: dict[str, Any] = {"size": left}
    if member.relation == "first":
        values |= {"first_article": heir.article_id, "first_version": heir.current_version}
    connection.execute(update(stories).where(stories.c.story_id == member.story_id).values(values))
