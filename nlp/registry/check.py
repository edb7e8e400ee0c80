"""Looks for what is wrong with the registries although each row can be read (`pantau registry check`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from importlib.resources.abc import Traversable
from pathlib import Path

import yaml

from nlp.analysis import EntityType
from nlp.registry.files import data_directory, read_rows
from nlp.registry.registry import comparable
from nlp.registry.rows import Problem, Row, Rule


def check(folder: Traversable | Path | None = None) -> list[Problem]:
    """Every problem of a registry folder (default: the shipped one): duplicate ids, names claimed twice, unknown sources,
    parents or bodies, ends before beginnings. An empty list is a sound registry.

    Raises:
        RegistryError: a file cannot be read at all.
    """
    folder = folder or data_directory()
    rows = list(read_rows(folder))
    sources = yaml.safe_load((folder / "sources.yaml").read_text(encoding="utf-8"))
    known = {row.id for row in rows}
    return [*_duplicates(rows), *_clashes(rows), *(problem for row in rows for problem in _row(row, known, set(sources)))]


def _duplicates(rows: list[Row]) -> Iterator[Problem]:
    seen: dict[str, Row] = {}
    for row in rows:
        if row.id in seen:
            yield Problem(row.file, row.line, f"{row.id} stands in {seen[row.id].file}:{seen[row.id].line} as well")
        seen.setdefault(row.id, row)


def _clashes(rows: list[Row]) -> Iterator[Problem]:
    """Names that a text could mean in two ways at the same time. No problem: a declared clash, a name only for queries, and one
    that counts only where the article names its owner in full."""
    owners: defaultdict[str, list[tuple[Row, int, int]]] = defaultdict(list)
    for row in rows:
        if row.type in (EntityType.PLACE, EntityType.PERSON):
            continue
        for alias in row.aliases:
            if alias.rule not in (Rule.QUERY, Rule.CONTEXT):
                owners[comparable(alias.text)].append((row, alias.since or 0, alias.until or 9999))
        owners[comparable(row.name)].append((row, row.since or 0 if row.type is EntityType.PUBLIC_BODY else 0, row.until or 9999))
    for name, claims in owners.items():
        for number, (row, since, until) in enumerate(claims):
            for other, other_since, other_until in claims[:number]:
                if row.id != other.id and since <= other_until and other_since <= until and not (row.clash or other.clash):
                    yield Problem(row.file, row.line, f"{name!r} also names {other.id} ({other.file}:{other.line})")


def _row(row: Row, known: set[str], sources: set[str]) -> Iterator[Problem]:
    if row.source not in sources:
        yield Problem(row.file, row.line, f"{row.id}: source {row.source!r} is not in sources.yaml")
    for owner in filter(None, row.parent.split("|")):
        if owner not in known:
            yield Problem(row.file, row.line, f"{row.id}: parent {owner!r} is not registered")
    if row.since and row.until and row.until < row.since:
        yield Problem(row.file, row.line, f"{row.id}: ends in {row.until}, before {row.since}")
    for alias in row.aliases:
        if alias.since and alias.until and alias.until < alias.since:
            yield Problem(row.file, row.line, f"{row.id}: {alias.text!r} ends in {alias.until}, before {alias.since}")
    for office in row.offices:
        if office.body not in known:
            yield Problem(row.file, row.line, f"{row.id}: body {office.body!r} is not registered")
        if office.until and office.until < office.since:
            yield Problem(row.file, row.line, f"{row.id}: {office.title} ends before it begins")
