"""An embedder that remembers queries: the pages of a result, its snippets and the same question asked again cost one run of the model."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from nlp.embeddings.base import Embedder, EmbeddingSpec, Vectors

REMEMBERED = 1_000
"""Queries whose vectors are kept (1.5 kB each)."""


class Remembering:
    """`embedder`, with the vectors of its latest queries in memory. They are read-only, since they are shared."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._query = lru_cache(maxsize=REMEMBERED)(self._embed)

    @property
    def spec(self) -> EmbeddingSpec:
        """That of the embedder."""
        return self._embedder.spec

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """As the embedder does."""
        return self._embedder.embed_passages(texts)

    def embed_query(self, text: str) -> Vectors:
        """As the embedder does, once for each text."""
        return self._query(text)

    def _embed(self, text: str) -> Vectors:
        vector = self._embedder.embed_query(text)
        vector.flags.writeable = False
        return vector
