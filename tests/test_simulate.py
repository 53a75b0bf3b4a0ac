"""A life played in a moment: it tells what the workflow would do, quickly, and always comes to an end."""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta

import pytest

import dunning.player
from dunning import facts as f
from dunning.case import Case
from dunning.decision import Wait
from dunning.money import Money
from dunning.policy import Policy
from dunning.reasons import because
from dunning.simulate import Happening, Life, simulate
from tests.test_apply import CALL, FEB_2, FORK, NOTICE, REMINDER, YEAR, case, day, fact, live, policy


def told(life: Life) -> list[tuple[date, str, str]]:
    """The lines that do something, each with its day and step."""
    return [(line.day, line.what, line.step or "") for line in life.timeline if line.what in ("performed", "skipped")]


def test_an_undisturbed_life() -> None:
    """From 2 February: reminder on the 3rd, call on Monday 9, and then a person is asked for the call's result."""
    life = live(policy())
    assert told(life) == [(date(2026, 2, 3), "performed", "reminder"), (date(2026, 2, 9), "performed", "call")]
    assert life.decision.do == "ask"
    assert [line.what for line in life.timeline][:2] == ["opened", "waits"]


def test_facts_are_taken_in_the_order_of_time_whatever_the_order_told() -> None:
    """Told backwards, a payment of 500 on 5 February and one of 500 on 6 February still close the case on the 6th."""
    half = Money.parse("500 EUR").model_dump()
    paid = [fact("PaymentReceived", str(n), day(n), amount=half, received_on="2026-02-05") for n in (3, 4)]
    one, other = live(policy(), *paid), live(policy(), *reversed(paid))
    assert one == other
    assert one.timeline[-1].what == "closes"
    assert one.timeline[-1].day == date(2026, 2, 6)


def test_nothing_is_noticed_during_an_outage_and_facts_are_read_first() -> None:
    """Down from 2 to 20 February: the payment of the 10th is read on the 20th, and no reminder goes out."""
    payment = fact("PaymentReceived", at=day(8), amount=Money.parse("1000 EUR").model_dump(), received_on="2026-02-10")
    away = Happening(FEB_2 + timedelta(hours=1), away_until=day(18))
    life = simulate(policy(), case(), [away, Happening(payment.at, fact=payment)], FEB_2 + YEAR)
    assert told(life) == []
    assert life.timeline[-1].what == "closes"
    assert life.timeline[-1].at == day(18)


def test_after_an_outage_steps_catch_up_one_at_a_time() -> None:
    """Down until Friday 20 February: the reminder at once, the call three days later, never both on a day."""
    away = Happening(FEB_2 + timedelta(hours=1), away_until=day(18))
    life = simulate(policy(), case(), [away], FEB_2 + YEAR)
    assert told(life) == [(date(2026, 2, 20), "performed", "reminder"), (date(2026, 2, 23), "performed", "call")]


@pytest.mark.parametrize(("if_missed", "what"), [("send_now", "performed"), ("skip", "skipped"), ("ask", "asks")])
def test_what_was_missed_follows_the_policy(if_missed: str, what: str) -> None:
    """The reminder of 3 February is looked at on the 20th, far too late: sent, left out, or asked about."""
    away = Happening(FEB_2 + timedelta(hours=1), away_until=day(18))
    life = simulate(policy({**REMINDER, "if_missed": if_missed}), case(), [away], day(19))
    line = next(line for line in life.timeline if line.at == day(18) and line.what != "noted")
    assert (line.what, line.step) == (what, "reminder")


def test_an_act_that_is_refused_is_told_and_changes_nothing() -> None:
    """On 4 February somebody notes a promise for 1 February."""
    refused = live(policy(), fact("PromiseMade", at=day(2), promised_for="2026-02-01"), until=day(3))
    line = next(line for line in refused.timeline if line.what == "refused")
    assert "is past" in line.refusal
    assert refused.case == live(policy(), until=day(3)).case


def test_news_of_the_debtor_decide_the_fork() -> None:
    """The debtor's solvency turns bad on 10 February: the fork of 12 February takes the branch for that."""
    fork = {
        **FORK,
        "day": {"days": 10, "after": "due_date"},
        "fork": [{"when": {"solvency": ["bad"]}, "then": "lawyer"}, {"then": "agency"}],
    }
    ruined = case().debtor.model_copy(update={"solvency": "bad"})
    good = simulate(policy(REMINDER, fork), case(), [], FEB_2 + YEAR)
    bad = simulate(policy(REMINDER, fork), case(), [Happening(day(8), debtor=ruined)], FEB_2 + YEAR)
    routes = [next(line.route for line in life.timeline if line.route) for life in (good, bad)]
    assert [str(route) for route in routes] == ["agency", "lawyer"]


def test_what_comes_after_a_close_opens_the_case_again() -> None:
    """Paid on 4 February, taken back on the 20th: a person is asked, as the policy says."""
    payment = fact("PaymentReceived", at=day(2), amount=Money.parse("1000 EUR").model_dump(), received_on="2026-02-04")
    back = fact("PaymentReversed", at=day(18), payment_id=payment.id)
    life = live(policy(), payment, back)
    assert [line.what for line in life.timeline if line.what in ("closes", "asks")] == ["closes", "asks"]
    assert life.decision.because.code == "reversed"


def test_every_reason_of_every_rule_can_be_told() -> None:
    """A life with a promise broken, a plan in default, a missed call and a refused notice reads as sentences."""
    call = {**CALL, "call": {"attempts": 2, "results": {"not_made": "next_step"}}}
    plan = [{"due": "2026-03-20", "amount": Money.parse("1000 EUR").model_dump()}]
    happened = [
        fact("PromiseMade", "a", day(2), promised_for="2026-02-06"),
        fact("PlanAgreed", "b", day(31), instalments=plan),
        fact("HoldReleased", "c", day(60)),
        fact("StepRefused", "d", day(61), step="notice", reason="too early"),
    ]
    life = live(policy(REMINDER, call, NOTICE, FORK), *happened, until=day(90))
    told_codes = {line.because.code for line in life.timeline if line.because}
    assert {"promise_broken", "plan_defaulted", "call_not_made", "approval_refused"} <= told_codes
    for line in life.timeline:
        if line.because:
            assert line.because.text("en") != line.because.text("fr")


def test_rules_that_let_no_time_pass_are_named_and_not_played_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect that waits for the past stops the simulation with the case's name."""

    def backwards(_: Policy, known: Case, now: datetime) -> tuple[Case, list[f.Fact], Wait]:
        return known, [], Wait(until=now, because=because("due_now", step="x", day=now), outstanding=known.outstanding)

    monkeypatch.setattr(dunning.player, "settle", backwards)
    with pytest.raises(RuntimeError, match="F1"):
        live(policy())


def test_a_year_of_a_case_takes_milliseconds() -> None:
    """Whoever previews a policy over a portfolio plays thousands of lives: a hundred take well under ten seconds."""
    begun = time.monotonic()
    for _ in range(100):
        live(policy())
    assert time.monotonic() - begun < 10
