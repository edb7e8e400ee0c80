"""Which words name the parties of an undertaking: labels and heads for the encoder of amounts.

For every amount of an undertaking each piece of its window is or is not part of a name of who pays, who receives, and which programme.
Method: a bilinear score between the amount's row and each piece's state (as of arcs in Dozat and Manning 2017), binary cross entropy.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nlp.commitments.learned.pointers import POINTERS, WIDTH
from nlp.commitments.learned.windows import Window
from nlp.entities import Found
from nlp.scoring import forms
from nlp.training.names import variants

Place = tuple[str, int, int]
"""Field ("title", "text"), start and end in code points."""
Pointed = Mapping[str, frozenset[int]]
"""Pointer → the pieces of a window that it points to."""
SHARE = 4.0
"""The weight of the mean loss of a window's pieces."""
_SLOTS = {"payer": "actors", "receiver": "beneficiaries", "programme": "programme"}


def party_places(undertaking: Mapping[str, Any], record: Mapping[str, Any], found: Found) -> dict[str, list[Place]]:
    """Where the article writes the names of an undertaking's parties: in full, short, and as what `found` knows them by."""
    return {
        pointer: [place for name in _names(undertaking, slot) for place in (*_places(name, record), *_mentions(name, found))]
        for pointer, slot in _SLOTS.items()
    }


def _mentions(name: str, found: Found) -> Iterator[Place]:
    wanted = forms(name)
    same = {
        number
        for number, entity in enumerate(found.entities)
        if wanted & forms({"name": entity.name, "canonical": entity.canonical, "aliases": list(entity.aliases)})
    }
    return ((mention.field, mention.start, mention.end) for mention in found.mentions if mention.entity in same)


def _names(undertaking: Mapping[str, Any], slot: str) -> list[str]:
    value = undertaking.get(slot) or []
    return [value] if isinstance(value, str) else list(value)


def _places(name: str, record: Mapping[str, Any]) -> Iterator[Place]:
    forms = {name, *(text for text, _ in variants(name, "ORG"))}
    for form in sorted(forms, key=len, reverse=True):
        words = r"\s+".join(map(re.escape, form.split()))
        if words:
            for field in ("title", "text"):
                for match in re.finditer(rf"(?<!\w){words}(?!\w)", record.get(field) or "", re.IGNORECASE):
                    yield field, match.start(), match.end()


def pieces_of(window: Window, places: Mapping[str, Sequence[Place]]) -> dict[str, frozenset[int]]:
    """The pieces of the window that stand in these places."""
    return {
        pointer: frozenset(
            piece
            for piece, (start, end) in enumerate(window.written)
            if end > start and any(start < stop and first < end for first, stop in _of_field(places[pointer], piece < window.body))
        )
        for pointer in POINTERS
    }


def _of_field(places: Sequence[Place], in_title: bool) -> list[tuple[int, int]]:
    return [(start, end) for field, start, end in places if (field == "title") == in_title]


def pointer_heads(hidden: int) -> dict[str, Any]:
    """What asks (from an amount's row), what answers (from a piece's state), and what a piece says of itself."""
    import torch

    return {
        "asks": torch.nn.Linear(2 * hidden, len(POINTERS) * WIDTH),
        "answers": torch.nn.Linear(hidden, len(POINTERS) * WIDTH),
        "alone": torch.nn.Linear(hidden, len(POINTERS)),
    }


def pointer_loss(model: Any, rows: Any, hidden: Any, batch: Sequence[tuple[Window, Mapping[int, Pointed]]]) -> Any:
    """The loss over the amounts of the batch that are of undertakings; 0 where there is none."""
    import torch

    losses, at = [], 0
    for place, (window, pointed) in enumerate(batch):
        size = len(window.ids)
        for row, pieces in pointed.items():
            scores = pointer_scores(model, rows[at + row], hidden[place, :size])
            wanted = torch.zeros(size, len(POINTERS))
            for column, pointer in enumerate(POINTERS):
                wanted[list(pieces[pointer]), column] = 1
            losses.append(torch.nn.functional.binary_cross_entropy_with_logits(scores, wanted))
        at += len(window.pieces)
    return SHARE * torch.stack(losses).mean() if losses else torch.zeros(())


def pointer_scores(model: Any, row: Any, hidden: Any) -> Any:
    """Log odds for every piece (first axis) and pointer (second) that it is part of such a name."""
    asks = model["asks"](row).view(len(POINTERS), WIDTH)
    answers = model["answers"](hidden).view(-1, len(POINTERS), WIDTH)
    return (answers * asks).sum(-1) / WIDTH**0.5 + model["alone"](hidden)
