"""The fields of the query grammar (`fields.yml`): their names, what kind of value they take, and the values' names."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

FieldKind = Literal[
    "outlet", "company", "programme", "agency", "person", "party", "words", "place", "code", "period", "date", "amount", "value"
]  # fmt: skip


class FieldSpec(BaseModel):
    """One field."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: FieldKind
    facts: bool = False
    values: dict[str, str] = {}


@cache
def fields() -> dict[str, FieldSpec]:
    """Name → field, in the order of the file."""
    content = yaml.safe_load((files("api.search") / "fields.yml").read_text(encoding="utf-8"))
    return {name: FieldSpec(**spec) for name, spec in content.items()}
