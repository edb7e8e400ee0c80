"""Programmes that no registry knows: "Proyek X", "Gerakan X", and names in quotes after a programme word.

Source of the method: rules of this project. Each hit is a proposal with less weight than a registered name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlp.analysis import EntityType
from nlp.entities.hits import Claims, Hit
from nlp.entities.lexicon import Lexicon
from nlp.entities.tokens import Tokens
from nlp.entities.view import View
from nlp.registry import comparable

LONGEST = 7
QUOTED = re.compile(
    r"\b(?:program|kompetisi|ajang|gerakan|inisiatif|kampanye|proyek|skema|kegiatan|festival|lomba|pelatihan|peta jalan)\b"
    r"(?: \w+){0,3} (?:bertajuk |bernama |bertema )?\"(?P<name>[^\"]{4,70})\"",
    re.IGNORECASE,
)
GENERIC = frozenset(
    {
        "Strategis",
        "Pemerintah",
        "Nasional",
        "Indonesia",
        "Kerja",
        "Infrastruktur",
        "Studi",
        "Investasi",
        "Sarjana",
        "Legislasi",
        "Prioritas",
    }
)


class OpenProgrammes:
    """Finds programmes and projects by their first word. Made once; safe to share."""

    def __init__(self, lexicon: Lexicon) -> None:
        """Keep the words that begin a programme's name."""
        self._lexicon = lexicon
        self._heads = frozenset(lexicon.programme_heads)

    def find(self, tokens: Tokens, claims: Claims, closed: Claims) -> Iterator[Hit]:
        """The programmes of a view in stretches that nothing else has taken, outside the closed ones (headlines, bylines)."""
        yield from self._quoted(tokens.view, claims)
        for index, word in enumerate(tokens.words):
            if word in self._heads and (size := self._size(tokens, index + 1)):
                start, end = tokens.starts[index], tokens.ends[index + size]
                body = tokens.text(index + 1, index + 1 + size)
                name = tokens.text(index, index + 1 + size) if word.lower() in KEPT else body
                if (
                    body not in GENERIC
                    and not f"{name} ".casefold().startswith(self._lexicon.not_programmes)
                    and claims.free(tokens.view, start, end)
                    and closed.free(tokens.view, start, end)
                ):
                    hit = Hit(tokens.view, start, end, EntityType.PROGRAMME, name, comparable(name), rule="head", weight=0.6)
                    claims.take(hit)
                    yield hit

    def _size(self, tokens: Tokens, index: int) -> int:
        size = 0
        while size < LONGEST and self._continues(tokens, index, index + size):
            size += 1
        while size and not tokens.is_name_word(index + size - 1) and not tokens.word(index + size - 1)[:1].isdigit():
            size -= 1
        return size

    def _continues(self, tokens: Tokens, start: int, index: int) -> bool:
        word = tokens.word(index)
        if tokens.glued(index) and tokens.word(index - 1) in '.)"':
            return False
        if word[:1].isupper():
            return word not in self._lexicon.breakers
        return index > start and (word in ("&", "of", "and") or word[:1].isdigit())

    def _quoted(self, view: View, claims: Claims) -> Iterator[Hit]:
        for found in QUOTED.finditer(view.text):
            name, words = found["name"].strip(" ,."), found["name"].split()
            capitals = sum(word[0].isupper() or word[0].isdigit() for word in words)
            if 1 < len(words) <= LONGEST and capitals * 3 >= len(words) * 2 and claims.free(view, *found.span("name")):
                hit = Hit(view, *found.span("name"), EntityType.PROGRAMME, name, comparable(name), rule="quoted", weight=0.7)
                claims.take(hit)
                yield hit


KEPT = frozenset({"proyek", "gerakan", "kartu", "festival", "satgas"})
"""Heads that belong to the name ("Proyek Pani"); "program" and "skema" do not."""
