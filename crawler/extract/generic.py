"""The generic layers: trafilatura (precision) and readability, for pages that no rule describes.

Both see the whole page; their answers are cleaned like any body. Where they agree, readability's is taken (it loses less);
where they do not, the one that says less junk.
"""

from __future__ import annotations

import re
from collections import Counter

import trafilatura
from lxml import etree
from lxml.html import HtmlElement
from readability import Document
from readability.readability import Unparseable

from crawler.extract.body import Paragraph, join, paragraphs
from crawler.extract.clean import clean, dropper
from crawler.extract.page import parse

_WORD = re.compile(r"\w+")


def by_trafilatura(source: str) -> list[Paragraph]:
    """Cleaned paragraphs of trafilatura's main text; none where it finds none."""
    text = trafilatura.extract(source, favor_precision=True, include_comments=False, include_tables=True, deduplicate=False)
    return clean([Paragraph(line.strip()) for line in (text or "").splitlines() if line.strip()])


def by_readability(source: str) -> list[Paragraph]:
    """Cleaned paragraphs of readability's main element; none where it finds none."""
    try:
        summary = Document(source).summary(html_partial=True)
    except (Unparseable, etree.LxmlError, ValueError):
        return []
    if not summary.strip():
        return []
    return clean(paragraphs(parse(f"<html><body>{summary}</body></html>"), dropper()))


def agreement(one: str, other: str) -> float:
    """F1 of two texts as bags of words, 0 to 1."""
    left, right = (Counter(_WORD.findall(text.lower())) for text in (one, other))
    size = sum(left.values()) + sum(right.values())
    return 2 * sum((left & right).values()) / size if size else 0.0


def generic_body(source: str) -> tuple[list[Paragraph], str]:
    """(paragraphs, layer) of the better of both; ([], "") where neither finds a text."""
    mine, other = by_readability(source), by_trafilatura(source)
    if not mine or not other:
        return (mine, "readability") if mine else (other, "trafilatura" if other else "")
    long, short = len(join(mine)), len(join(other))
    if agreement(join(mine), join(other)) >= 0.8 or long <= 1.5 * short:
        return mine, "readability"
    return other, "trafilatura"


def tree_source(tree: HtmlElement) -> str:
    """A parsed page as text again, for layers that parse themselves."""
    return etree.tostring(tree, encoding="unicode", method="html")
