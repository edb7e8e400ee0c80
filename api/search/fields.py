"""The fields of the query grammar (`fields.yml`): their names, what kind of value they take, and the values' names."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

from api.wording import Lang

FieldKind = Literal[
    "outlet", "company", "programme", "agency", "person", "party", "words", "place", "code", "period", "date", "amount", "value"
]  # fmt: skip


class FieldSpec(BaseModel):
    """One field."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: FieldKind
    facts: bool = False
    values: dict[str, str] = {}

    def known(self, lang: Lang) -> list[str]:
        """One word for each value in a language: what is stored is the English one, the word after it the Indonesian one."""
        said: dict[str, list[str]] = {}
        for word, stored in self.values.items():
            said.setdefault(stored, []).append(word)
        return sorted(words[min(1, len(words) - 1)] if lang == "id" else words[0] for words in said.values())


@cache
def fields() -> dict[str, FieldSpec]:
    """Name → field, in the order of the file."""
    content = yaml.safe_load((files("api.search") / "fields.yml").read_text(encoding="utf-8"))
    return {name: FieldSpec(**spec) for name, spec in content.items()}
