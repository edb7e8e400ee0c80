"""The registry in memory: rows by id, and resolution of a name, ticker or id to one row."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from nlp.analysis import EntityType
from nlp.registry.files import FILES, data_directory, read_rows
from nlp.registry.rows import Row

LEGAL_FORMS = frozenset({"pt", "tbk", "persero", "perseroan", "cv", "ltd", "inc", "co", "corp", "limited", "plc", "the", "perum"})
COMPANIES = frozenset({EntityType.COMPANY, EntityType.ASSOCIATION, EntityType.ORGANISATION})
WORD = re.compile(r"\w+")


def comparable(name: str) -> str:
    """The form in which names are compared: NFKC, case folded, no punctuation, no legal form (PT, Tbk, Persero …)."""
    words = WORD.findall(unicodedata.normalize("NFKC", name).casefold())
    return " ".join(word for word in words if word not in LEGAL_FORMS) or " ".join(words)


@dataclass(frozen=True, slots=True)
class Registry:
    """All rows by id. Immutable; one per process is enough.

    Attributes:
        by_id: id → row, in file order.
        by_name: comparable name → ids that bear it, the most likely first (labels before aliases, file order).
        version: hash of the data, for `Analysis.components`.
    """

    by_id: Mapping[str, Row]
    by_name: Mapping[str, tuple[str, ...]]
    version: str

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.by_id)

    def rows(self, *kinds: EntityType) -> Iterator[Row]:
        """The rows of these types, or all, in file order."""
        return (row for row in self.by_id.values() if not kinds or row.type in kinds)

    def get(self, identity: str) -> Row | None:
        """The row of an id, or None."""
        return self.by_id.get(identity)

    def label(self, identity: str, lang: Literal["id", "en"] = "id") -> str:
        """The name to show for an id; the id itself if it is not registered."""
        row = self.by_id.get(identity)
        if row is None:
            return identity
        return row.name_en or row.name if lang == "en" else row.name

    def resolve(self, text: str, kinds: frozenset[EntityType] | None = None) -> str | None:
        """The id that a person means by an id, ticker, name or alias, in any case; None if nothing, or only other kinds, fit."""
        wanted = text.strip()
        for candidate in self._candidates(wanted):
            if kinds is None or self.by_id[candidate].type in kinds:
                return candidate
        return None

    def resolve_company(self, text: str) -> str | None:
        """As `resolve`, companies first, then associations and other bodies outside government."""
        return self.resolve(text, frozenset({EntityType.COMPANY})) or self.resolve(text, COMPANIES)

    def resolve_agency(self, text: str) -> str | None:
        """As `resolve`, for ministries, agencies and other public bodies."""
        return self.resolve(text, frozenset({EntityType.PUBLIC_BODY}))

    def resolve_programme(self, text: str) -> str | None:
        """As `resolve`, for programmes and schemes."""
        return self.resolve(text, frozenset({EntityType.PROGRAMME}))

    def resolve_person(self, text: str) -> str | None:
        """As `resolve`, for people."""
        return self.resolve(text, frozenset({EntityType.PERSON}))

    def resolve_place(self, text: str) -> str | None:
        """As `resolve`, for provinces, regencies and cities; the id is "bps:" and the BPS code."""
        return self.resolve(text, frozenset({EntityType.PLACE}))

    def holders(self, body: str, day: date) -> list[str]:
        """Ids of the people who held an office in a body on a day, its head first ("gov:kemenperin", 1 Nov 2022)."""
        held = [
            (office.title.startswith("Wakil"), row.id)
            for row in self.rows(EntityType.PERSON)
            for office in row.offices
            if office.body == body and office.since <= day and (office.until is None or day <= office.until)
        ]
        return [identity for _, identity in sorted(held)]

    def _candidates(self, wanted: str) -> Iterator[str]:
        prefix, colon, rest = wanted.partition(":")
        ticker = f"{prefix.lower()}:{rest.upper()}" if colon and prefix.lower() == "idx" else f"idx:{wanted.upper()}"
        for identity in (wanted, wanted.lower(), ticker):
            if identity in self.by_id:
                yield identity
        yield from self.by_name.get(comparable(wanted), ())


def load_registry(folder: Traversable | Path | None = None) -> Registry:
    """Read the shipped registry, or that of another folder of the same form.

    Raises:
        RegistryError: a file is missing or a row is wrong; the message names file, line and field.
    """
    folder = folder or data_directory()
    rows = {row.id: row for row in read_rows(folder)}
    labels: dict[str, list[str]] = {}
    others: dict[str, list[str]] = {}
    for row in rows.values():
        for name in filter(None, (row.name, row.name_en)):
            labels.setdefault(comparable(name), []).append(row.id)
        for alias in row.aliases:
            others.setdefault(comparable(alias.text), []).append(row.id)
    names = {name: tuple(dict.fromkeys((*labels.get(name, ()), *others.get(name, ())))) for name in {**labels, **others}}
    return Registry(MappingProxyType(rows), MappingProxyType(names), _version(folder))


def _version(folder: Traversable | Path) -> str:
    digest = hashlib.sha256()
    for file in (*FILES, "short_names.csv"):
        digest.update((folder / file).read_bytes())
    return digest.hexdigest()[:12]
