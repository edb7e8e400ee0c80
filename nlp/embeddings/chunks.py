"""Cuts an article into the pieces that get a vector each. Standard library only.

A piece is about 180 words, cut at paragraph borders where it can be, else between sentences, else between words; it begins with
the last sentence of the piece before, so that what a border would tear apart stands together once. Each chunk is embedded with
the article's title in front. The first chunk is title and lead.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

TARGET_WORDS = 180
TAIL_WORDS = 40
"""A last piece shorter than this joins the piece before."""
OVERLAP_WORDS = 50
"""A longer last sentence is not repeated."""
WORD_LENGTH = 9
"""Characters, with the space, that count as a word where words are longer or not divided: Indonesian news has seven."""
MAX_ATOM = 1_200
"""Characters of a stretch that is never cut further; beyond it even a "word" is cut (minified text, tables without spaces)."""

_PARAGRAPH = re.compile(r"\S(?:.*\S)?", re.MULTILINE)
_SENTENCE_END = re.compile(r"[.!?…][.!?…\"'”’)\]]*(?=\s)")
_SHORT_FORM = re.compile(r"(?:^|[\s(\"“‘])(?:[A-Z][A-Za-z]{0,2}|[a-z]{1,2})\.$")
_WORD = re.compile(rf"\S{{1,{MAX_ATOM}}}")


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of an article.

    Attributes:
        text: what is embedded: the title, a line break, and `body[start:end]`.
        start, end: offsets into the article's text in code points; both 0 where only the title is left to embed.
    """

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Atom:
    """A stretch that is not torn apart: a sentence, or a part of one that is too long. `opens` marks a paragraph's first."""

    start: int
    end: int
    words: int
    opens: bool


def chunk_id(text: str, model_id: str) -> str:
    """Identity of a chunk's vector: sha256 of the chunk's text and the model's id, 64 hex digits."""
    return hashlib.sha256(f"{text}\0{model_id}".encode("utf-8", "surrogatepass")).hexdigest()


def split(title: str, body: str, *, target: int = TARGET_WORDS) -> tuple[Chunk, ...]:
    """The chunks of an article, lead first, in order of their starts. Empty only where title and body hold no word.

    Every visible character of `body` lies in at least one chunk, and `body[start:end]` is exactly what the chunk repeats.
    """
    spans = _join_tail(_spans(list(_atoms(body, target)), target), target)
    if not spans:
        return (Chunk(title.strip(), 0, 0),) if title.strip() else ()
    head = f"{title.strip()}\n" if title.strip() else ""
    return tuple(Chunk(head + body[a.start : z.end], a.start, z.end) for a, z, _ in spans)


def _spans(atoms: list[_Atom], target: int) -> list[tuple[_Atom, _Atom, int]]:
    """Runs of atoms as (first, last, words not repeated), each of about `target` words."""
    spans: list[tuple[_Atom, _Atom, int]] = []
    first = 0
    while first < len(atoms):
        end = _end_of_piece(atoms, first, target)
        lead = _overlap(atoms, first, spans, target)
        spans.append((atoms[lead], atoms[end - 1], sum(a.words for a in atoms[first:end])))
        first = end
    return spans


def _end_of_piece(atoms: list[_Atom], first: int, target: int) -> int:
    """Index after the piece's last atom: the last paragraph border past half the target, else the last atom that fits."""
    words, end, border = 0, first, None
    while end < len(atoms) and (end == first or words + atoms[end].words <= target):
        if atoms[end].opens and words >= target / 2:
            border = end
        words += atoms[end].words
        end += 1
    fits_all = end == len(atoms) or atoms[end].opens
    return end if fits_all or border is None else border


def _overlap(atoms: list[_Atom], first: int, spans: list[tuple[_Atom, _Atom, int]], target: int) -> int:
    return first - 1 if spans and atoms[first - 1].words <= min(OVERLAP_WORDS, target // 3) else first


def _join_tail(spans: list[tuple[_Atom, _Atom, int]], target: int) -> list[tuple[_Atom, _Atom, int]]:
    if len(spans) > 1 and spans[-1][2] < min(TAIL_WORDS, target // 4):
        (before, _, words), (_, last, more) = spans[-2:]
        return [*spans[:-2], (before, last, words + more)]
    return spans


def _atoms(body: str, target: int) -> Iterator[_Atom]:
    for paragraph in _PARAGRAPH.finditer(body):
        opens = True
        for start, end in _sentences(body, paragraph.start(), paragraph.end()):
            for atom in _pieces(body, start, end, target):
                yield _Atom(*atom, opens)
                opens = False


def _sentences(body: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Sentence spans of one paragraph. A dot after one or two letters, or a short capitalised form (PT., Tbk., No.), ends none."""
    for stop in _SENTENCE_END.finditer(body, start, end):
        if _SHORT_FORM.search(body, max(start, stop.end() - 6), stop.end()):
            continue
        yield start, stop.end()
        start = stop.end() + len(body[stop.end() : end]) - len(body[stop.end() : end].lstrip())
    if start < end:
        yield start, end


def _pieces(body: str, start: int, end: int, target: int) -> Iterator[tuple[int, int, int]]:
    """(start, end, words) of a sentence, cut between words where it has more than half the target or is too long."""
    words = list(_WORD.finditer(body, start, end))
    group: list[re.Match[str]] = []
    for word in words:
        if group and (len(group) >= max(1, target // 2) or word.end() - group[0].start() > MAX_ATOM):
            yield _weighed(group)
            group = []
        group.append(word)
    if group:
        yield _weighed(group)


def _weighed(group: list[re.Match[str]]) -> tuple[int, int, int]:
    start, end = group[0].start(), group[-1].end()
    return start, end, max(len(group), (end - start) // WORD_LENGTH)
