"""Rules of the law: what a policy claims and does, held against the dated parameters of its countries."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from dunning.law import InForce, LawKey, LawPack, NotInForce, Unit
from dunning.lint.codes import Path, Remark
from dunning.lint.grounds import Grounds
from dunning.policy import Policy, Step
from dunning.terms import Anchor, Conditions, DebtorKind, Route, Tone

_DAYS_OF_A_YEAR = 365  # the shorter one, so that a course never looks shorter than it is


def law_rules(policy: Policy, grounds: Grounds) -> Iterator[Remark]:
    """P801 to P805, P807 and P808."""
    if grounds.day is None:
        return
    for pack in grounds.packs_for(policy):
        yield from _Court(policy, pack, grounds.day).rules()


class _Court:
    """One policy before the law of one pack on one day."""

    def __init__(self, policy: Policy, pack: LawPack, day: date) -> None:
        self.policy, self.pack, self.day = policy, pack, day

    def rules(self) -> Iterator[Remark]:
        charges = self.policy.charges
        if charges and charges.fee:
            yield from self._forbidden("P801", LawKey.collection_fee, "fee", ", ".join(map(str, charges.fee)))
        if charges and charges.indemnity == "claimed":
            yield from self._forbidden("P802", LawKey.indemnity, "indemnity")
        if charges and charges.contract_rate is not None:
            yield from self._contract_rate()
        for index, step in enumerate(self.policy.steps):
            yield from self._injunction(step, ("steps", index))
            if step.channels and step.tone is Tone.formal and step.pay_within:
                yield from self._notice(step, ("steps", index, "pay_within"))
        yield from self._limitation()

    def _said(self, key: LawKey, path: Path) -> Iterator[tuple[InForce, list[DebtorKind]] | Remark]:
        """Each value that holds for debtors of the policy, with these; a remark where the day has none."""
        found: dict[str, tuple[InForce, list[DebtorKind]]] = {}
        for kind in self.policy.takes.debtor:
            told = self.pack.on(self.day, key, kind)
            if isinstance(told, NotInForce):
                words = {"key": key.value, "country": self.pack.title, "day": str(self.day), "nearest": told.nearest}
                yield Remark("P808", path, words)
            elif told:
                found.setdefault(str(told), (told, []))[1].append(kind)
        yield from found.values()

    def _words(self, law: InForce, kinds: list[DebtorKind]) -> dict[str, str]:
        debtors = " and ".join(
            {"business": "businesses", "consumer": "consumers"}.get(k, "public buyers") for k in kinds
        )
        return {"country": self.pack.title, "debtors": debtors, "law": str(law)}

    def _forbidden(self, code: str, key: LawKey, charge: str, fee: str = "") -> Iterator[Remark]:
        path: Path = ("charges", charge)
        for told in self._said(key, path):
            if isinstance(told, Remark):
                yield told
            elif told[0].rule == "forbidden":
                yield Remark(code, path, self._words(*told) | {"fee": fee})

    def _contract_rate(self) -> Iterator[Remark]:
        path: Path = ("charges", "contract_rate")
        rate = self.policy.charges.contract_rate if self.policy.charges else None
        for told in self._said(LawKey.contract_rate_floor, path):
            if isinstance(told, Remark):
                yield told
                continue
            floor, kinds = told
            for least in self._floor(floor, kinds, path):
                if isinstance(least, Remark):
                    yield least
                elif rate is not None and rate < least[0]:
                    words = {"rate": f"{rate} %", "floor": f"{least[0]} %", "law": least[1]}
                    yield Remark("P803", path, self._words(floor, kinds) | words)

    def _floor(self, floor: InForce, kinds: list[DebtorKind], path: Path) -> Iterator[tuple[Decimal, str] | Remark]:
        """The least rate in per cent a year, with the law that says so."""
        if floor.parameter.unit is Unit.percent_per_year:
            yield floor.number, str(floor)
            return
        legal = self.pack.on(self.day, LawKey.legal_rate, kinds[0])
        if isinstance(legal, InForce):
            yield floor.number * legal.number, f"{floor}; {legal}"
        else:
            nearest = legal.nearest if legal else "the file names none"
            words = {"key": "legal_rate", "country": self.pack.title, "day": str(self.day), "nearest": nearest}
            yield Remark("P808", path, words)

    def _injunction(self, step: Step, path: Path) -> Iterator[Remark]:
        for number, branch in enumerate(step.fork or ()):
            conditions = (step.when, branch.when)
            if branch.then is not Route.injunction or not self._here(conditions) or self._noticed(path, conditions):
                continue
            place: Path = (*path, "fork", number, "then")
            for told in self._said(LawKey.notice_before_injunction, place):
                if isinstance(told, Remark):
                    yield told
                elif told[0].rule == "required":
                    yield Remark("P804", place, self._words(*told) | {"step": step.step})

    def _here(self, conditions: tuple[Conditions | None, ...]) -> bool:
        """Whether these conditions can hold in a country of the pack."""
        named = [set(one.country) for one in conditions if one and one.country]
        return all(countries & set(self.pack.countries) for countries in named)

    def _noticed(self, path: Path, here: tuple[Conditions | None, ...]) -> bool:
        """Whether a formal notice went out for certain before the step at the path, where these conditions hold."""
        earlier = self.policy.steps[: int(path[1])]
        notices = [step for step in earlier if step.channels and step.tone is Tone.formal and step.if_missed != "skip"]
        return any(notice.when is None or notice.when in here for notice in notices)

    def _notice(self, step: Step, path: Path) -> Iterator[Remark]:
        for told in self._said(LawKey.notice_days, path):
            if isinstance(told, Remark):
                yield told
            elif step.pay_within and step.pay_within.days < told[0].number:
                given = f"{step.pay_within.days} {step.pay_within.counted_in.replace('_', ' ')}"
                words = {"step": step.step, "given": given, "least": f"{told[0].number} days"}
                yield Remark("P805", path, self._words(*told) | words)

    def _limitation(self) -> Iterator[Remark]:
        days = list(_earliest_days(self.policy))
        for told in self._said(LawKey.limitation, ("steps",)):
            if isinstance(told, Remark):
                yield told
                continue
            most = int(told[0].number) * _DAYS_OF_A_YEAR
            late = next((index for index, day in enumerate(days) if day >= most), None)
            if late is not None:
                words = {
                    "step": self.policy.steps[late].step,
                    "day": str(days[late]),
                    "years": f"{told[0].number} years",
                }
                yield Remark("P807", ("steps", late, "day"), self._words(*told) | words)


def _earliest_days(policy: Policy) -> Iterator[int]:
    """For each step, how many days after the due date it comes at the earliest.

    The claim begins on or before the invoice date, so days counted from another day are no fewer from then on.
    """
    ends: dict[str, int] = {}
    latest = end = -10_000
    for step in policy.steps:
        counted = {Anchor.previous_step: end, Anchor.deadline: ends.get(step.day.of or "", 0)}
        start = counted.get(step.day.after, 0) if step.day.after else 0
        first = max(start - step.day.days if step.day.before else start + step.day.days, latest)
        latest = first
        end = first + (step.times - 1) * (step.repeat.every.days if step.repeat else 0)
        ends[step.step] = end + (step.pay_within.days if step.pay_within else 0)
        yield first
