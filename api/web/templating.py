"""Templates with everything they may use: words, amounts, days, names, links. Autoescaping is always on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from api.deps import Server
from api.records import Principal, Role
from api.refusals import told
from api.rowfiles import available
from api.web.words import LANGUAGES, known, number, say
from api.wording import Lang, amount_text, day_text, kind_text, moment_text, status_text

LANG_COOKIE = "lang"
YEAR = 365 * 86_400
MEDIA = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml", ".LICENSE": "text/plain"}

Params = Sequence[tuple[str, str]]


@cache
def environment() -> Environment:
    """The one environment: templates are code, they do not change while we run."""
    made = Environment(loader=PackageLoader("api.web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.filters |= {"path": lambda text: quote(str(text), safe=":"), "web": web_address}
    made.globals |= {"static": static_address, "with_": with_, "without": without, "link": link, "Role": Role, "len": len}
    made.globals["formats"] = available
    return made


@cache
def statics() -> dict[str, tuple[bytes, str]]:
    """File name → content and media type of everything in static/."""
    found = {}
    for entry in (files("api.web") / "static").iterdir():
        suffix = "." + entry.name.rsplit(".", 1)[-1]
        if suffix in MEDIA:
            found[entry.name] = (entry.read_bytes(), MEDIA[suffix])
    return found


@cache
def static_address(name: str) -> str:
    """The address of a static file; it changes with its content, so browsers may keep it for ever."""
    return f"/static/{hashlib.sha256(statics()[name][0]).hexdigest()[:12]}/{name}"


def web_address(url: str | None) -> str | None:
    """The URL where it is http(s); None for anything else: pages never link to javascript: or data:."""
    return url if url and urlsplit(url).scheme in {"http", "https"} else None


def link(path: str, params: Iterable[tuple[str, str]] = ()) -> str:
    """A path with parameters."""
    query = urlencode(list(params))
    return f"{path}?{query}" if query else path


def with_(params: Params, name: str, value: str, *, only: bool = False) -> Params:
    """The parameters with one more (or, with `only`, instead of others of its name)."""
    kept = [p for p in params if p != (name, value) and not (only and p[0] == name)]
    return [*kept, (name, value)] if value else kept


def without(params: Params, name: str, value: str | None = None) -> Params:
    """The parameters without those of a name, or without one of its values."""
    return [p for p in params if not (p[0] == name and value in (None, p[1]))]


def language(request: Request) -> Lang:
    """The page's language: ?lang=, else the cookie, else Indonesian."""
    for asked in (request.query_params.get("lang"), request.cookies.get(LANG_COOKIE)):
        for lang in LANGUAGES:
            if asked == lang:
                return lang
    return "id"


class Speaker:
    """What templates say things with, in one language."""

    def __init__(self, lang: Lang, server: Server) -> None:
        self.lang = lang
        self._server = server

    def t(self, key: str, n: int | None = None, **values: Any) -> str:
        """The text of a key."""
        return say(self.lang, key, n, **values)

    def word(self, group: str, code: str) -> str:
        """The word for a code."""
        return known(self.lang, group, code)

    def label(self, field: str, value: str) -> str:
        """The name of a facet's value."""
        if field == "type":
            return self.word("type", value)
        if field == "month":
            return self.month(value)
        return self._server.labels.of(field, value, self.lang)

    def outlet(self, identity: str) -> str:
        """The outlet's name."""
        return self._server.outlets.label(identity)

    def kind(self, code: str) -> str:
        """The instrument's name."""
        return kind_text(code, self.lang)

    def status(self, code: str) -> str:
        """The stage's name."""
        return status_text(code, self.lang)

    def amount(self, low: Any, high: Any, currency: str, approx: bool = False) -> str:
        """The amount as people read it."""
        return amount_text(low, high, currency, approx=approx, lang=self.lang)

    def told(self, error: Exception) -> str:
        """What an error says."""
        return told(error, self.lang)

    def number(self, value: int) -> str:
        """A whole number with separators."""
        return number(value, self.lang)

    def percent(self, share: float) -> str:
        """A share of one as a percentage."""
        return f"{round(share * 100)}%" if self.lang == "en" else f"{round(share * 100)}\u00a0%"

    def month(self, value: str) -> str:
        """ "2022-11" as "November 2022"."""
        try:
            return day_text(date.fromisoformat(f"{value}-01"), self.lang).split(" ", 1)[1]
        except ValueError:
            return value

    def when(self, value: str | datetime | date | None) -> str:
        """A time in WIB, a day, a month or a year, as far as it is known."""
        if value is None:
            return ""
        if isinstance(value, datetime):
            return moment_text(value, self.lang)
        if isinstance(value, date):
            return day_text(value, self.lang)
        if len(value) == 7:
            return self.month(value)
        if len(value) == 10:
            return day_text(date.fromisoformat(value), self.lang)
        return moment_text(datetime.fromisoformat(value), self.lang) if "T" in value else value


def page(request: Request, server: Server, principal: Principal, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """A page in the caller's language. Choosing a language is remembered in a cookie."""
    lang = language(request)
    speaker = Speaker(lang, server)
    helpers = {name: getattr(speaker, name) for name in dir(speaker) if not name.startswith("_")}
    kept = [(k, v) for k, v in request.query_params.multi_items() if k != "lang"]
    other = "en" if lang == "id" else "id"
    frame = {"principal": principal, "here": request.url.path, "other": other, "switch": link(request.url.path, [*kept, ("lang", other)])}
    body = environment().get_template(template).render(**helpers, **frame, **context)
    response = HTMLResponse(body, status, {"Cache-Control": "private, no-cache", "Vary": "Cookie"})
    if request.query_params.get("lang") == lang:
        response.set_cookie(LANG_COOKIE, lang, max_age=YEAR, httponly=True, samesite="lax")
    return response
