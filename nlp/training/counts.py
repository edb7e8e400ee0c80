"""How many articles of a corpus name each registry row: `python -m nlp.training.counts CORPUS.jsonl.gz`.

Writes `nlp/registry/data/counts.csv` (id, articles; rows never named are left out) and prints the share never seen, by file.
CORPUS is JSON Lines with `title`, `text` and, if known, `published` beginning with an ISO date.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from datetime import date
from pathlib import Path

from nlp.entities import Recogniser
from nlp.registry.files import data_directory
from nlp.training.facts import read_lines


def count(corpus: Path) -> Counter[str]:
    """Registry id → number of articles that name it."""
    recogniser, seen = Recogniser.load(), Counter[str]()
    for row in read_lines(corpus):
        found = recogniser.recognise(row["title"] or "", row["text"] or "", _day(row.get("published")))
        seen.update({entity.id for entity in found.entities if entity.id})
    return seen


def _day(published: object) -> date | None:
    try:
        return date.fromisoformat(str(published)[:10])
    except ValueError:
        return None


def main(arguments: list[str]) -> int:
    """Count, write and report; returns the exit code."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m nlp.training.counts CORPUS.jsonl.gz\n")
        return 2
    seen = count(Path(arguments[0]))
    with Path(str(data_directory() / "counts.csv")).open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["id", "articles"])
        writer.writerows(sorted(seen.items()))
    files: dict[str, list[bool]] = {}
    for row in Recogniser.load().registry.rows():
        files.setdefault(row.file, []).append(row.id in seen)
    for file, named in files.items():
        sys.stdout.write(f"{file}: {len(named)} rows, never named {1 - sum(named) / len(named):.0%}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
