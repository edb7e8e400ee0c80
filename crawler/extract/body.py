"""An element of a page → its paragraphs as text: breaks where a reader sees them, tables kept as rows, junk left out.

Anchors and bold type at the start are marked with private characters while text is built, so that the cleaner can tell a teaser link
from a sentence and a dateline from what follows it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from lxml.html import HtmlElement

LINK_START, LINK_END = "\ue000", "\ue001"
BOLD_END = "\ue002"
"""Ends bold type that opens the text: outlets set their dateline so, and leave out the dash."""
_BLOCKS = frozenset(
    (
        *("p", "div", "section", "article", "main", "header", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "blockquote", "pre"),
        *("center", "hr", "address", "details", "summary", "fieldset", "body", "html", "tbody", "thead", "tfoot"),
    )
)
_BOLD = frozenset(("b", "strong"))
_SPACE = re.compile(r"[ \t\r\n\f\v\u00a0\u200b\ufeff]+")
_CELL = " | "


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph, list item or table row as a reader sees it. `text` may still hold link marks."""

    text: str
    kind: str = "p"
    """p, li, tr or h (a heading)."""


@dataclass(slots=True)
class _Builder:
    """Paragraphs under construction."""

    drop: Callable[[HtmlElement], bool]
    done: list[Paragraph] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    kind: str = "p"

    def end(self, kind: str = "p") -> None:
        text = _SPACE.sub(" ", "".join(self.parts)).strip()
        self.parts.clear()
        if text.strip(LINK_START + LINK_END + BOLD_END + " "):
            self.done.append(Paragraph(text, self.kind))
        self.kind = kind


def paragraphs(element: HtmlElement, drop: Callable[[HtmlElement], bool]) -> list[Paragraph]:
    """The paragraphs below an element, in reading order, without the elements that `drop` says are no text."""
    builder = _Builder(drop)
    _walk(element, builder)
    builder.end()
    return builder.done


def _walk(element: HtmlElement, out: _Builder) -> None:
    out.parts.append(element.text or "")
    for child in element:
        if isinstance(child.tag, str) and not out.drop(child):
            _child(child, out)
        out.parts.append(child.tail or "")


def _child(child: HtmlElement, out: _Builder) -> None:
    tag = child.tag
    if tag == "br":
        out.end(out.kind)
    elif tag == "table":
        _table(child, out)
    elif tag == "a":
        out.parts.append(LINK_START)
        _walk(child, out)
        out.parts.append(LINK_END)
    elif tag in {"li", "dt", "dd"}:
        out.end("li")
        _walk(child, out)
        out.end()
    elif tag in _BOLD and not out.done and not "".join(out.parts).strip():
        _walk(child, out)
        out.parts.append(BOLD_END)
    elif tag in _BLOCKS:
        out.end("h" if tag[0] == "h" and tag[1:].isdigit() else "p")
        _walk(child, out)
        out.end()
    else:
        _walk(child, out)


def _table(table: HtmlElement, out: _Builder) -> None:
    """A table of figures becomes a row a line, cells parted by " | "; one used for layout is read like any block."""
    rows = [row for row in table.iter("tr") if not out.drop(row)]
    widths = [sum(1 for cell in row if cell.tag in {"td", "th"}) for row in rows]
    out.end()
    if len(rows) < 2 or max(widths, default=0) < 2 or table.xpath(".//table | .//p[string-length() > 400]"):
        for row in rows:
            for cell in row:
                _walk(cell, out)
                out.end()
        return
    for row in rows:
        cells = []
        for cell in row:
            if cell.tag not in {"td", "th"}:
                continue
            inner = _Builder(out.drop)
            _walk(cell, inner)
            inner.end()
            cells.append(" ".join(paragraph.text for paragraph in inner.done).translate(_UNMARK))
        text = _CELL.join(cells).strip()
        if text.strip(" |"):
            out.done.append(Paragraph(text, "tr"))


_UNMARK = dict.fromkeys(map(ord, (LINK_START, LINK_END, BOLD_END)))


def unmark(text: str) -> str:
    """Text without marks, white space folded."""
    return _SPACE.sub(" ", text.translate(_UNMARK)).strip()


def link_share(text: str) -> float:
    """Share of a paragraph's characters that are link text."""
    inside = sum(len(found) for found in re.findall(f"{LINK_START}([^{LINK_END}]*){LINK_END}", text))
    whole = len(unmark(text))
    return inside / whole if whole else 0.0


def join(found: list[Paragraph]) -> str:
    """Paragraphs as one text: an empty line between paragraphs, none between rows of a table or items of a list."""
    text = ""
    before: Paragraph | None = None
    for paragraph in found:
        tight = before is not None and before.kind == paragraph.kind and paragraph.kind in {"tr", "li"}
        text += ("" if before is None else "\n" if tight else "\n\n") + paragraph.text
        before = paragraph
    return text
