"""Multinomial logistic regression at run time: a vocabulary of features, a weight per label, nothing else.

A model is one .npz file: `labels`, `features` (sorted strings), `weights` (features × labels, float16), `bias` (labels, float32).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp.errors import ModelError


@dataclass(frozen=True, slots=True)
class LinearModel:
    """A fitted model. Safe between threads: nothing changes after loading."""

    labels: tuple[str, ...]
    place: Mapping[str, int]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    @classmethod
    def load(cls, path: Path) -> LinearModel:
        """Read a model.

        Raises:
            ModelError: the file is missing or is no such model.
        """
        try:
            with np.load(path, allow_pickle=False) as stored:
                labels, features = stored["labels"].tolist(), stored["features"].tolist()
                weights, bias = stored["weights"].astype(np.float32), stored["bias"].astype(np.float32)
        except (OSError, EOFError, ValueError, KeyError) as error:
            raise ModelError(f"{path.name}: no linear model ({error}); build it again with nlp.training.roles") from error
        if weights.shape != (len(features), len(labels)) or bias.shape != (len(labels),):
            raise ModelError(f"{path.name}: shapes do not fit; build it again with nlp.training.roles")
        return cls(tuple(labels), {name: row for row, name in enumerate(features)}, weights, bias)

    def save(self, path: Path) -> None:
        """Write the model, compressed."""
        names = sorted(self.place, key=lambda name: self.place[name])
        weights = self.weights.astype(np.float16)
        np.savez_compressed(path, labels=np.array(self.labels), features=np.array(names), weights=weights, bias=self.bias)

    def probabilities(self, features: Sequence[Mapping[str, float]]) -> NDArray[np.float32]:
        """Rows of one probability a label, in the order of `labels`; features the model does not know count nothing."""
        out = np.tile(self.bias, (len(features), 1))
        for row, item in enumerate(features):
            known = [(self.place[name], value) for name, value in item.items() if name in self.place]
            if known:
                places, values = zip(*known, strict=True)
                out[row] += np.asarray(values, dtype=np.float32) @ self.weights[list(places)]
        out -= out.max(axis=1, keepdims=True)
        raised = np.exp(out)
        return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float32)
