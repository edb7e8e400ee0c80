"""JSON as the store writes it: Indonesian letters as they are, decimals as canonical text, nothing else by guess."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from api.store.types import canonical


def dumps(value: Any) -> str:
    """Compact JSON; a Decimal becomes its canonical text, so that it comes back exactly."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_other)


def _other(value: Any) -> Any:
    if isinstance(value, Decimal):
        return canonical(value)
    raise TypeError(f"{type(value).__name__} has no place in a JSON column")
