"""The registries: every row readable, every name leading to the right thing, every mistake found."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from nlp.analysis import EntityType
from nlp.errors import RegistryError
from nlp.registry import Registry, Rule, check, load_registry
from nlp.registry.files import data_directory


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    shutil.copytree(str(data_directory()), folder)
    return folder


def test_the_shipped_registry_has_no_problem() -> None:
    assert [str(problem) for problem in check()] == []


def test_the_registry_knows_at_least_900_issuers_and_60_programmes(registry: Registry) -> None:
    issuers = [row for row in registry.rows(EntityType.COMPANY) if row.ticker]
    assert len(issuers) >= 900
    assert sum(1 for _ in registry.rows(EntityType.PROGRAMME)) >= 60


@pytest.mark.parametrize(
    ("text", "identity"),
    [
        ("ASII", "idx:ASII"),
        ("idx:asii", "idx:ASII"),
        ("Astra", "idx:ASII"),
        ("PT Astra International Tbk", "idx:ASII"),
        ("astra agro", "idx:AALI"),
        ("BCA", "idx:BBCA"),
        ("pt bank central asia tbk", "idx:BBCA"),
        ("Adaro Energy", "idx:ADRO"),
        ("PLN", "bumn:pln"),
        ("kadin indonesia", "org:kadin"),
    ],
)
def test_a_company_is_found_by_ticker_id_name_alias_and_former_name(registry: Registry, text: str, identity: str) -> None:
    assert registry.resolve_company(text) == identity


def test_agencies_and_programmes_are_found_each_by_its_own_resolver(registry: Registry) -> None:
    assert registry.resolve_agency("kemenperin") == "gov:kemenperin"
    assert registry.resolve_programme("kredit usaha rakyat") == "prog:kur"
    assert registry.resolve_place("Jabar") == "bps:32"
    assert registry.resolve_company("Kementerian Perindustrian") is None
    assert registry.resolve_company("no such firm") is None


def test_a_label_is_given_in_both_languages_and_falls_back_to_the_id(registry: Registry) -> None:
    assert registry.label("gov:kemenperin") == "Kementerian Perindustrian"
    assert registry.label("gov:kemenperin", "en") == "Ministry of Industry"
    assert registry.label("idx:ASII", "en") == "PT Astra International Tbk"
    assert registry.label("co:nobody") == "co:nobody"


def test_short_capitals_must_stand_exactly_and_a_former_name_keeps_its_years(registry: Registry) -> None:
    kur, syariah = registry.get("prog:kur"), registry.get("idx:BRIS")
    assert kur is not None
    assert syariah is not None
    assert next(alias for alias in kur.aliases if alias.text == "KUR").rule is Rule.EXACT
    assert next(alias for alias in syariah.aliases if alias.text == "BRI Syariah").until == 2021


def test_a_duplicate_id_and_an_unknown_source_are_reported_with_file_and_line(copy: Path) -> None:
    file = copy / "associations.csv"
    rows = file.read_text(encoding="utf-8")
    last = rows.count("\n") + 1
    file.write_text(rows + "org:kadin,Kadin Lain,,,,,,hearsay\n", encoding="utf-8")
    found = [str(problem) for problem in check(copy)]
    assert any(f"associations.csv:{last}: org:kadin stands in" in problem for problem in found)
    assert any("'hearsay'" in problem for problem in found)


def test_two_owners_of_one_name_are_reported(copy: Path) -> None:
    file = copy / "associations.csv"
    file.write_text(file.read_text(encoding="utf-8") + "org:other,Perkumpulan Lain,,Gaikindo,,,,curated\n", encoding="utf-8")
    assert any("'gaikindo' also names org:gaikindo" in str(problem) for problem in check(copy))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("Kadin,Kadin,,,,,,curated", "id: 'Kadin' is no registry id"),
        ("org:x,Perkumpulan X,,X{sometimes},,,,curated", "unknown flag 'sometimes'"),
        ("org:x,Perkumpulan X,,,,soon,,curated", "since: 'soon' is no year"),
        ("org:x,Perkumpulan X", "8 columns expected"),
    ],
)
def test_a_wrong_row_is_refused_with_file_line_and_field(copy: Path, line: str, message: str) -> None:
    file = copy / "associations.csv"
    file.write_text(f"id,name,name_en,aliases,parent,since,until,source\n{line}\n", encoding="utf-8")
    with pytest.raises(RegistryError, match=r"associations\.csv:2: ") as refused:
        load_registry(copy)
    assert message in str(refused.value)


def test_a_missing_file_is_refused(copy: Path) -> None:
    (copy / "places.csv").unlink()
    with pytest.raises(RegistryError, match=r"places\.csv: cannot be read"):
        load_registry(copy)
