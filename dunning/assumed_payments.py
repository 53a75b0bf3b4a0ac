"""What debtors are taken to pay, and when: nothing, all so many days late, or as the book's own history shows."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from typing import Literal

from dunning.case import Debtor, Invoice

ENOUGH_OF_A_DEBTOR = 5
ENOUGH_OF_A_SEGMENT = 30
_DIGITS = 8  # bytes of a draw
Kind = Literal["nobody-pays", "all-late", "history"]


@dataclass(frozen=True)
class Delays:
    """How late invoices were paid: days since the due date (negative before it), each with how often, in order."""

    days: tuple[int, ...]
    up_to: tuple[int, ...]  # how many were paid by then

    @classmethod
    def of(cls, counted: Mapping[int, int]) -> Delays:
        days = tuple(sorted(counted))
        return cls(days, tuple(accumulate(counted[day] for day in days)))

    def __len__(self) -> int:
        return self.up_to[-1] if self.up_to else 0

    def draw(self, chance: float, least: int) -> int | None:
        """The delay that the chance (0 to 1) picks among those of at least so many days; None when there is none."""
        first = bisect_left(self.days, least)
        before = self.up_to[first - 1] if first else 0
        left = len(self) - before
        if not left:
            return None
        drawn = min(int(chance * left), left - 1)  # a float so near to 1 that it is 1 still draws the last
        return self.days[bisect_left(self.up_to, before + 1 + drawn)]

    def median(self) -> int | None:
        """The delay by which half of them were paid; None when there is none."""
        return self.draw(0.5, self.days[0]) if self.days else None


@dataclass(frozen=True)
class History:
    """The delays of all and of each segment with enough of them; `source` says whose they are."""

    all: Delays
    segments: Mapping[str, Delays]
    source: Literal["ledger", "portfolio", "facts"]

    @classmethod
    def of(cls, counted: Mapping[str, Mapping[int, int]], source: Literal["ledger", "portfolio", "facts"]) -> History:
        """From how often each delay was seen, by segment."""
        every: Counter[int] = Counter()
        for delays in counted.values():
            every.update(delays)
        each = {name: Delays.of(delays) for name, delays in counted.items()}
        enough = {name: delays for name, delays in each.items() if len(delays) >= ENOUGH_OF_A_SEGMENT}
        return cls(Delays.of(every), enough, source)

    def for_debtor(self, debtor: Debtor, own: Iterable[int]) -> Delays:
        """The debtor's own delays where there are enough, else the segment's, else those of all."""
        mine = Counter(own)
        if mine.total() >= ENOUGH_OF_A_DEBTOR:
            return Delays.of(mine)
        return self.segments.get(debtor.segment, self.all)


@dataclass(frozen=True)
class Payer:
    """One assumption about payments. `days` is that of `all-late`; `history` is drawn from, repeatably, by `seed`."""

    kind: Kind = "nobody-pays"
    days: int = 0
    seed: int = 1
    history: History | None = None

    def pays_on(self, invoice: Invoice, from_day: date, delays: Delays | None = None) -> date | None:
        """The day from `from_day` on when the invoice is paid in full; None for never.

        An invoice that is later already than all that was ever paid is never paid.
        """
        least = (from_day - invoice.due_date).days
        late: int | None = None
        if self.kind == "all-late":
            late = self.days if self.days >= least else None
        elif self.kind == "history" and delays:
            late = delays.draw(self._chance(invoice.number), least)
        return None if late is None else invoice.due_date + timedelta(days=late)

    def _chance(self, number: str) -> float:
        """From 0 to 1, of the seed and the invoice alone, so that order and company change nothing."""
        drawn = hashlib.blake2b(f"{self.seed}/{number}".encode(), digest_size=_DIGITS).digest()
        return float(int.from_bytes(drawn, "big") / 256**_DIGITS)
