"""Reads the registry's CSV files into rows. A wrong file is refused with its name, line and field.

Every file has a header of known columns. `aliases` and `clash` are separated by "|"; an alias may end in braces with its rule
and its years, in any order: "Astra{exact}", "Kementerian Koperasi dan UKM{2014..2024}", "Garuda{context}".
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from nlp.analysis import EntityType
from nlp.errors import RegistryError
from nlp.registry.rows import Alias, Office, Row, Rule

FILES: Mapping[str, EntityType] = {
    "idx.csv": EntityType.COMPANY,
    "state_firms.csv": EntityType.COMPANY,
    "companies.csv": EntityType.COMPANY,
    "foreign.csv": EntityType.COMPANY,
    "bodies.csv": EntityType.PUBLIC_BODY,
    "associations.csv": EntityType.ASSOCIATION,
    "organisations.csv": EntityType.ORGANISATION,
    "programmes.csv": EntityType.PROGRAMME,
    "people.csv": EntityType.PERSON,
    "places.csv": EntityType.PLACE,
}
COLUMNS = frozenset(
    [
        "id",
        "name",
        "name_en",
        "aliases",
        "ticker",
        "parent",
        "country",
        "sector",
        "since",
        "until",
        "clash",
        "form",
        "text",
        "listed",
        "former",
        "title",
        "body",
        "source",
    ]
)
FORMS = frozenset({"", "rule", "agreement", "plan", "product", "allowance", "place", "body", "budget", "technology"})
ALIAS = re.compile(r"^(?P<text>[^{}]+?)(?:\{(?P<flags>[^{}]*)\})?$")
YEARS = re.compile(r"^(\d{4})?\.\.(\d{4})?$")
IDENTITY = re.compile(r"^(idx|bumn|co|gov|org|prog|person|bps):[A-Za-z0-9.-]+$")


def data_directory() -> Traversable:
    """The folder of the shipped registry files."""
    return files("nlp.registry") / "data"


def read_rows(folder: Traversable | Path) -> Iterator[Row]:
    """All rows of a folder in file order; a person's offices and a company's short names are joined to one row.

    Raises:
        RegistryError: a file is missing, or a row does not hold to its columns.
    """
    short = {fields["id"]: _aliases(where, fields["aliases"]) for where, fields in _lines(folder, "short_names.csv")}
    for file, kind in FILES.items():
        if kind is EntityType.PERSON:
            yield from _people(folder, file)
            continue
        for where, fields in _lines(folder, file):
            yield _row(where, fields, kind, short.pop(fields["id"], ()))
    if short:
        raise RegistryError(f"short_names.csv: no such company: {', '.join(sorted(short))}")


def _lines(folder: Traversable | Path, file: str) -> Iterator[tuple[tuple[str, int], dict[str, str]]]:
    try:
        text = (folder / file).read_text(encoding="utf-8")
    except OSError as error:
        raise RegistryError(f"{file}: cannot be read: {error}") from error
    reader = csv.DictReader(text.splitlines())
    unknown = set(reader.fieldnames or ()) - COLUMNS
    if unknown or "id" not in (reader.fieldnames or ()):
        raise RegistryError(f"{file}:1: wrong columns: {', '.join(sorted(map(str, unknown))) or 'no id'}")
    for fields in reader:
        where = (file, reader.line_num)
        if None in fields or None in fields.values():
            raise RegistryError(f"{file}:{reader.line_num}: {len(reader.fieldnames or ())} columns expected: {fields.get('id')}")
        if not IDENTITY.match(fields["id"]):
            raise RegistryError(f"{file}:{reader.line_num}: id: {fields['id']!r} is no registry id")
        yield where, fields


def _row(where: tuple[str, int], fields: dict[str, str], kind: EntityType, short: tuple[Alias, ...]) -> Row:
    if not fields["name"]:
        raise RegistryError(f"{where[0]}:{where[1]}: name: empty")
    if fields.get("form", "") not in FORMS:
        raise RegistryError(f"{where[0]}:{where[1]}: form: {fields['form']!r} is none of {', '.join(sorted(filter(None, FORMS)))}")
    former = tuple(Alias(name) for name in fields.get("former", "").split("|") if name)
    return Row(
        id=fields["id"],
        type=kind,
        name=fields["name"],
        source=fields["source"],
        name_en=fields.get("name_en", ""),
        aliases=(*short, *_aliases(where, fields.get("aliases", "")), *former),
        ticker=fields["id"].partition(":")[2] if fields["id"].startswith("idx:") else fields.get("ticker", ""),
        parent=fields.get("parent", ""),
        country=fields.get("country", ""),
        sector=fields.get("sector", ""),
        since=_year(where, "since", fields.get("since") or fields.get("listed", "")[:4]),
        until=_year(where, "until", fields.get("until", "")),
        clash=tuple(part for part in fields.get("clash", "").split("|") if part),
        form=fields.get("form", ""),
        text=fields.get("text", ""),
        file=where[0],
        line=where[1],
    )


def _people(folder: Traversable | Path, file: str) -> Iterator[Row]:
    """One row a person; the file has one line for each office."""
    rows: dict[str, Row] = {}
    for where, fields in _lines(folder, file):
        office = Office(
            fields["title"], fields["body"], _day(where, "since", fields["since"]) or date.min, _day(where, "until", fields["until"])
        )
        earlier = rows.get(fields["id"])
        person = earlier or _row(where, {**fields, "since": "", "until": ""}, EntityType.PERSON, ())
        values = {name: getattr(person, name) for name in Row.__dataclass_fields__}
        rows[fields["id"]] = Row(**{**values, "offices": (*person.offices, office)})
    yield from rows.values()


def _aliases(where: tuple[str, int], cell: str) -> tuple[Alias, ...]:
    return tuple(_alias(where, part.strip()) for part in cell.split("|") if part.strip())


def _alias(where: tuple[str, int], part: str) -> Alias:
    found = ALIAS.match(part)
    if not found:
        raise RegistryError(f"{where[0]}:{where[1]}: aliases: {part!r} cannot be read")
    rule, since, until = default_rule(found["text"]), None, None
    for flag in (found["flags"] or "").split():
        years = YEARS.match(flag)
        if years:
            since, until = (int(year) if year else None for year in years.groups())
        elif flag in set(Rule):
            rule = Rule(flag)
        else:
            raise RegistryError(f"{where[0]}:{where[1]}: aliases: unknown flag {flag!r} of {part!r}")
    return Alias(found["text"], rule, since, until)


def default_rule(text: str) -> Rule:
    """Short capitals must stand exactly so, lower-case names may stand in any case, the rest as names are written."""
    if text.isupper() and len(text) <= 6:
        return Rule.EXACT
    return Rule.ANY if text.islower() else Rule.CASED


def _year(where: tuple[str, int], field: str, value: str) -> int | None:
    if not value:
        return None
    if not re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", value):
        raise RegistryError(f"{where[0]}:{where[1]}: {field}: {value!r} is no year")
    return int(value[:4])


def _day(where: tuple[str, int], field: str, value: str) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except ValueError as error:
        raise RegistryError(f"{where[0]}:{where[1]}: {field}: {value!r} is no ISO date") from error
