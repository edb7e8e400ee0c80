"""Programmes that are meant but not named ("kemitraan IKM dengan pabrikan besar"), by the meaning of their registry descriptions.

A sentence that holds a trigger word is compared with every description. What counts is not the cosine but two margins: over the
second-best programme, and over what the best programme gets from sentences that mean no programme.
Source of the method: rules of this project; the margins were set on sentences written for it (tests/nlp/test_meaning.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nlp.analysis import Entity, EntityType, Source, Span
from nlp.embeddings.base import Embedder, Vectors
from nlp.entities.lexicon import load_lexicon
from nlp.registry import Registry
from nlp.sentences import sentences

OVER_SECOND = 0.05
"""Least lead over the second-best programme."""
OVER_BACKGROUND = 0.3
"""Least lead over the mean that the programme gets from background sentences."""
SURE = 0.5
"""Lead over the background at which the confidence is full."""
SHORTEST, LONGEST, MOST = 40, 320, 6
"""Letters of a sentence worth comparing, and how many of an article are."""


@dataclass(frozen=True, slots=True)
class Guess:
    """A sentence and the programme it means."""

    start: int
    end: int
    id: str
    confidence: float


class ProgrammeMeaning:
    """Links sentences to programmes by meaning. Made once (embeds all descriptions, some seconds), then only read."""

    def __init__(self, registry: Registry, embedder: Embedder) -> None:
        """Embed the descriptions and the background."""
        lexicon = load_lexicon()
        self._rows = [row for row in registry.rows(EntityType.PROGRAMME) if row.text]
        self._embedder = embedder
        self._meanings: Vectors = embedder.embed_passages([f"{row.name}: {row.text}" for row in self._rows])
        background = embedder.embed_passages(lexicon.background)
        self._usual: np.ndarray[Any, np.dtype[np.float32]] = (background @ self._meanings.T).mean(axis=0)
        self._trigger = re.compile(r"\b(?:" + "|".join(lexicon.triggers) + r")\b", re.IGNORECASE)

    def guesses(self, text: str, named: Sequence[Entity] = ()) -> list[Guess]:
        """The programmes meant in a text, each once by its clearest sentence; programmes named in it and sentences that name one
        are left out. Embeds at most a few sentences.
        """
        spans = [span for entity in named if entity.type is EntityType.PROGRAMME for span in entity.mentions if span.field == "text"]
        candidates = [
            (start, end)
            for start, end in sentences(text)
            if SHORTEST <= end - start <= LONGEST
            and self._trigger.search(text, start, end)
            and not any(start <= span.start < end for span in spans)
        ][:MOST]
        if not candidates:
            return []
        known = {entity.id for entity in named}
        found: dict[str, Guess] = {}
        scores = self._embedder.embed_passages([text[start:end] for start, end in candidates]) @ self._meanings.T - self._usual
        for (start, end), row in zip(candidates, scores, strict=True):
            second, best = np.argsort(row)[-2:]
            lead, identity = float(row[best]), self._rows[best].id
            if lead < OVER_BACKGROUND or lead - float(row[second]) < OVER_SECOND or identity in known:
                continue
            guess = Guess(start, end, identity, min(1.0, lead / SURE))
            if identity not in found or found[identity].confidence < guess.confidence:
                found[identity] = guess
        return list(found.values())

    def entities(self, text: str, named: Sequence[Entity] = (), field: Source = "text") -> list[Entity]:
        """The guesses as entities marked `inferred`; their mention is the sentence."""
        rows = {row.id: row for row in self._rows}
        return [
            Entity(
                type=EntityType.PROGRAMME,
                name=rows[guess.id].name,
                canonical=rows[guess.id].name,
                id=guess.id,
                inferred=True,
                mentions=(Span(start=guess.start, end=guess.end, field=field),),
                confidence=guess.confidence,
            )
            for guess in self.guesses(text, named)
        ]
