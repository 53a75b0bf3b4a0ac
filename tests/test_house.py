"""Keeps the house as it was planned: sizes, names and habits that no other tool checks."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

HOUSE = Path(__file__).resolve().parent.parent
ROOMS = ("dunning", "workflows", "activities", "ledger", "console", "worker.py")

MOST_LINES_OF_A_FUNCTION = 40
MOST_LINES_OF_NINE_FUNCTIONS_IN_TEN = 25
MOST_LINES_OF_A_FILE = {"tests/": 450, "workflows/": 200, "": 300}  # the first beginning that fits counts

BANNED_WORD = re.compile(r"(manager|service|helper|util|model)s?|shared|common")
# Modules that only these files may import.
ONLY_IN = {
    "temporalio.client": ("console/cases.py", "worker.py", "tests/"),
    "yaml": ("console/policies/strict_yaml.py", "tests/"),
}
OUTSIDE_WORLD = set(
    "asyncio glob http io logging os pathlib random secrets shutil smtplib socket sqlite3 subprocess sys tempfile "
    "threading time urllib uuid".split()
)
READS_THE_OUTSIDE_WORLD = {"now", "utcnow", "today", "read_text", "read_bytes", "write_text", "write_bytes"}
BUILT_IN_DOORS = {"open", "input", "print", "exec", "eval", "__import__"}
# Written in halves, because this file is read too.
REGISTRY_HOSTS = [
    f"{name}.{end}"
    for name, end in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("crates", "io"),
        ("rubygems", "org"),
        ("golang", "org"),
    )
]

type_of_function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def committed() -> tuple[str, ...]:
    """Every file that is or could be committed, as a path from the top."""
    # safe.directory: a build machine may run as root in a clone that belongs to somebody else.
    listing = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=HOUSE, check=True, capture_output=True, text=True).stdout.split("\0")
    return tuple(sorted(name for name in names if name and (HOUSE / name).is_file()))


@cache
def modules(*beginnings: str) -> dict[str, ast.Module]:
    """The parsed Python files whose path starts with one of the beginnings (all of them when none is given)."""
    names = [name for name in committed() if name.endswith(".py") and name.startswith(beginnings or "")]
    return {name: ast.parse((HOUSE / name).read_text("utf-8"), name) for name in names}


def nodes(tree: dict[str, ast.Module]) -> Iterator[tuple[str, ast.AST]]:
    for name, module in tree.items():
        for node in ast.walk(module):
            yield f"{name}:{getattr(node, 'lineno', 1)}", node


def function_lengths() -> dict[str, int]:
    """Lines of every function outside the tests, its docstring not counted."""
    lengths = {}
    for place, node in nodes(modules(*ROOMS)):
        if isinstance(node, type_of_function):
            docstring = ast.get_docstring(node, clean=False)
            counted = (node.end_lineno or 0) - node.lineno + 1 - (docstring.count("\n") + 1 if docstring else 0)
            lengths[f"{place} {node.name}"] = counted
    return lengths


def imported(node: ast.AST) -> list[str]:
    """The full names that one statement imports, `from a import b` counting as both `a` and `a.b`."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""] + [f"{node.module}.{alias.name}" for alias in node.names]
    return []


def is_or_is_in(name: str, module: str) -> bool:
    return name == module or name.startswith(f"{module}.")


def swallows(node: ast.AST) -> bool:
    """Whether the node makes an error disappear: a handler that does nothing, or a `suppress` of everything."""
    if isinstance(node, ast.ExceptHandler):
        return all(isinstance(act, ast.Pass) or is_ellipsis(act) for act in node.body)
    if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress"):
        return any(ast.unparse(error) in {"Exception", "BaseException"} for error in node.args)
    return False


def is_ellipsis(act: ast.stmt) -> bool:
    return isinstance(act, ast.Expr) and isinstance(act.value, ast.Constant) and act.value.value is ...


def words(name: str) -> list[str]:
    """The single words of a CamelCase or snake_case name, in small letters."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)]


def test_no_function_is_longer_than_a_screen() -> None:
    """A reader sees any function whole: none has over 40 lines, and nine in ten have at most 25."""
    lengths = function_lengths()
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES_OF_A_FUNCTION} == {}
    long = {name: lines for name, lines in lengths.items() if lines > MOST_LINES_OF_NINE_FUNCTIONS_IN_TEN}
    assert len(long) <= len(lengths) / 10, f"{len(long)} of {len(lengths)} functions are long: {long}"


def test_no_file_is_longer_than_a_chapter() -> None:
    """A file that outgrows its limit (tests 450 lines, workflows 200, the rest 300) is two files."""
    limits = {
        name: next(most for beginning, most in MOST_LINES_OF_A_FILE.items() if name.startswith(beginning))
        for name in modules()
    }
    lengths = {name: len((HOUSE / name).read_text("utf-8").splitlines()) for name in limits}
    assert {name: lines for name, lines in lengths.items() if lines > limits[name]} == {}


def test_python_lives_in_the_rooms_only() -> None:
    """A credit manager opens policies/ and finds nothing but data, and no module stands outside the rooms."""
    assert [
        name for name in modules() if not name.startswith((*(f"{room}/" for room in ROOMS), "worker.py", "tests/"))
    ] == []


def test_the_core_has_no_clock_and_no_door() -> None:
    """What was decided on 3 March is decided alike on 3 June, because the core reads nothing but its parameters."""
    found = []
    for place, node in nodes(modules("dunning/")):
        found += [f"{place} imports {name}" for name in imported(node) if name.split(".")[0] in OUTSIDE_WORLD]
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in READS_THE_OUTSIDE_WORLD
        ):
            found.append(f"{place} calls {ast.unparse(node.func)}")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in BUILT_IN_DOORS:
            found.append(f"{place} calls {node.func.id}")
    assert found == []


@pytest.mark.parametrize("module", ONLY_IN)
def test_some_modules_are_held_in_one_place(module: str) -> None:
    """Whoever asks where Temporal is called or where YAML is read finds one file."""
    strangers = {name: tree for name, tree in modules().items() if not name.startswith(ONLY_IN[module])}
    found = [place for place, node in nodes(strangers) if any(is_or_is_in(name, module) for name in imported(node))]
    found += [
        place for place, node in nodes(strangers) if isinstance(node, ast.Attribute) and ast.unparse(node) == module
    ]
    assert found == []


def test_nobody_imports_the_policies() -> None:
    """Policies are read as files, never imported, so that they can be changed without a programmer."""
    assert [p for p, node in nodes(modules()) if any(is_or_is_in(n, "policies") for n in imported(node))] == []


def test_names_say_what_a_thing_does() -> None:
    """A newcomer asks what a Manager manages and gets no answer: no file and no class has such a name."""
    files = [name for name in modules() if any(BANNED_WORD.fullmatch(word) for word in words(name.removesuffix(".py")))]
    classes = [
        f"{place} {node.name}"
        for place, node in nodes(modules())
        if isinstance(node, ast.ClassDef) and any(BANNED_WORD.fullmatch(word) for word in words(node.name))
    ]
    assert files + classes == []


def test_no_error_is_swallowed() -> None:
    """An error of 12 May that nobody sees is a letter that never went out: every handler does something."""
    assert [place for place, node in nodes(modules()) if swallows(node)] == []


def test_no_work_is_left_for_later() -> None:
    """What is committed is done: no stub stands in for a part that should run."""
    raised = [
        place
        for place, node in nodes(modules())
        if isinstance(node, ast.Raise) and node.exc is not None and "NotImplementedError" in ast.unparse(node.exc)
    ]
    assert raised == []


def test_every_test_says_what_it_tells() -> None:
    """A failing test is read by somebody who did not write it: each one begins with a sentence."""
    mute = [
        f"{place} {node.name}"
        for place, node in nodes(modules("tests/"))
        if isinstance(node, type_of_function) and node.name.startswith("test_") and not ast.get_docstring(node)
    ]
    assert mute == []


def test_no_committed_file_names_a_registry_or_a_workplace() -> None:
    """A clone works behind any mirror and on any machine, because no file names a registry's host or our folders."""
    names = [re.escape(host) for host in REGISTRY_HOSTS] + [
        r"(?<![\w.])/wo" + r"rk/(main|shared)",
        r"\.\./sha" + "red/",
    ]
    banned = re.compile("|".join(names).encode(), re.IGNORECASE)
    found = {name: match[0] for name in committed() if (match := banned.search((HOUSE / name).read_bytes()))}
    assert found == {}


def test_the_lock_holds_every_dependency_with_its_hashes() -> None:
    """A dependency added to pyproject.toml on Monday and not locked breaks the clean clone of Tuesday."""
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text("utf-8"))["project"]
    asked = [Requirement(text) for text in project["dependencies"] + project["optional-dependencies"]["dev"]]
    lock = (HOUSE / "requirements.lock").read_text("utf-8")
    pins: list[tuple[str, str]] = re.findall(
        r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)[^\n]*\\\n    --hash=sha256:", lock, re.MULTILINE
    )
    locked: dict[str, str] = {canonicalize_name(name): version for name, version in pins}
    assert len(re.findall(r"^[A-Za-z0-9]", lock, re.MULTILINE)) == len(pins), "a line of the lock has no hash"
    late = [str(asked_for) for asked_for in asked if not is_met(asked_for, locked)]
    assert late == [], "run `make lock`"


def is_met(asked: Requirement, locked: dict[str, str]) -> bool:
    version = locked.get(canonicalize_name(asked.name))
    return version is not None and asked.specifier.contains(version, prereleases=True)
