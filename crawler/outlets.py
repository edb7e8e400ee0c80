"""Which outlet is it? Names and hosts as they come in data, mapped to one outlet id (`outlets.yml`).

"kontan", "Kontan" and "pusatdata.kontan.co.id" are all `kontan`. A host that no entry covers is an outlet of its own, named
by the host without "www." or "m."; a name that no entry covers is one by its lower-cased words. Nothing at all is `unknown`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import ValidationError

from crawler.errors import SourceError
from crawler.items import Frozen
from crawler.sources.model import DateOrder, Zone
from crawler.sources.yamlfile import line_of, parse_mapping

OUTLETS = Path(__file__).with_name("outlets.yml")
UNKNOWN = "unknown"

_HOST = re.compile(r"^(?:[a-z0-9-]+\.)+[a-z]{2,}$")
_SKIN = re.compile(r"^(?:www\d?|m|amp)\.")


class Outlet(Frozen):
    """One publisher: its label, the hosts it publishes under and the other names it goes by."""

    label: str
    hosts: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    timezone: Zone = "Asia/Jakarta"
    numeric_dates: DateOrder | None = None
    """Order of its figure-only dates; absent: learnt from those that can be read one way only."""


@dataclass(frozen=True, slots=True)
class Outlets:
    """All known outlets by id, with their lookups."""

    by_id: Mapping[str, Outlet]
    by_name: Mapping[str, str]
    by_host: Mapping[str, str]

    def get(self, outlet_id: str) -> Outlet:
        """The outlet; for an id that is in no file, one with that label and Indonesian defaults."""
        return self.by_id.get(outlet_id) or Outlet(label=outlet_id)

    def label(self, outlet_id: str) -> str:
        """The name to show people."""
        return self.get(outlet_id).label

    def of_host(self, host: str) -> str:
        """Outlet id of a host: the longest entry it is or is below; else the host itself."""
        bare = _SKIN.sub("", host.lower().strip("."))
        parts = bare.split(".")
        for start in range(len(parts)):
            found = self.by_host.get(".".join(parts[start:]))
            if found:
                return found
        return bare or UNKNOWN

    def of_url(self, url: str) -> str:
        return self.of_host(urlsplit(url).hostname or "")

    def resolve(self, name: str | None, url: str | None = None) -> str:
        """Outlet id for the name a row gives, or for its URL where the name is empty or unheard of."""
        key = (name or "").strip().casefold()
        if key in self.by_name:
            return self.by_name[key]
        if _HOST.match(key):
            return self.of_host(key)
        if url and urlsplit(url).hostname:
            return self.of_url(url)
        return re.sub(r"[^a-z0-9]+", "-", key).strip("-") or UNKNOWN


def load_outlets(*extra: Path) -> Outlets:
    """The outlets that ship with Pantau and those of `extra` files (same form), which may not repeat a name or host.

    Raises:
        SourceError: a file is wrong; with file, line and field.
    """
    return _load((OUTLETS, *extra))


@cache
def _load(paths: tuple[Path, ...]) -> Outlets:
    by_id: dict[str, Outlet] = {}
    by_name: dict[str, str] = {}
    by_host: dict[str, str] = {}
    for path in paths:
        for outlet_id, outlet in _read(path).items():
            if outlet_id in by_id:
                raise SourceError(f"{path}: outlet {outlet_id} is given twice")
            by_id[outlet_id] = outlet
            _claim(by_name, [n.casefold() for n in (outlet_id, outlet.label, *outlet.names)], outlet_id, path)
            _claim(by_host, [h.lower() for h in outlet.hosts], outlet_id, path)
    return Outlets(by_id, by_name, by_host)


def _claim(table: dict[str, str], keys: Iterable[str], outlet_id: str, path: Path) -> None:
    for key in keys:
        if table.setdefault(key, outlet_id) != outlet_id:
            raise SourceError(f"{path}: {key!r} belongs to both {table[key]} and {outlet_id}")


def _read(path: Path) -> dict[str, Outlet]:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from None
    outlets: dict[str, Outlet] = {}
    for outlet_id, data in parse_mapping(text, path).items():
        try:
            outlets[outlet_id] = Outlet.model_validate(data)
        except ValidationError as error:
            fault = error.errors(include_url=False)[0]
            place = (outlet_id, *fault["loc"])
            raise SourceError(f"{path}:{line_of(text, place)}: {'.'.join(map(str, place))}: {fault['msg']}") from None
    return outlets
