"""What a value is called for people: facets, chips and exports say the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Protocol

from api.records import FacetValue
from api.wording import Lang, kind_text, status_text

SHOWN = 200
"""Values of a facet that an answer carries, commonest first; the engine has counted them all."""

KEPT = 50_000
"""Names remembered: an answer says hundreds of them."""


_FORM = re.compile(r"\b(?:Pt|Cv|Ud)\b")
"""Legal forms, which are written in capitals."""


class Named(Protocol):
    """What gives an id its name (`nlp.registry.Registry`)."""

    def label(self, identity: str, lang: Lang = "id") -> str: ...


class Labels:
    """Names of registry ids, outlets and codes.

    Args:
        registry: names companies, bodies, programmes, people and places.
        outlet: names an outlet id.
    """

    def __init__(self, registry: Named, outlet: Callable[[str], str]) -> None:
        self._registry = registry
        self._outlet = outlet
        self._known: dict[tuple[str, str, Lang], str] = {}

    def of(self, field: str, value: str, lang: Lang = "id") -> str:
        """The name of `value` in a keyword field."""
        key = (field, value, lang)
        if (known := self._known.get(key)) is not None:
            return known
        label = self._label(field, value, lang)
        if len(self._known) < KEPT:
            self._known[key] = label
        return label

    def _label(self, field: str, value: str, lang: Lang) -> str:
        if value.startswith("name:"):
            return _FORM.sub(lambda form: form[0].upper(), value.removeprefix("name:").title())
        match field:
            case "outlet":
                return self._outlet(value)
            case "kind":
                return kind_text(value, lang)
            case "status" | "stage":
                return status_text(value, lang)
            case "type" | "lang" | "month" | "currency" | "sector":
                return value
            case _:
                return self._registry.label(value, lang)

    def facet(self, name: str, counts: Mapping[str, int], lang: Lang = "id") -> tuple[FacetValue, ...]:
        """A facet's values, commonest first (months: newest first)."""
        order = sorted(counts, reverse=True) if name == "month" else sorted(counts, key=lambda v: (-counts[v], v))
        return tuple(FacetValue(value, self.of(name, value, lang), counts[value]) for value in order[:SHOWN])
