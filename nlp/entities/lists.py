"""Organisations by the company they keep: in "Bank X, Bank Y, Star Mercato dan PT Z" the unknown item is one as well.

Source of the method: rules of this project. An item counts if it fills the place between two separators and the list holds at least
two organisations, one of them next to it.
"""

from __future__ import annotations

from collections.abc import Iterator

from nlp.analysis import EntityType
from nlp.entities.hits import ORGANISATIONS, Claims, Hit
from nlp.entities.lexicon import Lexicon
from nlp.entities.tokens import Phrases, Tokens
from nlp.registry import comparable

SEPARATORS = frozenset({",", "dan", "serta", "hingga", "maupun", "and"})
LONGEST_ITEM = 5
LEAST_KNOWN = 2


class ListedOrganisations:
    """Finds the unknown items of lists. Made once; safe to share."""

    def __init__(self, lexicon: Lexicon) -> None:
        """Keep the words an item cannot have."""
        self._lexicon = lexicon
        self._countries = Phrases(lexicon.countries)

    def find(self, tokens: Tokens, hits: list[Hit], claims: Claims, closed: Claims) -> Iterator[Hit]:
        """The unknown items of a view's lists, as organisations of little weight."""
        known = {hit.start: hit for hit in hits if hit.view is tokens.view and hit.type in ORGANISATIONS}
        ends = {end: index + 1 for index, end in enumerate(tokens.ends)}
        index = 0
        while index < len(tokens):
            hit = known.get(tokens.starts[index])
            if hit is None or hit.end not in ends:
                index += 1
                continue
            items, after = self._list(tokens, index, known, ends)
            if sum(known.get(tokens.starts[start]) is not None for start, _ in items) >= LEAST_KNOWN:
                yield from self._unknown(tokens, items, known, claims, closed)
            index = max(after, index + 1)

    def _list(self, tokens: Tokens, start: int, known: dict[int, Hit], ends: dict[int, int]) -> tuple[list[tuple[int, int]], int]:
        """The items (first token, token behind) of the list that begins with an organisation at `start`."""
        items, index = [], start
        while index < len(tokens):
            hit = known.get(tokens.starts[index])
            end = ends.get(hit.end, index) if hit else index + self._size(tokens, index)
            if end == index:
                break
            items.append((index, end))
            end = self._past_bracket(tokens, end)
            step = next((size for size in (2, 1) if all(tokens.word(end + place) in SEPARATORS for place in range(size))), 0)
            if not step:
                return items, end
            index = end + step
        return items, index

    def _past_bracket(self, tokens: Tokens, index: int) -> int:
        if tokens.word(index) != "(":
            return index
        return next((place + 1 for place in range(index + 1, index + 7) if tokens.word(place) == ")"), index)

    def _size(self, tokens: Tokens, index: int) -> int:
        size = 0
        if tokens.word(index).casefold() in self._lexicon.common_words:
            return 0
        while size < LONGEST_ITEM + 1 and self._item_word(tokens, index + size) and not (size and tokens.glued(index + size)):
            size += 1
        return size if size <= LONGEST_ITEM and not self._countries.at(tokens, index) else 0

    def _item_word(self, tokens: Tokens, index: int) -> bool:
        word = tokens.word(index)
        lexicon = self._lexicon
        if not word[:1].isupper() or word in lexicon.stop_names or word in lexicon.role_words or word in lexicon.breakers:
            return False
        return word not in lexicon.given_names

    def _unknown(
        self, tokens: Tokens, items: list[tuple[int, int]], known: dict[int, Hit], claims: Claims, closed: Claims
    ) -> Iterator[Hit]:
        for start, end in items:
            first, last = tokens.starts[start], tokens.ends[end - 1]
            if first in known or not claims.free(tokens.view, first, last) or not closed.free(tokens.view, first, last):
                continue
            name = tokens.text(start, end)
            hit = Hit(tokens.view, first, last, EntityType.COMPANY, name, comparable(name), rule="list", weight=0.6)
            claims.take(hit)
            yield hit
