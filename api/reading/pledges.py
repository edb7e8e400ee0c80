"""Which pledges a URL asks for: parameters as people write them become a `PledgeFilter`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Query

from api.deps import ServerDep
from api.ledger.queries import PledgeFilter
from api.refusals import query_error
from api.search.fields import fields
from api.search.quantities import read_amount
from nlp.registry import Registry

Group = Literal["year", "programme", "kind", "payer"]
STAGES = ("announced", "signed", "disbursed", "completed", "reduced", "suspended", "cancelled")
LARGEST = 2**62
TEXT = r"^[^\x00]*$"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filter, and the parameters it was made of, for links."""

    filter: PledgeFilter
    params: tuple[tuple[str, str], ...]

    @property
    def given(self) -> dict[str, str]:
        """The parameters by name."""
        return dict(self.params)


def wanted(
    server: ServerDep,
    by: Annotated[str, Query(max_length=200, pattern=TEXT, description="Who pays: registry id, ticker or name")] = "",
    to: Annotated[str, Query(max_length=200, pattern=TEXT, description="Who receives: registry id or name")] = "",
    programme: Annotated[str, Query(max_length=200, pattern=TEXT, description="Programme: registry id or name")] = "",
    kind: Annotated[str, Query(max_length=40, pattern=TEXT, description="credit, investment, … (or kredit, investasi, …)")] = "",
    stage: Annotated[str, Query(max_length=40, pattern=TEXT, description="announced, signed, disbursed, completed …")] = "",
    currency: Annotated[str, Query(pattern=r"^([A-Za-z]{3})?$", description="ISO 4217")] = "",
    year: Annotated[str, Query(pattern=r"^(\d{4})?$", description="Year it is for")] = "",
    least: Annotated[str, Query(max_length=60, pattern=TEXT, description="Smallest amount, in rupiah, as people write it: 50 miliar")] = "",
) -> Wanted:
    """The pledges that a URL asks for.

    Raises:
        QueryError: a code or amount is none.
    """
    registry = server.registry
    given = {
        "by": by.strip(), "to": to.strip(), "programme": programme.strip(), "kind": kind.strip(), "stage": stage.strip(),
        "currency": currency.upper(), "year": year, "least": least.strip(),
    }  # fmt: skip
    made = PledgeFilter(
        payer=party(registry, given["by"]),
        receiver=party(registry, given["to"]),
        programme=(registry.resolve_programme(given["programme"]) or given["programme"]) or None,
        kind=_code("kind", given["kind"]),
        stage=_code("stage", given["stage"]),
        currency=given["currency"] or None,
        year=given["year"] or None,
        least=_least(given["least"]),
    )
    return Wanted(made, tuple((k, v) for k, v in given.items() if v))


def party(registry: Registry, text: str) -> str | None:
    """The key of who pays or receives: a registry id, or the folded name."""
    if not text:
        return None
    return registry.resolve_company(text) or registry.resolve_agency(text) or text.casefold()


def _code(field: str, text: str) -> str | None:
    if not text:
        return None
    values = fields()[field].values
    found = values.get(text.lower())
    if found is None:
        known = sorted(set(values.values()))
        raise query_error("one_of", field=field, known=", ".join(known), value=text)
    return found


def _least(text: str) -> int | None:
    if not text:
        return None
    bounds = read_amount(text)
    low = bounds.low if bounds else None
    if bounds is None or low is None or bounds.currency != "IDR" or low * 100 > LARGEST:
        raise query_error("least", value=text)
    return int(low * 100)
