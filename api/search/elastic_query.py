"""A `Node` as an Elasticsearch query."""

from __future__ import annotations

from typing import Any

from api.search.base import (
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

TERMS = 50_000
"""Values in one `terms` clause; Elasticsearch refuses more than 65,536."""

Body = dict[str, Any]


def to_query(node: Node) -> Body:
    """The query that matches what `node` matches, with its ranking."""
    match node:
        case Word():
            fields = (("title_exact", node.exact, TITLE_EXACT), ("text_exact", node.exact, TEXT_EXACT),
                      ("title_stem", node.stem, TITLE_STEM), ("text_stem", node.stem, TEXT_STEM))  # fmt: skip
            return _either([{"term": {name: {"value": value, "boost": boost}}} for name, value, boost in fields])
        case Phrase():
            text = " ".join(node.exact)
            fields_of = (("title_exact", TITLE_EXACT), ("text_exact", TEXT_EXACT))
            return _either([{"match_phrase": {name: {"query": text, "boost": boost}}} for name, boost in fields_of])
        case Weaker(child, by):
            return {"bool": {"must": [to_query(child)], "boost": by}}
        case Prefix():
            return _unranked(_either([{"prefix": {name: {"value": node.start}}} for name in ("title_exact", "text_exact")]))
        case Keyword():
            return _unranked({"terms": {node.field: list(node.values)}})
        case Days():
            return _unranked({"range": {"day": {"gte": node.low, "lte": node.high}}})
        case Ids():
            return _unranked(_ids(sorted(node.ids)))
        case _:
            return _boolean(node)


def _boolean(node: And | Or | Not) -> Body:
    if isinstance(node, Not):
        return _unranked({"bool": {"must_not": [to_query(node.child)]}})
    if isinstance(node, Or):
        return _either([to_query(child) for child in node.children]) if node.children else {"match_none": {}}
    wanted = [to_query(c) for c in node.children if not isinstance(c, Not)]
    unwanted = [to_query(c.child) for c in node.children if isinstance(c, Not)]
    return {"bool": {"must": wanted or [_unranked({"match_all": {}})], "must_not": unwanted}}


def _ids(ids: list[str]) -> Body:
    parts: list[Body] = [{"ids": {"values": ids[i : i + TERMS]}} for i in range(0, len(ids), TERMS)]
    return parts[0] if len(parts) == 1 else _either(parts) if parts else {"match_none": {}}


def _either(queries: list[Body]) -> Body:
    return {"bool": {"should": queries, "minimum_should_match": 1}}


def _unranked(query: Body) -> Body:
    return {"constant_score": {"filter": query, "boost": 0.0}}
