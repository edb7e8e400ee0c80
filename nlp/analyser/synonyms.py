"""Short forms and their full forms: IKM is industri kecil dan menengah. Never a neighbour: IKM is not UMKM.

`data/short_forms.tsv` is written from the registries by `nlp.registry.short_forms`; `data/synonyms.tsv` is curated and wins. A row
is a short form, its full forms separated by "|", and a rule: empty where each word of a full form gives its first letter, or more of
it, in order ("Kemen-perin", "K-U-R"); "syllables" where it gives letters from elsewhere ("lit-bang"), which only must stand in order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from nlp.analyser.tokens import exact_line
from nlp.errors import RegistryError

SMALL = frozenset({"dan", "di", "yang", "untuk", "atas", "dari", "ke", "pada", "of", "and", "the", "for"})
"""Words that may give no letter."""
RULES = frozenset({"", "syllables"})


@dataclass(frozen=True, slots=True)
class ShortForm:
    """A short form and what it stands for, as people write them. `rule`: how the full forms must give its letters."""

    short: str
    full: tuple[str, ...]
    rule: str = ""

    @property
    def key(self) -> str:
        """Its exact form."""
        return exact_line(self.short)

    @property
    def runs(self) -> tuple[tuple[str, ...], ...]:
        """The full forms as words in exact form."""
        return tuple(tuple(exact_line(full).split()) for full in self.full)


@cache
def short_forms() -> Mapping[str, ShortForm]:
    """Exact short form → its row.

    Raises:
        RegistryError: a row is malformed, stands twice in its file, or its letters do not come from its full form.
    """
    return {row.key: row for name in ("short_forms.tsv", "synonyms.tsv") for row in _read(name)}


@cache
def by_full_form() -> Mapping[tuple[str, ...], tuple[ShortForm, ...]]:
    """Words of a full form → the short forms for it."""
    found: dict[tuple[str, ...], tuple[ShortForm, ...]] = {}
    for row in short_forms().values():
        for run in row.runs:
            found[run] = (*found.get(run, ()), row)
    return found


def parse_rows(lines: Iterable[str], name: str) -> list[ShortForm]:
    """Rows of a table.

    Raises:
        RegistryError: as `short_forms`.
    """
    rows: dict[str, ShortForm] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        short, _, rest = line.partition("\t")
        full, _, rule = rest.partition("\t")
        row = ShortForm(short, tuple(full.split("|")), rule)
        if trouble := _trouble(row) or ("it stands twice" if row.key in rows else ""):
            raise RegistryError(f"nlp/analyser/data/{name}:{number}: {trouble}: {line!r}")
        rows[row.key] = row
    return list(rows.values())


def _read(name: str) -> list[ShortForm]:
    return parse_rows((files("nlp.analyser") / "data" / name).read_text(encoding="utf-8").splitlines(), name)


def _trouble(row: ShortForm) -> str:
    if len(row.key.split()) != 1:
        return "a short form is one word"
    if row.rule not in RULES:
        return f"there is no rule {row.rule!r}"
    for run in row.runs:
        if len(run) < 2:
            return "a full form is two words or more"
        if not (stands_for(row.key, run) if row.rule == "" else in_order(row.key, "".join(run))):
            return f"{' '.join(run)!r} does not give its letters"
    return ""


def stands_for(short: str, words: tuple[str, ...]) -> bool:
    """Whether each word gives its first letter, and perhaps some that follow, to `short`, in order; small words may give none."""
    if not words:
        return not short
    first, rest = words[0], words[1:]
    if first in SMALL and stands_for(short, rest):
        return True
    return any(short[0] == first[0] and in_order(short[:n], first) and stands_for(short[n:], rest) for n in range(1, len(short) + 1))


def in_order(letters: str, text: str) -> bool:
    """Whether the letters stand in the text in this order."""
    left = iter(text)
    return all(letter in left for letter in letters)
