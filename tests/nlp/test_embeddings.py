"""The bundled embedder on every kind of text, and what loading says when a model is not there."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.embeddings.base import clean, unit
from nlp.embeddings.load import load_embedder
from nlp.embeddings.onnx import BUNDLED, OnnxEmbedder
from nlp.errors import ModelError

PAIRS = (
    ("Pemerintah menyalurkan mesin tenun baru kepada perajin kecil.", "The government handed new looms to small artisans."),
    ("Bank pelat merah menambah kredit untuk usaha kecil.", "A state bank is lending more to small firms."),
    ("Pabrik baterai kendaraan listrik mulai dibangun.", "Construction of an electric car battery factory has begun."),
    ("Ekspor sepatu turun karena permintaan Eropa melemah.", "Footwear exports fell as European demand weakened."),
    ("Petani sawit meminta harga yang lebih adil.", "Palm oil growers ask for fairer prices."),
)


@pytest.fixture(scope="module")
def embedder() -> OnnxEmbedder:
    return OnnxEmbedder(threads=2)


@pytest.mark.parametrize(
    "text", ["", " ", "\ufdfa" * 10, "a\0b", "\ud800", "\u200b", "کپڑا 纺织 テキスタイル", "x" * 300_000, "kata " * 50_000, "🏭" * 900]
)
def test_every_text_becomes_a_unit_vector(embedder: OnnxEmbedder, text: str) -> None:
    rows = np.vstack([embedder.embed_passages([text]), embedder.embed_query(text)])
    assert rows.shape == (2, 384)
    assert rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(), max_size=80))
def test_no_characters_break_the_embedder(text: str) -> None:
    assert np.isfinite(_shared().embed_query(text)).all()


def test_a_text_has_one_vector_in_any_company(embedder: OnnxEmbedder) -> None:
    texts = [indonesian for indonesian, _ in PAIRS]
    together = embedder.embed_passages(texts)
    alone = np.vstack([embedder.embed_passages([text]) for text in texts])
    assert np.array_equal(together, alone)


def test_queries_and_passages_have_their_own_prefix(embedder: OnnxEmbedder) -> None:
    assert embedder.spec.query_prefix == "query: "
    assert embedder.spec.passage_prefix == "passage: "
    assert not np.array_equal(embedder.embed_query("kredit"), embedder.embed_passages(["kredit"])[0])


def test_forms_that_look_alike_are_the_same_text(embedder: OnnxEmbedder) -> None:
    assert np.array_equal(embedder.embed_query("ﬁnansial Ｒｐ\u00a0100"), embedder.embed_query("finansial Rp 100"))


def test_a_remembered_query_cannot_be_changed_by_who_asked(embedder: OnnxEmbedder) -> None:
    first = embedder.embed_query("kredit mebel")
    assert embedder.embed_query("kredit mebel") is first
    with pytest.raises(ValueError, match="read-only"):
        first[0] = 1


def test_nothing_to_embed_is_no_rows(embedder: OnnxEmbedder) -> None:
    assert embedder.embed_passages([]).shape == (0, 384)


def test_an_english_question_is_closest_to_its_indonesian_sentence(embedder: OnnxEmbedder) -> None:
    passages = embedder.embed_passages([indonesian for indonesian, _ in PAIRS])
    questions = np.vstack([embedder.embed_query(english) for _, english in PAIRS])
    closeness = questions @ passages.T
    assert closeness.argmax(axis=1).tolist() == list(range(len(PAIRS)))
    others = closeness[~np.eye(len(PAIRS), dtype=bool)]
    assert closeness.diagonal().mean() > others.mean() + 0.3


def test_the_model_id_names_the_content(embedder: OnnxEmbedder) -> None:
    assert embedder.spec.model_id == "e5-small-id-en@65a033b9aa58+a886801ec309"
    assert embedder.spec.dimension == 384


def test_a_missing_model_says_where(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"config\.json"):
        OnnxEmbedder(tmp_path)


def test_english_and_indonesian_queries_lie_in_the_same_place(embedder: OnnxEmbedder) -> None:
    """Without centring every English query is nearer to every other English one than to the same query in Indonesian."""
    indonesian, english = (np.vstack([embedder.embed_query(pair[language]) for pair in PAIRS]) for language in (0, 1))
    same = np.sum(indonesian * english, axis=1)
    others = (english @ english.T)[~np.eye(len(PAIRS), dtype=bool)]
    assert same.min() > others.max()


def test_a_model_without_centring_has_another_id(tmp_path: Path) -> None:
    for name in ("config.json", "tokenizer.json", "model.onnx"):
        shutil.copy(BUNDLED / name, tmp_path / name)
    spec = OnnxEmbedder(tmp_path).spec
    assert spec.model_id.endswith("@65a033b9aa58")
    assert spec.pooling == "mean"


@pytest.mark.parametrize("damaged", ["model.onnx", "tokenizer.json", "config.json", "centre.npz"])
def test_a_damaged_model_is_a_model_error(tmp_path: Path, damaged: str) -> None:
    for name in {"config.json", "tokenizer.json", "model.onnx", "centre.npz"} - {damaged}:
        shutil.copy(BUNDLED / name, tmp_path / name)
    (tmp_path / damaged).write_bytes(b"{}")
    with pytest.raises(ModelError, match=str(tmp_path)):
        OnnxEmbedder(tmp_path)


def test_the_setting_picks_the_embedder() -> None:
    assert load_embedder("none") is None
    assert isinstance(load_embedder("onnx"), OnnxEmbedder)


def test_a_row_without_direction_still_becomes_a_unit_vector() -> None:
    assert unit(np.zeros((1, 4), np.float32)).tolist() == [[1, 0, 0, 0]]


@given(st.text(st.characters(), max_size=200))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


_made: list[OnnxEmbedder] = []


def _shared() -> OnnxEmbedder:
    if not _made:
        _made.append(OnnxEmbedder())
    return _made[0]
