"""The NER of open names (PER, ORG, LOC): its shape, and how the shipped model is loaded into a spaCy pipeline.

The model is trained by `nlp.training.ner`; its card is nlp/models/ner/README.md. The recognition of `nlp.entities` does not need it:
measured on the gold articles, rules and registries alone are better (see the card). It serves spaCy users and `doc.ents`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from spacy.language import Language

from nlp.errors import ModelError

MODEL = Path(__file__).parent / "models" / "ner"
PARTS = ("cfg", "model", "moves")


def ner_config(width: int, rows: Sequence[int]) -> dict[str, Any]:
    """The configuration of the "ner" pipe: a convolutional tok2vec over norm, prefix, suffix and shape, no word vectors."""
    embed = {
        "@architectures": "spacy.MultiHashEmbed.v2",
        "width": width,
        "attrs": ["NORM", "PREFIX", "SUFFIX", "SHAPE"],
        "rows": list(rows),
        "include_static_vectors": False,
    }
    encode = {"@architectures": "spacy.MaxoutWindowEncoder.v2", "width": width, "depth": 4, "window_size": 1, "maxout_pieces": 3}
    return {
        "model": {
            "@architectures": "spacy.TransitionBasedParser.v2",
            "state_type": "ner",
            "extra_state_tokens": False,
            "hidden_width": 64,
            "maxout_pieces": 2,
            "use_upper": True,
            "nO": None,
            "tok2vec": {"@architectures": "spacy.Tok2Vec.v2", "embed": embed, "encode": encode},
        }
    }


def add_ner(language: Language, folder: Path = MODEL) -> None:
    """Add the shipped NER to a pipeline as its pipe "ner".

    Raises:
        ModelError: a part of the model is missing or is not the one its meta.json names.
    """
    try:
        meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
        digests = {part: digest((folder / part).read_bytes()) for part in PARTS}
    except (OSError, ValueError) as error:
        raise ModelError(f"NER model: {folder}: {error}") from error
    for part, expected in meta["sha256"].items():
        if digests.get(part) != expected:
            raise ModelError(f"NER model: {folder / part} is not the file that meta.json names; build or copy it again")
    pipe = language.add_pipe("ner", config=ner_config(meta["width"], meta["rows"]))
    pipe.from_disk(folder, exclude=["vocab"])  # type: ignore[attr-defined]  # spaCy types a pipe as a callable


def digest(data: bytes) -> str:
    """The sha256 of a model part, in hex."""
    return hashlib.sha256(data).hexdigest()
