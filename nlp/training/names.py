"""Trains the NER of our own guidelines on articles whose names are annotated: every place where an annotated name stands is tagged.

    python -m nlp.training.names tag CORPUS OUT FACTS.jsonl…          OUT/train.jsonl and OUT/dev.jsonl, for this and for the teacher;
                                                                      OUT/small.jsonl and OUT/small-dev.jsonl of articles without capitals
    python -m nlp.training.names sentences CORPUS OUT.jsonl FACTS.jsonl…     every sentence of the other articles, for the teacher to label
    python -m nlp.training.names train OUT [SILVER.jsonl]             OUT/pipeline and OUT/shipped
    python -m nlp.training.names train-lower OUT [SILVER.jsonl]       the same for texts without capitals

Annotators list each name once, in its fullest form; its short forms are tagged too: without brackets, what the brackets hold, a firm
without its legal form, and of a person each single name. Labels: PER, ORG (companies, associations), GOV (public bodies), PRG
(programmes).
"""

from __future__ import annotations

import json
import random
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spacy.language import Language

from nlp.analysis import EntityType
from nlp.language import load_language
from nlp.registry import Registry, Rule, load_registry
from nlp.sentences import has_capitals, sentences
from nlp.training.facts import load_gold, read_lines
from nlp.training.ner import Plan, Sentence, lowered, read_silver, score, ship, spans, train, write_sentences

LABELS = {"companies": "ORG", "gov": "GOV", "programmes": "PRG"}
SEED = 7
WIDTH, ROWS, EPOCHS, DROPOUT = 96, (5000, 1000, 2500, 1000), 16, 0.3
SHORTEST = 3
"""Letters of a single name or short form that is tagged wherever it stands."""
_BRACKETS = re.compile(r"\s*\(([^()]*)\)")
_LEGAL = re.compile(r"^(?:PT\.?|CV\.?)\s+|,?\s*(?:Tbk\.?|\(Persero\)|Persero|Ltd\.?|Inc\.?|Corp\.?)$")
_CONNECTED = frozenset({"dari", "untuk", "dan", "bin", "binti", "van", "der", "von", "the", "of", "al"})


@dataclass(frozen=True, slots=True)
class _Form:
    """One way a name is written, and its label. Full forms come before short ones."""

    text: str
    label: str
    full: bool


def forms_of(record: Mapping[str, Any]) -> list[_Form]:
    """Every form of every annotated name, the longest first."""
    found: dict[str, _Form] = {}
    named = [(name, label) for key, label in LABELS.items() for name in record[key]]
    named += [(person["name"], "PER") for person in record["people"]]
    cased = has_capitals(record["text"])
    for name, label in named:
        for text, full in variants(name, label, cased=cased):
            found.setdefault(text, _Form(text, label, full))
    return sorted(found.values(), key=lambda form: (not form.full, -len(form.text)))


def variants(name: str, label: str, *, cased: bool = True) -> Iterator[tuple[str, bool]]:
    """The ways a name of PER, ORG, GOV or PRG is written, each with whether it is a full one; `cased`: in a text that has capitals."""
    plain = _BRACKETS.sub("", name).strip()
    inner = [part.strip() for part in _BRACKETS.findall(name)]
    for text in (plain, *inner):
        if len(text) >= SHORTEST - 1 and not (cased and text.islower()):
            yield text, True
    if label == "ORG":
        bare = _LEGAL.sub("", _LEGAL.sub("", plain)).strip(" ,")
        if bare != plain and len(bare) > SHORTEST:
            yield bare, False
    if label == "PER":
        for word in plain.split():
            if len(word) >= SHORTEST and (word[0].isupper() or not cased) and word.casefold() not in _CONNECTED:
                yield word, False


def tagged(record: Mapping[str, Any], language: Language) -> Iterator[Sentence]:
    """The sentences of title and body with their tags, in the pipeline's own tokens; without the title where only that has capitals."""
    forms = forms_of(record)
    title = (record.get("title") or "") if has_capitals(record["text"]) else ""
    for body in (title, record["text"]):
        marks = list(_marks(body, forms))
        for start, end in sentences(body):
            inside = [(a - start, b - start, label) for a, b, label in marks if start <= a and b <= end]
            sentence = _sentence(body[start:end], inside, language)
            if sentence.words:
                yield sentence


def _marks(body: str, forms: Iterable[_Form]) -> Iterator[tuple[int, int, str]]:
    taken = bytearray(len(body))
    for form in forms:
        words = r"\s+".join(map(re.escape, form.text.split()))
        for match in re.finditer(rf"(?<!\w){words}(?!\w)", body):
            if not any(taken[match.start() : match.end()]):
                taken[match.start() : match.end()] = b"\x01" * (match.end() - match.start())
                yield match.start(), match.end(), form.label


def _sentence(text: str, marks: list[tuple[int, int, str]], language: Language) -> Sentence:
    words: list[str] = []
    tags: list[str] = []
    for token in language.make_doc(text):
        if token.is_space:
            continue
        mark = next((m for m in marks if m[0] < token.idx + len(token) and token.idx < m[1]), None)
        begins = mark is not None and (not tags or tags[-1] == "O" or token.idx <= mark[0])
        words.append(token.text)
        tags.append("O" if mark is None else f"{'B' if begins else 'I'}-{mark[2]}")
    return Sentence(tuple(words), tuple(tags))


KINDS = {
    EntityType.PERSON: "PER",
    EntityType.COMPANY: "ORG",
    EntityType.ASSOCIATION: "ORG",
    EntityType.PUBLIC_BODY: "GOV",
    EntityType.PROGRAMME: "PRG",
}


def name_pool(data: Iterable[Sentence], registry: Registry, language: Language) -> dict[str, list[tuple[str, ...]]]:
    """Names of each label to put in another's place: those annotated and those of the registry."""
    pool: dict[str, list[tuple[str, ...]]] = {label: [] for label in ("PER", "ORG", "GOV", "PRG")}
    for sentence in data:
        for start, end, label in spans(sentence):
            pool[label].append(sentence.words[start:end])
    for row in registry.rows(*KINDS):
        names = [row.name, *(alias.text for alias in row.aliases if alias.rule is not Rule.QUERY)]
        pool[KINDS[row.type]] += [tuple(token.text for token in language.make_doc(name)) for name in names[:2]]
    return pool


def main(arguments: Sequence[str]) -> int:
    """Do what the module's docstring says; a tenth of the annotated articles chooses the epoch."""
    match arguments:
        case ["tag", corpus, out, *facts] if facts:
            return _tag(Path(corpus), Path(out), list(map(Path, facts)))
        case ["sentences", corpus, out, *facts] if facts:
            return _sentences(Path(corpus), Path(out), list(map(Path, facts)))
        case ["train" | "train-lower" as verb, out, *silver] if len(silver) < 2:
            return _train(Path(out), [Path(name) for name in silver], lower=verb == "train-lower")
    sys.stderr.write(f"{__doc__}\n")
    return 2


def _tag(corpus: Path, out: Path, facts: list[Path]) -> int:
    language = load_language(entities=False)
    records = sorted(load_gold(facts, corpus), key=lambda record: record["id"])
    random.Random(SEED).shuffle(records)
    out.mkdir(parents=True, exist_ok=True)
    for cased, train_name, dev_name in ((True, "train", "dev"), (False, "small", "small-dev")):
        kept = [record for record in records if has_capitals(record["text"]) is cased]
        cut = len(kept) // 10
        for name, part in ((dev_name, kept[:cut]), (train_name, kept[cut:])):
            write_sentences(out / f"{name}.jsonl", (sentence for record in part for sentence in tagged(record, language)))
    return 0


def _sentences(corpus: Path, out: Path, facts: list[Path]) -> int:
    language = load_language(entities=False)
    known = {fact["id"] for path in facts for fact in read_lines(path)}
    blank: dict[str, list[str]] = {"companies": [], "gov": [], "programmes": [], "people": []}
    rows = (row for row in read_lines(corpus) if row["id"] not in known)
    write_sentences(out, (sentence for row in rows for sentence in tagged({**row, **blank}, language)))
    return 0


def _train(out: Path, silver: list[Path], *, lower: bool) -> int:
    language = load_language(entities=False)
    data, dev = read_silver(out / "train.jsonl", set()), read_silver(out / "dev.jsonl", set())
    if lower:
        data += read_silver(out / "small.jsonl", set())
        dev += read_silver(out / "small-dev.jsonl", set())
    pool = name_pool(data, load_registry(), language)
    data += [sentence for path in silver for sentence in read_silver(path, set())]
    share = 1.0 if lower else 0.0
    dev = [lowered(sentence, random.Random(SEED), share) for sentence in dev]
    plan = Plan(width=WIDTH, rows=ROWS, epochs=EPOCHS, dropout=DROPOUT, tok2vec=_tok2vec(), lowered=share)
    trained = train(data, dev, pool, plan)
    figures = {"sentences": len(data), "dev": score(trained, dev)}
    trained.to_disk(out / "pipeline")
    ship(trained, plan, figures, out / "shipped")
    sys.stdout.write(json.dumps(figures) + "\n")
    return 0


def _tok2vec() -> bytes:
    """The word vectors of the shipped open NER, to begin from."""
    first = load_language(entities=False, ner=True)
    made: bytes = first.get_pipe("ner").model.get_ref("tok2vec").layers[0].to_bytes()  # type: ignore[attr-defined]  # typed as a callable
    return made


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
