"""From what a person typed to what luqum can parse: values quoted, colons that name no field escaped, foreign syntax refused.

`scan` keeps a map back, so that every error and every chip can say where in the query it stands.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from api.refusals import query_error
from api.search.fields import fields

MAX_LENGTH = 500
_SIGN = r"(?:>=|<=|>|<|=)?\s*"
_CURRENCY = r"(?:rp\.?|idr|usd|us\$|sgd|eur|jpy|cny|myr|gbp|aud|\$|€|£|¥)\s*"
_MAGNITUDE = r"(?:ribu|rb|juta|jt|miliar|milyar|mlr|triliun|[mt]|million|billion|trillion|rupiah|dolar|euro|yen)\b"
_FIGURE = rf"(?:{_CURRENCY})?\d[\d.,]*(?<![.,])(?:\s*{_MAGNITUDE}){{0,2}}(?:\s*{_CURRENCY.removesuffix(chr(92) + 's*')})?"
_AMOUNT = re.compile(rf"{_SIGN}{_FIGURE}(?:\s*(?:\.\.\.?|–|-)\s*{_FIGURE})?", re.IGNORECASE)
_BARE = re.compile(r"(?:>=|<=|>|<|=)?\s*[^\s()\"\[\]{}]+")
_TOKEN = re.compile(
    r"""(?P<space>\s+) | (?P<quote>"[^"]*") | (?P<sign>[+-](?=[A-Za-z_]+:\S)) | (?P<field>[A-Za-z_]+:(?=\S)) | (?P<paren>[()])
      | (?P<boolean>(?:AND|OR|NOT)(?=[\s()]|$)) | (?P<word>[^\s()"]+) | (?P<open>")""",
    re.VERBOSE,
)
_APOSTROPHES = str.maketrans("", "", "'’‘ʼ")
_RESERVED = re.compile(r"([+\-!(){}\[\]^\"~*?:\\/&|<>=])")


@dataclass(frozen=True, slots=True)
class Scanned:
    """A query that luqum can parse, and the way back: `starts[i]` in `text` came from `origins[i]` in the query typed.

    `length` is that of the query typed.
    """

    text: str
    starts: tuple[int, ...]
    origins: tuple[int, ...]
    length: int

    def origin(self, position: int) -> int:
        """Where in the typed query a position of `text` came from."""
        if not self.starts:
            return position
        index = max(0, bisect_right(self.starts, position) - 1)
        limit = self.origins[index + 1] if index + 1 < len(self.origins) else self.length
        return min(self.origins[index] + position - self.starts[index], max(limit - 1, self.origins[index]))


class _Writer:
    def __init__(self) -> None:
        self.parts: list[str] = []
        self.starts: list[int] = []
        self.origins: list[int] = []
        self.length = 0

    def add(self, text: str, origin: int) -> None:
        self.starts.append(self.length)
        self.origins.append(origin)
        self.parts.append(text)
        self.length += len(text)


def scan(query: str) -> Scanned:
    """Rewrite `query` for luqum.

    Raises:
        QueryError: too long, an open quote or bracket, wildcard, regex, fuzzy or boost syntax; with place and suggestion.
    """
    if len(query) > MAX_LENGTH:
        raise query_error("too_long", at=MAX_LENGTH, most=MAX_LENGTH, length=len(query))
    out, position = _Writer(), 0
    while position < len(query):
        match = _TOKEN.match(query, position)
        if match is None:  # cannot be: the alternatives cover every character
            raise query_error("syntax", at=position)
        position = _write(out, query, match)
    return Scanned("".join(out.parts), tuple(out.starts), tuple(out.origins), len(query))


def _write(out: _Writer, query: str, match: re.Match[str]) -> int:
    kind, text, start = match.lastgroup, match.group(), match.start()
    if kind == "open":
        raise query_error("open_quote", at=start, suggestion=query + '"')
    if kind == "field":
        if text[:-1].lower() in fields():
            return _field(out, query, text[:-1].lower(), start, match.end())
        kind, text = "word", _rest_of_word(query, start)
    if kind == "word":
        out.add(_word(query, text, start), start)
        return start + len(text)
    if kind == "quote":
        _refuse_suffix(query, match.end())
        text = '"' + text[1:-1].replace("\\", " ") + '"' if text.strip('" ') else " "
    out.add(" " if kind == "space" else text, start)
    return match.end()


def _rest_of_word(query: str, start: int) -> str:
    found = re.compile(r'[^\s()"]+').match(query, start)
    return found.group() if found else query[start:]


def _field(out: _Writer, query: str, name: str, start: int, position: int) -> int:
    """One `field:value`, the value quoted; a group in brackets is left to the parser."""
    if query[position] == "(":
        out.add(f"{name}:", start)
        return position
    value, end = _value(query, name, position)
    quoted = value.replace("\\", " ").replace('"', " ").strip()
    if not quoted:
        raise query_error("no_value", at=start, field=name)
    out.add(f'{name}:"{quoted}"', start)
    return end


def _value(query: str, name: str, position: int) -> tuple[str, int]:
    first = query[position]
    if first == '"':
        end = query.find('"', position + 1)
        if end < 0:
            raise query_error("open_quote", at=position, suggestion=query + '"')
        return query[position + 1 : end], end + 1
    if first in "[{":
        end = min((i for i in (query.find("]", position), query.find("}", position)) if i >= 0), default=-1)
        if end < 0:
            raise query_error("open_range", at=position, suggestion=query + "]")
        return query[position : end + 1], end + 1
    if fields()[name].kind == "amount" and (figure := _AMOUNT.match(query, position)):
        return figure.group(), figure.end()
    bare = _BARE.match(query, position)
    if bare is None:
        raise query_error("no_value", at=position, field=name)
    return bare.group().rstrip("?"), bare.end()


def _word(query: str, text: str, start: int) -> str:
    """A word as luqum shall see it: signs escaped, a leading + or - kept, a trailing * kept after three letters."""
    sign = text[0] if text[0] in "+-" and len(text) > 1 and text[1] not in "+-" else ""
    body = text[len(sign) :]
    if "://" not in body:
        _refuse(query, body, start + len(sign))
    if re.fullmatch(r"[^\W_]{3,}\*", body):
        return sign + body
    # The analyser takes apostrophes out of words; luqum takes one at the start of a word for a quotation mark.
    words = _RESERVED.sub(" ", body.translate(_APOSTROPHES)).split()
    return sign + words[0] if len(words) == 1 else f"{sign}({' '.join(words)})" if words else " "


def _refuse(query: str, body: str, at: int) -> None:
    if re.fullmatch(r"/.+/[a-z]*", body) and body.count("/") == 2:
        raise query_error("regex", at=at, suggestion=query.replace(body, body.strip("/")))
    if fuzzy := re.search(r"(?<=\w)[~^]\d*(?:[.,]\d+)?$", body):
        what = "fuzzy" if fuzzy.group().startswith("~") else "boost"
        raise query_error(what, at=at + fuzzy.start(), suggestion=query.replace(body, body[: fuzzy.start()]))
    if wild := re.search(r"\?(?=\w)|\*(?=\w)|^\*", body):
        plain = re.sub(r"[?*]", "", body)
        raise query_error("wildcard_place", at=at + wild.start(), suggestion=query.replace(body, plain))
    if re.fullmatch(r"[^\W_]{0,2}\*", body):
        raise query_error("wildcard_short", at=at, suggestion=query.replace(body, body.rstrip("*")).strip())


def _refuse_suffix(query: str, position: int) -> None:
    if suffix := re.compile(r"[~^]\d*").match(query, position):
        plain = query[:position] + query[suffix.end() :]
        raise query_error("fuzzy" if suffix.group().startswith("~") else "boost", at=position, suggestion=plain)
