"""The policies that are shipped: sound, complete, and with the course that was promised."""

from __future__ import annotations

from datetime import date
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.policies.files import Loaded, load_folder
from dunning.case import Debtor, Invoice
from dunning.money import Money
from dunning.opening import choose
from dunning.policy import Policy
from dunning.terms import Channel, DebtorKind, Route, Tone
from tests.policy_text import POLICIES

CURRENCIES = ("EUR", "USD", "GBP", "CHF", "CAD")
LOADED: Loaded = load_folder(POLICIES)
SHIPPED: dict[str, Policy] = {one.policy.policy: one.policy for one in LOADED.policies}


def test_they_have_no_finding() -> None:
    """What is shipped is the first thing people copy: nothing in it may be wrong."""
    assert [str(finding) for finding in LOADED.findings] == []
    assert sorted(SHIPPED) == ["consumer", "habitual-late-b2b", "loyal-b2b", "standard-b2b"]


def test_each_tells_editors_where_its_schema_is() -> None:
    """An editor completes keys from the first line on."""
    for name in SHIPPED:
        first = (POLICIES / f"{name}.yaml").read_text("utf-8").partition("\n")[0]
        assert first == "# yaml-language-server: $schema=policy.schema.json"


INVOICES = st.builds(
    Invoice,
    number=st.just("F-2026-1"),
    issue_date=st.just(date(2026, 10, 1)),
    due_date=st.just(date(2026, 10, 31)),
    amount=st.builds(Money, minor=st.integers(1, 10**12), currency=st.sampled_from(CURRENCIES)),
)
COUNTRIES = st.none() | st.sampled_from(["FR", "BE", "GB", "US", "CA", "CH", "NO"])


@given(
    INVOICES, st.sampled_from([DebtorKind.business, DebtorKind.public]),
    st.sampled_from(["standard", "loyal", "habitual-late"]), COUNTRIES,
)  # fmt: skip
def test_every_invoice_of_a_business_has_exactly_one_policy(
    invoice: Invoice, kind: DebtorKind, segment: str, country: str | None
) -> None:
    """Whatever its amount, currency and country, an invoice of one of the three segments is taken once."""
    debtor = Debtor(id="D1", kind=kind, segment=segment, country=country)
    assert choose(SHIPPED.values(), invoice, debtor).policy == f"{segment}-b2b"


@given(INVOICES, st.from_regex(r"\A[a-z]{1,10}\Z") | st.sampled_from(["standard", "loyal", "habitual-late"]), COUNTRIES)
def test_every_consumer_has_exactly_one_policy(invoice: Invoice, segment: str, country: str | None) -> None:
    """A consumer is a consumer in every segment."""
    debtor = Debtor(id="D1", kind=DebtorKind.consumer, segment=segment, country=country)
    assert choose(SHIPPED.values(), invoice, debtor).policy == "consumer"


def test_the_usual_course_keeps_its_days() -> None:
    """D-5, 1, 7, 15, 23, 30, 38 and 55: the practice that the issue names."""
    days = {s.step: -s.day.days if s.day.before else s.day.days for s in SHIPPED["standard-b2b"].steps}
    assert days == {
        "pre-due-note": -5,
        "courteous-reminder": 1,
        "first-call": 7,
        "firm-reminder": 15,
        "second-call": 23,
        "last-reminder": 30,
        "formal-notice": 38,
        "way-out": 55,
    }


def test_loyal_is_slower_and_habitual_is_faster_than_standard() -> None:
    """The formal notice of a loyal customer comes last, that of a habitually late one first."""
    day = {name: step.day.days for name, policy in SHIPPED.items() if (step := policy.find("formal-notice"))}
    assert day["habitual-late-b2b"] < day["standard-b2b"] < day["consumer"] < day["loyal-b2b"]
    gap = {name: policy.least_gap.days for name, policy in SHIPPED.items()}
    assert gap["habitual-late-b2b"] < gap["standard-b2b"] < gap["consumer"] < gap["loyal-b2b"]


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_a_formal_notice_is_registered_approved_and_leaves_time(name: str) -> None:
    """Nobody is put on formal notice by a machine alone, without proof, or without a deadline."""
    notices = [step for step in SHIPPED[name].steps if step.channels and step.tone is Tone.formal]
    assert len(notices) == 1
    (notice,) = notices
    assert notice.approval == "required"
    assert Channel.registered_letter in (notice.channels or ())
    assert notice.pay_within is not None
    assert notice.pay_within.days >= (15 if name in ("consumer", "loyal-b2b") else 8)


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_no_file_leaves_the_house_without_a_person(name: str) -> None:
    """Agency, lawyer and court are proposed; a person sends."""
    last = SHIPPED[name].steps[-1]
    assert last.fork is not None
    assert last.fork[-1].then is Route.ask
    assert last.approval == "required" or {branch.then for branch in last.fork} == {Route.ask}


def test_consumers_get_their_own_letters_and_hours() -> None:
    """A consumer never reads of the fixed indemnity, and is left alone over lunch."""
    policy = SHIPPED["consumer"]
    assert {step.letter for step in policy.steps if step.channels} == {"consumer-reminder", "consumer-formal-notice"}
    assert policy.calendar.contact_hours == ("10:00-13:00", "14:00-20:00")
    letters = next(one.bundle["letters"] for one in LOADED.policies if one.policy is policy)
    sent = {key: text for key, text in letters.items() if key.startswith("consumer-")}
    assert sent
    assert not [key for key, text in sent.items() if "indemnit" in text.lower() or "L441-10" in text]


def test_every_kind_of_step_and_every_channel_is_shipped() -> None:
    """A demo of the shipped policies shows all that the program can do."""
    steps = [step for policy in SHIPPED.values() for step in policy.steps]
    assert {step.kind for step in steps} == {"message", "call", "handover"}
    assert {channel for step in steps for channel in step.channels or ()} == set(Channel)
    assert {branch.then for step in steps for branch in step.fork or ()} >= set(Route) - {Route.lawyer}
    assert set(get_args(type(steps[0]).model_fields["if_missed"].annotation)) >= {step.if_missed for step in steps}
