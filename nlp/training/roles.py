"""Trains the model of the roles of amounts: `python -m nlp.training.roles CORPUS[,CORPUS…] OUT.npz FACTS.jsonl[@WEIGHT]…`.

CORPUS is JSON Lines with the annotated articles' words, FACTS the annotations (`nlp.training.facts`); gold-form files with words of their
own (the newsroom's) may stand among the FACTS. A file may be weighted ("train-2.jsonl@0.5"): those drawn as news falls hold ten prices for
one undertaking, what people ask Pantau about does not. Prints the accuracy by cross-validation over articles beside that of the rules, then
fits on everything. Needs scikit-learn, in an environment for training; nothing here runs in Pantau. Method: multinomial logistic regression
with an L2 penalty.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nlp.commitments.article_type import article_type
from nlp.commitments.contexts import Context, contexts
from nlp.commitments.learned.features import Features, amount_features, surroundings
from nlp.commitments.learned.linear import LinearModel
from nlp.commitments.roles import Role, decide_roles
from nlp.entities import Recogniser
from nlp.evaluate import published_day
from nlp.money import find_money
from nlp.training.facts import load_gold, read_lines

PENALTY = 0.3
"""Inverse strength of the L2 penalty."""
FOLDS = 8
SEEN = 2
"""Training amounts in which a feature must stand."""


@dataclass(frozen=True, slots=True)
class Example:
    """One amount: its features, its annotated role, the rules' role and the article it is of."""

    features: Features
    role: str
    by_rules: str
    article: str
    weight: float = 1.0


def weighted(argument: str) -> tuple[Path, float]:
    """A file and its weight: "train-2.jsonl@0.5"."""
    name, _, weight = argument.partition("@")
    return Path(name), float(weight or 1)


def read_gold(corpora: Sequence[Path], facts: Sequence[Path]) -> list[dict[str, Any]]:
    """The annotated articles of every file, with their words."""
    own = [path for path in facts if "text" in next(iter(read_lines(path)))]
    joined = load_gold([path for path in facts if path not in own], *corpora)
    return joined + [record for path in own for record in read_lines(path)]


def read_amounts(record: Mapping[str, Any], recogniser: Recogniser) -> tuple[list[Context], list[Role], list[Features]]:
    """An article's amounts as the reader sees them: contexts, the rules' roles, features."""
    title, text = record.get("title") or "", record["text"]
    money, titled = find_money(text), find_money(title)
    found = contexts(text, money)
    if not found:
        return [], [], []
    roles = decide_roles(found, title, contexts(title, titled))
    names = recogniser.recognise(title, text, published_day(record))
    around = surroundings(title, text, article_type(title, text), names, money, titled)
    return found, roles, amount_features(around, found, roles)


def examples(records: Sequence[Mapping[str, Any]], recogniser: Recogniser, weight: float = 1.0) -> list[Example]:
    """The amounts that both the annotator and the grammar saw."""
    out = []
    for record in records:
        for context, role, features in zip(*read_amounts(record, recogniser), strict=True):
            same = [m for m in record["money"] if m["start"] < context.money.end and context.money.start < m["start"] + len(m["surface"])]
            if same:
                out.append(Example(features, same[0]["role"], role.role.value, record["id"], weight))
    return out


def fit(data: Sequence[Example], penalty: float = PENALTY) -> LinearModel:
    """The model of these amounts."""
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression

    counts: dict[str, int] = {}
    for item in data:
        for name in item.features:
            counts[name] = counts.get(name, 0) + 1
    kept = [{name: value for name, value in item.features.items() if counts[name] >= SEEN} for item in data]
    vectorizer = DictVectorizer(dtype=np.float32)
    matrix = vectorizer.fit_transform(kept)
    fitted = LogisticRegression(C=penalty, max_iter=1000).fit(
        matrix, [item.role for item in data], sample_weight=[item.weight for item in data]
    )
    names = vectorizer.get_feature_names_out().tolist()
    return LinearModel(
        tuple(str(label) for label in fitted.classes_),
        {name: row for row, name in enumerate(names)},
        fitted.coef_.T.astype(np.float32),
        fitted.intercept_.astype(np.float32),
    )


def folds_of(articles: Iterable[str], count: int = FOLDS) -> list[set[str]]:
    """Articles in `count` parts, by the order of their ids."""
    ordered = sorted(articles)
    return [set(ordered[start::count]) for start in range(count)]


def cross_validated(data: Sequence[Example], penalty: float = PENALTY) -> list[str]:
    """The role of every amount by a model that has not seen its article."""
    said = {}
    for part in folds_of({item.article for item in data}):
        model = fit([item for item in data if item.article not in part], penalty)
        held = [(place, item) for place, item in enumerate(data) if item.article in part]
        best = model.probabilities([item.features for _, item in held]).argmax(axis=1)
        said.update({place: model.labels[label] for (place, _), label in zip(held, best.tolist(), strict=True)})
    return [said[place] for place in range(len(data))]


def main(arguments: list[str]) -> int:
    """Measure, fit and write; returns the exit code."""
    if len(arguments) < 3:
        sys.stderr.write("usage: python -m nlp.training.roles CORPUS[,CORPUS…] OUT.npz FACTS.jsonl[@WEIGHT]…\n")
        return 2
    corpora, recogniser = [Path(name) for name in arguments[0].split(",")], Recogniser.load()
    data, records = list[Example](), 0
    for file, weight in map(weighted, arguments[2:]):
        articles = read_gold(corpora, [file])
        records, data = records + len(articles), data + examples(articles, recogniser, weight)
    said = cross_validated(data)
    rules = sum(item.by_rules == item.role for item in data) / len(data)
    learned = sum(one == item.role for one, item in zip(said, data, strict=True)) / len(data)
    sys.stdout.write(f"{records} articles, {len(data)} amounts; rules {rules:.3f}, learned (cross-validated) {learned:.3f}\n")
    fit(data).save(Path(arguments[1]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
