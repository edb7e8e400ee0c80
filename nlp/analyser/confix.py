"""PySastrawi's stemmer, said shorter: the same stem for every word, twenty times faster.

Confix stripping (Nazief and Adriani; Asian's CS; ECS) takes a word apart in several ways until a root of the dictionary is left.
PySastrawi tries every one of its rules on every word; here `data/prefixes.tsv` holds the rules, and a word is asked those of its
first two letters. The dictionary of roots is PySastrawi's.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import pairwise

LONGEST_UNTOUCHED = 3
"""Letters up to which a word is left as it is."""
PREFIXES = 3
"""Prefixes taken off one word at most."""
PLAIN = ("di", "ke", "se")
"""Prefixes that change nothing in what follows."""
SUFFIXES = (("lah", "kah", "tah", "pun"), ("nya", "ku", "mu"), ("isasi", "isme", "kan", "is", "an", "i"))
"""Particles, pronouns, derivations, in the order they are taken off, one each; of two that end a word the longer one."""
PREFIX_FIRST = re.compile("be.*(?:lah|an)|(?:me|di|pe|ter).*i")
"""Words whose prefixes are tried before their suffixes."""
LETTERS = str.maketrans({"C": "[bcdfghjklmnpqrstvwxyz]", "V": "[aiueo]", "A": "[a-z]"})


@dataclass(frozen=True, slots=True)
class Way:
    """One reading of a prefix: the words it is for, and the letters that stood before what is left of them."""

    pattern: re.Pattern[str]
    front: str

    def rest(self, word: str) -> str | None:
        """What is left of the word; None where it does not begin so."""
        found = self.pattern.fullmatch(word)
        return self.front + "".join(found.groups()) if found else None


Rule = Sequence[Way]
"""Readings of one prefix, tried until one leaves a root; else the last one counts."""


class ConfixStemmer:
    """A stemmer of words in small letters a to z.

    Args:
        roots: words that have no affixes.
        rules: the lines of `data/prefixes.tsv`.
    """

    def __init__(self, roots: Collection[str], rules: Iterable[str]) -> None:
        self._roots = roots
        self._rules = _by_first_letters(rules)

    def stem(self, word: str) -> str:
        """The root of a word; the word itself where none is found."""
        return next((rest for rest in self._rests(word) if rest in self._roots), word)

    def _rests(self, word: str) -> Iterator[str]:
        """What is left of a word, in the order of preference."""
        yield word
        if len(word) <= LONGEST_UNTOUCHED:
            return
        if PREFIX_FIRST.fullmatch(word):
            rest = self._without_prefixes(word)
            yield rest
            yield self._without_suffixes(rest)[-1]
        steps = self._without_suffixes(word)
        yield steps[-1]
        yield self._without_prefixes(steps[-1])
        for longer, shorter in reversed(list(pairwise(steps))):
            if longer == f"{shorter}kan":
                yield self._without_prefixes(f"{shorter}k")
            yield self._without_prefixes(longer)

    def _without_suffixes(self, word: str) -> list[str]:
        """The word, and what is left of it after each suffix, as far as a root."""
        steps = [word]
        for endings in SUFFIXES:
            ending = next((e for e in endings if steps[-1].endswith(e)), "")
            if ending:
                steps.append(steps[-1].removesuffix(ending))
            if steps[-1] in self._roots:
                break
        return steps

    def _without_prefixes(self, word: str) -> str:
        for _ in range(PREFIXES):
            rest = self._without_prefix(word)
            if rest == word or rest in self._roots:
                return rest
            word = rest
        return word

    def _without_prefix(self, word: str) -> str:
        """The word without one prefix; a plain one is taken off even where the word is a root."""
        if word.startswith(PLAIN):
            return word[2:]
        if word in self._roots:
            return word
        rests = (self._rest(rule, word) for rule in self._rules.get(word[:2], self._rules[""]))
        return next((rest for rest in rests if rest is not None), word)

    def _rest(self, rule: Rule, word: str) -> str | None:
        rest = None
        for way in rule:
            rest = way.rest(word)
            if rest in self._roots:
                break
        return rest


def _by_first_letters(lines: Iterable[str]) -> Mapping[str, Sequence[Rule]]:
    """First two letters → the rules that may be for words that begin so, in order; under "", those for all others."""
    rules: dict[str, list[Way]] = defaultdict(list)
    heads: dict[str, str] = {}
    for line in lines:
        number, pattern, front = [*line.split("\t"), ""][:3]
        rules[number].append(Way(re.compile(pattern.translate(LETTERS)), front))
        heads[number] = pattern[:2] if pattern[:2].isalpha() else ""
    return {head: [rule for number, rule in rules.items() if heads[number] in {head, ""}] for head in {*heads.values(), ""}}


def sastrawi_roots() -> frozenset[str]:
    """PySastrawi's dictionary."""
    text = (files("Sastrawi.Stemmer") / "data" / "kata-dasar.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.split("\n") if line.strip())
