"""Writes `nlp/analyser/data/short_forms.tsv` from the registries: `python -m nlp.registry.short_forms`.

Only what is safe is taken: one word that the registry writes letter for letter, in use today, that means nothing else, and whose
letters each word of a longer name of the same thing gives in order.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from nlp.analyser.synonyms import stands_for
from nlp.analyser.tokens import exact_line
from nlp.analysis import EntityType
from nlp.registry.files import data_directory, read_rows
from nlp.registry.rows import Alias, Row, Rule

TARGET = Path(__file__).parent.parent / "analyser" / "data" / "short_forms.tsv"
SHORTEST = 3
"""Letters of a short form: those of two are too often something else."""
WORDS = frozenset({"who", "did", "bos", "bakti", "agri", "dak", "aws", "gsp", "kip", "kis", "antam", "pan", "simpel"})
"""Short forms that, written small, are words, or that mean other things as often."""
KINDS = {EntityType.COMPANY, EntityType.PUBLIC_BODY, EntityType.ASSOCIATION, EntityType.ORGANISATION, EntityType.PROGRAMME}
_LEGAL = re.compile(r"\(.*?\)|\b(?:PT|Tbk|CV|Perum)\b|\bRI$|\bRepublik Indonesia$")


def pairs(rows: Iterable[Row]) -> list[tuple[str, tuple[str, ...]]]:
    """Short form → full forms, sorted; a short form of two things is none."""
    found: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    spelt: dict[str, str] = {}
    for row in rows:
        if row.type not in KINDS or row.clash or row.until is not None:
            continue
        for alias in row.aliases:
            key = exact_line(alias.text)
            if _short(alias, key) and (full := _full(row, key)):
                found[key][row.id] = full
                spelt.setdefault(key, alias.text)
    return sorted((spelt[key], next(iter(of.values()))) for key, of in found.items() if len(of) == 1)


def _short(alias: Alias, key: str) -> bool:
    return alias.rule is Rule.EXACT and alias.until is None and len(key) >= SHORTEST and key.isalpha() and key not in WORDS


def _full(row: Row, short: str) -> tuple[str, ...]:
    names = [row.name, *(a.text for a in row.aliases if a.until is None and a.rule in {Rule.CASED, Rule.EXACT, Rule.ANY})]
    kept: dict[tuple[str, ...], str] = {}
    for name in names:
        full = " ".join(_LEGAL.sub(" ", name).replace("|", " ").split())
        words = tuple(exact_line(full).split())
        if len(words) > 1 and short not in words and stands_for(short, words):
            kept.setdefault(words, full)
    return tuple(kept.values())


def main() -> int:
    """Write the table."""
    found = pairs(read_rows(data_directory()))
    lines = [f"{short}\t{'|'.join(full)}\n" for short, full in found]
    TARGET.write_text("# Written by nlp.registry.short_forms; rows of synonyms.tsv win.\n" + "".join(lines), encoding="utf-8")
    print(f"{len(found)} short forms")
    return 0


if __name__ == "__main__":
    sys.exit(main())
