"""Pledges as a note: Markdown with a footnote for every sentence, to paste into a report."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from api.ledger.queries import Party, PledgeDetail
from api.reading.rights import quotable
from api.wording import Lang, amount_text, kind_text, status_text

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")
_WORDS = {"id": ("Pantau, keadaan nomor {at}", "tidak disebut"), "en": ("Pantau, state number {at}", "not stated")}


def markdown(details: Sequence[PledgeDetail], lang: Lang, outlet: Callable[[str], str], public_url: str, snapshot: int) -> str:
    """The note: one line a pledge, footnoted with the sentence, outlet, day, article id and addresses."""
    lines: list[str] = []
    notes: list[str] = []
    heading, unknown = _WORDS[lang]
    for detail in details:
        p = detail.pledge
        amount = amount_text(p.amount_low, p.amount_high, p.currency, approx=p.approx, lang=lang)
        marks = []
        for seen in detail.sightings[:3]:
            number = len(notes) + 1
            marks.append(f"[^{number}]")
            quote = quotable(seen.evidence, seen.rights)
            said = f"“{_plain(quote)}” " if quote else ""
            day = f", {seen.published_day}" if seen.published_day else ""
            page = f"{public_url.rstrip('/')}/articles/{seen.article_id}"
            notes.append(f"[^{number}]: {said}{_plain(outlet(seen.outlet))}{day}. {_plain(seen.title)} ({seen.article_id}) <{page}>")
        programme = f" ({_plain(p.programme)})" if p.programme else ""
        who, whom = _names(p.actors, unknown), _names(p.beneficiaries, unknown)
        what = f"{kind_text(p.kind, lang)}, {status_text(p.status, lang)}"
        lines.append(f"- **{amount}**, {what}: {who} → {whom}{programme}{''.join(marks)}")
    return "\n".join([f"# {heading.format(at=snapshot)}", "", *lines, "", *notes, ""])


def _names(parties: Sequence[Party], unknown: str) -> str:
    return ", ".join(_plain(p.name) for p in parties) or unknown


def _plain(text: str) -> str:
    """Text that Markdown shows as it stands."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
