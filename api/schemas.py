"""The public JSON: what every answer of the API looks like, and how it is made of our records. `docs/schemas/` holds the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from api.reading.coverage import Coverage
from api.records import Chip, FacetValue, FactChip, Hit, SearchAnswer, Snippet


class Public(BaseModel):
    """Base of the public shapes: nothing undeclared goes out."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class MarkedText(Public):
    """A stretch of text with the words of the query as [start, end) code points into it."""

    text: str
    marks: list[tuple[int, int]] = []


class Fact(Public):
    """A commitment as one article tells it. Amounts are exact decimal text in units of `currency`."""

    fact_id: int
    pledge_id: int | None = Field(description="The real-world pledge it is counted as; null before it is booked.")
    amount_low: str
    amount_high: str
    currency: str = Field(description="ISO 4217")
    approx: bool
    kind: str
    status: str
    actors: list[str]
    beneficiaries: list[str]
    programme: str | None


class SearchHit(Public):
    """One article found."""

    id: str
    url: str | None
    title: MarkedText
    outlet: str = Field(description="Outlet id")
    published: str | None = Field(description="ISO 8601 time with offset, a bare day, or null")
    type: str
    lang: str
    score: float
    snippet: MarkedText
    facts: list[Fact]
    copies: list[str] = Field(description="Other outlets that carry the same story")
    story_id: int | None
    semantic_only: bool = Field(description="Found by meaning, not by words; not counted in total")
    restatement: bool = Field(description="Tells another article's story with other amounts")


class FacetRow(Public):
    """One value of a facet; its count ignores the facet's own selection."""

    value: str
    label: str
    count: int


class QueryChip(Public):
    """One clause of the query as understood, with the query that is left without it."""

    label: str
    without: str
    kind: str


class DayCount(Public):
    """Articles of one day of publication."""

    day: str
    articles: int


class CoveredOutlet(Public):
    """What one outlet published in a period, and how its crawl is doing."""

    outlet: str
    label: str
    articles: int
    days: list[DayCount]
    missing: list[str] = Field(description="Days without an article of an outlet that publishes on most days")
    state: str = Field(
        description="ok; silent: nothing lately though it publishes on most days; idle: it seldom does; down: its crawl is broken"
    )


class CoverageShape(Public):
    """Was nothing said, or was a source down? Articles by outlet and day, over the dates of the search or the last 14 days."""

    first: str
    last: str
    outlets: list[CoveredOutlet]


class SearchResult(Public):
    """What GET /api/search and `pantau search --json` answer."""

    total: int = Field(description="Articles that words and filters find")
    hits: list[SearchHit]
    facets: dict[str, list[FacetRow]]
    next: str | None = Field(description="Cursor of the next page")
    chips: list[QueryChip]
    undated: int = Field(description="Articles without a date that a dated query leaves out")
    suggestion: str | None = Field(description="The query in another spelling, where it finds next to nothing as it stands")
    notes: list[str]
    folded: dict[str, int] = Field(description="Type → articles of it that are found and counted but, with `fold`, not listed")
    coverage: CoverageShape | None = Field(None, description="Where it is asked for, and where nothing is found")


class Problem(Public):
    """An error (RFC 9457, application/problem+json)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    instance: str | None = None
    at: int | None = Field(None, description="Place in the query, code points")
    suggestion: str | None = Field(None, description="A query that would work")
    code: str | None = Field(
        None, description="What is wrong, for programs; `detail` says it in English, or in Indonesian if Accept-Language asks so"
    )


def search_result(answer: SearchAnswer, covered: Coverage | None = None) -> SearchResult:
    """The public form of an answer, with the coverage of its period."""
    return SearchResult(
        total=answer.total,
        hits=[_hit(hit) for hit in answer.hits],
        facets=_facets(answer.facets),
        next=answer.next,
        chips=[_chip(chip) for chip in answer.chips],
        undated=answer.undated,
        suggestion=answer.suggestion,
        notes=list(answer.notes),
        folded=dict(answer.folded),
        coverage=_coverage(covered) if covered else None,
    )


def _coverage(covered: Coverage) -> CoverageShape:
    return CoverageShape(
        first=covered.first.isoformat(),
        last=covered.last.isoformat(),
        outlets=[
            CoveredOutlet(
                outlet=o.outlet, label=o.label, articles=o.articles, missing=[day.isoformat() for day in o.missing], state=o.state,
                days=[DayCount(day=day.isoformat(), articles=count) for day, count in o.days],
            )
            for o in covered.outlets
        ],
    )  # fmt: skip


def fact(chip: FactChip) -> Fact:
    """The public form of a fact."""
    return Fact(
        fact_id=chip.fact_id,
        pledge_id=chip.pledge_id,
        amount_low=f"{chip.amount_low:f}",
        amount_high=f"{chip.amount_high:f}",
        currency=chip.currency,
        approx=chip.approx,
        kind=chip.kind,
        status=chip.status,
        actors=list(chip.actors),
        beneficiaries=list(chip.beneficiaries),
        programme=chip.programme,
    )


def _hit(hit: Hit) -> SearchHit:
    return SearchHit(
        id=hit.id, url=hit.url, title=_marked(hit.title), outlet=hit.outlet, published=hit.published, type=hit.type, lang=hit.lang,
        score=hit.score, snippet=_marked(hit.snippet), facts=[fact(f) for f in hit.facts], copies=list(hit.copies),
        story_id=hit.story_id, semantic_only=hit.semantic_only, restatement=hit.restatement,
    )  # fmt: skip


def _marked(snippet: Snippet) -> MarkedText:
    return MarkedText(text=snippet.text, marks=list(snippet.marks))


def _facets(facets: Mapping[str, tuple[FacetValue, ...]]) -> dict[str, list[FacetRow]]:
    return {name: [FacetRow(value=v.value, label=v.label, count=v.count) for v in values] for name, values in facets.items()}


def _chip(chip: Chip) -> QueryChip:
    return QueryChip(label=chip.label, without=chip.without, kind=chip.kind)


def as_json(model: BaseModel) -> dict[str, Any]:
    """A public shape as plain JSON values."""
    return model.model_dump(mode="json")


def main() -> None:
    """Write the public shapes that come from code into `docs/schemas/` of the working directory."""
    from crawler.items import Article

    for name, model in (("search", SearchResult), ("error", Problem), ("article", Article)):
        shape = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"pantau/{name}.json", **model.model_json_schema()}
        Path("docs/schemas", f"{name}.json").write_text(json.dumps(shape, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
