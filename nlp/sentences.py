"""Sentences of an Indonesian (or English) text, by rule, with offsets into the text exactly as given.

Survives "Rp. 5", "PT. X", "No. 3", initials, decimals and closing quotes, and splits news text that is glued without a space
behind the full stop ("… Terbaik."Ajang tersebut …"). No spaCy, no model.
"""

from __future__ import annotations

import re

ABBREVIATIONS = frozenset(
    """rp pt cv no nomor dr drs dra ir prof hj h kh st sh se mm jl jln gg kab kec kel prov ttd yth bpk sdr tgl hal vol ps psl art dsb dst
    dll mr mrs ms jr sr co corp inc ltd tbk ave vs al et plt plh pj bp bin dkk mt mba phd spd si kom fig approx est""".split()  # noqa: SIM905
)
"""Words before a full stop that does not end a sentence, lower case, without the stop."""
BREAK = re.compile(
    r"""(?P<stop>[.!?…]+)(?P<close>["”’'»)\]]*)(?P<gap>\s+|(?=["“‘(«]?[^\W\d_]))"""
    r"""|(?P<line>(?:\r?\n[ \t\u00a0]*){2,})""",
    re.VERBOSE,
)
WORD_BEFORE = re.compile(r"[\w.]+$")
GLUED_NAME = re.compile(r"(?:com|co|id|go|or|ac|net|org|tv|ai|www)\b", re.IGNORECASE)


def sentences(text: str) -> list[tuple[int, int]]:
    """The sentences as (start, end) in code points, in order, without the white space around them; together they hold every other
    letter of the text. A text without an end of sentence is one sentence; an empty one has none.
    """
    found: list[tuple[int, int]] = []
    start = 0
    for mark in BREAK.finditer(text):
        if mark["line"] is None and not _ends(text, mark):
            continue
        cut = mark.start() if mark["line"] is not None else mark.start("gap")
        _add(text, start, cut, found)
        start = cut
    _add(text, start, len(text), found)
    return found


def _add(text: str, start: int, end: int, found: list[tuple[int, int]]) -> None:
    stretch = text[start:end]
    left = len(stretch) - len(stretch.lstrip())
    right = len(stretch.rstrip())
    if left < right:
        found.append((start + left, start + right))


def _ends(text: str, mark: re.Match[str]) -> bool:
    """Whether a mark ends a sentence: not behind an abbreviation, an initial or inside a number, name or address."""
    after = text[mark.end() : mark.end() + 12].lstrip("\"“‘'(«")
    glued = mark["gap"] == ""
    if glued and not _glued_sentence(text, mark, after):
        return False
    if mark["stop"] != ".":
        return not after[:1].islower() or glued
    word = WORD_BEFORE.search(text, max(0, mark.start() - 24), mark.start())
    before = word.group().rsplit(".", 1)[-1] if word else ""
    if before.lower() in ABBREVIATIONS and not mark["close"]:
        return before.lower() in ("tbk", "dll", "dsb", "dst", "dkk") and after[:1].isupper()
    if len(before) == 1 and before.isupper() and not mark["close"]:
        return False
    return not after[:1].islower()


def _glued_sentence(text: str, mark: re.Match[str], after: str) -> bool:
    """Whether a stop with no space behind it ends a sentence: a capital follows a small letter, digit or quote, and no web name."""
    before = text[mark.start() - 1 : mark.start()]
    if mark["close"] or text[mark.end() : mark.end() + 1] in '"“':
        return after[:1].isupper()
    return (
        bool(before) and (before.islower() or before.isdigit() or before in ')%"”') and after[:1].isupper() and not GLUED_NAME.match(after)
    )
