"""Selectors of source files, compiled once: CSS, or XPath where it begins with "/" or "("; `css @attribute` takes an attribute."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from cssselect import HTMLTranslator, SelectorError
from lxml import etree
from lxml.html import HtmlElement

_ATTRIBUTE = re.compile(r"^(?P<css>.*?)\s+@(?P<name>[\w-]+)$")
_SILENT = frozenset({"script", "style", "noscript", "template"})
_INLINE = frozenset(
    (
        "a",
        "abbr",
        "b",
        "bdi",
        "bdo",
        "cite",
        "code",
        "em",
        "font",
        "i",
        "mark",
        "q",
        "s",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "time",
        "u",
    )
)
_SPACE = re.compile(r"\s+")


@cache
def compile_selector(selector: str) -> tuple[etree.XPath, str | None]:
    """(XPath of the elements, attribute to take or None).

    Raises:
        ValueError: the selector cannot be read.
    """
    attribute = _ATTRIBUTE.match(selector)
    path, name = (attribute["css"], attribute["name"]) if attribute else (selector, None)
    try:
        xpath = path if path.startswith(("/", "(")) else HTMLTranslator().css_to_xpath(path)
        return etree.XPath(xpath), name
    except (SelectorError, etree.XPathSyntaxError) as error:
        raise ValueError(f"not a selector: {selector!r}: {error}") from None


def select(tree: HtmlElement, selector: str) -> list[HtmlElement]:
    """The elements a selector finds, in document order."""
    found = compile_selector(selector)[0](tree)
    return [element for element in found if isinstance(element, HtmlElement)] if isinstance(found, list) else []


def select_text(tree: HtmlElement, selectors: Sequence[str]) -> Iterator[str]:
    """Non-empty values, selector by selector: the attribute asked for, `content` of a meta tag, else the text."""
    for selector in selectors:
        name = compile_selector(selector)[1]
        for element in select(tree, selector):
            value = value_of(element, name)
            if value:
                yield value


def value_of(element: HtmlElement, attribute: str | None = None) -> str:
    """Attribute, `content` of a meta tag or text of an element, with white space folded."""
    raw = element.get(attribute or "content") if attribute or element.tag == "meta" else text_of(element)
    return _SPACE.sub(" ", raw or "").strip()


def text_of(element: HtmlElement) -> str:
    """All text below an element, scripts and styles left out, a space where a block or line ends."""
    return _SPACE.sub(" ", "".join(_texts(element))).strip()


def _texts(element: HtmlElement) -> Iterator[str]:
    if element.tag in _SILENT:
        return
    yield element.text or ""
    for child in element:
        if isinstance(child.tag, str):
            yield from _texts(child)
            if child.tag not in _INLINE:
                yield " "
        yield child.tail or ""
