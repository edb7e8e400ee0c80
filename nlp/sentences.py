"""Sentences of an Indonesian (or English) text, by rule, with offsets into the text exactly as given.

Survives "Rp. 5", "PT. X", "No. 3", initials, decimals and closing quotes, and splits news text that is glued without a space
behind the full stop ("… Terbaik."Ajang tersebut …"), and text in which nothing has a capital. No spaCy, no model.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

ABBREVIATIONS = frozenset(
    """rp pt cv no nomor dr drs dra ir prof hj h kh st sh se mm jl jln gg kab kec kel prov ttd yth bpk sdr tgl hal vol ps psl art dsb dst
    dll mr mrs ms jr sr co corp inc ltd tbk ave vs al et plt plh pj bp bin dkk mt mba phd spd si kom fig approx est""".split()  # noqa: SIM905
)
"""Words before a full stop that does not end a sentence, lower case, without the stop."""
WINDOW = max(map(len, ABBREVIATIONS)) + 2
"""Characters before a full stop that tell whether an abbreviation stands there, with what is before and after it."""
BREAK = re.compile(
    r"""[.!?…\r\n](?:
        (?<=[.!?…])[.!?…]*(?P<close>["”’'»)\]]*)(?P<gap>\s+|(?=["“‘(«]?[^\W\d_]))
        |(?:(?<=\n)|(?<=\r)\n)(?P<line>[ \t\u00a0]*(?:\r?\n[ \t\u00a0]*)+)
    )""",
    re.VERBOSE,
)
"""Where a sentence may end: stops with what closes it, or an empty line. It begins with a set of characters, which `re` looks for
ten times faster than for a choice."""
WORD_BEFORE = re.compile(r"[\w.]+$")
GLUED_NAME = re.compile(r"(?:com|co|id|go|or|ac|net|org|tv|ai|www)\b", re.IGNORECASE)

LOOKED_AT, LETTERS_A_CAPITAL = 4_000, 500
"""Letters from the beginning that tell whether a text has capitals, and how many stand for one where it has: a sentence has some 130."""
CAPITAL = re.compile(r"[A-Z]")


def has_capitals(text: str) -> bool:
    """Whether sentences and names of this text begin with capitals: some outlets write none."""
    head = text[:LOOKED_AT]
    return any(islice(CAPITAL.finditer(head), len(head) // LETTERS_A_CAPITAL, None))


def sentences(text: str) -> list[tuple[int, int]]:
    """The sentences as (start, end) in code points, in order, without the white space around them; together they hold every other
    letter of the text. A text without an end of sentence is one sentence; an empty one has none.
    """
    return list(each_sentence(text))


def each_sentence(text: str) -> Iterator[tuple[int, int]]:
    """The same, one after the other: who needs only the first pays for no more."""
    start, cased = 0, has_capitals(text)
    for mark in BREAK.finditer(text):
        if mark["line"] is None and not _ends(text, mark, cased):
            continue
        cut = mark.start() if mark["line"] is not None else mark.start("gap")
        yield from _trimmed(text, start, cut)
        start = cut
    yield from _trimmed(text, start, len(text))


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The stretch without the white space around it, if anything is left."""
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield start, end


def _ends(text: str, mark: re.Match[str], cased: bool) -> bool:
    """Whether a mark ends a sentence: not behind an abbreviation, an initial or inside a number, name or address."""
    after = text[mark.end() : mark.end() + 12].lstrip("\"“‘'(«")
    if cased and after[:1].islower():
        return False
    glued = mark["gap"] == ""
    if glued and not _glued_sentence(text, mark, after):
        return False
    if text[mark.start() : mark.start("close")] != ".":
        return True
    word = WORD_BEFORE.search(text, max(0, mark.start() - WINDOW), mark.start())
    before = word.group().rsplit(".", 1)[-1] if word else ""
    if before.lower() in ABBREVIATIONS and not mark["close"]:
        return before.lower() in ("tbk", "dll", "dsb", "dst", "dkk") and after[:1].isupper()
    initial = len(before) == 1 and (before.isupper() or (not cased and before.isalpha()))
    return not initial or bool(mark["close"])


def _glued_sentence(text: str, mark: re.Match[str], after: str) -> bool:
    """Whether a stop with no space behind it ends a sentence: a capital follows a small letter, digit or quote, and no web name."""
    before = text[mark.start() - 1 : mark.start()]
    if mark["close"] or text[mark.end() : mark.end() + 1] in '"“':
        return after[:1].isupper()
    return (
        bool(before) and (before.islower() or before.isdigit() or before in ')%"”') and after[:1].isupper() and not GLUED_NAME.match(after)
    )
