"""What the encoder of amounts says of the names beside an undertaking: by how much a name gains as payer, receiver or programme."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nlp.analysis import Source
from nlp.commitments.learned.encoder import Judgement
from nlp.commitments.learned.pointers import Run

GAIN, MIDDLE = 2.0, 0.4
"""What a payer's score gains from probability 0 to 1, and the probability at which it gains nothing."""
LEAST, RIM = 0.5, 0.25
"""From `LEAST` on a word is part of a name that is pointed to, and from `RIM` on if it stands beside one."""
_WORD = re.compile(r"[\w&'’-]")
_EDGES = " ,.;:()[]\"“”'’-–—/"


class Parties:
    """The pointers of all amounts that state one undertaking. Says nothing where the encoder was not asked."""

    def __init__(self, title: str, text: str, said: Iterable[Judgement] = ()) -> None:
        """Over the judgements of these amounts in an article."""
        self._bodies: dict[Source, str] = {"title": title, "text": text}
        self._pointers = [judgement.pointers for judgement in said if judgement.pointers is not None]

    def likely(self, pointer: str, where: Source, spans: Iterable[tuple[int, int]]) -> float | None:
        """How likely one of these spans is pointed to, by the amount that says so loudest; None where none was read."""
        said = [of.said(pointer, where, start, end) for start, end in spans for of in self._pointers]
        return max((value for value in said if value is not None), default=None)

    def gain(self, likely: float | None) -> float:
        """What a score gains where a name is so likely; 0 where it was not read."""
        return 0.0 if likely is None else GAIN * (likely - MIDDLE)

    def names(self, pointer: str, least: float = LEAST) -> list[Run]:
        """The words in a row that are pointed to, in whole words, the likeliest first; of those that overlap one."""
        runs = sorted((run for of in self._pointers for run in of.runs(pointer, least, RIM)), key=lambda run: -run.likely)
        out: list[Run] = []
        for run in map(self._whole, runs):
            if run.start < run.end and not run.touches(out):
                out.append(run)
        return out

    def written(self, run: Run) -> str:
        """The words of a run as they are written."""
        return self._bodies[run.field][run.start : run.end]

    def _whole(self, run: Run) -> Run:
        body, start, end = self._bodies[run.field], run.start, run.end
        while start and _WORD.match(body[start]) and _WORD.match(body[start - 1]):
            start -= 1
        while end < len(body) and end and _WORD.match(body[end - 1]) and _WORD.match(body[end]):
            end += 1
        stretch = body[start:end]
        start += len(stretch) - len(stretch.lstrip(_EDGES))
        return Run(run.field, start, start + len(stretch.strip(_EDGES)), run.likely)
