"""Trains and scores the NER model (PER, ORG, LOC): `python -m nlp.training.ner train --idner DIR --nergrit DIR --out DIR`.

Data: idner-news-2k (MIT) and, of NERGrit (IndoNLU, with attribution), the sentences without an organisation, for its guideline
for ORG is another. Sentences that stand in idner-news-2k's test or development part are taken out of the training data first, for
the public Indonesian sets repeat each other. Model: spaCy's convolutional tok2vec with a transition-based NER, no vectors.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language
from spacy.scorer import Scorer
from spacy.tokens import Doc
from spacy.training import Example, biluo_tags_to_spans, iob_to_biluo
from thinc.api import fix_random_seed

from nlp.analysis import EntityType
from nlp.ner import PARTS, digest, ner_config
from nlp.registry import Registry, Rule, load_registry

LABELS = {"PERSON": "PER", "PER": "PER", "PLACE": "LOC", "LOC": "LOC", "ORGANISATION": "ORG", "ORG": "ORG"}
SEED = 7
VARIED, SWAP = 0.5, 0.5
"""Share of copies with other names, and of the names in them that change."""
SMALLEST_BATCH, LARGEST_BATCH = 8, 48


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words and their IOB tags in our three labels."""

    words: tuple[str, ...]
    tags: tuple[str, ...]

    @property
    def key(self) -> str:
        """What two copies of a sentence share: its letters and digits, lower case."""
        return re.sub(r"\W+", "", "".join(self.words)).casefold()


def read(path: Path) -> Iterator[Sentence]:
    """The sentences of a file with one token a line, its tag in the last column, an empty line between sentences."""
    words: list[str] = []
    tags: list[str] = []
    for line in [*path.read_text(encoding="utf-8").splitlines(), ""]:
        fields = line.split()
        if fields:
            words.append(fields[0])
            tags.append(_tag(fields[-1]))
        elif words:
            yield Sentence(tuple(words), tuple(tags))
            words, tags = [], []


def _tag(tag: str) -> str:
    part, _, label = tag.partition("-")
    return f"{part}-{LABELS[label]}" if label in LABELS else "O"


def training_data(idner: Path, nergrit: Path | None) -> list[Sentence]:
    """The training sentences, without any of idner-news-2k's test and development part."""
    held_out = {sentence.key for name in ("test.txt", "dev.txt") for sentence in read(idner / name)}
    found = list(read(idner / "train.txt"))
    if nergrit:
        found += [sentence for sentence in read(nergrit / "train_preprocess.txt") if not any(tag.endswith("ORG") for tag in sentence.tags)]
    return [sentence for sentence in {sentence.key: sentence for sentence in found}.values() if sentence.key not in held_out]


def read_silver(path: Path, held_out: set[str]) -> list[Sentence]:
    """Sentences of `nlp.training.silver`, without those of the test and development part."""
    made = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    found = [Sentence(tuple(record["words"]), tuple(record["tags"])) for record in made]
    return [sentence for sentence in found if sentence.key not in held_out]


def write_sentences(path: Path, found: Iterable[Sentence]) -> None:
    """One line of words and tags a sentence, as `read_silver` reads them."""
    with path.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps({"words": s.words, "tags": s.tags}, ensure_ascii=False) + "\n" for s in found)


def example(language: Language, sentence: Sentence) -> Example:
    """A sentence as spaCy trains on it."""
    words = list(sentence.words)
    gold = Doc(language.vocab, words=words)
    gold.ents = tuple(biluo_tags_to_spans(gold, iob_to_biluo(_repaired(sentence.tags))))
    return Example(Doc(language.vocab, words=words), gold)


def _repaired(tags: Iterable[str]) -> list[str]:
    """Tags in which every entity begins with B."""
    fixed: list[str] = []
    for tag in tags:
        begins = tag.startswith("I-") and (not fixed or fixed[-1][2:] != tag[2:])
        fixed.append(f"B-{tag[2:]}" if begins else tag)
    return fixed


def spans(sentence: Sentence) -> list[tuple[int, int, str]]:
    """Start, end (exclusive) and label of each entity, by word."""
    found: list[tuple[int, int, str]] = []
    for place, tag in enumerate(_repaired(sentence.tags)):
        if tag.startswith("B-"):
            found.append((place, place + 1, tag[2:]))
        elif tag.startswith("I-"):
            start, _, label = found[-1]
            found[-1] = (start, place + 1, label)
    return found


def name_pool(data: Iterable[Sentence], registry: Registry) -> dict[str, list[tuple[str, ...]]]:
    """Names of each label to put in another's place: those of the training data and those of our registries."""
    pool: dict[str, list[tuple[str, ...]]] = {"PER": [], "ORG": [], "LOC": []}
    for sentence in data:
        for start, end, label in spans(sentence):
            pool[label].append(sentence.words[start:end])
    kinds = {EntityType.PERSON: "PER", EntityType.PLACE: "LOC", EntityType.COMPANY: "ORG", EntityType.PUBLIC_BODY: "ORG"}
    for row in registry.rows(*kinds):
        names = [row.name, *(alias.text for alias in row.aliases if alias.rule is not Rule.QUERY)]
        pool[kinds[row.type]] += [tuple(re.findall(r"[\w&'.-]+|[()]", name)) for name in names[:3]]
    return pool


def swapped(sentence: Sentence, pool: dict[str, list[tuple[str, ...]]], chance: random.Random) -> Sentence:
    """A copy in which every other entity has become another of its kind."""
    words, tags = list(sentence.words), _repaired(sentence.tags)
    for start, end, label in reversed(spans(sentence)):
        if chance.random() < SWAP:
            name = chance.choice(pool[label])
            words[start:end] = name
            tags[start:end] = [f"B-{label}", *[f"I-{label}"] * (len(name) - 1)]
    return Sentence(tuple(words), tuple(tags))


def varied(sentence: Sentence, chance: random.Random, pool: dict[str, list[tuple[str, ...]]]) -> Sentence:
    """A copy as news prints it elsewhere: other names in half of the copies, now and then headline capitals."""
    roll = chance.random()
    if roll > 1 - VARIED:
        sentence = swapped(sentence, pool, chance)
    if roll < 0.04:
        return Sentence(tuple(word.upper() for word in sentence.words), sentence.tags)
    if roll < 0.1:
        return Sentence(tuple(word[:1].upper() + word[1:] for word in sentence.words), sentence.tags)
    return sentence


def lowered(sentence: Sentence, chance: random.Random, share: float) -> Sentence:
    """The sentence, in so many of the cases without capitals."""
    return Sentence(tuple(word.lower() for word in sentence.words), sentence.tags) if chance.random() < share else sentence


def blank(width: int, rows: Sequence[int]) -> Language:
    """An untrained pipeline with the NER alone."""
    language = spacy.blank("id")
    language.add_pipe("ner", config=ner_config(width, rows))
    return language


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train: the model's shape, the epochs, what to go on from (pretrained tok2vec weights, or an earlier model), and the share of
    sentences read without capitals, since some outlets print none.
    """

    width: int
    rows: tuple[int, ...]
    epochs: int
    dropout: float
    tok2vec: bytes | None = None
    first: Language | None = None
    lowered: float = 0.0


def train(data: list[Sentence], dev: list[Sentence], pool: dict[str, list[tuple[str, ...]]], plan: Plan) -> Language:
    """Train and keep the parameters (averaged) of the best epoch on the development part."""
    fix_random_seed(SEED)
    chance = random.Random(SEED)
    language = blank(plan.width, plan.rows)
    sample = [example(language, sentence) for sentence in data]
    optimizer = language.initialize(lambda: sample)
    if plan.first:
        language.from_bytes(plan.first.to_bytes())
    elif plan.tok2vec:
        language.get_pipe("ner").model.get_ref("tok2vec").layers[0].from_bytes(plan.tok2vec)  # type: ignore[attr-defined]  # typed as a callable
    best, kept = 0.0, language.to_bytes()
    for epoch in range(plan.epochs):
        chance.shuffle(data)
        losses: dict[str, float] = {}
        size = min(LARGEST_BATCH, SMALLEST_BATCH + 4 * epoch)
        for start in range(0, len(data), size):
            copies = [lowered(varied(sentence, chance, pool), chance, plan.lowered) for sentence in data[start : start + size]]
            batch = [example(language, copy) for copy in copies]
            language.update(batch, sgd=optimizer, drop=plan.dropout, losses=losses)
        with language.use_params(optimizer.averages):
            figure = score(language, dev)["f"]
            if figure > best:
                best, kept = figure, language.to_bytes()
        sys.stderr.write(f"epoch {epoch + 1}: loss {losses['ner']:.0f}, F {figure:.4f}, best {best:.4f}\n")
    return blank(plan.width, plan.rows).from_bytes(kept)


def ship(language: Language, plan: Plan, figures: dict[str, Any], folder: Path) -> None:
    """Write what `nlp.ner.add_ner` reads: the pipe's parts and a meta.json with shape, figures and digests."""
    language.get_pipe("ner").to_disk(folder, exclude=["vocab"])  # type: ignore[attr-defined]  # spaCy types a pipe as a callable
    digests = {part: digest((folder / part).read_bytes()) for part in PARTS}
    meta = {"width": plan.width, "rows": list(plan.rows), "sha256": digests, "performance": figures}
    (folder / "meta.json").write_text(json.dumps(meta, indent=2) + "\n", encoding="utf-8")


def score(language: Language, sentences: list[Sentence]) -> dict[str, Any]:
    """Exact-span precision, recall and F on gold tokens, over all and by label."""
    examples = [example(language, sentence) for sentence in sentences]
    docs = list(language.pipe(made.predicted for made in examples))
    for made, doc in zip(examples, docs, strict=True):
        made.predicted = doc
    found = Scorer.score_spans(examples, "ents")
    labels = {label: round(figures["f"], 4) for label, figures in found["ents_per_type"].items()}
    return {"p": round(found["ents_p"], 4), "r": round(found["ents_r"], 4), "f": round(found["ents_f"], 4), **labels}


def main(arguments: list[str] | None = None) -> int:
    """Train, print the figures of the test part and save the model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--idner", type=Path, required=True, help="folder of idner-news-2k (train.txt, dev.txt, test.txt)")
    parser.add_argument("--nergrit", type=Path, help="folder of NERGrit (train_preprocess.txt)")
    parser.add_argument(
        "--out", type=Path, required=True, help="folder for the model: out/pipeline for spacy.load, out/shipped for nlp/models/ner"
    )
    parser.add_argument("--silver", type=Path, help="sentences of nlp.training.silver, trained on beside the annotated ones")
    parser.add_argument("--tok2vec", type=Path, help="pretrained tok2vec weights (spacy pretrain) of the same shape")
    parser.add_argument("--first", type=Path, help="a model of an earlier training of the same shape to go on from (silver, then gold)")
    parser.add_argument("--epochs", type=int, default=24)
    parser.add_argument("--width", type=int, default=96)
    parser.add_argument("--rows", type=int, nargs=4, default=[5000, 1000, 2500, 1000])
    parser.add_argument("--dropout", type=float, default=0.3)
    given = parser.parse_args(arguments)
    data, dev = training_data(given.idner, given.nergrit), list(read(given.idner / "dev.txt"))
    pool = name_pool(data, load_registry())
    if given.silver:
        data += read_silver(given.silver, {sentence.key for name in ("test.txt", "dev.txt") for sentence in read(given.idner / name)})
    plan = Plan(
        width=given.width,
        rows=tuple(given.rows),
        epochs=given.epochs,
        dropout=given.dropout,
        tok2vec=given.tok2vec.read_bytes() if given.tok2vec else None,
        first=spacy.load(given.first) if given.first else None,
    )
    language = train(data, dev, pool, plan)
    figures = {"sentences": len(data), "dev": score(language, dev), "test": score(language, list(read(given.idner / "test.txt")))}
    language.to_disk(given.out / "pipeline")
    ship(language, plan, figures, given.out / "shipped")
    sys.stdout.write(json.dumps(figures) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
