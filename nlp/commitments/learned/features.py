"""What the learned parts see of an amount: the rules' signs, the words around it with names masked by their class, its size.

Names are masked ("<company>", "<bank>") and numbers folded, so that nothing of a single article or firm is learnt.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nlp.analyser import tokens
from nlp.analysis import EntityType, Money
from nlp.commitments.contexts import Context
from nlp.commitments.frames import gate
from nlp.commitments.roles import Role
from nlp.commitments.tables import kind_table, words
from nlp.entities import Found

Features = dict[str, float]
Word = tuple[str, str]
"""(stem or class, exact form or class)"""

_YEAR = re.compile(r"(?:19|20)\d\d")
_LEAD = 350
"""Characters of a text that count as its lead."""
_RUPIAH = 15_000
_NEAR, _FAR = 6, 20


@dataclass(frozen=True, slots=True)
class Surroundings:
    """An article as the features see it, made once for all its amounts."""

    title: str
    text: str
    type: str
    masks: tuple[tuple[int, int, str], ...]
    """Stretches of the text that are replaced by a class, in order."""
    titled: frozenset[tuple[str, object]]
    """(currency, low) of the title's amounts."""
    title_words: tuple[str, ...]


def surroundings(title: str, text: str, article_type: str, found: Found, money: Sequence[Money], titled: Sequence[Money]) -> Surroundings:
    """The article's part of the features."""
    masks = [(m.start, m.end, _class(found, m.entity)) for m in found.mentions if m.field == "text"]
    masks += [(m.start, m.end, "<amount>") for m in money]
    return Surroundings(
        title=title,
        text=text,
        type=article_type,
        masks=tuple(sorted(masks, key=lambda mask: (mask[0], -mask[1]))),
        titled=frozenset((m.currency, m.low) for m in titled),
        title_words=tuple(token.stem for token in tokens(title)),
    )


def _class(found: Found, entity: int) -> str:
    named = found.entities[entity]
    if named.type is EntityType.COMPANY and words(kind_table().lenders).search(named.canonical):
        return "<bank>"
    return f"<{named.type.value}>"


def masked(around: Surroundings, start: int, end: int) -> list[Word]:
    """The words of a stretch in order, names and amounts as one word each."""
    out: list[Word] = []
    place = start
    for first, last, name in around.masks:
        if last <= place or first >= end:
            continue
        out += _plain(around.text[place : max(place, first)])
        if first >= start:
            out.append((name, name))
        place = max(place, last)
    return out + _plain(around.text[place:end])


def _plain(stretch: str) -> list[Word]:
    return [(_folded(token.stem), _folded(token.exact)) for token in tokens(stretch)]


def _folded(word: str) -> str:
    if not word[0].isdigit():
        return word
    return "<year>" if _YEAR.fullmatch(word) else "<number>"


def amount_features(around: Surroundings, found: Sequence[Context], roles: Sequence[Role]) -> list[Features]:
    """The features of every amount, in order."""
    return [
        dict(
            (
                *_of_rules(found, roles, index),
                *_of_words(around, context),
                *_of_amount(around, context),
                *_of_place(around, found, context),
            )
        )
        for index, context in enumerate(found)
    ]


def _of_rules(found: Sequence[Context], roles: Sequence[Role], index: int) -> Iterator[tuple[str, float]]:
    role = roles[index]
    for value, score in role.scores.items():
        if score:
            yield f"score:{value.value}", max(-2.0, min(score / 5, 3.0))
    yield f"best:{role.role.value}", 1.0
    yield from ((f"sign:{name}", weight) for name, weight in role.signs.items())
    reason = gate(found[index])
    if reason:
        yield f"gate:{reason}", 1.0
    if index:
        yield f"before:{roles[index - 1].role.value}", 1.0
    if index + 1 < len(roles):
        yield f"behind:{roles[index + 1].role.value}", 1.0


def _of_words(around: Surroundings, context: Context) -> Iterator[tuple[str, float]]:
    left = masked(around, context.start, context.money.start)[::-1]
    right = masked(around, context.money.end, context.end)
    for place, (stem, exact) in enumerate(left[:_FAR]):
        if place < _NEAR:
            yield f"left={stem}", 1.0
            yield f"left-exact={exact}", 1.0
        else:
            yield f"far-left={stem}", 0.7
        if place < 3:
            yield f"left{place}={stem}", 1.0
        if place < _NEAR - 1 and place + 1 < len(left):
            yield f"left-pair={left[place + 1][0]} {stem}", 1.0
    for place, (stem, _) in enumerate(right[:_FAR]):
        yield (f"right={stem}", 1.0) if place < _NEAR else (f"far-right={stem}", 0.5)
        if place < 2:
            yield f"right{place}={stem}", 1.0
        if place < _NEAR - 2 and place + 1 < len(right):
            yield f"right-pair={stem} {right[place + 1][0]}", 1.0
    yield from ((f"sentence-before={_folded(token.stem)}", 0.5) for token in tokens(context.before))
    yield from ((f"title={word}", 0.5) for word in around.title_words)


def _of_amount(around: Surroundings, context: Context) -> Iterator[tuple[str, float]]:
    money = context.money
    rupiah = float(money.high) * (1 if money.currency == "IDR" else _RUPIAH)
    yield f"size={int(math.log10(min(rupiah, 1e30) + 1))}", 1.0
    yield f"currency={money.currency if money.currency in ('IDR', 'USD') else 'other'}", 1.0
    yield f"per={money.per}", 1.0
    yield f"approx={money.approx}", 1.0
    if money.low != money.high:
        yield "range", 1.0
    if money.equivalent_of is not None:
        yield "converts", 1.0
    if (money.currency, money.low) in around.titled:
        yield "in-title", 1.0


def _of_place(around: Surroundings, found: Sequence[Context], context: Context) -> Iterator[tuple[str, float]]:
    yield f"type={around.type}", 1.0
    yield f"amounts={min(len(found), 12) // 3}", 1.0
    if context.start < _LEAD:
        yield "lead", 1.0
    if context.follows:
        yield "follows", 1.0
    same = (context.money.currency, context.money.low)
    if any(other is not context and (other.money.currency, other.money.low) == same for other in found):
        yield "repeated", 1.0
    if '"' in context.sentence or "“" in context.sentence:
        yield "quoted", 1.0
    named = [name for first, _, name in around.masks if context.start <= first < context.money.start and name != "<amount>"]
    yield f"nearest{named[-1] if named else '<none>'}", 1.0
    yield f"first{named[0] if named else '<none>'}", 1.0
    for name in {name for first, _, name in around.masks if context.start <= first < context.end}:
        yield f"holds{name}", 1.0
