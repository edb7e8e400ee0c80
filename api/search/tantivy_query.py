"""The tantivy schema, and a `Node` as a tantivy query."""

from __future__ import annotations

import re

import tantivy
from tantivy import Occur, Query

from api.search.base import (
    KEYWORDS,
    TEXT_EXACT,
    TEXT_STEM,
    TITLE_EXACT,
    TITLE_STEM,
    And,
    Days,
    Ids,
    Keyword,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Weaker,
    Word,
)


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    for name in ("title_exact", "title_stem", "text_exact", "text_stem"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    for name in KEYWORDS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_unsigned_field("day", indexed=True, fast=True)
    builder.add_unsigned_field("newest", indexed=True, fast=True, stored=True)
    builder.add_unsigned_field("amount", indexed=True, fast=True)
    return builder.build()


SCHEMA = _schema()


def to_query(node: Node) -> Query:
    """The tantivy query that matches what `node` matches, with its ranking."""
    match node:
        case Word():
            return _word(node)
        case Phrase():
            return _phrase(node)
        case Weaker(child, by):
            return Query.boost_query(to_query(child), by)
        case Prefix():
            pattern = re.escape(node.start) + ".*"
            return _unranked(_either([Query.regex_query(SCHEMA, name, pattern) for name in ("title_exact", "text_exact")]))
        case Keyword():
            return _unranked(Query.term_set_query(SCHEMA, node.field, list(node.values)))
        case Days():
            return _unranked(Query.range_query(SCHEMA, "day", tantivy.FieldType.Unsigned, node.low, node.high))
        case Ids():
            return _unranked(Query.term_set_query(SCHEMA, "id", sorted(node.ids)))
        case _:
            return _boolean(node)


def _boolean(node: And | Or | Not) -> Query:
    if isinstance(node, Not):
        return Query.boolean_query([(Occur.Must, _all()), (Occur.MustNot, to_query(node.child))])
    if isinstance(node, Or):
        return _either([to_query(child) for child in node.children]) if node.children else Query.empty_query()
    wanted = [(Occur.Must, to_query(c)) for c in node.children if not isinstance(c, Not)]
    unwanted = [(Occur.MustNot, to_query(c.child)) for c in node.children if isinstance(c, Not)]
    return Query.boolean_query([*(wanted or [(Occur.Must, _all())]), *unwanted])


def _all() -> Query:
    return _unranked(Query.all_query())


def _unranked(query: Query) -> Query:
    return Query.const_score_query(query, 0.0)


def _either(queries: list[Query]) -> Query:
    return Query.boolean_query([(Occur.Should, query) for query in queries])


def _word(node: Word) -> Query:
    fields = (("title_exact", node.exact, TITLE_EXACT), ("text_exact", node.exact, TEXT_EXACT),
              ("title_stem", node.stem, TITLE_STEM), ("text_stem", node.stem, TEXT_STEM))  # fmt: skip
    return _either([Query.boost_query(Query.term_query(SCHEMA, name, value, "freq"), boost) for name, value, boost in fields])


def _phrase(node: Phrase) -> Query:
    if len(node.exact) == 1:
        (word,) = node.exact
        terms = [Query.term_query(SCHEMA, name, word, "freq") for name in ("title_exact", "text_exact")]
    else:
        terms = [Query.phrase_query(SCHEMA, name, list(node.exact)) for name in ("title_exact", "text_exact")]
    return _either([Query.boost_query(q, boost) for q, boost in zip(terms, (TITLE_EXACT, TEXT_EXACT), strict=True)])
