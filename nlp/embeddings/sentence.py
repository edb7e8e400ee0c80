"""Any sentence-transformers model, by name or path, for servers that can afford torch: the extra `pantau[transformers]`."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nlp.embeddings.base import EmbeddingSpec, Vectors, clean, unit
from nlp.embeddings.centre import load
from nlp.errors import ModelError

_WEIGHTS = ("*.safetensors", "*.bin", "*.onnx")


class SentenceTransformerEmbedder:
    """A model of the sentence-transformers library.

    Prefixes are the model's own prompts ("query"; "document" or "passage"). e5 models published without prompts get theirs
    ("query: ", "passage: "), as their authors demand. A folder with a `centre.npz` gives centred vectors, as it does through ONNX.

    Args:
        name: a folder, or a name that the library can find.
        device: "cpu", "cuda" …; None lets the library choose.

    Raises:
        ModelError: the extra is not installed, or there is no such model.
    """

    def __init__(self, name: str, *, device: str | None = None) -> None:
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            message = f"the embedder {name!r} needs the extra: pip install 'pantau[transformers]' (or set PANTAU_EMBEDDER=onnx)"
            raise ModelError(message) from error
        try:
            self._model: Any = SentenceTransformer(name, device=device)
        except (OSError, ValueError, RuntimeError, ImportError) as error:
            raise ModelError(f"sentence-transformers cannot load {name!r}: {error}") from error
        prompts = {key: value for key, value in self._model.prompts.items() if value}
        e5 = "e5" in Path(name).name.lower() and "instruct" not in name.lower()
        query = prompts.get("query", "query: " if e5 else "")
        passage = prompts.get("document", prompts.get("passage", "passage: " if e5 else ""))
        dimension = int(_dimension(self._model))
        self._centring = load(Path(name), dimension) if Path(name).is_dir() else None
        model_id = _model_id(name, self._model) + (f"+{self._centring.digest}" if self._centring else "")
        self._spec = EmbeddingSpec(model_id, dimension, query, passage, "model, centred" if self._centring else "model")

    @property
    def spec(self) -> EmbeddingSpec:
        """Model, dimension, prefixes; pooling is what the model's own modules do."""
        return self._spec

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """See Embedder. The library batches and pads; float32 models give the same vector in any company up to rounding."""
        return self._encode([self._spec.passage_prefix + clean(text) for text in texts])

    def embed_query(self, text: str) -> Vectors:
        """See Embedder."""
        return np.asarray(self._encode([self._spec.query_prefix + clean(text)])[0], np.float32)

    def _encode(self, texts: list[str]) -> Vectors:
        if not texts:
            return np.empty((0, self._spec.dimension), np.float32)
        rows = self._model.encode(texts, prompt="", convert_to_numpy=True, show_progress_bar=False)
        plain = unit(np.asarray(rows, np.float32))
        return np.stack([self._centring(row) for row in plain]) if self._centring else plain


def _dimension(model: Any) -> int:
    newer = getattr(model, "get_embedding_dimension", None)
    return int(newer() if newer else model.get_sentence_embedding_dimension())


def _model_id(name: str, model: Any) -> str:
    """Name and what pins its content: the hash of a local folder's weights, else the revision the library resolved."""
    folder = Path(name)
    if not folder.is_dir():
        return f"{name}@{getattr(model.model_card_data, 'base_model_revision', None) or 'main'}"
    digest = hashlib.sha256()
    for file in sorted(path for pattern in _WEIGHTS for path in folder.rglob(pattern)):
        with file.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return f"{folder.name}@{digest.hexdigest()[:12]}"
