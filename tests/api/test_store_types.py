"""Amounts in the store: exact, canonical, and ordered by an integer where they fit."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.store.types import KEY_MAX, canonical, sort_key

numbers = st.decimals(allow_nan=False, allow_infinity=False)
money = st.decimals(min_value=Decimal("-1e16"), max_value=Decimal("1e16"), places=2)


@given(numbers)
def test_a_number_comes_back_from_its_text_exactly(value: Decimal) -> None:
    assert Decimal(canonical(value)).compare(value) == 0 or Decimal(canonical(value)) == value


@given(numbers, st.integers(0, 5))
def test_equal_numbers_have_one_text(value: Decimal, zeros: int) -> None:
    sign, digits, exponent = value.as_tuple()
    longer = Decimal((sign, (*digits, *[0] * zeros), int(exponent) - zeros))
    assert canonical(longer) == canonical(value)


@given(money, money)
def test_keys_are_ordered_as_the_amounts_are(a: Decimal, b: Decimal) -> None:
    low, high = sort_key(a), sort_key(b)
    assert low is not None
    assert high is not None
    assert (low < high) == (a < b)


@given(numbers)
def test_a_key_encloses_its_amount(value: Decimal) -> None:
    low, high = sort_key(value), sort_key(value, up=True)
    if low is not None and high is not None:
        assert Decimal(low) <= value.scaleb(2) <= Decimal(high) or abs(value.adjusted()) > 25
        assert 0 <= high - low <= 1


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), Decimal("-sNaN")])
def test_what_is_no_number_is_refused(value: Decimal) -> None:
    with pytest.raises(ValueError, match="finite"):
        canonical(value)


def test_an_amount_beyond_64_bits_has_no_key_but_keeps_its_text() -> None:
    assert sort_key(Decimal("599440.9e12")) is None
    assert canonical(Decimal("599440.9e12")) == "599440900000000000"
    assert sort_key(Decimal(KEY_MAX) / 100) == KEY_MAX


def test_an_exponent_bomb_stays_short() -> None:
    assert canonical(Decimal("1E+400000")) == "1E+400000"
    assert sort_key(Decimal("1E+400000")) is None
