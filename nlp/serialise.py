"""An Analysis as JSON: what `pantau analyse` prints and `docs/schemas/analysis.json` describes. Amounts are exact number literals."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import simplejson

from nlp.analysis import Analysis


def to_json(analysis: Analysis, *, indent: int | None = None) -> str:
    """One JSON object, decimals written as plain number literals ("5360000000000", "0.139"), letters unescaped."""
    return simplejson.dumps(to_object(analysis), use_decimal=True, ensure_ascii=False, indent=indent)


def to_object(analysis: Analysis) -> dict[str, Any]:
    """The JSON shape as Python values: dicts, lists, strings, Decimal for amounts."""
    plain = _plain(analysis.model_dump(mode="python"))
    assert isinstance(plain, dict)  # noqa: S101  the dump of a model is a dict
    return plain


def from_json(line: str | bytes) -> Analysis:
    """The Analysis of `to_json`; amounts come back exactly. Raises pydantic.ValidationError where the shape is wrong."""
    return Analysis.model_validate(simplejson.loads(line, use_decimal=True))


def _plain(value: object) -> object:
    """Decimals without exponent, tuples as lists, enums as their text."""
    if isinstance(value, Decimal):
        return Decimal(int(value)) if value == value.to_integral() else Decimal(format(value.normalize(), "f"))
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, str) else value
