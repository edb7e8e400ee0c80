"""From weights to files: a BertModel, its ONNX export, the optimised and quantised model, the tokenizer.

Runs only in the build environment (torch, transformers, onnx); nothing of Pantau imports it.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.embeddings.build.weights import Weights

SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
MASK = "<mask>"
OPSET = 17
_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


def kept_rows(weights: Weights, pieces: Sequence[str]) -> list[int]:
    """Rows of the full embedding matrix for `pieces`, in their order. The mask token is the row after the last piece."""
    place = {piece: row for row, piece in enumerate(weights.pieces)}
    place.setdefault(MASK, len(weights.pieces) - 1 if weights.pieces[-1] == MASK else weights.shape.vocabulary - 1)
    return [place[piece] for piece in pieces]


def model_config(weights: Weights, vocabulary: int) -> dict[str, Any]:
    """Keyword arguments of transformers.BertConfig for these weights with a cut vocabulary."""
    shape = weights.shape
    return {
        "vocab_size": vocabulary,
        "hidden_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "intermediate_size": shape.feed_forward,
        "max_position_embeddings": shape.positions,
        "type_vocab_size": shape.token_types,
        "layer_norm_eps": 1e-12,
        "hidden_act": "gelu",
        "pad_token_id": SPECIAL.index("<pad>"),
    }


def state(weights: Weights, rows: Sequence[int]) -> dict[str, NDArray[np.float32]]:
    """The weights under the names BertModel gives them (without its pooler, which e5 does not use)."""
    hidden, tensors = weights.shape.hidden, weights.tensors
    found = {
        "embeddings.word_embeddings.weight": tensors["emb.word"].reshape(-1, hidden)[list(rows)],
        "embeddings.position_embeddings.weight": tensors["emb.pos"].reshape(-1, hidden),
        "embeddings.token_type_embeddings.weight": tensors["emb.type"].reshape(-1, hidden),
        "embeddings.LayerNorm.weight": tensors["emb.ln.w"],
        "embeddings.LayerNorm.bias": tensors["emb.ln.b"],
    }
    for layer in range(weights.shape.layers):
        for short, long in _LAYER.items():
            bias = tensors[f"l{layer}.{short}.b"]
            weight = tensors[f"l{layer}.{short}.w"]
            name = f"encoder.layer.{layer}.{long}"
            found[f"{name}.weight"] = weight if weight.size == bias.size else weight.reshape(bias.size, -1)
            found[f"{name}.bias"] = bias
    return found


def bert(weights: Weights, rows: Sequence[int]) -> Any:
    """A transformers.BertModel in evaluation mode carrying the weights."""
    import torch
    from transformers import BertConfig, BertModel

    model = BertModel(BertConfig(**model_config(weights, len(rows)), attn_implementation="eager"), add_pooling_layer=False)
    named = {name: torch.from_numpy(np.ascontiguousarray(values)) for name, values in state(weights, rows).items()}
    missing, unexpected = model.load_state_dict(named, strict=False)
    wrong = [name for name in (*missing, *unexpected) if "position_ids" not in name and "token_type_ids" not in name]
    if wrong:
        raise ValueError(f"weights that do not fit BertModel: {wrong}")
    return model.eval()


def export(model: Any, target: Path) -> None:
    """`model` as ONNX in float32: input_ids, attention_mask, token_type_ids → last_hidden_state, batch and sequence free."""
    import torch

    class Plain(torch.nn.Module):  # type: ignore[misc, name-defined, unused-ignore]  # torch is not installed where types are checked
        def __init__(self) -> None:
            super().__init__()
            self.bert = model

        def forward(self, input_ids: Any, attention_mask: Any, token_type_ids: Any) -> Any:
            return self.bert(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids).last_hidden_state

    names = ["input_ids", "attention_mask", "token_type_ids"]
    example = tuple(torch.ones((2, 16), dtype=torch.long) for _ in names)
    axes = {name: {0: "batch", 1: "sequence"} for name in [*names, "last_hidden_state"]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch advises its newer exporter, whose graphs the optimizer cannot fuse
        torch.onnx.export(
            Plain(), example, str(target), input_names=names, output_names=["last_hidden_state"],
            dynamic_axes=axes, opset_version=OPSET, dynamo=False,
        )  # fmt: skip


def quantise(source: Path, target: Path, weights: Weights) -> None:
    """Fuses attention, then quantises weights to int8 per channel. Without `reduce_range` it is worse and slower on AVX2."""
    from onnx import TensorProto
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.transformers.fusion_options import FusionOptions
    from onnxruntime.transformers.optimizer import optimize_model

    options = FusionOptions("bert")
    options.enable_embed_layer_norm = False
    shape = weights.shape
    fused = optimize_model(str(source), "bert", num_heads=shape.heads, hidden_size=shape.hidden, optimization_options=options)
    between = source.with_suffix(".fused.onnx")
    fused.save_model_to_file(str(between))
    quantize_dynamic(
        str(between), str(target), weight_type=QuantType.QInt8, per_channel=True, reduce_range=True,
        op_types_to_quantize=["MatMul", "Attention", "Gather"], extra_options={"DefaultTensorType": TensorProto.FLOAT},
    )  # fmt: skip


def tokenizer(weights: Weights, rows: Sequence[int], pieces: Sequence[str]) -> Any:
    """The Unigram tokenizer over the kept pieces with their scores in the weight file."""
    from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    last = len(weights.scores) - 1
    special = {*SPECIAL, MASK}
    scored = [(p, 0.0 if p in special else float(weights.scores[min(row, last)])) for p, row in zip(pieces, rows, strict=True)]
    made = Tokenizer(models.Unigram(scored, unk_id=SPECIAL.index("<unk>"), byte_fallback=False))
    made.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]"), ""),
            normalizers.NFKC(),
            normalizers.Replace(Regex(r"[\s\u200b\u200e\u200f\ufeff]+"), " "),
        ]
    )
    made.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    ends = [("<s>", SPECIAL.index("<s>")), ("</s>", SPECIAL.index("</s>"))]
    made.post_processor = processors.TemplateProcessing(single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=ends)
    made.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in (*SPECIAL, MASK)])
    return made


def sentence_transformer(model: Any, tokenizer_file: Path, folder: Path) -> None:
    """The same weights as a sentence-transformers folder: float32, mean pooling, unit length, e5's prompts."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    from transformers import PreTrainedTokenizerFast

    inner = folder / "transformer"
    model.save_pretrained(inner)
    named = {"bos_token": "<s>", "cls_token": "<s>", "eos_token": "</s>", "sep_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}
    fast = PreTrainedTokenizerFast(tokenizer_file=str(tokenizer_file), mask_token=MASK, model_max_length=512, **named)
    fast.save_pretrained(inner)
    word = Transformer(str(inner), max_seq_length=512)
    pooling = Pooling(model.config.hidden_size, pooling_mode="mean")
    prompts = {"query": "query: ", "document": "passage: "}
    SentenceTransformer(modules=[word, pooling, Normalize()], prompts=prompts, device="cpu").save(str(folder / "packed"))


def vocabulary(tokenizer_file: Path) -> list[str]:
    """The kept pieces, in order: the vocabulary of a tokenizer.json."""
    model = json.loads(tokenizer_file.read_text(encoding="utf-8"))["model"]
    return [piece for piece, _ in model["vocab"]]
