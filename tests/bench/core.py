"""How many decisions a second the core takes on one core of the machine."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from pathlib import Path

import yaml

from dunning import facts as f
from dunning.apply import apply
from dunning.case import Case, Debtor, Invoice
from dunning.decide import decide, settle
from dunning.decision import Perform, Wait
from dunning.money import Money
from dunning.performing import assumed
from dunning.policy import Policy
from dunning.terms import DebtorKind
from tests.bench.figures import Figure

_POLICY = Path(__file__).parents[2] / "policies" / "standard-b2b.yaml"
_ROUNDS = 30_000


def decisions() -> list[Figure]:
    """Decisions on a shipped policy at every moment of a case's course; each case is new, nothing is remembered."""
    policy = Policy.model_validate(yaml.safe_load(_POLICY.read_text()))
    moments = _course(policy)
    spent = 0.0
    for number in range(_ROUNDS):
        known, now = moments[number % len(moments)]
        case = known.model_copy()  # sums worked out before are forgotten
        begun = time.process_time()
        decide(policy, case, now)
        spent += time.process_time() - begun
    return [Figure("decisions of the core", 1, _ROUNDS / spent, "per second", goal=20_000)]


def _course(policy: Policy) -> list[tuple[Case, datetime]]:
    """A case at each moment at which it decides, until a person is asked."""
    now = datetime(2026, 2, 2, 9, tzinfo=UTC)
    invoice = Invoice(
        number="F-1", issue_date=date(2026, 2, 1), due_date=date(2026, 3, 2), amount=Money.parse("1000 EUR")
    )
    debtor = Debtor(id="D-1", kind=DebtorKind.business, country="FR", time_zone="Europe/Paris")
    case = Case(id="F-1", policy=policy.policy, policy_hash="0", invoice=invoice, debtor=debtor, added_at=now)
    case = apply(case, f.CaseOpened(id="opened", at=now))
    moments: list[tuple[Case, datetime]] = []
    while True:
        case, _, decision = settle(policy, case, now)
        moments.append((case, now))
        if isinstance(decision, Wait):
            now = decision.until
        elif isinstance(decision, Perform):
            case = apply(case, assumed(policy, case, decision, now))
        else:
            return moments
