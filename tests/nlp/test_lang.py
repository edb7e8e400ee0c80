"""Language facts: calendar words, number words, language guess."""

from __future__ import annotations

from decimal import Decimal

import pytest

from nlp.lang.calendar import DAYS, MONTHS, fold
from nlp.lang.guess import guess_language
from nlp.lang.numbers import number_of


@pytest.mark.parametrize(("word", "month"), [("Ags.", 8), ("Nop", 11), ("Mei", 5), ("Pebruari", 2), ("DES", 12)])
def test_month_names_as_pages_write_them(word: str, month: int) -> None:
    assert MONTHS[fold(word)] == month


@pytest.mark.parametrize("word", ["Jum'at", "Jumat", "JUM’AT"])
def test_friday_has_many_spellings(word: str) -> None:
    assert DAYS[fold(word)] == 4


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("dua belas", 12),
        ("sebelas", 11),
        ("seratus lima puluh", 150),
        ("seribu dua ratus", 1200),
        ("dua ratus tiga puluh empat juta lima ratus ribu", 234_500_000),
        ("satu setengah triliun", 1_500_000_000_000),
        ("setengah miliar", 500_000_000),
        ("seratus miliar", 100_000_000_000),
    ],
)
def test_number_words_are_read_exactly(words: str, number: int) -> None:
    assert number_of(words.split()) == Decimal(number)


@pytest.mark.parametrize("words", ["", "puluh", "dua tiga", "juta", "juta miliar", "dua ribu tiga juta", "rumah"])
def test_what_spells_no_number_is_none(words: str) -> None:
    assert number_of(words.split()) is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Pemerintah akan menyalurkan kredit kepada industri kecil pada tahun ini, kata menteri di Jakarta.", "id"),
        ("The government will provide loans to small industries this year, the minister said in Jakarta.", "en"),
        (
            "Die Regierung wird dieses Jahr kleinen Betrieben mehr Kredite geben, sagte der Minister beim Besuch einer Fabrik",
            "other",
        ),
        ("Astra Otoparts", "id"),
    ],
)
def test_language_is_guessed_by_function_words(text: str, language: str) -> None:
    assert guess_language(text) == language
