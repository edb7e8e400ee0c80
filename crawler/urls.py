"""The canonical form of a URL: what makes two addresses the same article.

w3lib brings order and escapes, courlan drops tracking parameters, and the outlet rules of `urls.yml` drop what shows the same
article in another way: one-page views, AMP copies, mobile hosts, shares.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from courlan import clean_url
from w3lib.url import canonicalize_url

from crawler.items import Frozen
from crawler.sources.yamlfile import parse_mapping

_STEPS = 5

RULES = Path(__file__).with_name("urls.yml")


class UrlRules(Frozen):
    """`urls.yml`: parameters that never change which article it is, and rewrites tried in order (pattern, replacement)."""

    drop_parameters: tuple[str, ...]
    """Regular expressions of whole parameter names."""
    drop_pairs: tuple[str, ...]
    """Whole `name=value` pairs (one-page views)."""
    rewrite: tuple[tuple[str, str], ...]


@cache
def _rules() -> UrlRules:
    return UrlRules.model_validate(parse_mapping(RULES.read_text(encoding="utf-8"), RULES))


@cache
def _dropped() -> tuple[re.Pattern[str], frozenset[str], tuple[tuple[re.Pattern[str], str], ...]]:
    rules = _rules()
    names = re.compile("|".join(f"(?:{name})" for name in rules.drop_parameters), re.IGNORECASE)
    return names, frozenset(rules.drop_pairs), tuple((re.compile(old, re.IGNORECASE), new) for old, new in rules.rewrite)


def is_http(url: str) -> bool:
    """Whether it is an absolute http(s) URL with a host."""
    try:
        parts = urlsplit(url)
        return parts.scheme.lower() in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def canonical_url(url: str | None, base: str | None = None) -> str | None:
    """The canonical form of an absolute URL (or of one relative to `base`), or None where it is no http(s) URL.

    The scheme is https wherever the port is the standard one, since an article is the same on both. Applying it twice
    changes nothing.
    """
    if not url:
        return None
    try:
        absolute = urljoin(base, url.strip()) if base else url.strip()
    except ValueError:
        return None
    if not is_http(absolute):
        return None
    for _ in range(_STEPS):
        step = _step(absolute)
        if step is None or step == absolute:
            return step
        absolute = step
    return absolute


def _step(url: str) -> str | None:
    """One pass of cleaning; what it leaves may show new things to clean ("?&" at the end)."""
    cleaned = clean_url(url) or url
    if not is_http(cleaned):
        return None
    names, pairs, rewrites = _dropped()
    for pattern, replacement in rewrites:
        cleaned = pattern.sub(replacement, cleaned)
    parts = urlsplit(cleaned)
    query = [
        (key, value)
        for key, value in parse_qsl(parts.query, keep_blank_values=True)
        if not names.fullmatch(key) and f"{key}={value}" not in pairs
    ]
    path = parts.path.rstrip("/") or "/"
    plain = urlunsplit(
        ("https" if _standard_port(parts.port) else parts.scheme, _netloc(parts.hostname, parts.port), path, urlencode(query), "")
    )
    canonical: str = canonicalize_url(plain)
    return canonical


def _standard_port(port: int | None) -> bool:
    return port in {None, 80, 443}


def _netloc(host: str | None, port: int | None) -> str:
    name = host or ""
    name = f"[{name}]" if ":" in name else name
    return name if _standard_port(port) else f"{name}:{port}"
