"""What people are told where a request cannot be understood."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

import api
from api.errors import QueryError
from api.refusals import Wrong, catalogue, query_error, told


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_refusal_is_said_in_both_languages_with_the_same_things_filled_in() -> None:
    for code, said in catalogue().items():
        assert set(said) == {"id", "en"}, code
        assert said["id"] != said["en"], code
        assert _fields(said["id"]) == _fields(said["en"]), code


def test_every_refusal_is_used_and_every_one_used_exists() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in Path(api.__path__[0]).rglob("*.py"))
    named = set(re.findall(r'(?:query_error|cursor_error|Wrong)\(\s*"(\w+)"', source))
    assert named <= set(catalogue())
    assert all(f'"{code}"' in source or code.startswith("unknown_") for code in catalogue())


def test_what_was_typed_is_quoted_in_what_is_told() -> None:
    error = query_error("date", value="kapan")
    assert told(error, "id") == "“kapan” bukan tanggal."
    assert str(error) == "“kapan” is not a date."


def test_text_that_looks_like_a_gap_to_fill_is_told_as_it_was_typed() -> None:
    assert told(Wrong("email", value="{0.__class__}"), "id") == "“{0.__class__}” bukan alamat surel."


@pytest.mark.parametrize("error", [QueryError("as it is", at=3), ValueError("as it is")])
def test_an_error_that_was_not_made_here_is_told_as_it_is(error: Exception) -> None:
    assert told(error, "id") == "as it is"
