"""How well the slots that only some undertakings state are filled: period, speaker, place, sector, number of recipients, parts.

Annotators give them only where the article says them, so each figure is an accuracy over the matched commitments that have the slot;
what is said where nothing was annotated is not counted. Places compare by BPS code (a regency beside its province counts as wrong, places
without a code are left out), sectors by KBLI division, periods by first and last year.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from nlp.registry import Registry
from nlp.scoring import Record, Share, forms, matched_commitments

_YEAR = re.compile(r"\d{4}")
_SAME = 1e-6


@dataclass(frozen=True, slots=True)
class _Slot:
    """A slot's name in the gold form, and whether a prediction has it right."""

    name: str
    right: Callable[[Any, Record], bool]
    comparable: Callable[[Any], bool] = bool
    """Whether an annotated value can be right at all."""


def stated(gold: Iterable[Mapping[str, Any]], predicted: Mapping[str, Mapping[str, Any]], registry: Registry) -> dict[str, Share]:
    """Slot → right of those annotated, over the commitments that were found."""
    slots = _slots(registry)
    out = {slot.name: Share() for slot in slots}
    for record in gold:
        for wanted, said in matched_commitments(record, predicted.get(record["id"], {})):
            for slot in slots:
                value = wanted.get(slot.name)
                if value and slot.comparable(value):
                    out[slot.name].add(slot.right(value, said))
    return out


def _slots(registry: Registry) -> tuple[_Slot, ...]:
    return (
        _Slot("period", _same_period),
        _Slot("said_by", lambda value, said: bool(forms(value) & forms(said.get("said_by") or ""))),
        _Slot("place", partial(_same_place, registry), lambda value: registry.resolve_place(value) is not None),
        _Slot("sector", lambda value, said: bool(value == said.get("sector"))),
        _Slot("recipients", _same_number),
        _Slot("parts", _same_parts),
        _Slot("shares", _same_shares),
    )


def _same_period(value: str, said: Record) -> bool:
    period = said.get("period") or {}
    years = [year for end in (period.get("start"), period.get("end")) for year in _YEAR.findall(end or "")]
    wanted = _YEAR.findall(value)
    return bool(years and wanted) and (years[0], years[-1]) == (wanted[0], wanted[-1])


def _same_place(registry: Registry, value: str, said: Record) -> bool:
    identity = registry.resolve_place(value)
    return identity is not None and identity.removeprefix("bps:") == said.get("place")


def _same_number(value: float, said: Record) -> bool:
    numbers = [item.get("number") for item in said.get("recipients", [])] + [said.get("count")]
    return any(number is not None and _close(float(number), float(value)) for number in numbers)


def _same_parts(value: list[Any], said: Record) -> bool:
    wanted = sorted(float(part) for part in value)
    given = sorted(float(part) for part in said.get("parts", []))
    return len(wanted) == len(given) and all(map(_close, wanted, given))


def _same_shares(value: Mapping[str, float], said: Record) -> bool:
    given = {form: item["share"] for item in said.get("actors", []) if item.get("share") for form in forms(item)}
    return all(any(form in given and _close(float(given[form]), percent) for form in forms(name)) for name, percent in value.items())


def _close(first: float, second: float) -> bool:
    return abs(first - second) <= _SAME * max(abs(first), abs(second), 1)
