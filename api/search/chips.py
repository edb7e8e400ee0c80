"""The query as parsed, one chip a clause, each with the query that is left without it."""

from __future__ import annotations

from collections.abc import Sequence

from api.records import Chip
from api.search.fields import fields
from api.search.labels import Labels
from api.search.synonyms import FIELD
from api.search.tree import All, Any, No, Quoted, Same, Text, Tree, Value


def chips(tree: Tree | None, query: str, labels: Labels, same: Sequence[Same] = ()) -> tuple[Chip, ...]:
    """A chip for every part that must hold (a query of one clause has one chip), and one for every short form that also finds its
    full form, or the other way round."""
    if tree is None:
        return ()
    parts = tree.parts if isinstance(tree, All) else (tree,)
    clauses = (Chip(_label(part, query, labels), _without(query, part), _kind(part), *_named(part)) for part in parts)
    forms = dict.fromkeys((found.short, found.full) for found in same)
    return (*clauses, *(Chip(f"{short} = {full}", f"{query.strip()} {FIELD}:{short}", "synonym") for short, full in forms))


def _without(query: str, part: Tree) -> str:
    left = query[: part.start].rstrip().removesuffix("AND").rstrip()
    right = query[part.end :].lstrip()
    right = right.removeprefix("AND ") if not left else right
    return " ".join(filter(None, (left, right)))


def _kind(part: Tree) -> str:
    match part:
        case Text() | Quoted():
            return "word"
        case No():
            return "not"
        case Any():
            return "any"
        case _:
            return "clause"


def _named(part: Tree) -> tuple[str, str]:
    """Field and value of a clause that names something; words are as they were written in every language."""
    return (part.field, part.canonical) if isinstance(part, Value) and fields()[part.field].kind != "words" else ("", "")


def _label(part: Tree, query: str, labels: Labels) -> str:
    field, value = _named(part)
    if field:
        return f"{field}: {labels.of('company' if field in {'by', 'to'} else field, value)}"
    if isinstance(part, Value):
        return f"{part.field}: {part.value}"
    return query[part.start : part.end].strip()
