"""How far two readers of the same articles agree: `python -m nlp.training.agreement CORPUS FIRST.jsonl SECOND.jsonl` (fact lines).

Cohen's kappa (1960) of the roles over the amounts both marked; for everything else the scorer's figures with the second reader's
annotations in the place of predictions. The first reader's figures against an extractor cannot be expected above these.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nlp.scoring import score
from nlp.training.facts import load_gold


def kappa(pairs: Sequence[tuple[str, str]]) -> float:
    """Cohen's kappa of paired labels: agreement beyond what the readers' label frequencies give by chance; 1 where none is expected."""
    if not pairs:
        return 1.0
    seen = sum(a == b for a, b in pairs) / len(pairs)
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    chance = sum(first[label] * second[label] for label in first) / len(pairs) ** 2
    return (seen - chance) / (1 - chance) if chance < 1 else 1.0


def roles_of_both(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(role, role) of every amount that both readers marked at the same place."""
    other = {item["start"]: item["role"] for item in second["money"]}
    return [(item["role"], other[item["start"]]) for item in first["money"] if item["start"] in other]


def main(arguments: list[str]) -> int:
    """Print the agreement; returns the exit code."""
    if len(arguments) != 3:
        sys.stderr.write("usage: python -m nlp.training.agreement CORPUS FIRST.jsonl SECOND.jsonl\n")
        return 2
    corpus, one, two = map(Path, arguments)
    second = {record["id"]: record for record in load_gold([two], corpus)}
    first = [record for record in load_gold([one], corpus) if record["id"] in second]
    pairs = [pair for record in first for pair in roles_of_both(record, second[record["id"]])]
    said = {identity: _as_prediction(record) for identity, record in second.items()}
    result = score(first, said)
    sys.stdout.write(f"{len(first)} articles read twice, {len(pairs)} amounts marked by both; kappa of the roles {kappa(pairs):.3f}\n")
    for name, item in result.items():
        sys.stdout.write(f"  {name:28} {item.value:6.3f}  of {item.of}\n")
    return 0


def _as_prediction(record: Mapping[str, Any]) -> dict[str, Any]:
    """A gold record in the form of an analysis."""
    organisations = [{"name": name} for name in [*record["companies"], *record["gov"]]]
    return {**record, "organisations": organisations, "people": [item["name"] for item in record["people"]]}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
