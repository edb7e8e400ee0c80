"""GET /api/articles/…: an article with its versions and what was found in its text."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from api.deps import PrincipalDep, ServerDep
from api.openapi import errors
from api.reading.articles import ArticlePage, read_article
from api.schemas import Public
from api.store.annotations import CommitmentRow, EntityMark, MoneyMark
from api.store.differences import Difference

router = APIRouter(tags=["articles"])


class AmountInText(Public):
    """An amount as written, its value and what it is in its article."""

    field: str = Field(description="title or text")
    start: int
    end: int
    surface: str
    low: str
    high: str
    currency: str
    approx: bool
    per: str | None
    role: str


class NameInText(Public):
    """A named thing and where it stands, as (field, start, end)."""

    type: str
    name: str
    canonical: str
    registry_id: str | None
    role: str | None
    mentions: list[tuple[str, int, int]]


class PartyShape(Public):
    """Who pays or receives; `registry_id` is null where the name is not registered."""

    name: str
    registry_id: str | None


class CommitmentShape(Public):
    """A commitment as this article tells it, with the sentence that says so."""

    fact_id: int
    pledge_id: int | None
    amount_low: str
    amount_high: str
    currency: str
    approx: bool
    per: str | None
    kind: str
    status: str
    actors: list[PartyShape]
    beneficiaries: list[PartyShape]
    programme: str | None
    programme_id: str | None
    date: str | None
    said_by: str | None
    evidence: str
    evidence_field: str
    evidence_start: int
    evidence_end: int
    confidence: float
    mismatch: bool = Field(description="A check of the article's own figures disagrees with this amount")
    reviewed: bool


class FigureShape(Public):
    """A figure that became another in the same sentence."""

    before: str
    after: str


class ChangeShape(Public):
    """One changed place; without wordings where the rights allow only the figures to be told."""

    place: str = Field(description="title or text")
    before: str | None = Field(description="The wording before; null where it is new")
    after: str | None = Field(description="The wording now; null where it is gone")
    figures: list[FigureShape]


class VersionShape(Public):
    """One wording of the article; 1 is the first."""

    version_id: str
    number: int
    title: str
    fetched_at: str
    changes: list[ChangeShape] = Field(description="Against the version before; empty where only its looks changed")
    unquoted_changes: int = Field(description="Further changed sentences, which the rights do not allow to quote")


class CopyShape(Public):
    """Another article that carries the same story."""

    id: str
    outlet: str
    title: str
    published: str | None


class ArticleShape(Public):
    """An article as stored, shown as far as its rights allow."""

    id: str
    version_id: str
    url: str | None
    outlet: str
    title: str
    text: str | None = Field(description="The stored text; its beginning for rights `excerpt`, null for `link`")
    rights: str
    published: str | None = Field(description="ISO 8601 time with offset, a bare day, or null")
    fetched_at: str
    type: str
    lang: str
    story_id: int | None
    money: list[AmountInText]
    names: list[NameInText]
    commitments: list[CommitmentShape]
    versions: list[VersionShape]
    copies: list[CopyShape]


@router.get("/api/articles/{article_id}", responses=errors(404))
def article(
    principal: PrincipalDep,  # noqa: ARG001 - every route asks who asks
    server: ServerDep,
    article_id: Annotated[str, Path(max_length=64, pattern=r"^[0-9a-f]+$", description="Article id: hex digits")],
    version: Annotated[int | None, Query(ge=1, le=1_000_000, description="Number of a version; absent: the current one")] = None,
) -> ArticleShape:
    """One article: text as far as its rights allow, facts with their places and evidence, versions, copies elsewhere."""
    with server.database.read() as connection:
        return _shape(read_article(connection, article_id, version))


def _shape(page: ArticlePage) -> ArticleShape:
    row = page.row
    return ArticleShape(
        id=row.article_id, version_id=page.version_id, url=row.url, outlet=row.outlet, title=page.title, text=page.text, rights=row.rights,
        published=page.published, fetched_at=page.fetched_at.isoformat(), type=row.type, lang=row.lang, story_id=row.story_id,
        money=[_amount(m) for m in page.annotations.money],
        names=[_name(e) for e in page.annotations.entities],
        commitments=[commitment(c) for c in page.annotations.commitments],
        versions=[
            VersionShape(
                version_id=v.version_id, number=v.number, title=v.title, fetched_at=v.fetched_at.isoformat(),
                changes=[_change(change) for change in v.edit.changes], unquoted_changes=v.edit.unquoted,
            )
            for v in page.versions
        ],
        copies=[
            CopyShape(
                id=c.article_id, outlet=c.outlet, title=c.title, published=c.published_day.isoformat() if c.published_day else None
            )
            for c in page.copies
        ],
    )  # fmt: skip


def _change(change: Difference) -> ChangeShape:
    figures = [FigureShape(before=figure.before, after=figure.after) for figure in change.figures]
    return ChangeShape(place=change.place, before=change.before, after=change.after, figures=figures)


def _amount(mark: MoneyMark) -> AmountInText:
    return AmountInText(
        field=mark.field, start=mark.start, end=mark.end, surface=mark.surface, low=f"{mark.low:f}", high=f"{mark.high:f}",
        currency=mark.currency, approx=mark.approx, per=mark.per, role=mark.role,
    )  # fmt: skip


def _name(mark: EntityMark) -> NameInText:
    return NameInText(
        type=mark.type, name=mark.name, canonical=mark.canonical, registry_id=mark.registry_id, role=mark.role,
        mentions=list(mark.mentions),
    )  # fmt: skip


def commitment(row: CommitmentRow) -> CommitmentShape:
    """The public form of a commitment with its evidence."""
    names = set(CommitmentShape.model_fields) - {"actors", "beneficiaries", "amount_low", "amount_high"}
    return CommitmentShape(
        **{name: getattr(row, name) for name in names},
        amount_low=f"{row.amount_low:f}",
        amount_high=f"{row.amount_high:f}",
        actors=[PartyShape(name=p.name, registry_id=p.registry_id) for p in row.actors],
        beneficiaries=[PartyShape(name=p.name, registry_id=p.registry_id) for p in row.beneficiaries],
    )
