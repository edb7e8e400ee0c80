"""A watch as an Atom feed (RFC 4287): the same stories as its mails, within the same rights."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from xml.etree import ElementTree as ET

from sqlalchemy import Connection, select

from api.alerts.message import article_page, fact_line, outlet_line, plain, printable, reason_lines, shown, texts
from api.alerts.model import Notice, Reason, Watch
from api.alerts.notices import read_notice
from api.store.schema import matches

ATOM = "http://www.w3.org/2005/Atom"
ENTRIES = 50
ET.register_namespace("", ATOM)


def feed(connection: Connection, watch: Watch, *, address: str, public_url: str) -> bytes:
    """The watch's feed: its newest stories, copies and repeated events left out, as the store tells them now."""
    rows = connection.execute(
        select(matches)
        .where(matches.c.watch_id == watch.id, matches.c.kind == "story")
        .order_by(matches.c.at.desc(), matches.c.match_id.desc())
        .limit(4 * ENTRIES)
    )
    entries: dict[int, tuple[Notice, datetime]] = {}
    for row in rows:
        if row.why["outcome"] == "same event" or row.story_id in entries:
            continue
        stage = {key: row.why.get(key) for key in ("before", "after", "earlier")}
        reason = Reason(watch.id, watch.label, row.why["why"], tuple(row.why["fact_ids"]), **stage)
        notice = read_notice(connection, row.article_id, [reason])
        if notice is not None:
            entries[row.story_id] = (notice, row.at)
    return render(watch, list(entries.values())[:ENTRIES], address=address, public_url=public_url)


def render(watch: Watch, entries: Sequence[tuple[Notice, datetime]], *, address: str, public_url: str) -> bytes:
    """The feed's XML.

    Args:
        entries: stories with the moment each was told, newest first.
        address: the feed's own address (its rel="self").
    """
    feed = ET.Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": watch.lang})
    _add(feed, "id", f"urn:pantau:watch:{watch.id}")
    _add(feed, "title", texts(watch.lang)["feed_title"].format(label=watch.label))
    _add(feed, "updated", _stamp(entries[0][1] if entries else watch.created_at))
    _add(feed, "link", None, rel="self", href=address)
    _add(feed, "link", None, rel="alternate", href=public_url)
    author = _add(feed, "author", None)
    _add(author, "name", "Pantau")
    for notice, told in entries:
        _entry(feed, shown(printable(notice)), told, watch, public_url)
    return bytes(ET.tostring(feed, encoding="utf-8", xml_declaration=True))


def _entry(feed: ET.Element, notice: Notice, told: datetime, watch: Watch, public_url: str) -> None:
    entry = _add(feed, "entry", None)
    _add(entry, "id", f"urn:pantau:watch:{watch.id}:article:{notice.article_id}")
    _add(entry, "title", notice.title)
    _add(entry, "updated", _stamp(told))
    if isinstance(notice.published, datetime):
        _add(entry, "published", _stamp(notice.published))
    _add(entry, "link", None, rel="alternate", href=article_page(public_url, notice.article_id))
    if notice.url:
        _add(entry, "link", None, rel="via", href=notice.url)
    lines = [outlet_line(notice, watch.lang), *reason_lines(notice, watch.lang)]
    for fact in notice.facts:
        lines += [fact_line(fact, watch.lang)] + ([f"“{fact.evidence}”"] if fact.evidence else [])
    lines += [notice.lead] if notice.lead else []
    _add(entry, "summary", "\n".join(lines), type="text")


def _add(parent: ET.Element, name: str, text: str | None, **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    element.text = plain(text) if text else text
    return element


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
