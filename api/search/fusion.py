"""One order from two lists: a weighted sum of min-max scores over their union, no candidate's score left at nothing.

Method: min-max normalisation and convex combination (Bruch, Gai and Ingber, "An analysis of fusion functions for hybrid retrieval",
2023); equal-weight reciprocal ranks were measured to be worse than words alone. Weights are in fusion.yml.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict

from api.search.glossary import terms
from nlp.analyser import tokens


class Weights(BaseModel):
    """How much words and meaning count; they add up to 1."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    words: float
    meaning: float


class FusionRules(BaseModel):
    """fusion.yml.

    Attributes:
        as_typed: what a word of an English query counts for as typed, where it is translated.
        window: candidates taken from each list.
        meaning_only: hits shown at most that the words do not find.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Weights
    en: Weights
    english: frozenset[str]
    english_endings: tuple[str, ...]
    indonesian: frozenset[str]
    as_typed: float
    window: int
    meaning_only: int


@cache
def rules() -> FusionRules:
    """The rules as shipped."""
    return FusionRules(**yaml.safe_load((files("api.search") / "fusion.yml").read_text(encoding="utf-8")))


def weights_of(query: str) -> Weights:
    """The weights for the language of `query`."""
    return rules().en if is_english(query) else rules().id


def is_english(query: str) -> bool:
    """Whether a query is English: by its small words, or by words that the glossaries translate and endings that Indonesian lacks."""
    words = tokens(query)
    small = [word.exact in rules().english for word in words]
    if sum(small) >= 2:
        return True
    english = [one or _ends_english(word.exact) for one, word in zip(small, words, strict=True)]
    for term in terms(words):
        if term.telling and term.foreign(words):
            english[term.start : term.end] = [True] * (term.end - term.start)
    votes, against = sum(english), sum(word.exact in rules().indonesian for word in words)
    return (votes >= 2 or 0 < votes == len(words)) and votes > 2 * against and 4 * votes >= len(words)


def _ends_english(word: str) -> bool:
    return len(word) > 5 and word.endswith(rules().english_endings) and word not in rules().indonesian


def fuse(words: Mapping[str, float], meaning: Mapping[str, float], weights: Weights) -> dict[str, float]:
    """Candidate → fused score in 0…1. A candidate without vectors yet is judged by its words alone."""
    by_words, by_meaning = _normalised(words), _normalised(meaning)
    fused = {}
    for candidate in by_words.keys() | by_meaning.keys():
        word_score = by_words.get(candidate, 0.0)
        fused[candidate] = weights.words * word_score + weights.meaning * by_meaning.get(candidate, word_score)
    return fused


def _normalised(scores: Mapping[str, float]) -> dict[str, float]:
    if not scores:
        return {}
    low, high = min(scores.values()), max(scores.values())
    return {name: (score - low) / (high - low) if high > low else 1.0 for name, score in scores.items()}
