"""Two rehearsals of one book beside each other: nothing is lost between them, and every move is seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from dunning.compare.contacts import Affected, Impact, Lens, impact
from dunning.money import Money
from dunning.reasons import Because
from dunning.rehearsal import Contact

FIRST = date(2026, 3, 2)
MARCH = Lens(FIRST, date(2026, 3, 31))


def contact(day: int, step: str = "reminder", case: str = "F-1", **other: object) -> Contact:
    """A contact of that day of March 2026 (or after it, beyond 31)."""
    on = date(2026, 3, 1) + timedelta(days=day - 1)
    known = Contact(
        at=datetime.combine(on, time(9), UTC),
        day=on,
        invoice=case,
        case=case,
        debtor=f"D-{case}",
        policy="p",
        step=step,
        occurrence=1,
        channel="email",
        amount=Money.parse("100 EUR"),
        tone="firm",
        letter="reminder",
        because=Because(code="planned", words={}),
    )
    return replace(known, **other)  # type: ignore[arg-type]


def test_a_reminder_that_comes_later_is_told_as_later() -> None:
    """The reminder of 10 March goes out on the 14th: four days later, one invoice affected."""
    found = impact([contact(10)], [contact(14)], MARCH)
    assert dict(found.kinds) == {"later": 1}
    assert found.steps["p", "reminder"].days_moved == 4
    assert found.days == {date(2026, 3, 10): [1, 0], date(2026, 3, 14): [0, 1]}
    assert [one.row for one in found.farthest] == [
        Affected("F-1", "D-F-1", Money.parse("100 EUR"), "p", "p", 0, 0, 1, 4)
    ]


def test_what_moves_out_of_the_window_is_later_and_not_lost() -> None:
    """The call of 30 March would be on 3 April: it is later, and March has one call less. April is not counted."""
    old, new = [contact(30, "call"), contact(33)], [contact(34, "call"), contact(33)]
    found = impact(old, new, MARCH)
    assert dict(found.kinds) == {"later": 1}
    assert found.days == {date(2026, 3, 30): [1, 0]}
    assert found.channels == {"email": [1, 0]}
    assert (found.steps["p", "call"].old, found.steps["p", "call"].new) == (1, 0)


def test_another_channel_is_one_contact_less_and_one_more() -> None:
    """The reminder goes by letter instead of e-mail: the e-mail is lost, the letter is gained, on the same day."""
    found = impact([contact(10)], [contact(10, channel="letter")], MARCH)
    assert dict(found.kinds) == {"lost": 1, "gained": 1}
    assert found.channels == {"email": [1, 0], "letter": [0, 1]}
    assert (found.steps["p", "reminder"].old, found.steps["p", "reminder"].new) == (1, 1)


def test_a_sum_is_asked_for_once_by_two_channels_and_by_every_attempt_of_a_call() -> None:
    """100 EUR by e-mail and letter on 10 March, and three calls from the 12th on: each step asks for 100 EUR."""
    both = [contact(10), contact(10, channel="letter")]
    calls = [contact(11 + n, "phone", channel="call", occurrence=n) for n in (1, 2, 3)]
    found = impact([*both, *calls], both, MARCH)
    assert {step: dict(one.old_amounts) for (_, step), one in found.steps.items()} == {
        "reminder": {"EUR": 10000},
        "phone": {"EUR": 10000},
    }
    assert [dict(one.new_amounts) for one in found.steps.values()] == [{"EUR": 10000}, {}]


def test_the_same_day_with_another_text_is_told_apart() -> None:
    """A tone that changed, or a step whose text was rewritten, is no longer the same contact; nobody is moved."""
    assert dict(impact([contact(10)], [contact(10, tone="formal")], MARCH).kinds) == {"reworded": 1}
    rewritten = replace(MARCH, reworded=frozenset({("p", "reminder")}))
    found = impact([contact(10), contact(12, "call")], [contact(10), contact(12, "call")], rewritten)
    assert dict(found.kinds) == {"reworded": 1, "same": 1}
    assert found.affected == 0


def test_an_invoice_that_another_policy_takes_is_told() -> None:
    """A small invoice falls to the soft policy: its steps of one name are compared all the same."""
    found = impact([contact(10)], [contact(12, policy="soft")], MARCH)
    assert found.policies == {("p", "soft"): 1}
    assert dict(found.kinds) == {"later": 1}


def test_the_most_affected_come_first_by_days_and_by_amount() -> None:
    """Of sixty invoices the fifty most affected are kept; the farthest move and the largest amount lead their lists."""
    numbers = range(1, 61)
    old = [contact(1, case=f"F-{n}", amount=Money.parse(f"{1000 - n} EUR")) for n in numbers]
    new = [contact(1 + n, case=f"F-{n}", amount=Money.parse(f"{1000 - n} EUR")) for n in numbers]
    found = impact(old, new, replace(MARCH, until=date(2026, 6, 1)))
    assert [one.row.invoice for one in found.farthest][:2] == ["F-60", "F-59"]
    assert [one.row.invoice for one in found.dearest][:2] == ["F-1", "F-2"]
    assert (len(found.farthest), len(found.dearest), found.affected) == (50, 50, 60)


CONTACTS = st.lists(
    st.builds(
        contact,
        day=st.integers(1, 40),
        step=st.sampled_from(["a", "b"]),
        case=st.sampled_from(["F-1", "F-2", "F-3"]),
        channel=st.sampled_from(["email", "call"]),
        tone=st.sampled_from(["firm", "formal"]),
    ),
    max_size=12,
    unique_by=lambda one: (one.case, one.step, one.channel),
)
ALL = Lens(FIRST - timedelta(days=1), FIRST + timedelta(days=60))


def by_debtor(contacts: Sequence[Contact], backwards: bool = False) -> list[Contact]:
    return sorted(contacts, key=lambda one: one.debtor, reverse=backwards)


@settings(max_examples=60)
@given(CONTACTS, CONTACTS)
def test_every_contact_of_both_sides_is_counted_once(old: list[Contact], new: list[Contact]) -> None:
    """Whatever two rehearsals say: lost and kept are the old ones, gained and kept the new ones, day by day."""
    found = impact(by_debtor(old), by_debtor(new), ALL)
    total = sum(found.kinds.values())
    assert total - found.kinds["gained"] == len(old) == sum(before for before, _ in found.days.values())
    assert total - found.kinds["lost"] == len(new) == sum(after for _, after in found.channels.values())
    assert sum(step.old for step in found.steps.values()) == len(old)
    assert found.invoices == len({one.case for one in (*old, *new)})


@settings(max_examples=60)
@given(CONTACTS, CONTACTS)
def test_the_way_back_is_the_way_turned_round(old: list[Contact], new: list[Contact]) -> None:
    """Taking the change back gives the opposite, and the order in which debtors come changes nothing."""
    there, back = impact(by_debtor(old), by_debtor(new), ALL), impact(by_debtor(new), by_debtor(old), ALL)
    turned = {"gained": "lost", "lost": "gained", "earlier": "later", "later": "earlier"}
    assert {turned.get(kind, kind): n for kind, n in there.kinds.items()} == dict(back.kinds)
    assert there.affected == back.affected
    assert counts(there) == counts(impact(by_debtor(old), by_debtor(new, backwards=True), ALL))
    assert impact(by_debtor(old), by_debtor(old), ALL).kinds.keys() <= {"same"}


def counts(found: Impact) -> tuple[object, ...]:
    return found.kinds, dict(found.days), dict(found.channels), found.policies, found.affected, dict(found.steps)
