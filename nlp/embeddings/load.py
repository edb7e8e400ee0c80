"""Picks the embedder that a setting names. Imports model libraries, so only composition roots and commands use it."""

from __future__ import annotations

from nlp.embeddings.base import Embedder


def load_embedder(name: str) -> Embedder | None:
    """The embedder of the setting `embedder`: "onnx" (bundled), "none" (search by words alone), else a sentence-transformers model.

    Raises:
        ModelError: the model or its library is missing. The message says what to install or set.
    """
    if name == "none":
        return None
    if name == "onnx":
        from nlp.embeddings.onnx import OnnxEmbedder

        return OnnxEmbedder()
    from nlp.embeddings.sentence import SentenceTransformerEmbedder

    return SentenceTransformerEmbedder(name)
