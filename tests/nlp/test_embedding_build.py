"""Reading the weight file that the bundled model is built from."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from nlp.embeddings.build.weights import Shape, read_weights
from nlp.errors import ModelError

PIECES = ("<s>", "<pad>", "</s>", "<unk>", "▁kredit")


def weight_file() -> bytes:
    """A file of the format with five pieces, one Q4_0 tensor (levels -8 … 7 twice, scale 0.5) and one float tensor."""
    blob = "".join(PIECES).encode()
    ends = np.cumsum([0, *(len(p.encode()) for p in PIECES)]).astype("<u4")
    head = b"E5S1" + struct.pack("<I7ifii4iQ", 1, 32, 1, 1, 64, 5, 8, 2, 1e-12, 32, len(PIECES), 0, 2, 1, 3, len(blob))
    head += ends.tobytes() + np.array([0, 0, 0, 0, -7.5], "<f4").tobytes() + blob + struct.pack("<iI", 1, 3) + b"map"
    levels = np.arange(16, dtype=np.uint8)
    quantised = np.array([0.5], "<f2").tobytes() + (levels | (levels << 4)).tobytes()
    floats = np.array([1.5, -2.0], "<f4").tobytes()
    directory = b""
    place = len(head) + 4 + (2 + 8 + 21) + (2 + 7 + 21)
    for name, kind, elements, raw in (("emb.word", 2, 32, quantised), ("l0.q.bb", 0, 2, floats)):
        directory += struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", kind, elements, place, len(raw))
        place += len(raw)
    return head + struct.pack("<i", 2) + directory + quantised + floats


def test_blocks_become_scaled_levels(tmp_path: Path) -> None:
    file = tmp_path / "weights.bin"
    file.write_bytes(weight_file())
    weights = read_weights(file)
    assert weights.pieces == PIECES
    assert weights.scores.tolist() == [0, 0, 0, 0, -7.5]
    assert weights.shape == Shape(32, 1, 1, 64, 5, 8, 2)
    expected = [(level - 8) * 0.5 for level in range(16)]
    assert weights.tensors["emb.word"].tolist() == expected * 2
    assert weights.tensors["l0.q.bb"].tolist() == [1.5, -2.0]


@pytest.mark.parametrize("content", [b"", b"GGUF....", weight_file()[:-40], b"E5S1"])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "weights.bin"
    file.write_bytes(content)
    with pytest.raises(ModelError, match=r"weights\.bin"):
        read_weights(file)
