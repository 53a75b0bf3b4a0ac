"""Money as an integer number of minor units with a currency, so that no sum is ever wrong by a cent."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

# ISO 4217 currencies whose minor unit is not a hundredth (iso.org, list one, amendment 176).
_EXPONENTS = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
}
_WRITTEN = re.compile(r"(-?[0-9]{1,15})(?:\.([0-9]{1,4}))? ([A-Z]{3})")
LARGEST = 10**15


class CurrencyMismatch(ValueError):
    """Two amounts of different currencies were put together."""


def exponent(currency: str) -> int:
    """How many decimals the currency has: 2 for EUR, 0 for JPY, 3 for KWD."""
    return _EXPONENTS.get(currency, 2)


class Money(BaseModel):
    """An amount: `minor` units (cents for EUR) of `currency` (ISO 4217)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    minor: int = Field(ge=-LARGEST, le=LARGEST, strict=True)
    currency: str = Field(pattern=r"^[A-Z]{3}$")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `1500 EUR` or `12.34 EUR`; ValueError says what is wrong. A point, never a comma, marks the decimals."""
        match = _WRITTEN.fullmatch(text)
        if not match:
            raise ValueError(f"{text[:40]!r} is not an amount; write it like '1500.00 EUR'")
        return cls.of(Decimal(f"{match[1]}.{match[2] or '0'}"), match[3])

    @classmethod
    def of(cls, amount: Decimal, currency: str) -> Self:
        """Make money of a decimal amount in major units; ValueError when it has more decimals than the currency."""
        scaled = amount.scaleb(exponent(currency))
        if not scaled.is_finite() or scaled != scaled.to_integral_value():
            raise ValueError(f"{amount} {currency} has more decimals than {currency} has")
        return cls(minor=int(scaled), currency=currency)

    @staticmethod
    @lru_cache(maxsize=256)
    def zero(currency: str) -> Money:
        return Money(minor=0, currency=currency)

    def decimal(self) -> Decimal:
        """The amount in major units, with exactly as many decimals as the currency has."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self} and {other} are in different currencies")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(minor=self.minor + other.minor, currency=self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(minor=self.minor - other.minor, currency=self.currency)

    def __neg__(self) -> Money:
        return Money(minor=-self.minor, currency=self.currency)

    def __le__(self, other: Money) -> bool:
        self._same(other)
        return self.minor <= other.minor

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.minor < other.minor

    def __str__(self) -> str:
        return f"{self.decimal()} {self.currency}"
