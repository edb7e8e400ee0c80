"""An article as page and API show it: the text its rights allow, what was found in it, its versions and copies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, select

from api.errors import NotFoundError
from api.reading.edits import NO_EDIT, Edit, edit_of
from api.reading.rights import allowed, quotable
from api.store import articles
from api.store.annotations import Annotations, EntityMark, annotations_of
from api.store.articles import ArticleRow
from api.store.differences import differences_of
from api.store.schema import versions
from crawler.items import Precision, Published


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One wording of an article."""

    version_id: str
    number: int
    title: str
    fetched_at: datetime
    edit: Edit
    """What changed in it against the version before."""


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """Everything about one version of one article.

    Attributes:
        text: as far as the rights allow; None where only a link may be shown.
        cut: the text goes on at the source.
        annotations: cut to the text that is shown.
    """

    row: ArticleRow
    version_id: str
    number: int
    title: str
    text: str | None
    cut: bool
    published: str | None
    minute: bool
    fetched_at: datetime
    annotations: Annotations
    versions: tuple[VersionLine, ...]
    copies: tuple[ArticleRow, ...]

    @property
    def went_back(self) -> bool:
        """Whether the outlet went back to the wording that is current: another was first fetched later."""
        shown = max(self.versions, key=lambda version: (version.fetched_at, version.number))
        return shown.version_id != self.row.version_id


def read_article(connection: Connection, article_id: str, number: int | None = None) -> ArticlePage:
    """The page of an article, at its current version or at version `number`.

    Raises:
        NotFoundError: there is no such article or version.
    """
    row = articles.get_article(connection, article_id)
    query = select(versions).where(versions.c.article_id == article_id).order_by(versions.c.number)
    rows = connection.execute(query).all()
    wanted = next((r for r in rows if (r.version_id == row.version_id if number is None else r.number == number)), None)
    if wanted is None:
        raise NotFoundError(f"article {article_id} has no version {number}")
    published = Published.model_validate(wanted.published or {})
    text, cut = allowed(wanted.text, row.rights)
    family = articles.copies(connection, [row.story_id]).get(row.story_id, []) if row.story_id is not None else []
    edits = {version: edit_of(told, row.rights) for version, told in differences_of(connection, article_id).items()}
    return ArticlePage(
        row=row,
        version_id=wanted.version_id,
        number=wanted.number,
        title=wanted.title,
        text=text,
        cut=cut,
        published=published.value or (row.published_day.isoformat() if row.published_day else None),
        minute=published.precision is Precision.MINUTE,
        fetched_at=wanted.fetched_at,
        annotations=_within(annotations_of(connection, wanted.version_id), len(text or ""), row.rights),
        versions=tuple(VersionLine(r.version_id, r.number, r.title, r.fetched_at, edits.get(r.version_id, NO_EDIT)) for r in rows),
        copies=tuple(c for c in family if c.article_id != article_id),
    )


def _within(found: Annotations, length: int, rights: str) -> Annotations:
    """Marks that lie in what is shown; commitments stay, each with its own sentence as far as the rights allow."""

    def inside(field: str, end: int) -> bool:
        return field == "title" or end <= length

    names = tuple(
        EntityMark(
            e.type, e.name, e.canonical, e.registry_id, e.role, e.affiliation, e.inferred,
            tuple(m for m in e.mentions if inside(m[0], m[2])),
        )
        for e in found.entities
    )  # fmt: skip
    told = tuple(replace(c, evidence=quotable(c.evidence, rights)) for c in found.commitments)
    return Annotations(tuple(m for m in found.money if inside(m.field, m.end)), names, told)
