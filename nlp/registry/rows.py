"""What a registry row is: one company, public body, association, programme, person or place, and its names.

A name says how it may be written (`Rule`) and when it was in use. Types only, no files: `nlp.registry.files` reads them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from nlp.analysis import EntityType


class Rule(StrEnum):
    """How an alias may look in a text to count as the name.

    EXACT: letter for letter ("KUR", never "kur"). CASED: with a name's capitals, or all in capitals. ANY: in any case.
    CONTEXT: only where the article names the same entity in full as well ("Garuda"). QUERY: in queries only, never in a text.
    """

    EXACT = "exact"
    CASED = "cased"
    ANY = "any"
    CONTEXT = "context"
    QUERY = "query"


@dataclass(frozen=True, slots=True)
class Alias:
    """One name of a row; `since` and `until` are the years it was in use (inclusive), None where open."""

    text: str
    rule: Rule = Rule.CASED
    since: int | None = None
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Office:
    """A person's office: its title, the body's id and the days it was held (`until` None: still held)."""

    title: str
    body: str
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One registered thing.

    Attributes:
        id: "idx:ASII", "bumn:pln", "co:lotte-chemical", "gov:kemenperin", "org:kadin", "prog:kur", "bps:32", "person:…".
        name: the label in Indonesian; name_en in English where it has one of its own.
        aliases: every other name, the former ones with the years of their use.
        ticker: IDX code. parent: id of the group, ministry or owner. country: ISO 3166 alpha-2 of a foreign firm.
        since, until: years of existence, None where open or not known.
        clash: other things the short name stands for ("Program Keluarga Harapan" against "Penertiban Kawasan Hutan").
        form: what a row among the programmes is that is no scheme of its own: a rule, agreement, plan, product, allowance.
        text: a sentence that says what a programme does, used to link a programme that is meant but not named.
        offices: a person's offices, oldest first. source: key in sources.yaml. corpus: articles of the measured corpus naming it.
    """

    id: str
    type: EntityType
    name: str
    source: str
    name_en: str = ""
    aliases: tuple[Alias, ...] = ()
    ticker: str = ""
    parent: str = ""
    country: str = ""
    sector: str = ""
    since: int | None = None
    until: int | None = None
    clash: tuple[str, ...] = ()
    form: str = ""
    text: str = ""
    offices: tuple[Office, ...] = ()
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Problem:
    """Something `check` found wrong: where and what."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        """`file:line: what`, as a compiler says it."""
        return f"{self.file}:{self.line}: {self.what}"
