"""What a pledge is, worked out from the commitments that tell it. Pure, and the same in whatever order they arrived.

Stages: announced → signed → disbursed → completed. A commitment of status planned, pledged or target is announced.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from api.ledger.endings import Ending, in_force

STAGE_OF = {
    "planned": "announced", "pledged": "announced", "target": "announced",
    "signed": "signed", "disbursed": "disbursed", "realised": "completed",
}  # fmt: skip
STAGES = ("announced", "signed", "disbursed", "completed")
STATUS_ORDER = ("target", "planned", "pledged", "signed", "disbursed", "realised")
SAME = Decimal("0.01")
"""Relative difference up to which two figures are one figure, rounded differently."""
LEAST_CONFIDENCE = 0.3
IMPLAUSIBLE = 5_000 * 10**12 * 100
"""Hundredths of rupiah (Rp 5,000 triliun): above a whole year's state budget, a figure is a slip of the pen until a person looks."""


@dataclass(frozen=True, slots=True)
class PartyKey:
    """Who pays or receives: found by `key` (registry id, else folded name)."""

    key: str
    name: str
    registry_id: str | None


@dataclass(frozen=True, slots=True)
class Told:
    """One commitment as its article tells it, with what the ledger needs of the article."""

    fact_id: int
    article_id: str
    story_id: int | None
    outlet: str
    sort_key: int
    seen_at: datetime
    low: Decimal
    high: Decimal
    currency: str
    rupiah: tuple[int, int] | None
    conversion: str
    approx: bool
    per: str | None
    count: int | None
    kind: str
    status: str
    programme: str | None
    programme_id: str | None
    date: str | None
    period: tuple[str | None, str | None]
    period_stated: bool
    place: str | None
    sector: str | None
    parent_fact: int | None
    mismatch: bool
    rejected: bool
    reviewed: bool
    confidence: float
    actors: tuple[PartyKey, ...]
    beneficiaries: tuple[PartyKey, ...]


@dataclass(frozen=True, slots=True)
class Folded:
    """The state of a pledge. `relations`: fact id → first, copy, same, conversion, restated or conflict."""

    head: Told
    parent_fact: int | None
    stage: str
    status: str
    in_totals: bool
    left_out: str | None
    conflict: bool
    restated: bool
    reviewed: bool
    outlets: int
    stories: int
    first_seen: datetime
    last_seen: datetime
    confidence: float
    actors: tuple[PartyKey, ...]
    beneficiaries: tuple[PartyKey, ...]
    programme: str | None
    programme_id: str | None
    relations: dict[int, str]
    stages: tuple[tuple[str, str | None, int], ...]


def fold(members: Sequence[Told], endings: Sequence[Ending] = ()) -> Folded:
    """The pledge that these commitments tell; `members` is not empty. `endings` tell it as reduced, suspended or cancelled.

    The amount and kind are those of the latest one of the furthest stage (a restatement replaces the figure before it); who pays, who
    receives and which programme are taken from all that say so. A commitment that a person rejected tells nothing while others do.
    """
    told = [t for t in members if not t.rejected] or members
    order = sorted(told, key=lambda t: (t.date or "", t.sort_key, t.fact_id))
    head = max(order, key=lambda t: (t.reviewed, STAGES.index(STAGE_OF[t.status]), _exactness(t), t.date or "", -t.sort_key))
    relations = {t.fact_id: "rejected" for t in members if t.rejected} | _relations(order)
    ended = in_force(endings, max((t.date for t in order if t.date), default=None))
    reason = _left_out(head, order, ended)
    return Folded(
        head=head,
        parent_fact=head.parent_fact or next((t.parent_fact for t in order if t.parent_fact), None),
        stage=ended.change if ended else max((STAGE_OF[t.status] for t in order), key=STAGES.index),
        status=max((t.status for t in order), key=STATUS_ORDER.index),
        in_totals=reason is None,
        left_out=reason,
        conflict="conflict" in relations.values(),
        restated="restated" in relations.values(),
        reviewed=any(t.reviewed for t in order),
        outlets=len({t.outlet for t in order}),
        stories=len({t.story_id if t.story_id is not None else t.article_id for t in order}),
        first_seen=min(t.seen_at for t in order),
        last_seen=max(t.seen_at for t in order),
        confidence=max(t.confidence for t in order),
        actors=_union([t.actors for t in order]),
        beneficiaries=_agreed(order, head),
        programme=head.programme or next((t.programme for t in order if t.programme), None),
        programme_id=head.programme_id or next((t.programme_id for t in order if t.programme_id), None),
        relations=relations,
        stages=(*_stages(order), *((e.change, e.day, e.fact_id) for e in endings)),
    )


def _exactness(told: Told) -> int:
    return int(told.low == told.high) + int(not told.approx)


def same_figure(a: Told, b: Told) -> bool:
    """Whether two commitments state the same amount, rounding and conversion aside."""
    if a.currency == b.currency:
        return a.low <= b.high * (1 + SAME) and b.low <= a.high * (1 + SAME)
    if a.rupiah and b.rupiah:
        slack = 1.0 + float(SAME) * (3 if "rate" in {a.conversion, b.conversion} else 1)
        return a.rupiah[0] <= b.rupiah[1] * slack and b.rupiah[0] <= a.rupiah[1] * slack
    return False


def _relations(order: Sequence[Told]) -> dict[int, str]:
    """How each tells it, beside the first: a copy of its story, the same figure, a conversion, a later or a contradicting figure."""
    first = order[0]
    relations = {first.fact_id: "first"}
    for told in order[1:]:
        if same_figure(first, told) or any(same_figure(told, t) for t in order if relations.get(t.fact_id) in {"restated", "conflict"}):
            copied = told.story_id is not None and any(
                t.story_id == told.story_id and t.article_id != told.article_id for t in order if t.fact_id in relations
            )
            relations[told.fact_id] = "copy" if copied else "conversion" if told.currency != first.currency else "same"
        else:
            same_day = told.date is not None and told.date == first.date
            relations[told.fact_id] = "conflict" if same_day or told.story_id == first.story_id is not None else "restated"
    return relations


def _left_out(head: Told, order: Sequence[Told], ended: Ending | None) -> str | None:
    """Why a pledge is not summed: the first reason that holds, None where it is."""
    reasons = (
        ("rejected", all(t.rejected for t in order)),
        (ended.change if ended else "", ended is not None),
        ("mismatch", head.mismatch and not head.reviewed),
        ("implausible", head.rupiah is not None and head.rupiah[1] > IMPLAUSIBLE and not head.reviewed),
        ("implausible", head.conversion == "too_large" and not head.reviewed),
        ("part", any(t.parent_fact is not None for t in order)),
        ("per_unit", head.per is not None and head.count is None),
        ("existing_shares", head.kind == "transaction"),
        ("unsure", max(t.confidence for t in order) < LEAST_CONFIDENCE and not head.reviewed),
    )
    return next((name for name, applies in reasons if applies), None)


def _union(lists: Sequence[Sequence[PartyKey]]) -> tuple[PartyKey, ...]:
    found: dict[str, PartyKey] = {}
    for parties in lists:
        for party in parties:
            found.setdefault(party.key, party)
    return tuple(found.values())


def _agreed(order: Sequence[Told], head: Told) -> tuple[PartyKey, ...]:
    """Who receives: the answer most articles give; where they tie, that of the head, then the first that gives one."""
    votes = Counter(frozenset(p.key for p in t.beneficiaries) for t in order if t.beneficiaries)
    if not votes:
        return ()
    most = max(votes.values())
    candidates = [head, *order]
    return next(t.beneficiaries for t in candidates if t.beneficiaries and votes[frozenset(p.key for p in t.beneficiaries)] == most)


def _stages(order: Sequence[Told]) -> tuple[tuple[str, str | None, int], ...]:
    """The first commitment that tells each stage: (stage, ISO day, fact id)."""
    reached: dict[str, tuple[str, str | None, int]] = {}
    for told in order:
        stage = STAGE_OF[told.status]
        if stage not in reached:
            reached[stage] = (stage, told.date, told.fact_id)
    return tuple(reached[stage] for stage in STAGES if stage in reached)
