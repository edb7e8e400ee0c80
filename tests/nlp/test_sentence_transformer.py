"""The `transformers` extra: with it, the real library on a real model; without it, a message that says what to install."""

from __future__ import annotations

import importlib.util
import subprocess
from pathlib import Path

import pytest

from nlp.embeddings.load import load_embedder
from nlp.errors import ModelError
from tests.parts import part

ROOT = Path(__file__).resolve().parents[2]


def test_the_real_library_agrees_with_onnx_on_the_same_weights() -> None:
    """In its own environment, because torch would weigh on every other test."""
    python = part("PANTAU_TEST_TRANSFORMERS")
    checks = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/nlp/sentence_transformer_checks.py"]
    done = subprocess.run([python, *checks], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(importlib.util.find_spec("sentence_transformers") is not None, reason="the extra is installed here")
def test_without_the_extra_the_message_says_what_to_install() -> None:
    with pytest.raises(ModelError, match=r"pantau\[transformers\]"):
        load_embedder("some/model")
