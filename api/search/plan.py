"""From a person's `Tree` to the engine's `Node`: fact clauses of one AND group become one set of ids, words become words.

A query is planned thrice: `where` is what must hold; `structure` is `where` without its words (what meaning is searched in);
`ranking` asks for any of the words (what orders a hybrid list). An English query ranks by its Indonesian words (`english`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from api.search.base import EVERYTHING, And, Days, Ids, Keyword, Node, Not, Or, Phrase, Prefix, Weaker, Word
from api.search.english import translation, words_of
from api.search.facts import Resolved, is_fact
from api.search.fusion import is_english, rules
from api.search.synonyms import applied, expand
from api.search.tree import All, AmountRange, Any, DateRange, No, Quoted, Same, Stem, Text, Tree, Value
from nlp.analyser import Token

Resolve = Callable[[Tree], Resolved]
Written = Text | Quoted | Stem | Same
KEYWORD_FIELDS = {"outlet", "company", "agency", "person", "programme", "lang", "type"}


@dataclass(frozen=True, slots=True)
class Plan:
    """What to ask an engine for one query.

    Attributes:
        words: the tokens of the query.
        marks: the tokens that snippets mark: the words that rank.
        runs: words in a row that snippets mark together: full forms of short forms.
        same: the short and full forms that stand for each other.
        text: the words as typed, for the embedder; empty where the query is fields only.
        gloss: the same in Indonesian, where the query is English.
        dated: the query restricts the date of publication.
        undated: `where` with "has no date" in place of the date.
        uncompared: commitments left out of an amount clause for want of a rate.
        lone: the query has one clause of words, so that `where` and `ranking` find the same articles in the same order.
    """

    where: Node = EVERYTHING
    structure: Node = EVERYTHING
    ranking: Node = EVERYTHING
    words: tuple[Token, ...] = ()
    marks: tuple[Token, ...] = ()
    runs: tuple[tuple[str, ...], ...] = ()
    same: tuple[Same, ...] = ()
    text: str = ""
    gloss: str = ""
    dated: bool = False
    undated: Node = EVERYTHING
    uncompared: int = 0
    lone: bool = False


def plan(tree: Tree | None, query: str, resolve: Resolve) -> Plan:
    """The plan of a parsed `query`; `resolve` answers fact clauses by SQL.

    Raises:
        QueryError: a `literal:` clause stands where it says nothing.
    """
    tree = expand(tree, query)
    if tree is None:
        return Plan()
    builder = _Builder(resolve)
    where = builder.node(tree)
    positive = _positive(tree)
    tokens = [t for leaf in positive if isinstance(leaf, Text | Quoted | Same) for t in leaf.words]
    same = [leaf for leaf in positive if isinstance(leaf, Same)]
    structure = builder.without_words(tree) or EVERYTHING
    text = " ".join(query[leaf.start : leaf.end].strip('"+ ') for leaf in positive)
    ranked, marks, gloss = _ranked_in_english(positive, query) if is_english(text) else (tuple(map(_rank, positive)), tuple(tokens), "")
    ranking = And((structure, Or(ranked))) if positive else where
    return Plan(
        where=where,
        structure=structure,
        ranking=ranking,
        words=tuple(tokens),
        marks=(*marks, *(form[0] for leaf in same for form in leaf.forms if len(form) == 1)),
        runs=tuple(tuple(token.exact for token in form) for leaf in same for form in leaf.forms if len(form) > 1),
        same=tuple(applied(tree)),
        text=text,
        gloss=gloss,
        dated=builder.dated,
        undated=_Builder(resolve, undated=True).node(tree) if builder.dated else EVERYTHING,
        uncompared=builder.uncompared,
        lone=len(positive) == len(ranked) == 1 and positive[0] in (tree.parts if isinstance(tree, All) else (tree,)),
    )


def _positive(tree: Tree) -> list[Written]:
    match tree:
        case Text() | Quoted() | Stem() | Same():
            return [tree]
        case All() | Any():
            return [leaf for part in tree.parts for leaf in _positive(part)]
        case _:
            return []


def _ranked_in_english(leaves: Sequence[Written], query: str) -> tuple[tuple[Node, ...], tuple[Token, ...], str]:
    """What orders a hybrid list, the tokens behind it, and the query's gloss."""
    said = [replace(leaf, words=words_of(query[leaf.start : leaf.end])) if isinstance(leaf, Text) else leaf for leaf in leaves]
    english = translation([word for leaf in said if isinstance(leaf, Text | Same) for word in leaf.words])
    kept = [leaf for leaf in said if not isinstance(leaf, Text) or english.ranks(leaf.words)] or said
    nodes = (Weaker(_rank(leaf), rules().as_typed) if isinstance(leaf, Text) and english.says(leaf.words) else _rank(leaf) for leaf in kept)
    meant = (And(tuple(Word(t.exact, t.stem) for t in alternative)) for alternative in english.meant)
    marks = (token for leaf in kept if isinstance(leaf, Text | Quoted | Same) for token in leaf.words)
    return (*nodes, *meant), (*marks, *(token for alternative in english.meant for token in alternative)), english.gloss


def _rank(leaf: Written) -> Node:
    match leaf:
        case Stem():
            return Prefix(leaf.prefix)
        case Quoted():
            return Phrase(tuple(t.exact for t in leaf.words))
        case Text():
            return And(tuple(Word(t.exact, t.stem) for t in leaf.words))
        case Same():
            forms = (Phrase(tuple(t.exact for t in f)) if len(f) > 1 else Word(f[0].exact, f[0].stem) for f in leaf.forms)
            return Or((And(tuple(map(_rank, leaf.parts))), Weaker(Or(tuple(forms)))))


class _Builder:
    def __init__(self, resolve: Resolve, *, undated: bool = False) -> None:
        self._resolve = resolve
        self._undated = undated
        self._known: dict[Tree, Ids] = {}
        self.dated = False
        self.uncompared = 0

    def node(self, tree: Tree) -> Node:
        match tree:
            case All():
                return self._all(tree)
            case Any():
                return self._facts(tree) if is_fact(tree) else Or(tuple(map(self.node, tree.parts)))
            case No():
                return Not(self.node(tree.part))
            case Text() | Quoted() | Stem() | Same():
                return _rank(tree)
            case _:
                return self._clause(tree)

    def _all(self, tree: All) -> Node:
        """Facts hold for the same commitment. A programme alone is any mention, since people look for what is said about it."""
        facts = [part for part in tree.parts if is_fact(part)]
        rest = [part for part in tree.parts if not is_fact(part)]
        lone = len(facts) == 1 and _is_programme(facts[0])
        nodes = [self.node(part) for part in rest]
        if lone or not any(not isinstance(part, No) for part in facts):
            return And((*nodes, *map(self.node, facts)))
        return And((*nodes, self._facts(All(tuple(facts), tree.start, tree.end))))

    def _facts(self, tree: Tree) -> Node:
        if tree not in self._known:
            resolved = self._resolve(tree)
            self.uncompared = max(self.uncompared, resolved.uncompared)
            self._known[tree] = Ids(resolved.ids)
        return self._known[tree]

    def _clause(self, tree: Value | AmountRange | DateRange) -> Node:
        if isinstance(tree, DateRange) and tree.field == "date":
            self.dated = True
            return Days(0, 0) if self._undated else Days(_number(tree.low, 1), _number(tree.high, 99_999_999))
        if isinstance(tree, Value) and tree.field in KEYWORD_FIELDS:
            return Keyword(tree.field, (tree.canonical,))
        return self._facts(tree)

    def without_words(self, tree: Tree) -> Node | None:
        """`tree` without its words; None where nothing else is in it. An OR with words in it restricts nothing."""
        match tree:
            case Text() | Quoted() | Stem() | Same():
                return None
            case All():
                facts = tuple(p for p in tree.parts if is_fact(p))
                rest = [n for n in map(self.without_words, (p for p in tree.parts if not is_fact(p))) if n is not None]
                return And((*rest, self.node(All(facts, tree.start, tree.end)))) if facts else And(tuple(rest)) if rest else None
            case Any():
                return None if _positive(tree) else self.node(tree)
            case _:
                return self.node(tree)


def _is_programme(tree: Tree) -> bool:
    return isinstance(tree, Value) and tree.field == "programme"


def _number(day: str | None, open_end: int) -> int:
    return int(day.replace("-", "")) if day else open_end
