"""A sheet of articles to ask about: `python -m bench.questions CORPUS.jsonl[.gz] --count 85 --seed S`.

Drawn with the seed from the two samples of `bench.retrieval`: Indonesian, with a title about the economy, no article that a file of
`bench/data` asks about, no copy of one. A higher count prints more; those before them stay the same. For each its id, its title, its first
words, and the titles of the nearest other articles of the bench's pool (cosine of tf-idf over the analyser's stems; no engine, no
embedder, no glossary), so that the writer can ask for what only this article answers.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.retrieval import CASED, LOWER, Row, rows_of, sample
from nlp.analyser import stem_line
from nlp.lang.guess import guess_language
from nlp.training.sampling import MARKET, one_a_story
from nlp.training.sheets import UNDERTAKES

DATA = Path(__file__).parent / "data"
SHOWN = 130
"""Words of an article on the sheet."""
COMPARED = 200
"""Words of an article that its neighbours are found by."""
NEIGHBOURS = 5
ECONOMY = re.compile(
    r"ekonomi|industri|ekspor|impor|dagang|energi|listrik|\bpln\b|batu ?bara|nikel|minyak|\bgas\b|\bbbm\b|biodiesel|sawit|pangan|beras"
    r"|gula|pupuk|petani|nelayan|panen|\bbank|umkm|pajak|\bcukai|tarif|utang|perusahaan|\bbumn\b|usaha|bisnis|produksi|tenaga kerja|\bphk\b"
    r"|upah",
    re.IGNORECASE,
)
ELSEWHERE = re.compile(
    r"\b(?:liga|timnas|piala|gol|pelatih|pemain|pssi|persib|persija|motogp|bulu ?tangkis|juara|atlet|bursa|obligasi|dividen|emiten"
    r"|lakers|reksa ?dana|film|artis|game|gula darah|zodiak|ramalan|pembunuhan|tewas|zakat|wall street|indeks|emas)\b",
    re.IGNORECASE,
)
"""Sport, share prices, and whatever else only shares a word with the economy."""


def asked_about() -> set[str]:
    """The ids of every article that a file of questions asks about."""
    lines = (line for file in DATA.glob("*.jsonl") for line in file.read_text(encoding="utf-8").splitlines())
    return {json.loads(line)["article"] for line in lines}


def pool_of(rows: Sequence[Row], asked: set[str]) -> list[Row]:
    """The articles asked about and both samples without copies."""
    old = [row for row in rows if row["id"] in asked]
    drawn = [*sample(rows, CASED, cased=True), *sample(rows, LOWER, cased=False)]
    return old + [row for row in one_a_story(old + drawn) if row["id"] not in asked]


def fits(row: Row) -> bool:
    """Whether it is Indonesian and its title is about the economy."""
    title = row["title"]
    if ELSEWHERE.search(title) or MARKET.search(title) or not (ECONOMY.search(title) or UNDERTAKES.search(title)):
        return False
    return guess_language(row["text"]) == "id"


def first_words(text: str, count: int) -> str:
    """The first `count` words."""
    return " ".join(text.split()[:count])


def tf_idf(texts: Iterable[str]) -> NDArray[np.float32]:
    """A row of length one for each text over the stems of all."""
    counts = [Counter(stem_line(text).split()) for text in texts]
    place = {stem: number for number, stem in enumerate(sorted(set().union(*counts)))}
    made = np.zeros((len(counts), len(place)), dtype=np.float32)
    for number, count in enumerate(counts):
        made[number, [place[stem] for stem in count]] = 1 + np.log(list(count.values()))
    made *= np.log(len(counts) / np.maximum((made > 0).sum(axis=0), 1))
    length = np.linalg.norm(made, axis=1, keepdims=True).astype(np.float32)
    made /= np.maximum(length, 1e-9)
    return made


def neighbours(pool: Sequence[Row], chosen: Sequence[Row]) -> list[list[Row]]:
    """For each chosen article the nearest others of the pool."""
    weights = tf_idf(f"{row['title']} {first_words(row['text'], COMPARED)}" for row in pool)
    place = {row["id"]: number for number, row in enumerate(pool)}
    found = []
    for row in chosen:
        near = np.argsort(-(weights @ weights[place[row["id"]]]), kind="stable")
        found.append([pool[number] for number in near if pool[number]["id"] != row["id"]][:NEIGHBOURS])
    return found


def sheet(row: Row, near: Iterable[Row]) -> str:
    """An article as the writer reads it."""
    others = "".join(f"  ~ {other['title']}\n" for other in near)
    return f"### {row['id']}\n{row['title']}\n{first_words(row['text'], SHOWN)}\n{others}"


def main() -> None:
    """Reads the command line; prints the sheet."""
    parser = argparse.ArgumentParser(prog="python -m bench.questions", description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--count", type=int, default=85)
    parser.add_argument("--seed", required=True)
    given = parser.parse_args()
    asked = asked_about()
    pool = pool_of(rows_of(given.corpus), asked)
    fit = [row for row in pool if row["id"] not in asked and fits(row)]
    random.Random(given.seed).shuffle(fit)
    chosen = fit[: given.count]
    sys.stdout.write("\n".join(map(sheet, chosen, neighbours(pool, chosen))))


if __name__ == "__main__":
    main()
