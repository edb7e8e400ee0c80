"""An English query in Indonesian: the words it is ranked by, and a gloss of it for the embedder.

A word that the glossaries translate ranks by its Indonesian words: as typed it stands in the few English articles alone, where it is rare
and would outweigh everything else said, so that it hardly counts there. A word of the lists without a translation ("want") ranks nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from api.search.fusion import rules
from api.search.glossary import Term, terms
from nlp.analyser import Token, tokens

_OWNER = re.compile(r"(?<=\w)['’ʼ]s\b")


@dataclass(frozen=True, slots=True)
class Translation:
    """The words of an English query and what they are in Indonesian.

    Attributes:
        own: words that rank as typed: the glossaries do not know them (names, for the most part).
        translated: words that rank by `meant` and hardly as typed.
        meant: Indonesian words or phrases, each as its tokens.
        gloss: the query word for word, by the first translation of each term; empty where nothing is translated.
    """

    own: frozenset[str]
    translated: frozenset[str]
    meant: tuple[tuple[Token, ...], ...]
    gloss: str

    def ranks(self, words: Sequence[Token]) -> bool:
        """Whether any of these words ranks, as typed or translated."""
        return not (self.own | self.translated).isdisjoint(word.exact for word in words)

    def says(self, words: Sequence[Token]) -> bool:
        """Whether all of these words are said in Indonesian."""
        return self.translated.issuperset(word.exact for word in words)


def words_of(stretch: str) -> tuple[Token, ...]:
    """The words of an English stretch, owners without their 's: "Danantara's" is "Danantara"."""
    return tuple(tokens(_OWNER.sub("", stretch)))


def translation(words: Sequence[Token]) -> Translation:
    """What a query of these words is in Indonesian."""
    small = rules().english
    found = [term for term in terms(words) if not small.issuperset(word.exact for word in words[term.start : term.end])]
    known = {number for term in found for number in range(term.start, term.end)}
    meant = tuple(alternative for term in found for alternative in term.alternatives)
    return Translation(
        own=frozenset(word.exact for number, word in enumerate(words) if number not in known) - small,
        translated=frozenset(words[number].exact for term in found if term.alternatives for number in range(term.start, term.end)) - small,
        meant=meant,
        gloss=_gloss(words, {term.start: term for term in found}) if meant else "",
    )


def _gloss(words: Sequence[Token], found: dict[int, Term]) -> str:
    said, at = list[str](), 0
    while at < len(words):
        term = found.get(at)
        if term is not None:
            said += [token.exact for alternative in term.alternatives[:1] for token in alternative]
        elif words[at].exact not in rules().english:
            said.append(words[at].exact)
        at = term.end if term else at + 1
    return " ".join(said)
