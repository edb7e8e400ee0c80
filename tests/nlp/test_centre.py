"""What centring takes out of vectors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nlp.embeddings.build.centre import fit, queries
from nlp.embeddings.centre import FILE, Centring, centring, load, save
from nlp.embeddings.onnx import OnnxEmbedder
from nlp.errors import ModelError


@pytest.fixture
def made() -> Centring:
    draw = np.random.default_rng(1)
    return centring(draw.standard_normal((3, 16)).astype(np.float32), draw.standard_normal(16).astype(np.float32))


def test_what_is_left_is_a_unit_vector_without_the_axes(made: Centring) -> None:
    row = made(np.random.default_rng(2).standard_normal(16).astype(np.float32))
    assert np.linalg.norm(row) == pytest.approx(1, abs=1e-5)
    assert np.allclose(made.axes @ row, 0, atol=1e-5)


def test_the_mean_itself_still_becomes_a_unit_vector(made: Centring) -> None:
    assert np.linalg.norm(made(made.mean)) == pytest.approx(1, abs=1e-5)


def test_a_saved_centring_is_read_back_the_same(made: Centring, tmp_path: Path) -> None:
    save(made, tmp_path)
    found = load(tmp_path, 16)
    assert found is not None
    assert found.digest == made.digest
    assert np.array_equal(found.axes, made.axes)


def test_a_folder_without_one_has_none(tmp_path: Path) -> None:
    assert load(tmp_path, 16) is None


def test_the_centring_of_another_model_is_refused(made: Centring, tmp_path: Path) -> None:
    save(made, tmp_path)
    with pytest.raises(ModelError, match="another model"):
        load(tmp_path, 384)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"{}"])
def test_a_damaged_file_is_named(content: bytes, tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(ModelError, match=FILE):
        load(tmp_path, 16)


def test_the_build_fits_three_axes_from_queries_and_titles() -> None:
    rows = [{"title": "Bank menambah kredit", "text": "Bank menambah kredit untuk perajin. " * 8}]
    made = fit(OnnxEmbedder(threads=2), rows)
    assert made.axes.shape == (3, 384)
    assert np.allclose(made.axes @ made.axes.T, np.eye(3), atol=1e-4)


def test_both_languages_have_queries_and_none_twice() -> None:
    found = queries()
    assert set(found) == {"en", "id"}
    assert all(len(group) >= 60 and len(set(group)) == len(group) for group in found.values())
