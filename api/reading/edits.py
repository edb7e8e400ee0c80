"""What changed between two versions, as far as the article's rights allow it to be quoted. Figures are facts and always told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from api.reading.rights import quotable
from api.store.differences import Difference


@dataclass(frozen=True, slots=True)
class Edit:
    """Changes against the version before; `unquoted` sentences changed too, but may only be counted."""

    changes: tuple[Difference, ...] = ()
    unquoted: int = 0


NO_EDIT = Edit()
"""The first version, or one that differs in its looks only."""


def edit_of(found: Sequence[Difference], rights: str) -> Edit:
    """The changes to show. Titles are shown whatever the rights; of an excerpt's text only sentences whose figures changed."""
    shown = tuple(_quoted(change, rights) for change in found if rights == "full" or change.place == "title" or change.figures)
    return Edit(shown, len(found) - len(shown))


def _quoted(change: Difference, rights: str) -> Difference:
    if change.place == "title":
        return change
    before, after = (text and (quotable(text, rights) or None) for text in (change.before, change.after))
    return replace(change, before=before, after=after)
