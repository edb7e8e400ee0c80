"""Which articles are drawn to be annotated or searched for: one a story, no market notes."""

from __future__ import annotations

import re
import zlib
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from nlp.analyser import tokens

Row = dict[str, Any]

MARKET = re.compile(
    r"\b(?:IHSG|rupiah|saham|dolar|bitcoin|kripto|harga (?:terbaru )?emas|emas (?:antam|pegadaian|batangan|galeri\w*|hari ini))\b"
    r"|\bemas\b.*(?:per gram|\brp)|\([A-Z]{4}\)",
    re.IGNORECASE,
)
"""Titles of market notes: one template, other numbers."""


def one_a_story(rows: Iterable[Row]) -> list[Row]:
    """Drops rows whose body shares half its 5-word shingles with one kept before."""
    kept: list[Row] = []
    sets: list[frozenset[int]] = []
    seen: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        words = [token.exact for token in tokens(row["text"])][:400]
        shingles = frozenset(zlib.crc32(" ".join(words[i : i + 5]).encode()) for i in range(max(1, len(words) - 4)))
        sketch = sorted(shingles)[:12]
        near = {place for value in sketch for place in seen[value]}
        if any(len(shingles & sets[place]) >= 0.5 * len(shingles | sets[place]) for place in near):
            continue
        for value in sketch:
            seen[value].append(len(kept))
        kept.append(row)
        sets.append(shingles)
    return kept
