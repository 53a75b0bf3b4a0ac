"""What happened changes what we know, and nothing that arrives can stop a case or be lost."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dunning import facts as f
from dunning.admit import NotPossible, admit
from dunning.apply import apply
from dunning.case import Case, Debtor, Invoice
from dunning.decide import settle
from dunning.money import Money
from dunning.policy import Policy
from dunning.simulate import Happening, Life, simulate
from dunning.terms import DebtorKind

FEB_2 = datetime(2026, 2, 2, 9, tzinfo=UTC)
YEAR = timedelta(days=365)
REMINDER = {"step": "reminder", "day": {"days": 1, "after": "due_date"}, "channels": ["email"], "letter": "reminder"}
CALL = {"step": "call", "day": {"days": 5, "after": "due_date"}, "call": {"attempts": 3}}
NOTICE = {
    "step": "notice",
    "day": {"days": 30, "after": "due_date"},
    "channels": ["registered_letter"],
    "letter": "formal-notice",
    "approval": "required",
}
FORK = {"step": "way-out", "day": {"days": 40, "after": "due_date"}, "fork": [{"then": "ask"}]}


def policy(*steps: dict[str, Any], **told: Any) -> Policy:
    """A French office week, three days between contacts; promises broken go on, the rest asks."""
    grace = {"days": 2}
    rules: dict[str, Any] = {
        "policy": "test",
        "title": "Test",
        "takes": {"debtor": ["business"], "currency": ["EUR"]},
        "enters": {"at": "first_step"},
        "calendar": {
            "country": "FR",
            "time_zone": "Europe/Paris",
            "week_days": ["monday", "tuesday", "wednesday", "thursday", "friday"],
            "contact_hours": ["09:00-18:00"],
        },
        "least_gap": {"days": 3},
        "tolerance": "1 EUR",
        "missed_after": {"days": 3},
        "after": {
            "dispute": {"stops": "disputed_part", "review_after": {"days": 10}},
            "broken_promise": {"then": "continue", "grace": grace},
            "defaulted_plan": {"then": "ask", "grace": grace},
            "reversed_payment": {"then": "ask"},
            "hold": {"review_after": {"days": 30}},
        },
        "steps": list(steps) or [REMINDER, CALL, NOTICE, FORK],
    }
    return Policy.model_validate(rules | told)


def case() -> Case:
    """1000 euros, due on Monday 2 February 2026."""
    invoice = Invoice(number="F1", issue_date=date(2026, 1, 2), due_date=FEB_2.date(), amount=Money.parse("1000 EUR"))
    debtor = Debtor(id="D1", kind=DebtorKind.business)
    return Case(id="F1", policy="test", policy_hash="h", invoice=invoice, debtor=debtor, added_at=FEB_2)


def fact(kind: str, number: str = "1", at: datetime = FEB_2, **told: Any) -> f.Fact:
    return f.recall_fact({"fact": kind, "id": f"{kind}-{number}", "at": at, **told})


def live(rules: Policy, *happened: f.Fact, until: datetime = FEB_2 + YEAR) -> Life:
    """The life of the case with these facts, each at its own moment."""
    return simulate(rules, case(), [Happening(one.at, fact=one) for one in happened], until)


def day(number: int, hour: int = 10) -> datetime:
    """So many days after 2 February, by default at eleven in Paris."""
    return datetime(2026, 2, 2, hour, tzinfo=UTC) + timedelta(days=number)


def keys(life: Life) -> list[str]:
    return [task.key for task in life.decision.tasks]


# What a machine or a stranger may send: right in shape, absurd in size, time or words.
AMOUNTS = st.fixed_dictionaries(
    {"minor": st.integers(-(10**16), 10**16), "currency": st.sampled_from(["EUR", "USD", "eur", "XXX"])}
)
DAYS = st.sampled_from(["0001-01-01", "9999-12-31", "2026-02-30", "2026-03-01", "", "1e9", 5, None])
WORDS = st.text(max_size=320) | st.sampled_from(
    ["F1/reminder/1/email", "F1//1/x", "F1/" + "a" * 200 + "/1/" + "b" * 40]
)
VALUES = AMOUNTS | DAYS | WORDS | st.integers() | st.none() | st.lists(st.integers(), max_size=2)
NAMES = [name for name in f.__all__ if name not in ("Fact", "Instalment")]
FIELDS = (
    "id amount received_on issued_on payment_id dispute_id outcome upheld reason on delivery result detail due_date "
    "problem promised_for until step route instalments policy policy_hash by"
).split()
KNOWN = {
    "outcome": st.sampled_from(["upheld", "rejected", "partly"]),
    "result": st.sampled_from(["bounced", "delivered", "disputed", "promised", "reached"]),
    "amount": AMOUNTS,
    "upheld": AMOUNTS,
}
RAW = st.fixed_dictionaries(
    {"fact": st.sampled_from(NAMES)},
    optional={name: KNOWN.get(name, VALUES) | VALUES for name in FIELDS},
)


@settings(max_examples=500)
@given(st.lists(RAW | VALUES, max_size=6), st.booleans())
def test_whatever_arrives_the_case_goes_on(raws: list[Any], act: bool) -> None:
    """Nonsense from a webhook or a form is read, refused or kept as a problem; the rules still decide afterwards."""
    known, rules = case(), policy()
    for raw in raws:
        read = f.read_fact(raw, FEB_2, act=act)
        try:
            if act:
                admit(rules, known, read)
        except NotPossible:
            continue
        known = apply(known, read)
        known, _, decision = settle(rules, known, FEB_2)
        assert decision.because.text("en")
        assert Case.model_validate(known.model_dump(mode="json", exclude_defaults=True)) == known


ABSURD = [
    {"fact": "InvoiceChanged", "id": "1", "amount": {"minor": 10**15, "currency": "EUR"}, "due_date": "2026-02-02"},
    {"fact": "InvoiceChanged", "id": "1", "amount": {"minor": 100, "currency": "EUR"}, "due_date": "9999-12-31"},
    {"fact": "InvoiceChanged", "id": "1", "amount": {"minor": 100, "currency": "EUR"}, "due_date": "0001-01-01"},
    {"fact": "DeliveryReported", "id": "1", "delivery": "F1//1/email", "result": "bounced"},
    {"fact": "DeliveryReported", "id": "1", "delivery": "F2/reminder/1/email", "result": "bounced"},
    {"fact": "DeliveryReported", "id": "1", "delivery": "F1/notice/1/email", "result": "bounced"},
    {
        "fact": "DisputeResolved",
        "id": "1",
        "dispute_id": "L1",
        "outcome": "partly",
        "upheld": {"minor": -5, "currency": "EUR"},
    },
]


@pytest.mark.parametrize("raw", ABSURD)
def test_an_absurd_fact_becomes_a_problem_for_a_person(raw: dict[str, Any]) -> None:
    """A sum beyond all sums, a due date in the year 9999, a delivery of no step: kept, said, and not counted."""
    known = apply(case(), f.read_fact(raw, FEB_2))
    assert known.invoice == case().invoice
    assert not known.questions
    assert [problem.key for problem in known.problems] == ["fact/1"]
    decision = settle(policy(), known, FEB_2)[2]
    assert "fact/1" in [task.key for task in decision.tasks]


def test_a_dispute_told_on_the_phone_for_no_sum_stops_the_whole_case() -> None:
    """The collector typed 0 euros on 9 February: that is no sum, so everything stops."""
    rules = policy()
    zero = {"minor": 0, "currency": "EUR"}
    life = live(rules, fact("CallMade", at=day(8), result="disputed", amount=zero), until=day(30))
    assert life.decision.because.code == "disputed"


def test_a_hold_to_the_end_of_time_is_refused() -> None:
    """Until 31 December 9999 no calendar reaches."""
    with pytest.raises(NotPossible, match="three years"):
        admit(policy(), case(), fact("HoldPlaced", reason="for ever", until="9999-12-31"))


def test_a_plan_beyond_all_sums_is_refused() -> None:
    """Two instalments of ten billion euros for a bill of a thousand."""
    huge = {"minor": 10**15, "currency": "EUR"}
    plan = fact("PlanAgreed", instalments=[{"due": f"2026-0{m}-01", "amount": huge} for m in (3, 4)])
    with pytest.raises(NotPossible, match="more than is to be paid"):
        admit(policy(), case(), plan)


def test_a_call_wanted_again_runs_to_its_end() -> None:
    """Reached on 10 February, wanted again on Friday 13: asked for, tried twice until Monday, then over."""
    told = [
        fact("CallMade", "a", day(8), result="reached"),
        fact("StepRepeated", "b", day(11), step="call"),
        fact("CallMade", "c", day(11, 12), result="no_answer"),
    ]
    asked = live(policy(), *told[:2], until=day(11, 11))
    assert [task.kind for task in asked.decision.tasks] == ["call"]
    tried = live(policy(), *told, until=day(14, 9))
    assert [attempt.attempt for attempt in tried.case.calls] == [1, 1, 2]
    reached = live(policy(), *told, fact("CallMade", "d", day(14, 12), result="reached"), until=day(14, 13))
    assert [record.occurrence for record in reached.case.records("call")] == [1, 2]
    assert reached.case.again is None


def test_a_second_attempt_is_not_a_missed_step() -> None:
    """Three attempts two business days apart outlast the three days after which a step counts as missed."""
    call = {**CALL, "call": {"attempts": 3, "apart": {"days": 2, "counted_in": "business_days"}}, "if_missed": "skip"}
    vain = [fact("CallMade", str(n), day(n), result="no_answer") for n in (7, 9, 11)]
    life = live(policy(REMINDER, call, NOTICE), *vain, until=day(12))
    assert [attempt.result for attempt in life.case.calls] == ["no_answer"] * 3
    assert [record.why for record in life.case.records("call")] == ["call_unanswered"]


@pytest.mark.parametrize("pause", ["hold", "promise"])
def test_work_laid_aside_comes_back_under_another_key(pause: str) -> None:
    """An act that lays work aside closes its task for ever; after the hold or the promise it is new work."""
    asked = live(policy(), until=day(8))
    if pause == "hold":
        acts = [fact("HoldPlaced", "h", day(8), reason="fair"), fact("HoldReleased", "r", day(9))]
    else:
        acts = [fact("PromiseMade", "p", day(8), promised_for="2026-02-11")]
    back = live(policy(), *acts, until=day(25))
    assert [task.kind for task in back.decision.tasks] == ["call"]
    assert not set(keys(asked)) & set(keys(back))


def test_what_came_back_may_be_left_out_though_later_steps_went() -> None:
    """The reminder bounces on 20 February, when the call is over: a person leaves it, and the case goes on."""
    told = [
        fact("CallMade", "c", day(8), result="reached"),
        fact("DeliveryReported", "d", day(18), delivery="F1/reminder/1/email", result="bounced"),
        fact("StepSkipped", "s", day(18, 12), step="reminder", words={"reason": "reached by phone"}),
    ]
    life = live(policy(), *told, until=day(19))
    assert life.decision.do == "wait"
    assert life.case.questions == ()


def test_a_fork_left_to_a_person_is_never_missed() -> None:
    """The decision was due on 16 March; a person takes three weeks, and a payment in between changes nothing."""
    fork = {**FORK, "day": {"days": 10, "after": "due_date"}, "if_missed": "skip"}
    told = [
        fact("PaymentReceived", "p", day(30), amount=Money.parse("10 EUR").model_dump(), received_on="2026-03-04"),
        fact("StepApproved", "a", day(31), step="way-out", route="lawyer"),
    ]
    life = live(policy(REMINDER, fork), *told, until=day(40))
    assert life.case.steps[-1].route == "lawyer"


def test_a_fork_that_asks_now_wants_a_route() -> None:
    """To approve it without saying where to would change nothing, so it is refused with the ways there are."""
    life = live(policy(REMINDER, FORK), until=day(60))
    with pytest.raises(NotPossible, match="agency, lawyer or injunction"):
        admit(policy(REMINDER, FORK), life.case, fact("StepApproved", at=day(60), step="way-out"))


def test_the_later_of_two_changes_told_at_one_moment_counts() -> None:
    """Two corrections of the books arrive in the same second: the one that came last holds."""
    changes = [
        fact("InvoiceChanged", str(n), amount={"minor": n, "currency": "EUR"}, due_date="2026-02-02")
        for n in (700, 800)
    ]
    known = apply(apply(case(), changes[0]), changes[1])
    assert known.invoice.amount == Money.parse("8 EUR")


def test_a_payment_told_twice_with_two_sums_is_counted_once_and_said() -> None:
    """P1 comes as 100 euros and again as 900: the first counts and a person looks."""
    first = fact("PaymentReceived", amount=Money.parse("100 EUR").model_dump(), received_on="2026-02-02")
    second = fact("PaymentReceived", amount=Money.parse("900 EUR").model_dump(), received_on="2026-02-02")
    known = apply(apply(apply(case(), first), first), second)
    assert known.balance == Money.parse("900 EUR")
    assert [problem.code for problem in known.problems] == ["contradicting_fact"]


def test_an_approval_stays_open_after_hours() -> None:
    """Asked on Wednesday 4 March at nine; a note in the evening does not make the work vanish overnight."""
    note = fact("CallMade", at=day(30, 19), result="no_answer")
    life = live(policy(REMINDER, NOTICE), note, until=day(30, 20))
    assert [task.kind for task in life.decision.tasks] == ["approve"]


def test_an_approved_call_is_approved_for_all_its_attempts() -> None:
    """Approved on 9 February, nobody answers: the second attempt of the 10th asks for no other approval."""
    told = [fact("StepApproved", at=day(7, 9), step="call"), fact("CallMade", at=day(7), result="no_answer")]
    life = live(policy(REMINDER, {**CALL, "approval": "required"}), *told, until=day(8))
    assert [task.kind for task in life.decision.tasks] == ["call"]
    assert [attempt.attempt for attempt in life.case.calls] == [1, 2]
