"""Random policies, cases and happenings, for laws that must hold whatever a credit manager writes and a debtor does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hypothesis import strategies as st

from dunning import facts as f
from dunning.case import Case, Debtor, Invoice, StepRecord
from dunning.decision import Decision
from dunning.money import Money
from dunning.opening import Past, taken_over
from dunning.policy import Policy, Weekday
from dunning.simulate import Happening, simulate
from dunning.terms import DebtorKind

WEEKDAYS = [str(day) for day in Weekday]
ZONES = ["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Auckland", "UTC"]
COUNTRIES = ["FR", "DE", "US", "IL", "JP"]
HOURS = [["09:00-18:00"], ["10:00-13:00", "14:00-20:00"], ["00:00-24:00"], ["02:00-03:00"], ["22:30-24:00"]]
FIRST_DAY = date(2026, 1, 5)


def eur(minor: int) -> Money:
    return Money(minor=minor, currency="EUR")


def delays(least: int = 0, most: int = 10) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {"days": st.integers(least, most), "counted_in": st.sampled_from(["calendar_days", "business_days"])}
    )


@st.composite
def _day(draw: st.DrawFn, place: int, deadlines: list[str]) -> dict[str, Any]:
    anchors = ["due_date", "invoice_date", "end_of_due_month", "before"]
    anchors += ["previous_step"] if place else []
    anchors += ["deadline"] if deadlines else []
    anchor = draw(st.sampled_from(anchors))
    day = draw(delays(0, 45))
    if anchor == "before":
        return day | {"before": "due_date", "days": min(day["days"], 10)}
    return day | {"after": anchor} | ({"of": draw(st.sampled_from(deadlines))} if anchor == "deadline" else {})


CONDITIONS = st.fixed_dictionaries(
    {},
    optional={
        "outstanding": st.sampled_from([{"at_least": "50 EUR"}, {"below": "5000 EUR"}]),
        "days_past_due": st.sampled_from([{"at_least": 3}, {"below": 20}]),
        "solvency": st.sampled_from([["unknown", "good"], ["bad"]]),
        "unpaid_invoices": st.sampled_from([{"at_least": 1}, {"below": 2}]),
    },
)
CALLS = st.fixed_dictionaries(
    {"attempts": st.integers(1, 3), "apart": delays(0, 3), "within": delays(0, 4)},
    optional={
        "results": st.fixed_dictionaries(
            {
                "reached": st.sampled_from(["try_again", "next_step", "ask"]),
                "no_answer": st.sampled_from(["try_again", "next_step", "ask"]),
                "wrong_number": st.sampled_from(["try_again", "next_step", "ask"]),
                "no_answer_at_last": st.sampled_from(["next_step", "ask"]),
                "not_made": st.sampled_from(["next_step", "ask"]),
            }
        )
    },
)
ROUTES = st.sampled_from(["agency", "lawyer", "injunction", "ask"])


@st.composite
def _step(draw: st.DrawFn, place: int, deadlines: list[str]) -> dict[str, Any]:
    step: dict[str, Any] = {"step": f"s{place}", "day": draw(_day(place, deadlines))}
    kind = draw(st.sampled_from(["message", "message", "message", "call", "call", "fork"]))
    if kind == "message":
        names = st.sampled_from(["email", "sms", "letter", "registered_letter"])
        step |= {"channels": draw(st.lists(names, min_size=1, max_size=3, unique=True)), "letter": "reminder"}
        step |= draw(st.fixed_dictionaries({}, optional={"pay_within": delays(0, 15)}))
        every = st.fixed_dictionaries({"times": st.integers(2, 3), "every": delays(0, 10)})
        step |= draw(st.fixed_dictionaries({}, optional={"repeat": every}))
    elif kind == "call":
        step["call"] = draw(CALLS)
    else:
        first = draw(st.lists(st.fixed_dictionaries({"when": CONDITIONS, "then": ROUTES}), max_size=2))
        step["fork"] = [*first, {"then": draw(ROUTES)}]
    step["when"] = draw(st.none() | st.none() | st.none() | CONDITIONS)
    step["approval"] = draw(st.sampled_from(["not_needed", "not_needed", "not_needed", "required"]))
    step["if_missed"] = draw(st.sampled_from(["send_now", "send_now", "skip", "ask"]))
    return step


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Any policy that the model lets through, from one step to seven."""
    steps: list[dict[str, Any]] = []
    for place in range(draw(st.sampled_from(range(1, 8)))):
        steps.append(draw(_step(place, [s["step"] for s in steps if s.get("pay_within")])))
    names = st.sampled_from([s["step"] for s in steps])
    late = st.fixed_dictionaries({"at": st.just("by_age"), "never_beyond": names})
    then = st.sampled_from(["continue", "next_step_now", "ask"])
    failure = st.fixed_dictionaries({"then": then, "grace": delays(0, 5)})
    return Policy.model_validate(
        {
            "policy": "random",
            "title": "Random",
            "takes": {"debtor": ["business"], "currency": ["EUR"]},
            "enters": draw(st.just({"at": "first_step"}) | late),
            "calendar": {
                "country": draw(st.sampled_from(COUNTRIES)),
                "time_zone": draw(st.sampled_from(ZONES)),
                "week_days": draw(st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=7, unique=True)),
                "contact_hours": draw(st.sampled_from(HOURS)),
                "public_holidays": draw(st.sampled_from(["closed", "open"])),
            },
            "least_gap": draw(delays(1, 8)),
            "tolerance": draw(st.sampled_from(["0 EUR", "1 EUR", "60 EUR"])),
            "missed_after": draw(delays(0, 6)),
            "after": {
                "dispute": {
                    "stops": draw(st.sampled_from(["disputed_part", "whole"])),
                    "review_after": draw(delays(0, 9)),
                },
                "broken_promise": draw(failure),
                "defaulted_plan": draw(failure),
                "reversed_payment": {"then": draw(then)},
                "hold": {"review_after": draw(delays(1, 30))},
            },
            "steps": steps,
        }
    )


@st.composite
def cases(draw: st.DrawFn, policy: Policy) -> Case:
    """A case of 100 to 1000 euros due around February 2026, which arrives early, late, or under way."""
    due = FIRST_DAY + timedelta(days=draw(st.integers(0, 60)))
    added = datetime(2026, 1, 5, tzinfo=UTC) + timedelta(minutes=draw(st.integers(0, 150 * 1440)))
    debtor = Debtor(
        id="D1",
        kind=DebtorKind.business,
        country=draw(st.none() | st.sampled_from([*COUNTRIES, "ZZ"])),
        time_zone=draw(st.none() | st.sampled_from([*ZONES, "Nowhere/Land"])),
    )
    steps: tuple[StepRecord, ...] = ()
    if draw(st.integers(0, 4)) == 0:
        last = draw(st.sampled_from([s.step for s in policy.steps]))
        steps = taken_over(policy, debtor, Past(last, added.date() - timedelta(days=draw(st.integers(0, 40)))))
    issued, amount = due - timedelta(days=draw(st.integers(0, 60))), eur(draw(st.integers(10_000, 100_000)))
    invoice = Invoice(number="F1", issue_date=issued, due_date=due, amount=amount)
    return Case(id="F1", policy="random", policy_hash="h", invoice=invoice, debtor=debtor, added_at=added, steps=steps)


@dataclass(frozen=True)
class Told:
    """What a fact may speak of: the policy's steps, the invoice's sum, and the moment."""

    policy: Policy
    case: Case
    at: datetime
    number: int

    def fact(self, said: dict[str, Any]) -> f.Fact:
        """The fact with these words, under an id of its own unless it brings one."""
        return f.recall_fact({"id": f"f{self.number}", "at": self.at, "by": "someone"} | said)


def _words(kind: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"fact": st.just(kind), **fields})


SUMS = st.integers(1, 100_000).map(eur) | st.sampled_from([eur(10_000), eur(50_000)])
PAY_IDS = st.sampled_from(["P1", "P2", "P3"])
DISPUTES = st.sampled_from(["L1", "L2"])
RESULTS = st.sampled_from(["delivered", "bounced", "refused", "unclaimed", "returned"])


def signals(told: Told) -> st.SearchStrategy[f.Fact]:
    """Something the outside signals; the few ids make facts meet, repeat and contradict each other."""
    on, nearby = st.just(told.at.date()), st.integers(-90, 90)
    keys = st.sampled_from([f"F1/{s.step}/1/email" for s in told.policy.steps])
    resolved = _words("DisputeResolved", dispute_id=DISPUTES, outcome=st.sampled_from(["upheld", "rejected"]))
    kinds = [
        _words("PaymentReceived", id=PAY_IDS, amount=SUMS, received_on=on),
        _words("PaymentReversed", payment_id=PAY_IDS),
        _words("CreditNoteIssued", amount=SUMS, issued_on=on, dispute_id=st.none() | DISPUTES),
        _words("DisputeOpened", id=DISPUTES, amount=st.none() | SUMS, reason=st.just("goods")),
        resolved,
        _words("DisputeResolved", dispute_id=DISPUTES, outcome=st.just("partly"), upheld=SUMS),
        _words("DeliveryReported", delivery=keys, result=RESULTS),
        _words("InvoiceChanged", amount=SUMS, due_date=nearby.map(lambda days: told.at.date() + timedelta(days))),
        _words("ContactChanged"),
        _words("DebtorInsolvent", on=on) if told.number % 5 == 0 else resolved,
    ]
    return st.one_of(kinds).map(told.fact)


def acts(told: Told) -> st.SearchStrategy[f.Fact]:
    """Something a person does, sensible or not: what is not is refused."""
    step = st.sampled_from([s.step for s in told.policy.steps])
    ahead = st.integers(-2, 30).map(lambda days: told.at.date() + timedelta(days))
    whole = max(told.case.outstanding.minor, 2)
    rates = ahead.map(
        lambda day: [
            {"due": day, "amount": eur((whole + 1) // 2)},
            {"due": day + timedelta(30), "amount": eur(whole // 2)},
        ]
    )
    vain = st.sampled_from("disputed reached no_answer wrong_number not_made".split())
    kinds = [
        _words("PromiseMade", amount=st.none() | SUMS, promised_for=ahead),
        _words("PlanAgreed", instalments=rates),
        _words("PlanAgreed", instalments=rates),
        _words("HoldPlaced", reason=st.just("talks"), until=st.none() | ahead),
        _words("HoldReleased"),
        _words("CallMade", result=st.just("promised"), promised_for=ahead),
        _words("CallMade", result=vain),
        _words("CallMade", result=vain),
        _words("StepApproved", step=step, route=st.none() | ROUTES),
        _words("StepRefused", step=step, reason=st.just("no")),
        _words("StepSkipped", step=step, words=st.just({"reason": "no"})),
        _words("StepRepeated", step=step),
        _words("ProblemSettled", problem=st.sampled_from(["fact/f1", "late/P1", "overpaid/1"])),
        _words("CaseWrittenOff", reason=st.just("small")) if told.number % 4 == 0 else _words("HoldReleased"),
    ]
    return st.one_of(kinds).map(told.fact)


def answers(told: Told, decision: Decision) -> st.SearchStrategy[f.Fact] | None:
    """What a person would do about the work that is open, so that lives go on to their severe steps."""
    task = next(iter(decision.tasks), None)
    if task is None:
        return None
    step, disputes = task.step or "s0", list(told.case.contested)
    again = st.sampled_from([_words("StepRepeated", step=st.just(step)), _words("HoldReleased")]).flatmap(lambda w: w)
    skipped = _words("StepSkipped", step=st.just(step), words=st.just({"reason": "no"}))
    match task.kind:
        case "approve":
            words = _words("StepApproved", step=st.just(step))
        case "route":
            words = _words("StepApproved", step=st.just(step), route=st.sampled_from(["agency", "lawyer"]))
        case "call":
            words = _words("CallMade", result=st.sampled_from(["reached", "no_answer", "disputed", "wrong_number"]))
        case "dispute" if disputes:
            outcome = st.sampled_from(["rejected", "rejected", "upheld"])
            words = _words("DisputeResolved", dispute_id=st.just(disputes[0]), outcome=outcome)
        case "follow_up" | "end_of_policy":
            words = _words("StepRepeated", step=st.just(told.case.steps[-1].step)) if told.case.steps else again
        case _:
            words = again | skipped if task.step else _words("HoldReleased")
    return words.map(told.fact)


@st.composite
def _happening(draw: st.DrawFn, told: Told, decision: Decision) -> Happening:
    sensible = answers(told, decision)
    if sensible is not None and draw(st.integers(0, 9)) < 6:
        return Happening(told.at, fact=draw(sensible))
    match draw(st.integers(0, 9)):
        case 0:
            news = {"solvency": draw(st.sampled_from(["good", "bad"])), "unpaid_count": draw(st.integers(0, 4))}
            return Happening(told.at, debtor=Debtor.model_validate(told.case.debtor.model_dump() | news))
        case 1:
            return Happening(told.at, away_until=told.at + timedelta(hours=draw(st.integers(1, 400))))
        case 2:
            whole = max(told.case.balance.minor, 1)
            words = _words(
                "PaymentReceived", id=PAY_IDS, amount=st.just(eur(whole)), received_on=st.just(told.at.date())
            )
            return Happening(told.at, fact=told.fact(draw(words)))
        case 3 | 4 | 5:
            return Happening(told.at, fact=draw(signals(told)))
    return Happening(told.at, fact=draw(acts(told)))


@st.composite
def happenings(draw: st.DrawFn, policy: Policy, case: Case) -> list[Happening]:
    """Up to a dozen things, one after the other over some months; what people do fits what they are asked, mostly."""
    found: list[Happening] = []
    first = max(case.added_at, datetime.combine(case.invoice.due_date - timedelta(20), time(9), UTC))
    at = first + timedelta(hours=draw(st.integers(0, 600)))
    for number in range(draw(st.sampled_from(range(13)))):
        life = simulate(policy, case, found, at)
        found.append(draw(_happening(Told(policy, life.case, at, number), life.decision)))
        at += timedelta(minutes=draw(st.sampled_from([0, 1, 600, 1440]) | st.integers(0, 20 * 1440)))
    return found
