"""Silver labels for the NER: `python -m nlp.training.silver CORPUS.jsonl.gz MODEL SENTENCES OUT.jsonl`.

Sentences of a news corpus labelled by a first NER model, corrected by the registries and the rules of `nlp.entities`, which win
where the two overlap. Only sentences with an entity are kept; a line holds `words` and `tags`. The text stays outside the project.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import spacy
from spacy.language import Language

from nlp.analysis import EntityType
from nlp.entities import Found, Recogniser
from nlp.sentences import sentences
from nlp.training.facts import read_lines
from nlp.training.ner import SEED, Sentence

LABELS = {
    EntityType.PERSON: "PER",
    EntityType.PLACE: "LOC",
    EntityType.COMPANY: "ORG",
    EntityType.PUBLIC_BODY: "ORG",
    EntityType.ASSOCIATION: "ORG",
    EntityType.ORGANISATION: "ORG",
}
SHORTEST, LONGEST = 40, 400


def labelled(corpus: Path, language: Language, recogniser: Recogniser, count: int) -> Iterator[Sentence]:
    """Up to `count` labelled sentences from randomly drawn articles with capitals."""
    articles = [row for row in read_lines(corpus) if row.get("cased")]
    random.Random(SEED).shuffle(articles)
    for row in articles:
        text = row["text"] or ""
        found = recogniser.recognise("", text)
        for start, end in sentences(text):
            if count and SHORTEST < end - start < LONGEST:
                made = label(text[start:end], start, found, language)
                if any(tag != "O" for tag in made.tags):
                    count -= 1
                    yield made
        if not count:
            return


def label(sentence: str, offset: int, found: Found, language: Language) -> Sentence:
    """One sentence of a text with the labels of the rules and, where they say nothing, of the model."""
    doc = language.make_doc(sentence)
    sure = []
    for mention in found.within(offset, offset + len(sentence)):
        kind = LABELS.get(found.entities[mention.entity].type)
        span = doc.char_span(mention.start - offset, mention.end - offset, kind) if kind and mention.kind != "reference" else None
        if span is not None:
            sure.append(span)
    guessed = [span for span in language(doc.copy()).ents if not any(span.start < own.end and own.start < span.end for own in sure)]
    tags = ["O"] * len(doc)
    for span in (*sure, *guessed):
        tags[span.start : span.end] = [f"B-{span.label_}", *[f"I-{span.label_}"] * (span.end - span.start - 1)]
    kept = [place for place, token in enumerate(doc) if not token.is_space]
    return Sentence(tuple(doc[place].text for place in kept), tuple(tags[place] for place in kept))


def main(arguments: list[str]) -> int:
    """Label and write; returns the exit code."""
    if len(arguments) != 4:
        sys.stderr.write("usage: python -m nlp.training.silver CORPUS.jsonl.gz MODEL SENTENCES OUT.jsonl\n")
        return 2
    corpus, model, count, out = arguments
    language: Language = spacy.load(model)
    made = labelled(Path(corpus), language, Recogniser.load(), int(count))
    with Path(out).open("w", encoding="utf-8") as lines:
        lines.writelines(json.dumps({"words": one.words, "tags": one.tags}, ensure_ascii=False) + "\n" for one in made)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
