"""Every shape that is kept for years, each with an example in which nothing is left out.

`make goldens` (`python -m tests.stored_shapes`) writes what an example gives today into tests/goldens/<shape>/, as
1.json or the next number, and only when the newest one there differs. A golden of the past is never rewritten: cases,
histories and journals hold it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import pydantic_data_converter

from activities.questions import Answer, Question
from activities.recording import case_json, decision_json
from dunning import facts as f
from dunning.case import Case
from dunning.decision import DECISION
from dunning.policy import Policy
from ledger.columns import canonical
from ledger.journal import row_hash
from ledger.policies import content_hash
from tests.stored_examples import CASE, DECISIONS, FACTS, JOURNAL_ROW, POLICY
from tests.stored_ledger import dossier_text, ledger_text, read_ledger
from workflows.case import CaseState

GOLDENS = Path(__file__).with_name("goldens")
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC).isoformat()


@dataclass(frozen=True)
class Shape:
    """What is kept: an example as text, as it is written today, and how such a text is read and written again."""

    name: str
    example: Callable[[], str]
    again: Callable[[str], str]

    @property
    def folder(self) -> Path:
        return GOLDENS / self.name

    def goldens(self) -> list[Path]:
        """The goldens of all releases, oldest first."""
        return sorted(self.folder.glob("*.json"), key=lambda file: int(file.stem))


def _fact(name: str) -> Shape:
    def again(text: str) -> str:
        return canonical(f.recall_fact(json.loads(text)).model_dump(mode="json"))

    return Shape(f"fact-{name}", lambda: again(canonical({"fact": name, **FACTS[name]})), again)


def _decision(name: str) -> Shape:
    def again(text: str) -> str:
        return canonical(decision_json(DECISION.validate_json(text)))

    return Shape(f"decision-{name}", lambda: again(canonical({"do": name, **DECISIONS[name]})), again)


def _payload(value: CaseState | Question | Answer) -> Shape:
    """As Temporal keeps it in a history."""
    kind, converter = type(value), pydantic_data_converter.payload_converter

    def written(told: Any) -> str:
        return converter.to_payloads([told])[0].data.decode()

    def again(text: str) -> str:
        payload = Payload(metadata={"encoding": b"json/plain"}, data=text.encode())
        return written(converter.from_payloads([payload], [kind])[0])

    return Shape(f"payload-{kind.__name__}", lambda: written(value), again)


def case_again(text: str, model: type[BaseModel] = Case) -> str:
    """The case read and written as `cases.state`, the workflow and the hand-over file hold it."""
    return canonical(model.model_validate_json(text).model_dump(mode="json", exclude_defaults=True))


def _journal_again(text: str) -> str:
    row = json.loads(text)
    fields = [row[name] for name in ("case_id", "row_no", "seq", "key", "at", "kind")]
    row["hash"] = row_hash(*fields, canonical(row["body"]), row["previous_hash"])
    return canonical(row)


def _policy_again(text: str) -> str:
    policy = Policy.model_validate(json.loads(text)["bundle"]["policy"]).model_dump(mode="json", exclude_defaults=True)
    bundle = {"policy": policy, "letters": json.loads(text)["bundle"]["letters"]}
    return canonical({"bundle": bundle, "hash": content_hash(bundle)})


def _letter() -> dict[str, Any]:
    return {
        "fact": canonical({"fact": "ContactChanged", **FACTS["ContactChanged"]}),
        "at": NOON,
        "act": True,
        "letter": 7,
    }


def _shapes() -> list[Shape]:
    case = case_json(Case.model_validate(CASE))
    decision = decision_json(DECISION.validate_python({"do": "wait", **DECISIONS["wait"]}))
    bundle = {"policy": POLICY, "letters": {"reminder.courteous.fr": "Bonjour à vous"}}
    return [
        *(_fact(kind.__name__) for part in (f.Signalled, f.Act, f.Inner) for kind in get_args(part)),
        *(_decision(name) for name in DECISIONS),
        Shape("case", lambda: canonical(case), case_again),
        _payload(CaseState("F-1", case, decision, [_letter()])),
        _payload(Question("F-1", case, [_letter()], NOON, "the mail server did not let us in")),
        _payload(Answer(case, decision, {"7": "That day is past."})),
        Shape("journal-row", lambda: _journal_again(canonical(JOURNAL_ROW)), _journal_again),
        Shape("policy", lambda: _policy_again(canonical({"bundle": bundle})), _policy_again),
        Shape("ledger", ledger_text, read_ledger),
        Shape("dossier", dossier_text, lambda text: json.dumps(json.loads(text), ensure_ascii=False, indent=2)),
    ]


SHAPES = {shape.name: shape for shape in _shapes()}


def main() -> None:
    """Write a golden for each shape that has none, or whose newest is not what is written today."""
    added = 0
    for shape in SHAPES.values():
        there, text = shape.goldens(), shape.example()
        if there and there[-1].read_text(encoding="utf-8") == text:
            continue
        shape.folder.mkdir(parents=True, exist_ok=True)
        (shape.folder / f"{len(there) + 1}.json").write_text(text, encoding="utf-8")
        added += 1
    sys.stdout.write(f"{added} goldens added; {len(SHAPES)} shapes.\n")


if __name__ == "__main__":
    main()
