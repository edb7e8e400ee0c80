"""The embedder that remembers queries."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from nlp.embeddings.base import EmbeddingSpec, Vectors
from nlp.embeddings.remember import REMEMBERED, Remembering


class Counting:
    """Counts how often it was asked."""

    spec = EmbeddingSpec("counting@1", 2, "", "", "model")

    def __init__(self) -> None:
        self.asked = 0

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return np.ones((len(texts), 2), dtype=np.float32)

    def embed_query(self, text: str) -> Vectors:
        self.asked += 1
        return np.array([len(text), 1], dtype=np.float32)


def test_a_query_is_embedded_once_and_its_vector_cannot_be_changed() -> None:
    counting = Counting()
    embedder = Remembering(counting)
    vector = embedder.embed_query("kredit")
    assert embedder.embed_query("kredit") is vector
    assert counting.asked == 1
    with pytest.raises(ValueError, match="read-only"):
        vector[0] = 7


def test_only_so_many_queries_are_remembered() -> None:
    counting = Counting()
    embedder = Remembering(counting)
    for number in [*range(REMEMBERED + 1), 0]:
        embedder.embed_query(str(number))
    assert counting.asked == REMEMBERED + 2


def test_the_rest_is_that_of_the_embedder() -> None:
    embedder = Remembering(Counting())
    assert embedder.spec.model_id == "counting@1"
    assert embedder.embed_passages(["a", "b"]).shape == (2, 2)
