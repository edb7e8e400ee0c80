"""How soon a source is looked at again: the interval follows its yield."""

from __future__ import annotations

from crawler.sources.model import Politeness

BUSY = 0.5
"""Share of listed links that are new, above which a source is looked at more often: its list may have run over."""


def next_interval(before: float | None, *, new: int, listed: int, manners: Politeness) -> float:
    """Minutes until the next look at a source's lists, between its `interval_low` and `interval_high`.

    A look that brought nothing makes it half as long again, one where most of the list was new halves it, any other makes it a
    little shorter. `before` is the interval until now; a source that never ran starts at four times its shortest.
    """
    if before is None:
        return float(min(manners.interval_high, 4 * manners.interval_low))
    if new == 0:
        factor = 1.5
    elif listed and new / listed > BUSY:
        factor = 0.5
    else:
        factor = 0.9
    return min(float(manners.interval_high), max(float(manners.interval_low), before * factor))
