"""The money grammar: traps of the news one by one, round trips, and texts of any kind."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.analysis import Money
from nlp.money import find_money

_UNITS = ["nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas"]
_SCALES = ((10**12, "triliun"), (10**9, "miliar"), (10**6, "juta"), (1000, "ribu"))


def _spell(number: int) -> str:
    """An integer in Indonesian words."""
    for scale, word in _SCALES:
        if number >= scale:
            head = "seribu" if (scale, number // scale) == (1000, 1) else f"{_spell(number // scale)} {word}"
            return f"{head} {_spell(number % scale)}" if number % scale else head
    if number >= 100:
        head = "seratus" if number < 200 else f"{_UNITS[number // 100]} ratus"
        return f"{head} {_spell(number % 100)}" if number % 100 else head
    if number >= 20:
        return f"{_UNITS[number // 10]} puluh" + (f" {_UNITS[number % 10]}" if number % 10 else "")
    return _UNITS[number] if number < 12 else f"{_UNITS[number - 10]} belas"


def _one(text: str) -> Money:
    found = find_money(text)
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("text", "currency", "low", "high"),
    [
        ("investasi Rp 1.250 triliun", "IDR", "1250e12", None),
        ("sebesar Rp4.8 T tahun ini", "IDR", "4.8e12", None),
        ("nilai Rp1,461 triliun", "IDR", "1.461e12", None),
        ("harga US$ 1,870 per metrik ton", "USD", "1870", None),
        ("tarif US$ 13,9 sen per kWh", "USD", "0.139", None),
        ("tarif 13,9 sen dolar AS per kWh", "USD", "0.139", None),
        ("tarif 9.4 US cents per kWh", "USD", "0.094", None),
        ("tiket seharga 150.000 won", "KRW", "150000", None),
        ("bantuan 500 juta shekel", "ILS", "500e6", None),
        ("dana 30 miliar krone", "NOK", "30e9", None),
        ("setara sekitar 2.900 franc Burundi", "BIF", "2900", None),
        ("pinjaman eur 3,2 juta", "EUR", "3.2e6", None),
        ("uang sebanyakRp 400.000.000 disita", "IDR", "400000000", None),
        ("sebesar Rp 1.549, 22 miliar", "IDR", "1549.22e9", None),
        ("aset (Rp) 335 triliun", "IDR", "335e12", None),
        ("laba 2006 Rp4,2 triliun", "IDR", "4.2e12", None),
        ("harga Rp 5.000,- saja", "IDR", "5000", None),
        ("senilai Rp\u00a05\u00a0triliun", "IDR", "5e12", None),
        ("utang Rp 2 ribu triliun", "IDR", "2000e12", None),
        ("dana Rp 1 triliun 500 miliar", "IDR", "1500e9", None),
        ("bantuan 5 ratus juta rupiah", "IDR", "500e6", None),
        ("pinjaman lima puluh juta dolar AS", "USD", "50e6", None),
        ("laba AU$ 5 juta", "AUD", "5e6", None),
        ("laba SG$ 5 juta", "SGD", "5e6", None),
        ("dana 3 juta dolar Singapura", "SGD", "3e6", None),
        ("antara Rp 202,3 sampai Rp 256,9 juta", "IDR", "202.3e6", "256.9e6"),
        ("biaya Rp 10-12 juta per bulan", "IDR", "10e6", "12e6"),
        ("biaya antara Rp 5 dan Rp 10 miliar", "IDR", "5e9", "10e9"),
        ("nilai US$ 20\u2014US$30 juta", "USD", "20e6", "30e6"),
        ("nilai 10 sampai 12 juta dolar AS", "USD", "10e6", "12e6"),
        ("Realisasi KUR Sebesar 118 Triliun", "IDR", "118e12", None),
        ("kekayaan 2,3 miliar miliar dollar AS", "USD", "2.3e9", None),
        ("investasi Rp 1,5 miliarBaca juga", "IDR", "1.5e9", None),
    ],
)
def test_an_amount_is_read_as_its_author_meant_it(text: str, currency: str, low: str, high: str | None) -> None:
    money = _one(text)
    assert (money.currency, money.low, money.high) == (currency, Decimal(low), Decimal(high or low))


@pytest.mark.parametrize(
    "text",
    [
        "populasi 8 miliar orang",
        "produksi 10 juta ton",
        "mandatori B40 pada 2026",
        "naik 27,5 persen",
        "ratusan triliun rupiah",
        "the team that in 2020 won gold",
    ],
)
def test_counts_names_and_vague_words_are_no_money(text: str) -> None:
    assert find_money(text) == []


def test_the_magnitude_of_a_list_reaches_its_first_figure() -> None:
    assert [m.low for m in find_money("masing-masing Rp504 dan Rp259 triliun")] == [Decimal("504e12"), Decimal("259e12")]


def test_a_change_is_two_amounts_and_the_second_may_lack_its_currency() -> None:
    found = find_money("turun dari Rp 581 miliar menjadi 425 miliar pada 2024")
    assert [(m.low, m.currency) for m in found] == [(Decimal("581e9"), "IDR"), (Decimal("425e9"), "IDR")]


def test_a_conversion_points_to_the_amount_it_converts() -> None:
    found = find_money("pinjaman 500 juta dolar AS (setara Rp 8,2 triliun)")
    assert [m.equivalent_of for m in found] == [None, 0]


@pytest.mark.parametrize(
    ("text", "approx", "bound"),
    [
        ("sekitar Rp 5 miliar", True, None),
        ("hingga Rp 5 miliar", True, "under"),
        ("lebih dari Rp 5 miliar", True, "above"),
        ("mencapai Rp 5 miliar", False, None),
        ("Rp 5 miliar lebih.", True, "above"),
        ("Rp 5 miliar lebih tinggi", False, None),
        ("Rp 10 jutaan", True, None),
        ("Rp 300-an miliar", True, None),
    ],
)
def test_hedges_are_the_words_beside_an_amount(text: str, approx: bool, bound: str | None) -> None:
    money = _one(text)
    assert (money.approx, money.bound) == (approx, bound)


@pytest.mark.parametrize(
    ("text", "per"),
    [
        ("Rp 1.362 per saham", "share"),
        ("US$6 per MMBTU", "MMBTU"),
        ("kurs Rp 16.566/US$", "USD"),
        ("Rp 500 juta setahun", "year"),
        ("naik dari Rp 28,9 triliun setahun sebelumnya", None),
        ("Rp 22,1 triliun per April lalu", None),
        ("Rp 22,1 triliun per 2022", None),
        ("masing-masing sebesar Rp50 juta", "each"),
        ("Rp 7 juta per motor", "motor"),
    ],
)
def test_a_unit_is_what_the_amount_is_a_price_of(text: str, per: str | None) -> None:
    assert _one(text).per == per


def test_masing_masing_counts_its_recipients() -> None:
    assert _one("Lima peserta terbaik mendapatkan hadiah masing-masing sebesar Rp50 juta").count == 5


@given(st.integers(1, 10**15 - 1))
def test_a_number_in_words_comes_back(number: int) -> None:
    assert _one(f"sebesar {_spell(number)} rupiah").low == number


@given(st.integers(1, 10**15), st.sampled_from(["Rp", "Rp ", "Rp. ", "IDR ", "US$ "]))
def test_a_grouped_number_comes_back(number: int, currency: str) -> None:
    assert _one(f"dana {currency}{number:,}".replace(",", ".")).low == number


_MAGNITUDES = st.sampled_from([("juta", 6), ("miliar", 9), ("triliun", 12)])


@given(st.decimals(Decimal("0.1"), Decimal("999.9"), places=1), _MAGNITUDES, st.sampled_from([",", "."]))
def test_a_number_with_a_magnitude_comes_back(number: Decimal, magnitude: tuple[str, int], point: str) -> None:
    written = f"Rp {number}".replace(".", point)
    assert _one(f"senilai {written} {magnitude[0]}").low == number * 10 ** magnitude[1]


_PIECES = st.sampled_from(
    [
        "Rp",
        "Rp 5",
        "5.000",
        "1,5",
        "juta",
        "miliar",
        "US$",
        "dolar AS",
        "-",
        " ",
        "\u00a0",
        "\r\n",
        "\U0001f4b0",
        "e\u0301",
        "per",
        "/",
        "sampai",
        "2024",
        "%",
        "M",
        "sekitar",
        "٣",
        "²",
    ]
)


@given(st.lists(_PIECES | st.text(max_size=4), max_size=30).map("".join))
def test_any_text_gives_ordered_amounts_whose_surface_is_the_text_between_their_offsets(text: str) -> None:
    end = 0
    for money in find_money(text):
        assert end <= money.start < money.end <= len(text)
        assert text[money.start : money.end] == money.surface
        assert money.low <= money.high
        end = money.end


def test_offsets_count_code_points_among_emoji_marks_and_line_ends() -> None:
    text = "\U0001f4b0 Pe\u0301rtama\r\nsenilai\u00a0Rp\u00a05\u00a0miliar"
    money = _one(text)
    assert text[money.start : money.end] == "Rp\u00a05\u00a0miliar"


def test_the_spacy_component_sets_the_amounts_of_the_document() -> None:
    import spacy

    from nlp.money.component import NAME

    nlp = spacy.blank("id")
    nlp.add_pipe(NAME)
    assert [m.surface for m in nlp("banyakRp 400.000.000")._.money] == ["Rp 400.000.000"]


@pytest.mark.parametrize(
    "text",
    ["US$ 20 miliar (kurs Rp 16.850)", "Rupiah ditutup melemah ke level Rp 17.795.", "dolar AS yang menyentuh Rp 17.800 tak masuk akal"],
)
def test_a_small_bare_amount_behind_a_word_of_exchange_is_a_price_of_a_dollar(text: str) -> None:
    assert find_money(text)[-1].per == "USD"


@pytest.mark.parametrize(
    "text", ["Saat rupiah melemah, harga beras Rp 15.000.", "Nilai tukar menguat. Ongkosnya Rp 12.000.", "dengan target Rp 8.800/Rp 9.000"]
)
def test_a_price_of_something_else_is_no_exchange_rate(text: str) -> None:
    assert [item.per for item in find_money(text)] == [None] * len(find_money(text))
