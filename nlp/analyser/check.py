"""Which curated rows earn their place: `python -m nlp.analyser.check CORPUS…` (vocabularies, or .jsonl.gz with `title` and `text`).

A row counts where at least two words that it names occur in the corpus, get another stem by it than the stemmer gives, and are
found together with other words than before. A row that puts one word right is of use, but is not counted.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from nlp.analyser.build import vocabulary
from nlp.analyser.stems import SHORTEST, Decision, dictionary_stemmer, read_decisions

LEAST = 2
"""Words whose class a row must change to count."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A row, and the words of the corpus whose class it changes."""

    decision: Decision
    changed: tuple[str, ...]

    @property
    def counts(self) -> bool:
        """Whether it changes the class of at least `LEAST` words."""
        return len(self.changed) >= LEAST


def plain_stem(word: str) -> str:
    """What the dictionary stemmer alone makes of a word, as `nlp.analyser.stems` asks it."""
    if len(word) < SHORTEST or not word.isascii() or not word.isalpha():
        return word
    return dictionary_stemmer().stem(word) or word


def check(words: Iterable[str], decisions: Sequence[Decision] | None = None, stemmer: Callable[[str], str] = plain_stem) -> list[Checked]:
    """Every row with the words of the corpus that it changes.

    Args:
        words: those of the corpus.
        decisions: the rows; by default those shipped.
        stemmer: what the words' stems are without them.
    """
    rows = read_decisions() if decisions is None else decisions
    curated = {word: row.stem for row in rows for word in row.words}
    before = {word: stemmer(word) for word in words}
    after = {word: curated.get(word, root) for word, root in before.items()}
    old, new = _classes(before), _classes(after)

    def changed(word: str) -> bool:
        return word in before and before[word] != after[word] and old[before[word]] != new[after[word]]

    return [Checked(row, tuple(filter(changed, row.words))) for row in rows]


def _classes(stems: Mapping[str, str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for word, root in stems.items():
        found[root].add(word)
    return found


def main(paths: list[str]) -> int:
    """Print how many rows count, and those that do not."""
    checked = check(vocabulary(paths))
    for row in checked:
        if not row.counts:
            print(f"not counted: {row.decision.stem}: changes {', '.join(row.changed) or 'nothing'}")
    print(f"{sum(row.counts for row in checked)} of {len(checked)} rows change the class of at least {LEAST} words")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
