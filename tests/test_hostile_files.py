"""Files that would freeze, fill or fool the check: each gets one clear answer, quickly, and in little memory.

All of them are checked by one other process, which measures itself: memory that this one uses would count otherwise.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from string import ascii_uppercase
from typing import Any

import pytest

from tests.policy_text import HOUSE, POLICIES, example

FIXTURES = HOUSE / "tests/fixtures/hostile_policies"
MOST_SECONDS, MOST_MEGABYTES = 1.0, 200
FIFTY_MEGABYTES = 50_000_000

# Lists of names that are sound, and without end: each rule goes through all of them.
SEGMENTS = (
    "takes: {debtor: [business], currency: [EUR], segment: [%s]}\n"
    "steps:\n"
    "  - {step: one, day: {after: due_date, days: 1}, channels: [email], letter: reminder, when: {segment: [%s]}}\n"
)
CURRENCIES = "takes: {debtor: [business], currency: [%s]}\ntolerance: [1 %s]\n"
THREE = ["".join(letters) for letters in product(ascii_uppercase, repeat=3)][:15_000]

# Checks each file that is named, and says what it found, how long it took, and the most memory it ever held.
MEASURED = """
import json, sys, time
from pathlib import Path
from console.policies.check import check, load_any
from console.output import Stop

def told(name):
    began = time.process_time()  # of a core: other tests run beside this one
    try:
        loaded = load_any((Path(name),))
        found = [[f.code, f.line, f.column, f.sentence] for f in (*loaded.findings, *loaded.warnings)]
        answer = {"found": found, "policies": len(loaded.policies)}
    except Stop as stop:
        answer = {"stopped": str(stop), "code": stop.code}
    return {**answer, "seconds": time.process_time() - began}

load_any((Path(sys.argv[1]),))  # a sound one first: what is loaded once is not what a hostile file costs
answers = {name: told(name) for name in sys.argv[2:]}
status = Path("/proc/self/status")
peak = int(status.read_text().partition("VmHWM:")[2].split()[0]) / 1000 if status.exists() else 0
print(json.dumps({"answers": answers, "megabytes": peak}))
"""


@dataclass(frozen=True)
class Measured:
    """What the other process said of each file, and the most memory that it held."""

    answers: dict[str, dict[str, Any]]
    megabytes: float

    def of(self, name: str) -> dict[str, Any]:
        return next(answer for file, answer in self.answers.items() if Path(file).stem == name)

    def codes(self, name: str) -> list[str]:
        return [code for code, *_ in self.of(name)["found"]]


def names(letter: str) -> str:
    return ", ".join(f"{letter}{number}" for number in range(20_000))


def many(sound: Path, files: list[Path]) -> Measured:
    """Have all of them checked by another process."""
    asked = [sys.executable, "-c", MEASURED, str(sound), *map(str, files)]
    ended = subprocess.run(asked, cwd=HOUSE, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stderr
    return Measured(**json.loads(ended.stdout))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Measured:
    """Policies of every evil kind, checked one after the other."""
    folder = tmp_path_factory.mktemp("hostile")
    made: dict[str, bytes | str] = {
        "fifty-megabytes-of-text": b"title: " + b"x" * FIFTY_MEGABYTES,
        "fifty-megabytes-of-brackets": b"[" * FIFTY_MEGABYTES,
        "fifty-megabytes-of-numbers": b"- 1\n" * (FIFTY_MEGABYTES // 4),
        "a-number-of-900,000-digits": b"least_gap: {days: " + b"9" * 900_000 + b"}\n",
        "a-key-of-900,000-letters": b"x" * 900_000 + b": 1\n",
        "nine-hundred-thousand-spaces": b"title:" + b" " * 900_000 + b"x\n",
        "quotes-never-closed": b'title: "' + b"\\n" * 400_000,
        "hundred-thousand-documents": b"--- a\n" * 100_000,
        "forty-thousand-steps": b"steps: [" + b"{}," * 40_000 + b"]\n",
        "utf-16-with-mark": example().encode("utf-16"),
        "utf-32": example().encode("utf-32"),
        "latin-1-with-accents": example('title: "Société générale"').encode("latin-1"),
        "esc-in-a-comment": example().encode() + b"# \x1b[2Jgone\n",
        "twenty-thousand-segments": example(SEGMENTS % (names("a"), names("b"))),
        "fifteen-thousand-currencies": example(CURRENCIES % (", ".join(THREE), ", 1 ".join(THREE))),
    }
    for name, content in made.items():
        (folder / f"{name}.yaml").write_bytes(content if isinstance(content, bytes) else content.encode())
    (folder / "half-a-gigabyte-of-zeros.yaml").touch()
    os.truncate(folder / "half-a-gigabyte-of-zeros.yaml", 500_000_000)  # takes no room on the disk
    (folder / "a-folder.yaml" / "inner.yaml").mkdir(parents=True)
    os.mkfifo(folder / "a-pipe.yaml")
    (folder / "endless-zeros.yaml").symlink_to("/dev/zero")
    (folder / "a-link-to-itself.yaml").symlink_to(folder / "a-link-to-itself.yaml")
    (folder / "a-link-to-nowhere.yaml").symlink_to(folder / "nowhere")
    files = [*sorted(FIXTURES.glob("*.yaml")), *sorted(folder.glob("*.yaml"))]
    files = [file for file in files if file.name != "a-folder.yaml"] + [folder / "a-folder.yaml" / "inner.yaml"]
    return many(POLICIES / "consumer.yaml", [*files, folder / ("n" * 300 + ".yaml")])


def test_every_answer_comes_within_a_second_and_200_megabytes(hostile: Measured) -> None:
    """On 3 March somebody puts 50 MB into the folder: the build says so before anybody has left the chair."""
    slow = {Path(name).stem: one["seconds"] for name, one in hostile.answers.items() if one["seconds"] >= MOST_SECONDS}
    assert slow == {}
    assert 20 < hostile.megabytes < MOST_MEGABYTES
    assert len(hostile.answers) >= 40


def test_no_hostile_file_becomes_a_policy(hostile: Measured) -> None:
    """Whatever it is, it has a finding or the program says why it cannot be read."""
    for name, answer in hostile.answers.items():
        assert answer.get("stopped") or (answer["found"] and answer["policies"] == 0), name
        assert all(one[3].isprintable() and one[1] >= 1 and one[2] >= 1 for one in answer.get("found", ())), name


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("fifty-megabytes-of-text", ["P102"]),
        ("fifty-megabytes-of-brackets", ["P102"]),
        ("fifty-megabytes-of-numbers", ["P102"]),
        ("half-a-gigabyte-of-zeros", ["P102"]),
        ("alias-bomb", ["P108"] * 9),
        ("ten-thousand-levels", ["P103"]),
        ("nul-byte", ["P106"]),
        ("utf-16-with-mark", ["P105"]),
        ("utf-32", ["P105"]),
        ("latin-1-with-accents", ["P105"]),
        ("hundred-thousand-documents", ["P111"]),
        ("esc-in-a-comment", ["P106"]),
        ("quotes-never-closed", ["P101"]),
        ("twenty-thousand-segments", ["P207", "P207"]),
        ("fifteen-thousand-currencies", ["P207", "P207"]),
    ],
)
def test_the_finding_names_what_is_wrong(name: str, found: list[str], hostile: Measured) -> None:
    """One clear finding each (nine for the nine names of the bomb), not a cloud of consequences."""
    assert hostile.codes(name) == found


def test_what_is_no_file_is_told_and_never_waited_for(hostile: Measured) -> None:
    """A pipe that nobody writes into would hold the build of 3 March for ever."""
    for name, words in {
        "a-pipe": "it is a pipe or a device, not a file",
        "endless-zeros": "it is a pipe or a device, not a file",
        "a-link-to-itself": "symbolic links",
        "a-link-to-nowhere": "No such file or directory",
        "n" * 300: "File name too long",
    }.items():
        answer = hostile.of(name)
        assert answer["code"] == 2
        assert words in answer["stopped"]


def folder_with(folder: Path, name: str, content: bytes | str) -> Path:
    """A folder of one sound policy in which one file beside it is hostile."""
    for beside in ("letters", "law", "words"):
        (folder / beside).mkdir(parents=True)
        for file in (POLICIES / beside).iterdir():
            (folder / beside / file.name).symlink_to(file)
    (folder / "example.yaml").write_text(example(), "utf-8")
    target = folder / name
    target.unlink(missing_ok=True)
    target.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


LETTER, WORDS, COUNTRY = "letters/reminder.firm.fr.txt", "words/tone.yaml", "law/fr.yaml"
HEAD = "Subject: Rappel\n\n"
HUGE = (
    "title: x\ncountries: [FR]\nparameters:\n  - {key: notice_days, unit: days, source: x, read_on: 2026-01-01, "
    "checked: true, values: [{value: 1e999999999, valid_from: 2020-01-01}]}\n"
)
BESIDE: dict[str, tuple[str, bytes | str, str]] = {
    "letter-of-50-megabytes": (LETTER, b"x" * FIFTY_MEGABYTES, "P303"),
    "letter-of-nul-bytes": (LETTER, b"\x00" * 10_000, "P303"),
    "letter-in-latin-1": (LETTER, "Subject: début\n\n".encode("latin-1"), "P105"),
    "loops-in-loops": (LETTER, HEAD + "{% for a in range(999999) %}" * 9 + "x" + "{% endfor %}" * 9, "P303"),
    "a-huge-range": (LETTER, HEAD + "{{ range(10**9) | list }}", "P303"),
    "a-huge-power": (LETTER, HEAD + "{{ 9 ** 9 ** 9 ** 9 }}", "P303"),
    "a-huge-repetition": (LETTER, HEAD + "{{ 'x' * 9999999999 }}", "P303"),
    "a-macro-that-calls-itself": (LETTER, HEAD + "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "P303"),
    "three-hundred-ors": (LETTER, HEAD + "{% if " + "pay_by or " * 300 + "pay_by %}x{% endif %}", "P303"),
    "nine-hundred-nots": (LETTER, HEAD + "{% if " + "not " * 900 + "pay_by %}x{% endif %}", "P303"),
    "a-thousand-brackets": (LETTER, HEAD + "{{ " + "(" * 1000 + "pay_by" + ")" * 1000 + " }}", "P303"),
    "a-thousand-dots": (LETTER, HEAD + "{{ debtor" + ".name" * 1000 + " }}", "P303"),
    "six-thousand-tags-never-closed": (LETTER, HEAD + "{% " * 6_000, "P303"),
    "six-thousand-ifs": (LETTER, HEAD + "{% if x" * 2_800, "P303"),
    "words-of-50-megabytes": (WORDS, b"x" * FIFTY_MEGABYTES, "P102"),
    "words-with-aliases": (WORDS, "courteous: &a {fr: [x]}\nfirm: *a\n", "P108"),
    "forty-thousand-words": (WORDS, f"formal: {{fr: [{', '.join(f'mot{n}*' for n in range(40_000))}]}}\n", ""),
    "law-of-50-megabytes": (COUNTRY, b"- " * (FIFTY_MEGABYTES // 2), "P102"),
    "law-of-ten-thousand-levels": (COUNTRY, "[" * 10_000, "P103"),
    "law-with-a-huge-number": (COUNTRY, HUGE, "P208"),
}


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> Measured:
    """Folders in which a letter, a list of words or a file of law is hostile."""
    top = tmp_path_factory.mktemp("beside")
    return many(POLICIES, [folder_with(top / name, file, content) for name, (file, content, _) in BESIDE.items()])


@pytest.mark.parametrize("name", BESIDE)
def test_a_hostile_letter_or_law_is_refused_or_bounded(name: str, beside: Measured) -> None:
    """A text that loops, grows or nests is refused at its file before it is ever filled in."""
    file, _, code = BESIDE[name]
    answer = beside.of(name)
    assert answer["seconds"] < MOST_SECONDS
    assert beside.codes(name)[:1] == ([code] if code else [])
    assert answer["policies"] == (1 if not code or file != LETTER else 0)


def test_the_folders_stay_under_200_megabytes(beside: Measured) -> None:
    """Fifty megabytes of letter are not kept, and no bomb unfolds."""
    assert 20 < beside.megabytes < MOST_MEGABYTES


def test_the_command_itself_ends_cleanly_on_a_bomb(tmp_path: Path) -> None:
    """The real program, from its start to its exit code: findings, no traceback, within seconds."""
    relance = Path(sys.executable).with_name("relance")
    told = subprocess.run(
        [relance, "policy", "check", FIXTURES / "alias-bomb.yaml"],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert told.returncode == 1
    assert "P108 anchors and aliases" in told.stdout
    assert "Traceback" not in told.stdout + told.stderr
