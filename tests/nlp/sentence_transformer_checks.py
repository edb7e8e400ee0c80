"""The real sentence-transformers library on a small real model, and the same weights through ONNX.

Run by test_sentence_transformer.py in the environment that has the extra (`make transformers`).
The model is a two-layer BERT with seeded weights and the bundled tokenizer, packed and exported by the code that builds the default model.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from nlp.embeddings.build import bert
from nlp.embeddings.centre import centring, save
from nlp.embeddings.onnx import BUNDLED, OnnxEmbedder
from nlp.embeddings.sentence import SentenceTransformerEmbedder
from nlp.errors import ModelError

TEXTS = ("Kredit untuk perajin mebel", "New looms for weavers", "", "\ufdfa" * 10, "\ud800", "kata " * 3000)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`packed/` for sentence-transformers and `onnx/` for OnnxEmbedder, of the same seeded weights."""
    return _build(tmp_path_factory.mktemp("model"))


def _build(target: Path) -> Path:
    import torch
    from transformers import BertConfig, BertModel

    torch.manual_seed(7)
    pieces = len(bert.vocabulary(BUNDLED / "tokenizer.json"))
    config = BertConfig(
        vocab_size=pieces, hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64, pad_token_id=1,
        attn_implementation="eager",
    )  # fmt: skip
    model = BertModel(config, add_pooling_layer=False).eval()
    onnx = target / "onnx"
    onnx.mkdir()
    shutil.copy(BUNDLED / "tokenizer.json", onnx / "tokenizer.json")
    (onnx / "config.json").write_text(json.dumps({"hidden_size": 32}), encoding="utf-8")
    bert.export(model, onnx / "model.onnx")
    bert.sentence_transformer(model, onnx / "tokenizer.json", target)
    return target


@pytest.fixture(scope="module")
def embedder(folder: Path) -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(str(folder / "packed"), device="cpu")


def test_the_same_weights_give_the_same_vectors_through_both_libraries(folder: Path, embedder: SentenceTransformerEmbedder) -> None:
    onnx = OnnxEmbedder(folder / "onnx")
    assert np.allclose(onnx.embed_passages(TEXTS), embedder.embed_passages(TEXTS), atol=1e-4)
    assert np.allclose(onnx.embed_query(TEXTS[0]), embedder.embed_query(TEXTS[0]), atol=1e-4)


def test_a_centred_model_gives_the_same_vectors_through_both_libraries(folder: Path, tmp_path: Path) -> None:
    draw = np.random.default_rng(3)
    made = centring(draw.standard_normal((2, 32)).astype(np.float32), draw.standard_normal(32).astype(np.float32))
    for kind in ("onnx", "packed"):
        shutil.copytree(folder / kind, tmp_path / kind)
        save(made, tmp_path / kind)
    onnx, library = OnnxEmbedder(tmp_path / "onnx"), SentenceTransformerEmbedder(str(tmp_path / "packed"), device="cpu")
    assert np.allclose(onnx.embed_passages(TEXTS), library.embed_passages(TEXTS), atol=1e-4)
    assert np.allclose(onnx.embed_query(TEXTS[0]), library.embed_query(TEXTS[0]), atol=1e-4)
    assert library.spec.model_id.endswith(f"+{made.digest}")


def test_every_text_becomes_a_unit_vector(embedder: SentenceTransformerEmbedder) -> None:
    rows = embedder.embed_passages(TEXTS)
    assert rows.shape == (len(TEXTS), 32)
    assert rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert embedder.embed_passages([]).shape == (0, 32)


def test_prompts_of_the_model_become_prefixes(embedder: SentenceTransformerEmbedder) -> None:
    assert (embedder.spec.query_prefix, embedder.spec.passage_prefix) == ("query: ", "passage: ")


def test_the_model_id_changes_with_the_weights(folder: Path, embedder: SentenceTransformerEmbedder, tmp_path: Path) -> None:
    copy = tmp_path / "packed"
    shutil.copytree(folder / "packed", copy)
    assert SentenceTransformerEmbedder(str(copy), device="cpu").spec.model_id == embedder.spec.model_id
    _change_one_weight(copy / "model.safetensors")
    assert SentenceTransformerEmbedder(str(copy), device="cpu").spec.model_id != embedder.spec.model_id


def _change_one_weight(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)


def test_a_folder_that_is_no_model_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "readme.txt").write_text("nothing", encoding="utf-8")
    with pytest.raises(ModelError, match="cannot load"):
        SentenceTransformerEmbedder(str(tmp_path), device="cpu")
