"""What one source's spider works with during a run: its rules, the state, the archive, and the counts that health reads."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from crawler.archive import Archive
from crawler.dates import learn_order
from crawler.extract.rules import Rules, rules_of
from crawler.items import Origin
from crawler.outlets import Outlets, load_outlets
from crawler.reading import Desk
from crawler.scans import Scans
from crawler.sources import DateOrder, Source
from crawler.state import State, Validators, state_path

_OUTSTANDING = ("failed", "blocked", "refused", "unkept")
"""Counts of pages that did not come and are to be asked for again, while their list still shows them."""


@dataclass(slots=True)
class Session:
    """Open state and archive of one source in one run; `counts` and `sums` are written to the ledger when it closes."""

    source: Source
    data: Path
    run: str
    since: date | None
    until: date | None
    outlets: Outlets
    state: State
    scans: Scans
    archive: Archive
    rules: Rules
    counts: Counter[str] = field(default_factory=Counter)
    lists: list[Validators] = field(default_factory=list)
    """Of the lists read in this run."""

    @classmethod
    def open(
        cls, source: Source, data: Path, run: str, *, since: date | None, until: date | None, extra_outlets: tuple[Path, ...]
    ) -> Session:
        """Open the session of a source.

        Raises:
            SpoolError: state or archive cannot be opened.
        """
        outlets = load_outlets(*extra_outlets)
        state = State(state_path(data))
        state.start_run(run, "crawl", datetime.now(UTC))
        rules = rules_of(source, outlets, datetime.now(UTC).date())
        learnt = state.learnt_order(source.outlet) if rules.numeric_dates is None else None
        return cls(
            source=source,
            data=data,
            run=run,
            since=since,
            until=until,
            outlets=outlets,
            state=state,
            scans=Scans(data),
            archive=Archive(data / "archive", f"{run}-{source.name}"),
            rules=replace(rules, numeric_dates=DateOrder(learnt)) if learnt else rules,
        )

    @property
    def desk(self) -> Desk:
        """How this crawl reads pages; scanned ones wait, since recognising them would hold up everything else."""
        return Desk(self.source, self.rules, self.outlets, self.run, Origin.CRAWL, self.since, self.until, False, self.scans)

    def now(self) -> datetime:
        return datetime.now(UTC)

    def today(self) -> date:
        """The outlet's day."""
        return self.now().astimezone(ZoneInfo(self.source.timezone)).date()

    def learn(self, raw: str | None) -> None:
        """Take note of a date as written, where it shows the order of the outlet's figures."""
        order = learn_order([raw]) if raw and self.rules.numeric_dates is None else None
        if order is not None:
            self.state.note_order(self.source.outlet, order.value)

    def count(self, name: str, by: float = 1) -> None:
        self.counts[name] += by  # type: ignore[assignment]  # a Counter of numbers

    def refuse(self, reason: str, example: str, kind: str) -> None:
        """Count a refusal under `kind` and keep its reason with one example."""
        self.count(kind)
        self.state.add_reason(self.run, self.source.name, reason, example)

    def settle(self) -> None:
        """The crawl has ended by itself and all it delivered is durable: lists of which nothing is outstanding need not be sent again."""
        outstanding = self.since or self.until or any(self.counts[name] for name in _OUTSTANDING)
        for found in () if outstanding else self.lists:
            self.state.keep_validators(found)

    def close(self) -> None:
        """Write the counts and close everything, whatever of it fails.

        Raises:
            SpoolError: the disk refuses.
        """
        with ExitStack() as closing:
            closing.callback(self.state.close)
            closing.callback(self.scans.close)
            closing.callback(self.state.add_counts, self.run, self.source.name, self.counts)
            closing.callback(self.archive.close)
