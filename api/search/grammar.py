"""The query grammar (DESIGN §6): text → a frozen `Tree`, or a QueryError with place and suggestion. Never another query.

Lucene syntax through luqum; only `luqum.thread.parse` is used, since luqum's plain parser mixes up threads that share it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any as Anything

from luqum.exceptions import ParseError
from luqum.thread import parse as luqum_parse
from luqum.tree import (
    AndOperation,
    FieldGroup,
    Group,
    Item,
    Not,
    OrOperation,
    Phrase,
    Plus,
    Prohibit,
    SearchField,
    UnknownOperation,
    Word,
)

from api.refusals import query_error
from api.search.fields import FieldSpec, fields
from api.search.quantities import read_amount, read_days, turned
from api.search.scan import Scanned, scan
from api.search.tree import All, AmountRange, Any, DateRange, No, Quoted, Stem, Text, Tree, Value
from nlp.analyser import tokens

MAX_TERMS = 64
MAX_DEPTH = 10

Resolve = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Names:
    """How names people type become what is stored; each gives None for a name it does not know."""

    company: Resolve
    agency: Resolve
    programme: Resolve
    person: Resolve
    place: Resolve
    outlet: Resolve

    def party(self, text: str) -> str | None:
        """Who pays or receives: a company, else a public body."""
        return self.company(text) or self.agency(text)


def parse(query: str, names: Names, today: date) -> Tree | None:
    """The tree of `query`; None for an empty one (the newest). `today` is the day in Jakarta that "last-30d" counts from.

    Raises:
        QueryError: it cannot be understood; with place and, where there is one, a suggestion.
    """
    scanned = scan(query)
    if not scanned.text.strip():
        return None
    try:
        tree = luqum_parse(scanned.text)
    except ParseError as error:
        found = re.search(r"position (\d+)", str(error))
        at = scanned.origin(int(found[1])) if found else len(query)
        raise query_error("not_here", at=at, suggestion=_plain(query)) from None
    return _Reader(query, scanned, names, today).read(tree)


def _plain(query: str) -> str | None:
    words = [t.exact for t in tokens(query) if t.exact not in {"and", "or", "not"}]
    return " ".join(words) or None


class _Reader:
    def __init__(self, query: str, scanned: Scanned, names: Names, today: date) -> None:
        self.query = query
        self.scanned = scanned
        self.names = names
        self.today = today
        self.terms = 0

    def read(self, item: Item, depth: int = 1) -> Tree:
        """One node of luqum's tree as ours."""
        if depth > MAX_DEPTH:
            raise query_error("too_deep", at=self._span(item)[0], most=MAX_DEPTH)
        start, end = self._span(item)
        if isinstance(item, Group | FieldGroup | Plus):
            return self.read(item.children[0], depth + 1)
        if isinstance(item, AndOperation | UnknownOperation | OrOperation):
            return self._operation(item, start, end, depth)
        if isinstance(item, Not | Prohibit):
            return No(self.read(item.children[0], depth + 1), start, end)
        self.terms += 1
        if self.terms > MAX_TERMS:
            raise query_error("too_many_terms", at=start, most=MAX_TERMS)
        return self._leaf(item, start, end)

    def _operation(self, item: Item, start: int, end: int, depth: int) -> Tree:
        parts = tuple(self.read(child, depth + 1) for child in item.children)
        kind = Any if isinstance(item, OrOperation) else All
        flat: list[Tree] = []
        for part in parts:
            flat += part.parts if isinstance(part, kind) else [part]
        return kind(tuple(flat), start, end)

    def _span(self, item: Item) -> tuple[int, int]:
        low, high = item.span()
        start, last = self.scanned.origin(low or 0), self.scanned.origin(max((high or 1) - 1, low or 0))
        return start, min(len(self.query), last + 1)

    def _leaf(self, item: Item, start: int, end: int) -> Tree:
        if isinstance(item, SearchField):
            return self._search_field(item, start, end)
        if isinstance(item, Phrase):
            words = tuple(tokens(item.value))
            return Quoted(words, start, end) if words else All((), start, end)
        if isinstance(item, Word):
            text = item.value.replace("\\", "")
            if text.endswith("*"):
                return Stem("".join(t.exact for t in tokens(text)), start, end)
            found = tuple(tokens(text))
            return Text(found, start, end) if found else All((), start, end)
        raise query_error("syntax", at=start, suggestion=_plain(self.query))

    def _search_field(self, item: SearchField, start: int, end: int) -> Tree:
        name, inner = item.name.lower(), item.expr
        if isinstance(inner, FieldGroup):
            return self._group(name, inner.children[0], start, end)
        raw = inner.value[1:-1] if isinstance(inner, Phrase) else str(inner).replace("\\", "").strip()
        return self._value(name, raw, start, end)

    def _group(self, name: str, inner: Item, start: int, end: int) -> Tree:
        if isinstance(inner, OrOperation | UnknownOperation | AndOperation):
            kind = All if isinstance(inner, AndOperation) else Any
            return kind(tuple(self._group(name, child, *self._span(child)) for child in inner.children), start, end)
        self.terms += 1
        if isinstance(inner, Group | FieldGroup):
            return self._group(name, inner.children[0], start, end)
        if not isinstance(inner, Word | Phrase):
            raise query_error("group", at=start, field=name)
        raw = inner.value[1:-1] if isinstance(inner, Phrase) else inner.value.replace("\\", "")
        return self._value(name, raw, start, end)

    def _value(self, name: str, raw: str, start: int, end: int) -> Tree:
        spec = fields()[name]
        if spec.kind == "amount":
            bounds = read_amount(raw)
            if bounds is None:
                raise query_error("amount", at=start, suggestion=self._instead(start, end, "amount:>=50 miliar"), value=raw)
            if bounds.low is not None and bounds.high is not None and bounds.low > bounds.high:
                instead = f"amount:[{bounds.currency} {bounds.high:f} TO {bounds.currency} {bounds.low:f}]"
                raise query_error("reversed", at=start, suggestion=self._instead(start, end, instead), field=name)
            return AmountRange(bounds.low, bounds.high, bounds.currency, start, end)
        if spec.kind in {"date", "period"}:
            days = read_days(raw, self.today)
            if days is None:
                raise query_error("date", at=start, suggestion=self._instead(start, end, f"{name}:2024-03"), value=raw)
            if days.low and days.high and days.low > days.high:
                raise query_error("reversed", at=start, suggestion=self._instead(start, end, f'{name}:"{turned(raw)}"'), field=name)
            return DateRange(name, days.low, days.high, start, end)
        return Value(name, raw, self._canonical(name, spec, raw, start, end), start, end)

    def _canonical(self, name: str, spec: FieldSpec, raw: str, start: int, end: int) -> str:
        if spec.kind == "value":
            key = raw.strip().lower().replace(" ", "_")
            if key not in spec.values:
                near = get_close_matches(key, spec.values, 1, 0.6) or list(spec.values)[:1]
                raise query_error(
                    "value", at=start, suggestion=self._instead(start, end, f"{name}:{near[0]}"),
                    field=name, value=raw, known={"id": ", ".join(spec.known("id")), "en": ", ".join(spec.known("en"))},
                )  # fmt: skip
            return spec.values[key]
        resolvers: Mapping[str, Resolve] = {
            "company": self.names.company, "agency": self.names.agency, "programme": self.names.programme,
            "person": self.names.person, "place": self.names.place, "outlet": self.names.outlet, "party": self.names.party,
        }  # fmt: skip
        resolver = resolvers.get(spec.kind)
        return (resolver(raw) if resolver else None) or f"name:{folded(raw)}"

    def _instead(self, start: int, end: int, clause: str) -> str:
        end = start + len(self.query[start:end].rstrip())
        return self.query[:start] + clause + self.query[end:]


def folded(name: str) -> str:
    """A name as it is compared where the registry does not know it: exact forms of its words, joined by spaces."""
    return " ".join(t.exact for t in tokens(name))


def names_of(registry: Anything, outlet: Resolve) -> Names:
    """The `Names` of a registry (`nlp.registry.Registry`) and of the outlet table."""
    return Names(
        company=registry.resolve_company, agency=registry.resolve_agency, programme=registry.resolve_programme,
        person=registry.resolve_person, place=registry.resolve_place, outlet=outlet,
    )  # fmt: skip
