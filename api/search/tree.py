"""A person's query as a frozen tree. Every node knows which stretch of the query it came from (`start`, `end`, code points)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from nlp.analyser import Token


@dataclass(frozen=True, slots=True)
class Text:
    """One or several words that must all stand there (several where a hyphen parts them)."""

    words: tuple[Token, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Quoted:
    """A phrase."""

    words: tuple[Token, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Stem:
    """The beginning of a word: `kred*`."""

    prefix: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Value:
    """`field:value`; `value` is what was typed, `canonical` what is stored (an id, a code, or the value itself)."""

    field: str
    value: str
    canonical: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class AmountRange:
    """`amount:…`: overlaps [low, high] in `currency`; a side that is None is open."""

    low: Decimal | None
    high: Decimal | None
    currency: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class DateRange:
    """`date:…` or `period:…`: ISO days, inclusive; a side that is None is open."""

    field: str
    low: str | None
    high: str | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class All:
    """Every one of the parts."""

    parts: tuple[Tree, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Any:
    """At least one of the parts."""

    parts: tuple[Tree, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class No:
    """Not this."""

    part: Tree
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Same:
    """Words that are a short form or its full form: any of `forms` says the same. Made by `api.search.synonyms` after parsing.

    Attributes:
        parts: the words as typed, all of which must stand there.
        words: their tokens.
        forms: the other forms, each as its tokens.
        short, full: how the two are written.
    """

    parts: tuple[Text, ...]
    words: tuple[Token, ...]
    forms: tuple[tuple[Token, ...], ...]
    short: str
    full: str
    start: int
    end: int


Tree = Text | Quoted | Stem | Same | Value | AmountRange | DateRange | All | Any | No
Leaf = Text | Quoted | Stem | Value | AmountRange | DateRange
