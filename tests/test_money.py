"""No sum is ever wrong by a cent, in any currency."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunning.money import CurrencyMismatch, Money

SUMS = st.builds(
    Money, minor=st.integers(-(10**14), 10**14), currency=st.sampled_from(["EUR", "USD", "JPY", "KWD", "CHF"])
)


@given(SUMS)
def test_money_is_read_back_as_it_was_written(money: Money) -> None:
    """On a letter, in a file and in the journal the same sum stands, in yen and dinars too."""
    assert Money.parse(str(money)) == money
    assert Money.of(money.decimal(), money.currency) == money
    assert Money.model_validate_json(money.model_dump_json()) == money


@pytest.mark.parametrize(
    ("text", "minor", "written"),
    [
        ("1500 EUR", 150_000, "1500.00 EUR"),
        ("0.1 EUR", 10, "0.10 EUR"),
        ("-12.34 EUR", -1234, "-12.34 EUR"),
        ("700 JPY", 700, "700 JPY"),
        ("1.234 KWD", 1234, "1.234 KWD"),
    ],
)
def test_minor_units_follow_the_currency(text: str, minor: int, written: str) -> None:
    """A cent is a hundredth of a euro, a yen has no smaller part, a dinar has a thousand."""
    assert Money.parse(text).minor == minor
    assert str(Money.parse(text)) == written


@pytest.mark.parametrize(
    "text", ["", "12,50 EUR", "12.345 EUR", "1.5 JPY", "EUR 12", "12 eur", "1e9 EUR", "NaN EUR", "٣ EUR", "12 EUR "]
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    """A comma, a third decimal, a missing currency or foreign digits are not guessed at."""
    with pytest.raises(ValueError, match=r"."):
        Money.parse(text)


def test_ten_times_ten_cents_is_one_euro() -> None:
    """What floating numbers get wrong."""
    total = sum((Money.parse("0.10 EUR") for _ in range(10)), start=Money.zero("EUR"))
    assert total == Money.parse("1 EUR")
    assert total.decimal() == Decimal("1.00")


def test_currencies_are_never_mixed() -> None:
    """A payment in dollars does not make an invoice in euros smaller."""
    euros, dollars = Money.parse("100 EUR"), Money.parse("100 USD")
    assert euros != dollars
    for mixed in (lambda: euros + dollars, lambda: euros - dollars, lambda: euros < dollars, lambda: euros <= dollars):
        with pytest.raises(CurrencyMismatch):
            mixed()
