"""Annotations as facts: spans into an article that is kept elsewhere, and back into the gold form.

`pack` turns a gold-form annotation (names and surfaces as strings) into offsets; `unpack` joins the offsets to the article again.
A fact line holds the article's id, a hash of its text, and for every name, surface and evidence only where it stands.

    python -m nlp.training.facts pack CORPUS WORKING.jsonl FACTS.jsonl
    python -m nlp.training.facts unpack CORPUS FACTS.jsonl GOLD.jsonl
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from nlp.errors import GoldError

Record = dict[str, Any]
Place = list[Any]
"""[field, start, end] with field "title" or "text"; [literal] where a name is not written in the article as such."""


def read_lines(path: Path) -> Iterator[Record]:
    """The JSON objects of a (gzipped) JSON Lines file.

    Raises:
        GoldError: a line is no JSON object; the message names file and line.
    """
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                try:
                    yield json.loads(line)
                except ValueError as error:
                    raise GoldError(f"{path}:{number}: {error}") from None


def text_digest(article: Record) -> str:
    """First 16 hex digits of sha256 over title and text: facts only hold for these very words."""
    return hashlib.sha256(f"{article['title']}\n{article['text']}".encode()).hexdigest()[:16]


def _locate(name: str, article: Record) -> Place:
    words = r"\s+".join(map(re.escape, name.split()))
    for field in ("text", "title"):
        found = re.search(rf"(?<!\w){words}(?!\w)", article[field]) or re.search(words, article[field], re.IGNORECASE)
        if found:
            return [field, found.start(), found.end()]
    return [name]


def _read(place: Place, article: Record) -> str:
    if len(place) == 1:
        return str(place[0])
    field, start, end = place
    return str(article[field][start:end])


def _money(mentions: Iterable[Record], article: Record) -> Iterator[Record]:
    after = 0
    for mention in mentions:
        surface, start = mention["surface"], _start(mention, article, after)
        after = start + 1
        yield {"start": start, "end": start + len(surface), **{k: v for k, v in mention.items() if k not in {"surface", "start"}}}


def _start(mention: Record, article: Record, after: int) -> int:
    """Where an amount stands: at its stated start if the surface is there, else at the next place that is no part of a longer number."""
    surface, stated = mention["surface"], mention.get("start")
    if stated is not None and stated >= after and article["text"].startswith(surface, stated):
        return int(stated)
    found = re.compile(rf"{re.escape(surface)}(?!\d|[.,]\d)").search(article["text"], after)
    if found is None:
        raise GoldError(f"{article['id']}: {surface!r} is not in the text after offset {after} (list amounts in text order)")
    return found.start()


NAMES = ("companies", "gov", "programmes")
SLOTS = ("actors", "beneficiaries")
AMOUNTS = ("equiv", "parts")
"""Slots of further amounts: numbers in the gold form; annotators may give each with its bounds and currency."""
NAMED = ("said_by", "place")
"""Slots that hold one name, where stated."""


def pack(annotation: Record, article: Record) -> Record:
    """The fact line of a gold-form `annotation` of `article`.

    Raises:
        GoldError: an amount or evidence sentence does not stand in the text.
    """
    fact: Record = {"id": article["id"], "digest": text_digest(article), "split": annotation.get("split", "train")}
    fact["money"] = list(_money(annotation["money"], article))
    for key in NAMES:
        fact[key] = [_locate(name, article) for name in annotation.get(key, [])]
    fact["people"] = [
        {"name": _locate(p["name"], article), "role": _locate(p["role"], article) if p.get("role") else None}
        for p in annotation.get("people", [])
    ]
    fact["commitments"] = [_pack_commitment(c, article) for c in annotation["commitments"]]
    return fact


def _pack_commitment(commitment: Record, article: Record) -> Record:
    packed = dict(commitment)
    for slot in SLOTS:
        packed[slot] = [_locate(name, article) for name in commitment.get(slot, [])]
    packed["programme"] = _locate(commitment["programme"], article) if commitment.get("programme") else None
    for slot in NAMED:
        if commitment.get(slot):
            packed[slot] = _locate(commitment[slot], article)
    if commitment.get("shares"):
        packed["shares"] = [[_locate(name, article), percent] for name, percent in commitment["shares"].items()]
    evidence = _locate(commitment["evidence"], article)
    if len(evidence) == 1:
        raise GoldError(f"{article['id']}: evidence is not in the article: {commitment['evidence'][:60]!r}")
    packed["evidence"] = evidence
    return packed


def unpack(fact: Record, article: Record) -> Record:
    """The gold form of a fact line, joined to its article.

    Raises:
        GoldError: the article's words are not those that were annotated.
    """
    if fact["digest"] != text_digest(article):
        raise GoldError(f"{fact['id']}: the article's words are not those that were annotated")
    gold: Record = {k: article[k] for k in ("id", "title", "published", "url", "outlet", "text")}
    gold["split"] = fact["split"]
    gold["money"] = [{"surface": article["text"][m["start"] : m["end"]], **m} for m in fact["money"]]
    for key in NAMES:
        gold[key] = [_read(place, article) for place in fact[key]]
    gold["people"] = [{"name": _read(p["name"], article), "role": _read(p["role"], article) if p["role"] else None} for p in fact["people"]]
    gold["commitments"] = [_unpack_commitment(c, article) for c in fact["commitments"]]
    return gold


def _unpack_commitment(packed: Record, article: Record) -> Record:
    commitment = dict(packed)
    for slot in SLOTS:
        commitment[slot] = [_read(place, article) for place in packed[slot]]
    commitment["programme"] = _read(packed["programme"], article) if packed["programme"] else None
    for slot in AMOUNTS:
        if slot in packed:
            commitment[slot] = [amount["low"] if isinstance(amount, dict) else amount for amount in packed[slot]]
    for slot in NAMED:
        if packed.get(slot):
            commitment[slot] = _read(packed[slot], article)
    if packed.get("shares"):
        commitment["shares"] = {_read(place, article): percent for place, percent in packed["shares"]}
    commitment["evidence"] = _read(packed["evidence"], article)
    return commitment


def load_gold(facts: Iterable[Path], *corpora: Path) -> list[Record]:
    """All annotated articles of `facts` in gold form, joined to the `corpora` that hold their words."""
    wanted = {fact["id"]: fact for path in facts for fact in read_lines(path)}
    return [unpack(wanted[a["id"]], a) for corpus in corpora for a in read_lines(corpus) if a["id"] in wanted]


def main(arguments: list[str]) -> int:
    """`pack` or `unpack` as the module's docstring says."""
    verb, corpus, source, target = arguments
    if verb == "unpack":
        rows: Iterable[Record] = load_gold([Path(source)], Path(corpus))
    else:
        working = {a["id"]: a for a in read_lines(Path(source))}
        articles = {a["id"]: a for a in read_lines(Path(corpus)) if a["id"] in working}
        rows = [pack(working[i], articles[i]) for i in working]
    with Path(target).open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
