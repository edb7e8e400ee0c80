"""YAML with line numbers, so that a wrong source says where it is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from crawler.errors import SourceError


class _Strict(yaml.SafeLoader):
    """Refuses a key given twice; YAML itself would silently keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{key.value!r} is given twice", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def parse_mapping(text: str, path: Path) -> dict[str, Any]:
    """The mapping a YAML text holds.

    Raises:
        SourceError: not YAML, a key twice, or not a mapping; with file and line.
    """
    try:
        data = yaml.load(text, Loader=_Strict)  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise SourceError(f"{path}:{line}: {error.problem}") from None
    except yaml.YAMLError as error:
        raise SourceError(f"{path}:1: {error}") from None
    if not isinstance(data, dict):
        raise SourceError(f"{path}:1: must be a mapping of fields")
    return data


def line_of(text: str, place: Sequence[str | int]) -> int:
    """Line (from 1) of the deepest part of `place` that exists in the text; pydantic's union tags in `place` are passed over."""
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    line = 1
    for step in place:
        child = _child(node, step)
        if child is None:
            continue
        node = child
        line = node.start_mark.line + 1
    return line


def _child(node: yaml.Node | None, step: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == step), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        item: yaml.Node = node.value[step]
        return item
    return None
