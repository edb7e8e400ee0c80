"""Writes `data/stems.tsv`: `python -m nlp.analyser.build WORDS…` over vocabularies (text or .jsonl.gz with `title` and `text`).

Only words that the stemmer changes and that occur often enough are listed; a vocabulary is facts about a language, no text.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from nlp.analyser.stems import SHORTEST, dictionary_stemmer
from nlp.analyser.tokens import exact_line

LEAST = 3
"""Occurrences a word needs to be listed."""
TARGET = Path(__file__).parent / "data" / "stems.tsv"


def _texts(path: Path) -> Iterator[str]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            if ".jsonl" in path.name:
                row = json.loads(line)
                yield f"{row['title'] or ''}\n{row['text']}"
            else:
                yield line


def vocabulary(paths: list[str]) -> Counter[str]:
    """How often each word (exact form) stands in the texts of `paths`."""
    counts: Counter[str] = Counter()
    for path in paths:
        for text in _texts(Path(path)):
            counts.update(exact_line(text).split())
    return counts


def main(paths: list[str]) -> int:
    """Count the words of `paths`, stem them, write the table."""
    counts = vocabulary(paths)
    stemmer = dictionary_stemmer()
    words = sorted(w for w, n in counts.items() if n >= LEAST and len(w) >= SHORTEST and w.isascii() and w.isalpha())
    rows = [(word, stemmer.stem(word)) for word in words]
    lines = [f"{word}\t{root}\n" for word, root in rows if root and root != word]
    TARGET.write_text(f"# {len(lines)} words; written by nlp.analyser.build, curated rows in curated.tsv win\n" + "".join(lines))
    print(f"{len(words)} words read, {len(lines)} changed by the stemmer")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
