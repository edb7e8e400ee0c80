"""Small charts as numbers for an SVG template: positions and heights, no markup, no styles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from api.ledger.queries import Sum
from api.records import FacetValue

HEIGHT = 150
BAR = 14
GAP = 22
STATUSES = ("planned", "pledged", "target", "signed", "disbursed", "realised")
MONTHS = 36


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: where it stands, how high it is, what it stands for."""

    x: int
    y: float
    height: float
    code: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class Cluster:
    """The bars of one year. `middle` is where its label stands."""

    label: str
    middle: float
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A bar chart."""

    width: int
    height: int
    clusters: tuple[Cluster, ...]
    codes: tuple[str, ...]
    top: Decimal


def by_year(sums: Sequence[Sum], currency: str) -> Chart | None:
    """Amounts by year, a bar a status (never stacked: statuses do not add up); None where there are none."""
    rows = [s for s in sums if s.currency == currency and s.group != "—"]
    top = max((s.high for s in rows), default=Decimal(0))
    if top <= 0:
        return None
    codes = tuple(c for c in STATUSES if any(s.status == c for s in rows))
    clusters, x = [], GAP // 2
    for year in sorted({s.group for s in rows})[-12:]:
        found = {s.status: s.high for s in rows if s.group == year}
        bars, first = [], x
        for code in (c for c in codes if c in found):
            high = max(1.0, float(found[code] / top) * HEIGHT)
            bars.append(Bar(x, round(HEIGHT - high, 1), round(high, 1), code, found[code]))
            x += BAR + 2
        x = max(x, first + 38)
        clusters.append(Cluster(year, (first + x) / 2 - 1, tuple(bars)))
        x += GAP
    return Chart(x, HEIGHT, tuple(clusters), codes, top)


@dataclass(frozen=True, slots=True)
class MonthBar:
    """One month of the histogram."""

    value: str
    count: int
    x: int
    y: float
    height: float


def before(values: Sequence[FacetValue], months: Sequence[MonthBar]) -> int:
    """Articles of months that are older than those drawn."""
    return sum(v.count for v in values if months and v.value < months[0].value)


def by_month(values: Sequence[FacetValue], height: int = 44, step: int = 9) -> tuple[MonthBar, ...]:
    """The last MONTHS months up to the newest one found, empty ones too."""
    counts = {v.value: v.count for v in values if len(v.value) == 7 and v.value[:4].isdigit() and v.value[5:].isdigit()}
    if not counts:
        return ()
    newest = max(counts)
    last = int(newest[:4]) * 12 + int(newest[5:]) - 1
    months = [f"{n // 12:04d}-{n % 12 + 1:02d}" for n in range(last - MONTHS + 1, last + 1)]
    top = max(counts.get(m, 0) for m in months)
    bars = []
    for i, month in enumerate(months):
        count = counts.get(month, 0)
        high = max(2.0, count / top * height) if count else 0.0
        bars.append(MonthBar(month, count, i * step, round(height - high, 1), round(high, 1)))
    return tuple(bars)
