"""A text as the rules read it: single spaces, straight quotes, and the way back to the offsets of the text as given."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from nlp.analysis import Source

SPACE = re.compile(r"[\s\u200b\ufeff]+")
STRAIGHT = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "`": "'", "–": "-", "—": "-"})
PARAGRAPH_END = frozenset(".!?:;\"”'’)")
LETTERS = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class View:
    """`text` is the normalised form all rules match on; `lower` the same, letter for letter, in lower case.

    `raw_span` turns offsets of `text` into code point offsets of the given field.
    """

    field: Source
    raw: str
    text: str
    lower: str
    cased: bool
    starts: tuple[int, ...]
    shifts: tuple[int, ...]

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the text as given of the stretch start … end of `text` (end exclusive, start < end)."""
        return self._raw(start), self._raw(end - 1) + 1

    def _raw(self, position: int) -> int:
        return position + self.shifts[bisect_right(self.starts, position) - 1]


def make_view(field: Source, raw: str) -> View:
    """The view of a title or text; any string will do."""
    pieces, starts, shifts, length, last = [], [0], [0], 0, 0
    for found in SPACE.finditer(raw):
        pieces.append(raw[last : found.start()])
        length += found.start() - last + 1
        pieces.append("\n" if _ends_paragraph(raw, found) else " ")
        last = found.end()
        if len(found.group()) > 1:
            starts.append(length)
            shifts.append(last - length)
    pieces.append(raw[last:])
    text = "".join(pieces).translate(STRAIGHT)
    lower = "".join(small if len(small := letter.lower()) == 1 else letter for letter in text) if not text.isascii() else text.lower()
    return View(field, raw, text, lower, _is_cased(text), tuple(starts), tuple(shifts))


def _ends_paragraph(raw: str, space: re.Match[str]) -> bool:
    """Whether white space ends a paragraph: an empty line, or a line's end behind a sentence's end (else it is a wrapped line)."""
    lines = space.group().count("\n")
    return lines > 1 or (lines == 1 and raw[space.start() - 1 : space.start()] in PARAGRAPH_END)


def _is_cased(text: str) -> bool:
    """False for a text that has lost its capitals (they are then no sign of a name)."""
    letters = LETTERS.findall(text[:2000])
    return not letters or sum(letter.isupper() for letter in letters) >= 0.012 * len(letters)
