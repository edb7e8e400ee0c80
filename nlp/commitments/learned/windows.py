"""Windows of an article around its amounts, as pieces of the encoder's vocabulary: the title, then words before, at and behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

TITLE, BEFORE, BEHIND, LONGEST = 24, 80, 32, 200
"""Pieces: of the title, at least before and behind an amount (where the text has them), of the text's part of a window."""
_START, _END = 0, 2
_NOWHERE = (0, 0)


@dataclass(frozen=True, slots=True)
class Window:
    """One input of the encoder.

    Attributes:
        ids: pieces, with the marks of start and end.
        types: 1 where a piece is of an amount, else 0.
        numbers: which amounts of the article it judges, by their place in the list.
        pieces: for each of these its pieces as (first, end).
        written: where each piece stands as (start, end) in code points: in the title for those before `body`, behind it in the text; the
            marks stand nowhere (0, 0).
        body: the first piece of the text.
    """

    ids: tuple[int, ...]
    types: tuple[int, ...]
    numbers: tuple[int, ...]
    pieces: tuple[tuple[int, int], ...]
    written: tuple[tuple[int, int], ...]
    body: int


def windows(tokenizer: Any, title: str, text: str, places: Sequence[tuple[int, int]]) -> list[Window]:
    """The windows that judge every amount once, in order.

    Args:
        tokenizer: of the package tokenizers.
        places: (start, end) of each amount in `text`, ascending.
    """
    if not places:
        return []
    head = tokenizer.encode(title, add_special_tokens=False)
    body = tokenizer.encode(text, add_special_tokens=False)
    spans = _piece_spans(body.offsets, places)
    out: list[Window] = []
    at = 0
    while at < len(spans):
        start = max(0, spans[at][0] - BEFORE)
        end = min(len(body.ids), start + LONGEST)
        last = at + 1
        while last < len(spans) and min(spans[last][1] + BEHIND, len(body.ids)) <= end:
            last += 1
        end = min(end, spans[last - 1][1] + BEHIND)
        out.append(_window(head, body, start, end, range(at, last), spans))
        at = last
    return out


def _piece_spans(offsets: Sequence[tuple[int, int]], places: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The pieces of every amount: those that share a character with it."""
    spans, at = [], 0
    for start, end in places:
        while at < len(offsets) and offsets[at][1] <= start:
            at += 1
        stop = at
        while stop < len(offsets) and offsets[stop][0] < end:
            stop += 1
        spans.append((min(at, len(offsets) - 1), max(stop, at + 1)))
    return spans


def _window(head: Any, body: Any, start: int, end: int, numbers: range, spans: Sequence[tuple[int, int]]) -> Window:
    lead = (_START, *head.ids[:TITLE], _END)
    written = (_NOWHERE, *head.offsets[:TITLE], _NOWHERE, *body.offsets[start:end], _NOWHERE)
    shift = len(lead) - start
    types = [0] * (len(lead) + end - start + 1)
    own = tuple((spans[n][0] + shift, min(spans[n][1], end) + shift) for n in numbers)
    for first, stop in own:
        types[first:stop] = [1] * (stop - first)
    return Window((*lead, *body.ids[start:end], _END), tuple(types), tuple(numbers), own, written, len(lead))
