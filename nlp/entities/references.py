"""Who "perseroan", "kementerian ini" and their like mean: the last body of that kind named before, or the only one of the article.

Source of the method: rules of this project; the words are data (nlp/entities/data/words.yaml, references).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlp.analysis import EntityType
from nlp.entities.hits import Claims, Hit
from nlp.entities.lexicon import Lexicon
from nlp.entities.view import View

REACH = 700
"""Letters back to which a reference looks for its body; farther only where the article names a single one."""


class References:
    """Finds references. Made once; safe to share."""

    def __init__(self, lexicon: Lexicon) -> None:
        """Compile one pattern for each kind of body."""
        self._patterns = {
            EntityType(kind): re.compile(r"(?<![\w-])(?:" + "|".join(map(re.escape, words)) + r")(?![\w-])")
            for kind, words in lexicon.references.items()
        }
        self._indefinite = re.compile(r"(?: (?:" + "|".join(map(re.escape, lexicon.indefinite)) + r")(?!\w)|-)")

    def find(self, views: tuple[View, ...], hits: list[Hit], claims: Claims) -> Iterator[Hit]:
        """A hit of kind "reference" for every such word whose body is clear."""
        for kind, pattern in self._patterns.items():
            named = sorted((hit for hit in hits if hit.type is kind), key=lambda hit: hit.start)
            if not named:
                continue
            only = named[0] if len({hit.key for hit in named}) == 1 else None
            for view in views:
                for found in pattern.finditer(view.text):
                    if not claims.free(view, *found.span()) or self._indefinite.match(view.text, found.end()):
                        continue
                    before = [hit for hit in named if hit.view is view and hit.end <= found.start() and found.start() - hit.end <= REACH]
                    owner = only or (before[-1] if before else None)
                    if owner:
                        yield Hit(view, *found.span(), owner.type, found.group(), owner.key, owner.id, "reference", "reference", 0.6)
