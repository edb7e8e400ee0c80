"""The default embedder: an ONNX model by onnxruntime and tokenizers, no torch.

One text a run: int8 models scale activations over everything in a run, so in batches a vector would depend on its neighbours.
Batches are parallel runs instead, each on one thread, which is also faster than padding (measured in `bench/embed.py`).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

import numpy as np
import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as state
from tokenizers import Tokenizer

from nlp.embeddings.base import EmbeddingSpec, Vectors, clean, unit
from nlp.embeddings.centre import load
from nlp.errors import ModelError

BUNDLED = Path(__file__).parent / "models" / "e5-small-id-en"
MAX_PIECES = 512
QUERIES = 256
"""Queries remembered: 400 kB."""
ONNX_ERRORS = (state.Fail, state.InvalidArgument, state.InvalidGraph, state.InvalidProtobuf, state.NotImplemented, state.RuntimeException)


class OnnxEmbedder:
    """A BERT-like ONNX model with mean pooling, read from a folder with model.onnx, tokenizer.json, config.json and maybe centre.npz.

    Args:
        folder: the model; by default the bundled e5-small-id-en.
        threads: parallel runs in `embed_passages`; by default two, or one where there is one core. Queries use one.

    Raises:
        ModelError: a file is missing or not what its name says.
    """

    def __init__(self, folder: Path = BUNDLED, *, threads: int | None = None) -> None:
        self._threads = threads or min(2, os.cpu_count() or 1)
        try:
            config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
            weights = (folder / "model.onnx").read_bytes()
            dimension = int(config["hidden_size"])
            self._tokenizer = Tokenizer.from_buffer((folder / "tokenizer.json").read_bytes())
            self._session = onnxruntime.InferenceSession(weights, session_options(), providers=["CPUExecutionProvider"])
        except (OSError, ValueError, KeyError, TypeError, *ONNX_ERRORS) as error:
            raise ModelError(f"embedding model in {folder} cannot be used: {error}") from error
        self._tokenizer.enable_truncation(MAX_PIECES)
        self._inputs = {given.name for given in self._session.get_inputs()}
        self._centring = load(folder, dimension)
        digest = hashlib.sha256(weights).hexdigest()[:12]
        model_id = f"{folder.name}@{digest}" + (f"+{self._centring.digest}" if self._centring else "")
        self._spec = EmbeddingSpec(model_id, dimension, "query: ", "passage: ", "mean, centred" if self._centring else "mean")
        self._query = lru_cache(QUERIES)(self._embed)

    @property
    def spec(self) -> EmbeddingSpec:
        """Model, dimension, prefixes and pooling."""
        return self._spec

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """See Embedder. A text gives the same vector alone and in any company."""
        prefixed = [self._spec.passage_prefix + clean(text) for text in texts]
        if self._threads == 1 or len(prefixed) < 2:
            rows = [self._embed(text) for text in prefixed]
        else:
            with ThreadPoolExecutor(self._threads, thread_name_prefix="embed") as pool:
                rows = list(pool.map(self._embed, prefixed))
        return np.stack(rows) if rows else np.empty((0, self._spec.dimension), np.float32)

    def embed_query(self, text: str) -> Vectors:
        """See Embedder. The last QUERIES ones are remembered: one search asks twice, for its list and for the sentences it shows."""
        return self._query(self._spec.query_prefix + clean(text))

    def _embed(self, text: str) -> Vectors:
        ids = np.array([self._tokenizer.encode(text).ids], np.int64)
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        (states,) = self._session.run(None, {name: values for name, values in feed.items() if name in self._inputs})
        row = unit(np.asarray(states[0], np.float32).mean(axis=0))
        made = self._centring(row) if self._centring else row
        made.flags.writeable = False
        return made


def session_options() -> onnxruntime.SessionOptions:
    """One thread a run, and silence but for errors."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return options
