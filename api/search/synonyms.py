"""Short forms in a query (`nlp.analyser.synonyms`): IKM also finds industri kecil dan menengah, and the other way round.

What a person writes in quotation marks is taken as written, and `literal:IKM` beside the other words switches one short form off; so
that the choice is part of the query, in a URL, a script, a saved search and an export alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from api.refusals import query_error
from api.search.tree import All, Any, No, Same, Text, Tree, Value
from nlp.analyser import exact_line, tokens
from nlp.analyser.synonyms import ShortForm, by_full_form, short_forms

FIELD = "literal"


def expand(tree: Tree | None, query: str) -> Tree | None:
    """The `tree` of `query` with its short and full forms as `Same`, and without its `literal:` clauses; None where nothing else is in it.

    Raises:
        QueryError: a `literal:` clause stands within brackets, OR or NOT, where it would say nothing.
    """
    if tree is None:
        return None
    parts = tree.parts if isinstance(tree, All) else (tree,)
    off = frozenset(exact_line(part.value) for part in parts if _is_literal(part) and isinstance(part, Value))
    kept = tuple(part for part in parts if not _is_literal(part))
    for part in kept:
        _refuse_nested(part, query)
    if len(kept) < len(parts) and not kept:
        return None
    return _expanded(All(kept, tree.start, tree.end) if isinstance(tree, All) else tree, off)


def applied(tree: Tree | None) -> Iterator[Same]:
    """The short and full forms of an expanded tree, in order."""
    match tree:
        case Same():
            yield tree
        case All() | Any():
            for part in tree.parts:
                yield from applied(part)
        case No():
            yield from applied(tree.part)
        case _:
            return


def _is_literal(tree: Tree) -> bool:
    return isinstance(tree, Value) and tree.field == FIELD


def _refuse_nested(tree: Tree, query: str) -> None:
    if _is_literal(tree):
        clause = query[tree.start : tree.end].strip()
        words = [t.exact for t in tokens(query[: tree.start] + " " + query[tree.end :]) if t.exact not in {"and", "or", "not"}]
        raise query_error("literal", at=tree.start, suggestion=" ".join([*words, clause]))
    for part in tree.parts if isinstance(tree, All | Any) else (tree.part,) if isinstance(tree, No) else ():
        _refuse_nested(part, query)


def _expanded(tree: Tree, off: frozenset[str]) -> Tree:
    match tree:
        case Text():
            return _same((tree,), off) or tree
        case All():
            return All(tuple(_joined(tree.parts, off)), tree.start, tree.end)
        case Any():
            return Any(tuple(_expanded(part, off) for part in tree.parts), tree.start, tree.end)
        case No():
            return No(_expanded(tree.part, off), tree.start, tree.end)
        case _:
            return tree


def _joined(parts: Sequence[Tree], off: frozenset[str]) -> Iterator[Tree]:
    """The parts, words that make up a full form joined, the longest one first."""
    start = 0
    while start < len(parts):
        texts = []
        for part in parts[start:]:
            if not isinstance(part, Text):
                break
            texts.append(part)
        found = next((same for end in range(len(texts), 0, -1) if (same := _same(texts[:end], off))), None)
        yield found or _expanded(parts[start], off)
        start += len(found.parts) if found else 1


def _same(texts: Sequence[Text], off: frozenset[str]) -> Same | None:
    """Words that are a short form, or one of its full forms."""
    words = tuple(token for text in texts for token in text.words)
    run = tuple(token.exact for token in words)
    rows = by_full_form().get(run, ()) if len(run) > 1 else tuple(filter(None, [short_forms().get(run[0])]))
    rows = tuple(row for row in rows if row.key not in off)
    if not rows:
        return None
    others = dict.fromkeys(other for row in rows for other in ((row.key,), *row.runs) if other != run)
    forms = tuple(tuple(tokens(" ".join(other))) for other in others)
    row: ShortForm = rows[0]
    return Same(tuple(texts), words, forms, row.short, row.full[0], texts[0].start, texts[-1].end)
