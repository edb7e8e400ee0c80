"""What an embedder is. Light: no model library is imported here."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

MAX_CHARACTERS = 20_000
"""No model here reads further: 512 pieces of at most 16 characters. What lies beyond is cut before any library sees it."""


@dataclass(frozen=True, slots=True)
class EmbeddingSpec:
    """What vectors must have in common to be compared. Written into every index; another one is refused.

    Attributes:
        model_id: name and content hash of the model ("e5-small-id-en@3f2a…").
        dimension: numbers in a vector.
        query_prefix, passage_prefix: put before the text.
        pooling: how token states become one vector ("mean", "cls", or "model" where the library decides), and whether it is centred.
    """

    model_id: str
    dimension: int
    query_prefix: str
    passage_prefix: str
    pooling: str


class Embedder(Protocol):
    """Texts to unit vectors whose dot product is their closeness in meaning.

    Cosines of e5 models are compressed (matching texts .84–.92, random ones .77–.83) unless centred: compare, never threshold.
    """

    @property
    def spec(self) -> EmbeddingSpec:
        """Model, dimension, prefixes and pooling."""
        ...

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """One L2-normalised float32 row for each text, shape (len(texts), dimension). Never fails on a text's content."""
        ...

    def embed_query(self, text: str) -> Vectors:
        """One L2-normalised float32 vector, shape (dimension,). Never fails on a text's content."""
        ...


def clean(text: str) -> str:
    """The text as models get it: no lone surrogates or control characters, NFKC, single spaces, at most MAX_CHARACTERS.

    NFKC comes first because some characters (U+FDFA) become eighteen, which has crashed tokenizers; it is applied to a cut text,
    so no input is slow.
    """
    cut = text[: 4 * MAX_CHARACTERS].encode("utf-8", "replace").decode("utf-8")
    normal = unicodedata.normalize("NFKC", cut)
    visible = "".join(" " if unicodedata.category(c) == "Cc" else c for c in normal)
    return " ".join(visible.split())[:MAX_CHARACTERS]


def unit(rows: Vectors) -> Vectors:
    """Rows scaled to length 1; a row without direction becomes the first axis, so that every vector is a unit vector."""
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    flat = ~(lengths > 0)
    if flat.any():
        rows = np.where(flat, np.eye(1, rows.shape[-1], dtype=np.float32), rows)
        lengths = np.where(flat, np.float32(1), lengths)
    return np.asarray(rows / lengths, np.float32)
