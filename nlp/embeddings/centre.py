"""Takes out of vectors what all of them share, and what tells a language or a kind of text from another.

Vectors of e5 lie in a narrow cone, English questions in another corner of it than Indonesian articles, so that part of every cosine
says only "a question" or "English". A `Centring` subtracts the mean of passages and projects away the directions from it to the means
of English and Indonesian queries; what is left is what a text is about. It belongs to the model: `centre.npz` in its folder, made by
`python -m nlp.embeddings.build.centre`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from nlp.embeddings.base import Vectors, unit
from nlp.errors import ModelError

FILE = "centre.npz"


@dataclass(frozen=True, slots=True)
class Centring:
    """What is subtracted and projected away.

    Attributes:
        mean: the mean of passages, shape (dimension,).
        axes: orthonormal directions, one a row.
        digest: 12 hex digits of its content; part of the model's id, since vectors with and without it cannot be compared.
    """

    mean: Vectors
    axes: Vectors
    digest: str

    def __call__(self, row: Vectors) -> Vectors:
        """One vector of the model as a centred unit vector. One at a time: a product of many rows rounds by their number."""
        centred = row - self.mean
        return unit(centred - self.axes.T @ (self.axes @ centred))


def centring(means: Vectors, passages: Vectors) -> Centring:
    """The centring by the mean of `passages` and the rows of `means`, each the mean of one kind of query."""
    mean = np.asarray(passages, np.float32)
    axes = np.linalg.qr((means - mean).T)[0].T.astype(np.float32)
    return Centring(mean, axes, _digest(mean, axes))


def load(folder: Path, dimension: int) -> Centring | None:
    """The centring of the model in `folder`; None where it has none.

    Raises:
        ModelError: the file is damaged or another model's.
    """
    file = folder / FILE
    if not file.exists():
        return None
    try:
        with np.load(BytesIO(file.read_bytes()), allow_pickle=False) as arrays:
            mean, axes = arrays["mean"].astype(np.float32), arrays["axes"].astype(np.float32)
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise ModelError(f"{file} cannot be used: {error}") from error
    if mean.shape != (dimension,) or axes.ndim != 2 or axes.shape[1] != dimension:
        raise ModelError(f"{file} belongs to another model: {mean.shape} and {axes.shape} for {dimension} numbers a vector")
    return Centring(mean, axes, _digest(mean, axes))


def save(made: Centring, folder: Path) -> None:
    """Writes `centre.npz` into `folder`."""
    np.savez(folder / FILE, mean=made.mean, axes=made.axes)


def _digest(mean: Vectors, axes: Vectors) -> str:
    return hashlib.sha256(mean.tobytes() + axes.tobytes()).hexdigest()[:12]
