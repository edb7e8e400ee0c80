"""Sentences of UD Indonesian-CSUI as articles, so that facts about them can be joined: `python -m nlp.training.csui FOLDER OUT.jsonl`.

FOLDER holds the treebank's .conllu files (CC BY-SA 4.0: kept where they are; the project holds only facts about them). The id of a
sentence is "csui:<file's part>:<sent_id>", its title is empty.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def passages(folder: Path) -> Iterator[dict[str, Any]]:
    """Every sentence of the treebank in the corpus form (id, title, text, published, url, outlet)."""
    for path in sorted(folder.glob("*.conllu")):
        part, identity = path.stem.rsplit("-", 1)[-1], ""
        for line in path.read_text(encoding="utf-8").splitlines():
            key, _, value = line.partition(" = ")
            if key == "# sent_id":
                identity = value.strip()
            elif key == "# text":
                yield {
                    "id": f"csui:{part}:{identity}",
                    "title": "",
                    "text": value.strip(),
                    "published": None,
                    "url": None,
                    "outlet": "csui",
                }


def main(arguments: list[str]) -> int:
    """Write the passages; returns the exit code."""
    if len(arguments) != 2:
        sys.stderr.write("usage: python -m nlp.training.csui FOLDER OUT.jsonl\n")
        return 2
    with Path(arguments[1]).open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in passages(Path(arguments[0])))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
