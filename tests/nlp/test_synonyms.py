"""Short forms and full forms as data: the same thing only."""

from __future__ import annotations

import pytest

from nlp.analyser.synonyms import by_full_form, parse_rows, short_forms, stands_for
from nlp.errors import RegistryError
from nlp.registry.files import data_directory, read_rows
from nlp.registry.short_forms import TARGET, pairs


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("ikm", "industri kecil dan menengah"),
        ("kur", "kredit usaha rakyat"),
        ("tkdn", "tingkat komponen dalam negeri"),
        ("kemenperin", "kementerian perindustrian"),
        ("umkm", "usaha mikro kecil dan menengah"),
        ("minerba", "mineral dan batu bara"),
        ("bri", "bank rakyat indonesia"),
    ],
)
def test_a_short_form_is_joined_with_its_full_form_both_ways(short: str, full: str) -> None:
    run = tuple(full.split())
    assert run in short_forms()[short].runs
    assert short in {row.key for row in by_full_form()[run]}


def test_there_are_at_least_80_short_forms() -> None:
    assert len(short_forms()) >= 80


@pytest.mark.parametrize(
    ("short", "full", "holds"),
    [
        ("ikm", "industri kecil dan menengah", True),
        ("ikm", "usaha mikro kecil dan menengah", False),
        ("ukm", "usaha mikro kecil dan menengah", False),
        ("umkm", "usaha kecil dan menengah", False),
        ("kemenperin", "kementerian perindustrian", True),
        ("kemenperin", "kementerian perdagangan", False),
    ],
)
def test_a_short_form_takes_letters_of_every_word_of_its_full_form(short: str, full: str, *, holds: bool) -> None:
    assert stands_for(short, tuple(full.split())) == holds


@pytest.mark.parametrize(
    "line",
    [
        "IKM\tusaha mikro, kecil, dan menengah",
        "UMKM\tindustri kecil",
        "IKM\tindustri",
        "I K M\tindustri kecil dan menengah",
        "IKM",
        "Litbang\tpenelitian dan pengembangan",
        "Litbang\tpenelitian dan pengembangan\tguess",
    ],
    ids=["a neighbour", "letters missing", "one word", "three words", "no full form", "letters from elsewhere", "an unknown rule"],
)
def test_a_row_that_is_no_short_form_is_refused_with_its_place(line: str) -> None:
    with pytest.raises(RegistryError, match=r"synonyms\.tsv:2"):
        parse_rows(["# head", line], "synonyms.tsv")


def test_a_short_form_stands_once() -> None:
    with pytest.raises(RegistryError, match="twice"):
        parse_rows(["KUR\tkredit usaha rakyat", "kur\tkredit usaha rakyat"], "synonyms.tsv")


def test_the_short_forms_of_the_registries_are_up_to_date() -> None:
    written = {(row.short, row.full) for row in parse_rows(TARGET.read_text(encoding="utf-8").splitlines(), TARGET.name)}
    assert written == set(pairs(read_rows(data_directory())))
