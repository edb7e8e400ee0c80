"""Words of a view with their places, for the rules that walk from word to word."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nlp.entities.view import View

TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_](?:[\w&'+/-]*[\w+])?(?:\.(?:com|co|id|net|org|ai)\b)*|[^\w\s]|\d+|\n", re.UNICODE)


@dataclass(frozen=True, slots=True)
class Tokens:
    """The words and signs of a view in order; `words[i]` stands at `starts[i]` … `ends[i]` of `view.text`."""

    view: View
    words: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def __len__(self) -> int:
        """Number of tokens."""
        return len(self.words)

    def word(self, index: int) -> str:
        """The token, or "" outside the text."""
        return self.words[index] if 0 <= index < len(self.words) else ""

    def is_name_word(self, index: int) -> bool:
        """Whether the token begins with a capital (or is a number glued to a name, as 4.0)."""
        return self.word(index)[:1].isupper()

    def glued(self, index: int) -> bool:
        """Whether no space stands before the token."""
        return 0 < index < len(self.words) and self.starts[index] == self.ends[index - 1]

    def text(self, start: int, end: int) -> str:
        """The words from start to end (exclusive) as they stand in the view."""
        return self.view.text[self.starts[start] : self.ends[end - 1]]

    def starts_with(self, index: int, words: tuple[str, ...]) -> bool:
        """Whether these words stand at this place."""
        return self.words[index : index + len(words)] == words


def tokenise(view: View) -> Tokens:
    """Words and signs of a view."""
    found = [_without_suffix(match) for match in TOKEN.finditer(view.text)]
    words, starts, ends = zip(*found, strict=True) if found else ((), (), ())
    return Tokens(view, words, starts, ends)


def _without_suffix(match: re.Match[str]) -> tuple[str, int, int]:
    """A token and its place, without the clitic of "PLN-nya"."""
    word = match.group().removesuffix("-nya")
    return word, match.start(), match.start() + len(word)


class Phrases:
    """A set of phrases of several words, found at a token by the longest."""

    def __init__(self, phrases: tuple[str, ...] | frozenset[str]) -> None:
        """Index the phrases by their first word."""
        self._by_first: dict[str, list[tuple[str, ...]]] = {}
        for phrase in sorted(phrases, key=len, reverse=True):
            words = tuple(TOKEN.findall(phrase))
            self._by_first.setdefault(words[0], []).append(words)

    def at(self, tokens: Tokens, index: int) -> int:
        """How many tokens the longest phrase at this place takes; 0 where there is none."""
        return next((len(words) for words in self._by_first.get(tokens.word(index), ()) if tokens.starts_with(index, words)), 0)
