"""What changed between two versions of an article: by sentence and by figure, cosmetic changes aside. A pure function.

"Rp 12 triliun" that became "Rp 1,2 triliun" is a `FigureChange`; new quotation marks, white space, typographic dashes or a caption's
case are no change at all.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

_SENTENCE = re.compile(r"[^.!?\n]*(?:[.!?](?=\d|[^\s\"'”’)]|\S*\.(?:com|id|co))[^.!?\n]*)*[.!?]*[\"'”’)]*\s*|\n+")
_FIGURE = re.compile(
    r"(?:(?:Rp|IDR|US\$|USD|\$|€|¥|S\$)\s*)?\d+(?:[.,]\d+)*(?:\s*(?:ribu|juta|miliar|milyar|triliun|trilyun|persen|million|billion|trillion|%))?",
    re.IGNORECASE,
)
_ABBREVIATION = re.compile(r"\b(?:PT|Tbk|Rp|No|dr|Dr|Ir|Prof|Hj|H|Drs|St|Mr|Ms|vs|dll|dsb|a\.n|d\.a)\.$")
_ALIKE = 0.5
"""Likeness of two sentences (0 to 1) above which the one is taken for the other, changed."""
_REACH = 60
"""Sentences ahead among which a changed one is looked for: wholly rewritten documents cost no more than their length."""
_SAME = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "...", "\u00a0": " ", "\u200b": ""})
_SAME_WORDS = (
    (re.compile(r"(?<!\w)(rp|idr|usd|us\$|s\$|[$€¥])\.?\s*(?=\d)"), r"\1"),
    (re.compile(r"\bmilyar\b"), "miliar"),
    (re.compile(r"\btrilyun\b"), "triliun"),
    (re.compile(r"(?<=\d)\s*(?:persen\b|%)"), "%"),
)
"""Two spellings of one figure ("Rp12 milyar", "5 persen")."""


@dataclass(frozen=True, slots=True)
class FigureChange:
    """A figure that became another in the same sentence."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class SentenceChange:
    """A sentence that was added, removed or changed; `figures` are those that differ in a changed one."""

    kind: Literal["added", "removed", "changed"]
    before: str = ""
    after: str = ""
    figures: tuple[FigureChange, ...] = ()


def changes(before: str, after: str) -> tuple[SentenceChange, ...]:
    """What changed from one text to the next, in the order of the later one; empty where nothing but looks did."""
    old, new = sentences(before), sentences(after)
    matcher = SequenceMatcher(None, [_fold(s) for s in old], [_fold(s) for s in new], autojunk=False)
    found: list[SentenceChange] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag != "equal":
            found += _paired(old[a:b], new[c:d])
    moved = Counter(_fold(c.before) for c in found if c.kind == "removed") & Counter(_fold(c.after) for c in found if c.kind == "added")
    return tuple(change for change in found if _fold(change.before or change.after) not in moved or change.kind == "changed")


def figure_changes(before: str, after: str) -> tuple[FigureChange, ...]:
    """Only the figures that became others, over the whole text."""
    return tuple(figure for change in changes(before, after) for figure in change.figures)


def sentences(text: str) -> list[str]:
    """The sentences of a text; full stops inside figures, addresses and after common abbreviations end none."""
    found: list[str] = []
    for match in _SENTENCE.finditer(text):
        piece = match[0].strip()
        if not piece:
            continue
        if found and _ABBREVIATION.search(found[-1]) and "\n" not in text[match.start() - 1 : match.start()]:
            found[-1] += f" {piece}"
        else:
            found.append(piece)
    return found


def _fold(sentence: str) -> str:
    """A sentence without what is only looks: width, quotes, dashes, white space, case, spelling of figures, final punctuation."""
    plain = unicodedata.normalize("NFKC", sentence.translate(_SAME)).casefold()
    for pattern, same in _SAME_WORDS:
        plain = pattern.sub(same, plain)
    return re.sub(r"\s+", " ", re.sub(r"\s*([\"'()\-,:;])\s*", r"\1", plain)).strip(" .!?\"'")


def _paired(old: list[str], new: list[str]) -> list[SentenceChange]:
    """Removed and added sentences, those that are alike joined to changed ones, in order."""
    found: list[SentenceChange] = []
    start = 0
    for sentence in old:
        ahead = new[start : start + _REACH]
        likeness = [(SequenceMatcher(None, _fold(sentence), _fold(other)).ratio(), -place) for place, other in enumerate(ahead, start)]
        best, place = max(likeness, default=(0.0, 0))
        if best < _ALIKE:
            found.append(SentenceChange("removed", before=sentence))
            continue
        found += [SentenceChange("added", after=other) for other in new[start:-place]]
        found.append(SentenceChange("changed", sentence, new[-place], _figures(sentence, new[-place])))
        start = -place + 1
    return [*found, *(SentenceChange("added", after=other) for other in new[start:])]


def _figures(before: str, after: str) -> tuple[FigureChange, ...]:
    old, new = ([re.sub(r"\s+", " ", match[0]) for match in _FIGURE.finditer(text.translate(_SAME))] for text in (before, after))
    matcher = SequenceMatcher(None, [_fold(figure) for figure in old], [_fold(figure) for figure in new], autojunk=False)
    found: list[FigureChange] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "replace":
            found += [FigureChange(one, other) for one, other in zip(old[a:b], new[c:d], strict=False)]
    return tuple(found)
