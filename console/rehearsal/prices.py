"""What a contact costs, as the user says it: on the command line or in a small YAML file, never in code."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from console.output import COULD_NOT_RUN, Stop
from console.policies.strict_yaml import read_yaml
from dunning.money import Money, exponent
from dunning.terms import Channel, Route

CHANNELS = (*map(str, Channel), "call", *(str(route) for route in Route if route is not Route.ask))
_PRICE = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,6})?) ?([A-Z]{3})")
_LARGEST = 100_000  # bytes


@dataclass(frozen=True)
class Price:
    """The price of one contact; finer than a cent where it is (an e-mail)."""

    amount: Decimal
    currency: str

    def times(self, number: int) -> Money:
        """What so many cost, rounded to the currency's smallest unit."""
        unit = Decimal(1).scaleb(-exponent(self.currency))
        return Money.of((self.amount * number).quantize(unit), self.currency)

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


def prices(given: Iterable[str], file: Path | None) -> dict[str, Price]:
    """The price of each channel that has one: from the file, then as said by CHANNEL=PRICE. Stop for anything else."""
    told = _in_file(file) if file else {}
    for one in given:
        channel, equals, price = one.partition("=")
        if not equals:
            raise Stop(f"--cost {one[:60]!r}: write CHANNEL=PRICE, such as letter=1.60EUR.", COULD_NOT_RUN)
        told[channel.strip()] = price.strip()
    return {channel: _price(channel, price) for channel, price in told.items()}


def _price(channel: str, text: str) -> Price:
    if channel not in CHANNELS:
        raise Stop(f"--cost: {channel[:40]!r} is none of {', '.join(CHANNELS)}.", COULD_NOT_RUN)
    match = _PRICE.fullmatch(text)
    if not match:
        raise Stop(f"--cost {channel}: {text[:40]!r} is not a price; write it like 1.60EUR.", COULD_NOT_RUN)
    return Price(Decimal(match[1]), match[2])


def _in_file(file: Path) -> dict[str, str]:
    try:
        with file.open("rb") as source:
            content = source.read(_LARGEST)
    except OSError as error:
        raise Stop(f"{file} cannot be read: {error.strerror}.", COULD_NOT_RUN) from None
    reading = read_yaml(content)
    if reading.faults:
        line, column = reading.faults[0].place
        raise Stop(f"{file}:{line}:{column}: this is no list of prices ({reading.faults[0].code}).", COULD_NOT_RUN)
    if not isinstance(reading.data, dict) or not all(isinstance(price, str) for price in reading.data.values()):
        raise Stop(f"{file}: write one price a line, such as `letter: 1.60 EUR`.", COULD_NOT_RUN)
    return {str(channel): str(price) for channel, price in reading.data.items()}
