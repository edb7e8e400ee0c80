"""The Indonesian cleaner: teasers ("Baca juga"), video and channel calls, captions, signatures and datelines out of the text.

What it knows is data (`clean.yml`). It never rewrites a sentence: it drops whole paragraphs, bracketed teasers and links announced
as teasers, and keeps the dateline apart.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from lxml.html import HtmlElement

from crawler.extract.body import BOLD_END, LINK_END, LINK_START, Paragraph, link_share, unmark
from crawler.items import Frozen
from crawler.sources.model import Pattern
from crawler.sources.yamlfile import parse_mapping

RULES = Path(__file__).with_name("clean.yml")
_DATELINE_MAX = 70
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+$")
_DASH = re.compile(r"[\s\ue000\ue001]*(?:[-–—:,.]|$)")
_LINKED = 0.8
"""Share of link text above which a short paragraph is a teaser."""
_TEASER_LONGEST = 200
_HEAD_LINES = 6
_DATE_LINE = 80
_DATE = re.compile(r"\b\d{1,2}(?:\s+[A-Z]\w+\s+|[/-]\d{1,2}[/-])\d{4}\b")
_SENTENCE_END = re.compile(r"[.!?…:;][\"'”’)\]]*$")
_ENDS_IN_DASH = re.compile(r"[-–—]\s*$")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


class CleanRules(Frozen):
    """`clean.yml`; see the comments there."""

    junk: Pattern
    drop_tags: tuple[str, ...]
    paragraphs: tuple[Pattern, ...]
    inline: tuple[Pattern, ...]
    ending: Pattern
    teaser: Pattern
    dateline_outlets: Pattern
    paywall_text: Pattern
    truncated_text: Pattern


@dataclass(frozen=True, slots=True)
class Cleaner:
    """`clean.yml`, compiled."""

    junk: re.Pattern[str]
    drop_tags: frozenset[str]
    paragraph: re.Pattern[str]
    inline: tuple[re.Pattern[str], ...]
    ending: re.Pattern[str]
    teaser_link: re.Pattern[str]
    dateline: re.Pattern[str]
    outlet_place: re.Pattern[str]
    """"KONTAN.CO.ID - JAKARTA." ends with a full stop, not with a dash."""
    outlets: re.Pattern[str]
    paywall: re.Pattern[str]
    truncated: re.Pattern[str]


@cache
def cleaner() -> Cleaner:
    """The cleaner that ships with Pantau."""
    rules = CleanRules.model_validate(parse_mapping(RULES.read_text(encoding="utf-8"), RULES))
    flags = re.IGNORECASE
    word = r"[A-Z(][\w.'’()]*"
    return Cleaner(
        junk=re.compile(rules.junk, flags),
        drop_tags=frozenset(rules.drop_tags),
        paragraph=re.compile("|".join(f"(?:{pattern})" for pattern in rules.paragraphs), flags | re.DOTALL),
        inline=tuple(re.compile(pattern, flags) for pattern in rules.inline),
        ending=re.compile(rules.ending),
        teaser_link=re.compile(f"{rules.teaser}\\s*{LINK_START}[^{LINK_END}]*{LINK_END}[\\s)\\]]*", flags),
        dateline=re.compile(
            rf"^(?P<head>{word}(?:[\s,/]+{word}|,?\s+\d{{1,2}}\s+\w+\s+\d{{4}}|,?\s*\(\d[\d/.]*\))*)\s*,?\s*(?:--+|[-–—])\s*(?=[\"“'A-Z0-9])"
        ),
        outlet_place=re.compile(rf"(?P<head>(?i:{rules.dateline_outlets})\s*[-–—,]\s*[A-Z][A-Z ]{{2,30}})\.\s+(?=[\"“'A-Z0-9])"),
        outlets=re.compile(rules.dateline_outlets, flags),
        paywall=re.compile(rules.paywall_text, flags),
        truncated=re.compile(rules.truncated_text, flags),
    )


def dropper(remove: frozenset[HtmlElement] = frozenset()) -> Callable[[HtmlElement], bool]:
    """What says of an element whether it is no text: its tag, a junk word of its class or id, hidden, or one of `remove`."""
    rules = cleaner()

    def drop(element: HtmlElement) -> bool:
        if element.tag in rules.drop_tags or element in remove:
            return True
        named = f"{element.get('class') or ''} {element.get('id') or ''}"
        if len(named) > 1 and rules.junk.search(named):
            return True
        style = element.get("style")
        return bool(style and _HIDDEN.search(style))

    return drop


def clean(found: Sequence[Paragraph], drop: Sequence[re.Pattern[str]] = ()) -> list[Paragraph]:
    """The paragraphs that are the article's own; `drop` are patterns of more paragraphs to leave out."""
    rules = cleaner()
    kept: list[Paragraph] = []
    announced = False
    """Whether teasers were announced just before: links that follow are such, also where they end like sentences."""
    for paragraph in found:
        text = rules.teaser_link.sub(" ", paragraph.text)
        linked = link_share(text) > _LINKED and paragraph.kind != "tr"
        text = _own(text)
        if not text or rules.paragraph.fullmatch(text) or any(pattern.search(text) for pattern in drop):
            announced = announced or bool(text)
            continue
        if linked and len(text) < _TEASER_LONGEST and not (_ADDRESS.match(text) or (_SENTENCE_END.search(text) and not announced)):
            continue  # a teaser: nothing but a link, and neither a sentence nor an address written out
        announced = False
        kept.append(Paragraph(text, paragraph.kind))
    return _without_tail(kept)


def _own(text: str) -> str:
    """A paragraph's text without marks and bracketed teasers; a dateline set in bold gets the dash that others have."""
    rules = cleaner()
    head, bold, rest = text.partition(BOLD_END)
    if bold and len(head) <= _DATELINE_MAX and rules.outlets.search(head) and rest.strip() and not _DASH.match(rest):
        text = f"{head} - {rest}"
    text = unmark(text)
    for pattern in rules.inline:
        text = pattern.sub(" ", text)
    return re.sub(r"\s{2,}", " ", text).strip()


def _without_tail(found: list[Paragraph]) -> list[Paragraph]:
    """Without the editors' signature at the end and headings that nothing follows."""
    while found and found[-1].kind == "h":
        found.pop()
    if found:
        last = cleaner().ending.sub("", found[-1].text)
        found[-1:] = [Paragraph(last, found[-1].kind)] if last else []
    return found


def without_head(found: Sequence[Paragraph], title: str) -> list[Paragraph]:
    """Without what stands above the text: the title repeated, all before it, and lines of date or section right after it."""
    found = _with_dateline(found)
    start = next((i for i, p in enumerate(found[:_HEAD_LINES]) if title and _fold(p.text) == _fold(title)), -1) + 1
    while start < len(found) and start < _HEAD_LINES and _is_date_line(found[start].text):
        start += 1
    return list(found[start:])


def _with_dateline(found: Sequence[Paragraph]) -> Sequence[Paragraph]:
    """A dateline that stands on a line of its own ("ISTANBUL, 23 Februari 2016 (Antara) -") before the paragraph that it opens."""
    for at, (line, after) in enumerate(pairwise(found[:_HEAD_LINES])):
        joined = f"{line.text} {after.text}"
        if len(line.text) <= _DATE_LINE and _ENDS_IN_DASH.search(line.text) and split_dateline(joined)[0] is not None:
            return [*found[:at], Paragraph(joined, after.kind), *found[at + 2 :]]
    return found


def _is_date_line(text: str) -> bool:
    return len(text) <= _DATE_LINE and _DATE.search(text) is not None and not _SENTENCE_END.search(text)


def _fold(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip().casefold()


def split_dateline(text: str) -> tuple[str | None, str]:
    """(dateline, the rest): "JAKARTA, KOMPAS.com - Menteri …" → ("JAKARTA, KOMPAS.com", "Menteri …")."""
    rules = cleaner()
    placed = rules.outlet_place.match(text[: _DATELINE_MAX + 40])
    if placed is not None:
        return placed["head"], text[placed.end() :]
    match = rules.dateline.match(text[: _DATELINE_MAX + 40])
    if match is None:
        return None, text
    head = match["head"].strip(" ,")
    named = rules.outlets.search(head) is not None
    short = len(head) <= _DATELINE_MAX and len(head.split()) <= (8 if named else 3)
    if not short or not (named or head.isupper() or match[0].rstrip() != match[0]):
        return None, text
    return head, text[match.end() :]


def is_paywalled(text: str) -> bool:
    """Whether the text itself says that the rest is for subscribers."""
    return cleaner().paywall.search(text[-400:]) is not None


def is_truncated(text: str) -> bool:
    """Whether the text breaks off with an ellipsis or "read more"."""
    return cleaner().truncated.search(text[-80:]) is not None
