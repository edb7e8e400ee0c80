"""Whether two commitments are one undertaking of the real world. Pure rules, each with its reason; doubt keeps them apart.

What identifies an undertaking: who pays, for which programme or whom, the period it is for, the instrument, the amount. A quota of
2018 and one of 2019 are two, whatever their figures; a figure that changes within one programme, payer and period is a restatement.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from importlib.resources import files

import yaml

from api.ledger.fold import PartyKey, Told, same_figure
from nlp.analyser import tokens

FAR = timedelta(days=3 * 366)
"""An undertaking is told again, or reaches its next stage, within three years."""
NEAR = timedelta(days=366)
"""A figure is restated within a year."""
SEASON = timedelta(days=120)
"""Budgets come back each year under the same name: without a stated period one is restated only within a season."""
FACTOR = 3
"""A restated figure is at most this many times the old one; beyond that it is another undertaking, or a mistake in print."""
_WORDS = yaml.safe_load((files("api.ledger") / "names.yml").read_text(encoding="utf-8"))
GENERIC, NATION, COMMON = (frozenset[str](_WORDS[kind]) for kind in ("generic", "nation", "common"))


def same_undertaking(a: Told, b: Told) -> bool:
    """Whether `a` and `b` tell the same pledge."""
    if a.article_id == b.article_id:
        return False  # an article tells each undertaking once (gold guidelines); two facts of it are two
    if a.story_id is not None and a.story_id == b.story_id:
        return same_figure(a, b) or _restated_copy(a, b)
    if _different_period(a, b) or not _compatible_kind(a, b) or not _within(a, b, FAR):
        return False
    if same_figure(a, b):
        if a.currency != b.currency and "stated" not in {a.conversion, b.conversion} and not _tied(a, b):
            return False
        return (
            _shares_payer(a, b)
            or _kin(a, b)
            or (_shares_programme(a, b) and not _other_payers(a, b))
            or (_unpaid(a, b) and _shares_receiver(a, b))
        )
    return (
        _within(a, b, SEASON if _yearly(a, b) else NEAR)
        and _shares_payer(a, b)
        and _shares_programme(a, b)
        and _near_figure(a, b)
        and a.kind == b.kind
    )


def _restated_copy(a: Told, b: Told) -> bool:
    return a.kind == b.kind and _near_figure(a, b) and (_shares_payer(a, b) or _shares_programme(a, b)) and not _different_period(a, b)


def _keys(told: Told) -> frozenset[str]:
    return frozenset(p.key for p in told.actors)


def _shares_payer(a: Told, b: Told) -> bool:
    return bool(_keys(a) & _keys(b))


def _yearly(a: Told, b: Told) -> bool:
    return a.kind == "budget" and not (a.period_stated and b.period_stated)


def _tied(a: Told, b: Told) -> bool:
    """Two currencies that agree only by our own rate are one figure by chance unless time and more than "the government" tie them."""
    named = any(one.key == other.key and _words(one.name) - GENERIC - NATION for one in a.actors for other in b.actors)
    return _within(a, b, NEAR) and (named or _shares_programme(a, b) or _shares_receiver(a, b))


def _kin(a: Told, b: Told) -> bool:
    """Some payer of the one is a short form of a payer of the other, told within a year."""
    return _within(a, b, NEAR) and any(same_party(one, other) for one in a.actors for other in b.actors)


def same_party(a: PartyKey, b: PartyKey) -> bool:
    """The same body, or one named by a part of the other's name ("Qatar", "Qatar Investment Authority").

    Two that are both resolved to the registry are the same only by id.
    """
    if a.key == b.key:
        return True
    if a.registry_id and b.registry_id:
        return False
    short, long = sorted((_words(a.name), _words(b.name)), key=len)
    if not short or not short <= long:
        return False
    return bool(short - GENERIC) or long - short <= NATION


@lru_cache(maxsize=4096)
def _words(name: str) -> frozenset[str]:
    return frozenset(t.exact for t in tokens(name)) - COMMON


def _other_payers(a: Told, b: Told) -> bool:
    return bool(a.actors and b.actors) and not _shares_payer(a, b)


def _unpaid(a: Told, b: Told) -> bool:
    return not a.actors or not b.actors


def _shares_programme(a: Told, b: Told) -> bool:
    if a.programme_id and b.programme_id:
        return a.programme_id == b.programme_id
    return bool(_forms(a.programme) & _forms(b.programme))


@lru_cache(maxsize=4096)
def _forms(programme: str | None) -> frozenset[str]:
    """A programme's name and its initials: "Makan Bergizi Gratis" and "MBG" are one."""
    words = [t.exact for t in tokens(programme or "")]
    initials = "".join(word[0] for word in words if word not in COMMON)
    return frozenset({" ".join(words), *([initials] if len(initials) >= 3 else [])} - {""})


def _shares_receiver(a: Told, b: Told) -> bool:
    one, other = ({t.stem for p in told.beneficiaries for t in tokens(p.name)} - COMMON for told in (a, b))
    return bool(one and other) and len(one & other) / min(len(one), len(other)) >= 0.5


def _compatible_kind(a: Told, b: Told) -> bool:
    return a.kind == b.kind or "other" in {a.kind, b.kind}


def _near_figure(a: Told, b: Told) -> bool:
    if a.currency == b.currency:
        return a.low <= b.high * FACTOR and b.low <= a.high * FACTOR
    return bool(a.rupiah and b.rupiah) and a.rupiah[0] <= b.rupiah[1] * FACTOR and b.rupiah[0] <= a.rupiah[1] * FACTOR  # type: ignore[index]  # both are there


def _different_period(a: Told, b: Told) -> bool:
    """Both name the time they are for, and the years do not meet."""
    if not (a.period_stated and b.period_stated):
        return False
    (a_low, a_high), (b_low, b_high) = _years(a), _years(b)
    return bool(a_low and b_low) and (a_high < b_low or b_high < a_low)


def _years(told: Told) -> tuple[str, str]:
    start, end = told.period
    return (start or end or "")[:4], (end or start or "")[:4]


def _within(a: Told, b: Told, span: timedelta) -> bool:
    one, other = day_from(a.date), day_from(b.date)
    return one is None or other is None or abs(one - other) <= span


def day_from(text: str | None) -> date | None:
    """The day of an ISO day, month or year (its first); None without one."""
    padded = {4: "-01-01", 7: "-01"}.get(len(text or ""), "")
    try:
        return date.fromisoformat(f"{text}{padded}") if text else None
    except ValueError:
        return None
