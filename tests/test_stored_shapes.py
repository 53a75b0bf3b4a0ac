"""What was written years ago is read, what is written today is what was written, and two releases bear each other."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel, ValidationError

import dunning.case
from activities.questions import Answer, Question
from dunning import facts as f
from dunning.case import Case
from dunning.policy import Policy
from ledger.columns import canonical
from tests.durable import message, policy
from tests.mortal import Begin, begin, letter
from tests.stored_examples import CASE, DECISIONS, FACTS, POLICY
from tests.stored_ledger import ledger_text, seen_in
from tests.stored_shapes import GOLDENS, SHAPES, Shape, case_again

__all__ = ["begin"]
pytest_plugins = ["tests.postgres"]
ALL = [
    pytest.param(shape, file, id=f"{shape.name}/{file.stem}") for shape in SHAPES.values() for file in shape.goldens()
]
# Under these the keys are data and no names of ours.
_DATA = {"payments", "credits", "disputes", "words", "spent", "missing", "refused", "letters", "body"}


@pytest.mark.parametrize(("shape", "file"), ALL)
def test_what_any_release_wrote_is_read_and_written_the_same(shape: Shape, file: Path) -> None:
    """A case opened under the first release is closed three years later: not a byte of it has got lost."""
    text = file.read_text(encoding="utf-8")
    assert shape.again(text) == text


@pytest.mark.parametrize("name", SHAPES)
def test_what_is_written_today_is_the_newest_golden(name: str) -> None:
    """Somebody renames a field on a Friday: the example no longer gives what cases in the world hold."""
    goldens = SHAPES[name].goldens()
    assert goldens, "nothing is kept for this shape yet: make goldens"
    assert SHAPES[name].example() == goldens[-1].read_text(encoding="utf-8"), "if it was added to: make goldens"


def test_every_golden_belongs_to_a_shape_and_none_is_missing_in_between() -> None:
    """A shape that is no longer written must still be read: its folder stays, and so does its reader."""
    assert {folder.name for folder in GOLDENS.iterdir()} == SHAPES.keys()
    for shape in SHAPES.values():
        assert [file.name for file in shape.goldens()] == [f"{n}.json" for n in range(1, len(shape.goldens()) + 1)]


def test_a_golden_of_the_past_is_never_rewritten() -> None:
    """Somebody makes a red test green by writing the golden anew: git remembers what it was when it was added."""
    try:
        added = subprocess.run(
            ["git", "log", "--diff-filter=A", "--raw", "--no-abbrev", "--no-renames", "--format=", "--", str(GOLDENS)],
            cwd=GOLDENS, capture_output=True, text=True, check=True,
        ).stdout.splitlines()  # fmt: skip
    except (FileNotFoundError, subprocess.CalledProcessError):
        pytest.skip("this folder is no git repository, or git is not installed")
    for line in added:
        words, _, path = line.partition("\t")
        file = GOLDENS.parents[1] / path
        assert file.exists(), f"{path} was removed"
        assert _blob(file.read_bytes()) == words.split()[3], f"{path} was rewritten"


def _blob(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def test_the_examples_leave_nothing_out() -> None:
    """A field that is added to a fact, a case or a policy gets a value in the example, and so a golden."""
    facts = {kind.__name__: kind for part in (f.Signalled, f.Act, f.Inner) for kind in get_args(part)}
    assert facts.keys() == FACTS.keys()
    told: dict[str, list[BaseModel]] = {name: [f.recall_fact({"fact": name, **FACTS[name]})] for name in facts}
    told |= {"case": [Case.model_validate(CASE)], "policy": [Policy.model_validate(POLICY)]}
    for name, values in told.items():
        assert _unsaid(values) == set(), name
    assert set(DECISIONS) == {"perform", "wait", "ask", "close"}


def _unsaid(values: list[BaseModel]) -> set[str]:
    """Fields, `Model.field`, that no value of their model anywhere within sets."""
    said: dict[type[BaseModel], set[str]] = {}
    queue: list[Any] = list(values)
    while queue:
        value = queue.pop()
        if isinstance(value, BaseModel):
            said.setdefault(type(value), set()).update(value.model_fields_set)
            queue += [getattr(value, name) for name in type(value).model_fields]
        elif isinstance(value, dict | list | tuple):
            queue += value.values() if isinstance(value, dict) else value
    fixed = {"fact"}  # a fact's own name is its kind
    return {
        f"{kind.__name__}.{name}" for kind, names in said.items() for name in kind.model_fields.keys() - names - fixed
    }


def _renamed(value: Any, under: str = "") -> Iterator[Any]:
    """The value with one of its names changed, for each of its names in turn."""
    if isinstance(value, list):
        for place, inner in enumerate(value):
            yield from ([*value[:place], other, *value[place + 1 :]] for other in _renamed(inner))
    if not isinstance(value, dict):
        return
    for name, inner in value.items():
        if under not in _DATA:
            yield {(f"{key}_x" if key == name else key): kept for key, kept in value.items()}
        yield from ({**value, name: other} for other in _renamed(inner, name))


_READ_BY_MODELS = [name for name in SHAPES if name.startswith(("fact-", "decision-")) or name in ("case", "policy")]


@pytest.mark.parametrize("name", _READ_BY_MODELS)
def test_a_rename_of_any_field_is_caught(name: str) -> None:
    """To code that calls a field otherwise an old text holds a name that it does not know: each one is noticed."""
    shape = SHAPES[name]
    text = shape.goldens()[-1].read_text(encoding="utf-8")
    renamed = list(_renamed(json.loads(text)))
    assert renamed
    for told in renamed:
        with pytest.raises((ValidationError, KeyError, ValueError, AssertionError)):
            assert shape.again(canonical(told)) == canonical(told)


@pytest.fixture
def case_of(tmp_path: Path) -> Iterator[Any]:
    """The `Case` of another release: the module of this one with one text replaced."""

    def other(old: str, new: str) -> type[BaseModel]:
        text = Path(dunning.case.__file__).read_text(encoding="utf-8")
        assert text.count(old) == 1
        file = tmp_path / "other_case.py"
        file.write_text(text.replace(old, new), encoding="utf-8")
        spec = importlib.util.spec_from_file_location("other_case", file)
        assert spec is not None
        assert spec.loader is not None
        sys.modules["other_case"] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found: type[BaseModel] = module.Case
        return found

    yield other
    sys.modules.pop("other_case", None)


def _golden() -> str:
    return SHAPES["case"].goldens()[-1].read_text(encoding="utf-8")


def test_a_renamed_field_of_the_model_fails_the_goldens(case_of: Any) -> None:
    """`reopened` is called `taken_back` in the next release: it could not read the cases of this one."""
    with pytest.raises(ValidationError, match="reopened"):
        case_again(_golden(), case_of("    reopened: str", "    taken_back: str"))


def test_a_field_that_is_added_with_a_default_reads_all_that_is_there_and_changes_none_of_it(case_of: Any) -> None:
    """The next release adds `mood`: it reads this one's cases, and writes them back to the byte, for both to read."""
    newer = case_of("    hurry: bool = False\n", '    hurry: bool = False\n    mood: str = "calm"\n')
    assert case_again(_golden(), newer) == _golden()


def test_what_only_the_newer_release_knows_is_refused_by_the_older_one(case_of: Any) -> None:
    """Once `mood` says something, an old worker must not write the case back without it: it refuses to read it."""
    newer = case_of("    hurry: bool = False\n", '    hurry: bool = False\n    mood: str = "calm"\n')
    angry = newer.model_validate_json(_golden()).model_copy(update={"mood": "angry"})
    with pytest.raises(ValidationError, match="mood"):
        case_again(canonical(angry.model_dump(mode="json", exclude_defaults=True)))


def test_an_old_worker_that_is_given_a_newer_case_harms_nothing(begin: Begin) -> None:
    """10 March: in a rolling deploy the step comes to the old worker: no letter, no row; the new one does it."""
    bench = begin(policy(message("first", 0)))
    kept, rows = bench.kept(), bench.journal()
    known = bench.known
    bench.known = {**(known or {}), "mood": "angry"}
    for name in ("ask", "perform"):
        with pytest.raises(ValidationError):
            bench.call(name, bench.question(now=bench.at.isoformat() if name == "ask" else None))
    assert (bench.kept(), bench.journal(), bench.room.outbox) == (kept, rows, [])
    bench.known = known
    assert [step["step"] for step in bench.perform().case["steps"]] == ["first"]


def test_a_fact_with_a_field_of_a_newer_release_becomes_a_task_and_is_not_lost(begin: Begin) -> None:
    """10 March: the new webhook adds `bank` to a payment while the old worker runs: a person is told, by its id."""
    bench = begin(policy(message("first", 0)))
    told = {"fact": "PaymentReceived", **FACTS["PaymentReceived"], "bank": "B1"}
    del told["at"]
    bench.ask(letter(1, bench.at, json.dumps(told)))
    assert "problem" in bench.room.tasks(bench.case_id)
    assert any("P1" in json.dumps(row.body) for row in bench.journal() if row.kind == "FactRefused")


@pytest.mark.parametrize("kind", ["CaseState", "Question", "Answer"])
def test_the_envelopes_of_a_case_may_carry_more_than_the_older_release_knows(kind: str) -> None:
    """A newer release adds to what workflow and activities say to each other: the older one reads what it knows."""
    shape = SHAPES[f"payload-{kind}"]
    text = shape.goldens()[-1].read_text(encoding="utf-8")
    assert shape.again(json.dumps({**json.loads(text), "tone_of_voice": "soft"})) == text


def test_the_envelopes_of_an_older_release_may_carry_less() -> None:
    """What the first release sent had no `failed` and no `refused`: the defaults hold."""
    assert Question("F-1", None) == Question("F-1", None, [], None, None)
    assert Answer({}, {}) == Answer({}, {}, {})
    for kind, needed in (("CaseState", {"case_id": "F-1"}), ("Question", {"case_id": "F-1", "case": None})):
        read = json.loads(SHAPES[f"payload-{kind}"].again(json.dumps(needed)))
        assert {name: read[name] for name in needed} == needed


def test_a_policy_with_a_key_of_a_newer_release_is_refused_as_a_whole() -> None:
    """A condition that this release does not know would hold always: the case waits for a worker that knows it."""
    newer = {**POLICY, "steps": [{**POLICY["steps"][0], "when": {"weather": "fair"}}, *POLICY["steps"][1:]]}
    with pytest.raises(ValidationError, match="weather"):
        Policy.model_validate(newer)


def test_the_ledgers_rows_say_the_same_to_every_release() -> None:
    """Rows of any release, put into the tables of today: the same debtor, letters, tasks and chain of the journal."""
    today = seen_in(ledger_text())
    for file in SHAPES["ledger"].goldens():
        assert seen_in(file.read_text(encoding="utf-8")) == today


def test_a_journal_row_that_is_hashed_otherwise_would_break_every_chain() -> None:
    """The hash of a row of 2026 is the same in ten years; with another body it is another one."""
    shape = SHAPES["journal-row"]
    row = json.loads(shape.goldens()[0].read_text(encoding="utf-8"))
    row["body"]["by"] = "max"
    assert json.loads(shape.again(canonical(row)))["hash"] != row["hash"]
    assert datetime.fromisoformat(row["at"]).tzinfo == UTC
