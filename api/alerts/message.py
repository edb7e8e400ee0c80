"""Words a message from a notice: what may be shown by the source's rights, text and HTML, in the watch's language."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from api.alerts.model import Fact, Mail, Notice, Reason, Watch
from api.wording import Lang, amount_text, day_text, kind_text, moment_text, status_text

HERE = Path(__file__).parent
SHOWN = {"full": (600, 600), "excerpt": (200, 240), "link": (0, 0)}
"""Characters of the lead and of each evidence sentence that a source's rights let a message show."""
SUBJECT_LENGTH = 160
_BLANKS = re.compile(r"\n(?:[ \t]*\n){2,}")


@dataclass(frozen=True, slots=True)
class Link:
    """A link and what it is called."""

    text: str
    url: str


@cache
def texts(lang: Lang) -> Mapping[str, Any]:
    """The sentences of texts.yml in one language."""
    content: Mapping[str, Mapping[str, Any]] = yaml.safe_load((HERE / "texts.yml").read_text(encoding="utf-8"))
    return content[lang]


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=select_autoescape(["html.j2"], default_for_string=False),
        undefined=StrictUndefined,
        trim_blocks=False,
        lstrip_blocks=False,
    )


def shown(notice: Notice) -> Notice:
    """The notice with lead and evidence cut to what the source's rights allow; unknown rights show a link only."""
    lead, evidence = SHOWN.get(notice.rights, SHOWN["link"])
    facts = tuple(replace(fact, evidence=shorten(fact.evidence, evidence)) for fact in notice.facts)
    return replace(notice, lead=shorten(notice.lead, lead), facts=facts)


def shorten(text: str, length: int) -> str:
    """At most `length` characters of one line, cut between words and marked with …; nothing where length is 0."""
    line = " ".join(text.split())
    if len(line) <= length:
        return line
    cut = line[:length].rsplit(" ", 1)[0].rstrip(" ,;:–-")
    return f"{cut} …" if cut else ""


def fact_line(fact: Fact, lang: Lang) -> str:
    """ "sekitar Rp 100 miliar · kredit · disalurkan · Kementerian Perindustrian, Kadin → IKM (Link and Match IKM)"."""
    parts = [
        amount_text(fact.amount_low, fact.amount_high, fact.currency, approx=fact.approx, lang=lang),
        kind_text(fact.kind, lang),
        status_text(fact.status, lang),
    ]
    who = ", ".join(fact.actors)
    whom = ", ".join(fact.beneficiaries)
    parts += [f"{who} → {whom}" if who and whom else who or (f"→ {whom}" if whom else "")]
    line = " · ".join(part for part in parts if part)
    return f"{line} ({fact.programme})" if fact.programme else line


def reason_lines(notice: Notice, lang: Lang) -> list[str]:
    """One sentence for each reason, without repeats."""
    why = texts(lang)["why"]

    def sentence(reason: Reason) -> str:
        before, after = status_text(reason.before or "", lang), status_text(reason.after or "", lang)
        return str(why[reason.why].format(label=reason.label, before=before, after=after))

    return list(dict.fromkeys(map(sentence, notice.reasons)))


def outlet_line(notice: Notice, lang: Lang) -> str:
    """ "Kabar Industri · 1 November 2022 14.30 WIB"."""
    when = notice.published
    told = texts(lang)["no_date"] if when is None else moment_text(when, lang) if isinstance(when, datetime) else day_text(when, lang)
    return f"{notice.outlet} · {told}"


def article_page(public_url: str, article_id: str) -> str:
    """Address of the article's page in Pantau."""
    return f"{public_url.rstrip('/')}/articles/{article_id}"


def compose(notice: Notice, *, to: str, lang: Lang, public_url: str, message_id: str, unsubscribe: Sequence[tuple[str, str]] = ()) -> Mail:
    """The mail about one story.

    Args:
        unsubscribe: (watch label, link) for each watch that the message names.
    """
    words = texts(lang)
    allowed = shown(printable(notice))
    label = allowed.reasons[0].label if allowed.reasons else allowed.outlet
    context = {
        "notice": allowed,
        "lang": lang,
        "words": words,
        "outlet_line": outlet_line(allowed, lang),
        "reasons": reason_lines(allowed, lang),
        "facts": [{"line": fact_line(fact, lang), "evidence": fact.evidence} for fact in allowed.facts],
        "lead": allowed.lead,
        "copies": words["copies"].format(outlets=", ".join(allowed.copies)) if allowed.copies else "",
        "page": article_page(public_url, allowed.article_id),
        "earlier": [article_page(public_url, article) for article in dict.fromkeys(r.earlier for r in allowed.reasons) if article],
        "unsubscribe": [Link(words["unsubscribe"].format(label=name), url) for name, url in unsubscribe],
    }
    return Mail(
        to=to,
        subject=one_line(words["subject"].format(label=label, headline=allowed.title)),
        text=_render("notice.txt.j2", context),
        html=_render("notice.html.j2", context),
        message_id=message_id,
        unsubscribe=unsubscribe[0][1] if unsubscribe else None,
    )


def compose_paused(watch: Watch, *, reason: str, to: str, public_url: str, message_id: str) -> Mail:
    """The mail that tells an owner that a watch cannot be run and is paused."""
    words = texts(watch.lang)
    told = words["paused_body"].format(label=watch.label)
    lines = [told, reason, words["paused_next"], f"{public_url.rstrip('/')}/watches"]
    context = {"lang": watch.lang, "lines": lines}
    subject = one_line(words["paused_subject"].format(label=watch.label))
    return Mail(to=to, subject=subject, text="\n\n".join(lines) + "\n", html=_render("paused.html.j2", context), message_id=message_id)


def message_id(key: str, sender: str) -> str:
    """The Message-ID of an outbox row: its key, at the sender's domain. The same row has the same id at every try."""
    domain = sender.rpartition("@")[2].strip(" >") if "@" in sender else "localhost"
    return f"<{key}@{domain}>"


def one_line(text: str) -> str:
    """A header's value: one line of printable text, at most SUBJECT_LENGTH characters."""
    return shorten(plain(text), SUBJECT_LENGTH)


def plain(text: str) -> str:
    """The text without what neither SMTP nor XML can carry: lone surrogates and control characters."""
    kept = (c if c.isprintable() or c in "\n\t" else " " * c.isspace() for c in text.encode("utf-8", "replace").decode())
    return "".join(kept)


def printable(notice: Notice) -> Notice:
    """The notice in characters that every channel can carry."""
    facts = tuple(replace(fact, evidence=plain(fact.evidence)) for fact in notice.facts)
    reasons = tuple(replace(reason, label=plain(reason.label)) for reason in notice.reasons)
    return replace(notice, title=plain(notice.title), lead=plain(notice.lead), facts=facts, reasons=reasons)


def _render(template: str, context: Mapping[str, Any]) -> str:
    return _BLANKS.sub("\n\n", _templates().get_template(template).render(**context).strip()) + "\n"
