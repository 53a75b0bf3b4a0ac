"""`relance policy test`: do the stories of the policies come true, in the rules and in the real workflow?"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from activities.settings import SettingsWrong, load_settings
from console.output import COULD_NOT_RUN, FINE, REFUSED, Say, Stop, json_out, out
from console.policies.files import CREDITOR, CannotRead, CreditorRefused, LoadedPolicy, load_creditor
from console.progress import progress_bar
from console.stories.coverage import Coverage, coverage
from console.stories.junit import junit
from console.stories.policies import STORIES, Book, books
from console.stories.report import goal_words, print_coverage, print_verdict, summary
from console.stories.show import expect_lines, expected
from console.stories.story import StoryRefused, tell
from console.stories.telling import Verdict, judge
from console.stories.words import Speech


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is told, and what is answered."""

    policy: Annotated[str | None, Parameter(help="Only the stories of this policy.")] = None
    durable: Annotated[bool, Parameter(negative="", help="Tell them to the real workflow on a real server too.")] = (
        False
    )
    coverage: Annotated[bool, Parameter(help="Say what of each policy no story reaches.")] = True
    coverage_only: Annotated[bool, Parameter(negative="", help="Say that, and nothing of each story.")] = False
    junit: Annotated[Path | None, Parameter(help="Write the result as JUnit XML to this file, for CI.")] = None
    show: Annotated[Path | None, Parameter(help="Print what happens in this story as its `expect` lines.")] = None
    language: Annotated[Literal["en", "fr"] | None, Parameter(help="Language of the answer.")] = None


def test(*files: Path, wanted: Wanted = Wanted(), say: Say = Say()) -> int:  # noqa: B008, PT028 - a command
    """Tell the stories of the policies and say which do not come true, and why.

    Exit code 0: all come true; 1: some do not, or cannot be told; 2: a file or the server could not be used.

    Parameters
    ----------
    files
        Stories, folders of stories, policies or a policies folder; all stories of the policies folder when left out.
    """
    if wanted.junit and wanted.junit.suffix.lower() != ".xml":
        # `--junit story.yaml` would write over the story that was meant to be told.
        raise Stop(f"--junit {wanted.junit}: name a file that ends in .xml.", COULD_NOT_RUN)
    try:
        settings = load_settings()
        language = wanted.language or settings.language
        if wanted.show:
            return _show(wanted.show, settings.policies_dir, language, say)
        found = books(files, settings.policies_dir)
    except (CannotRead, SettingsWrong) as wrong:
        raise Stop(str(wrong), COULD_NOT_RUN) from wrong
    except OSError as wrong:  # already asking whether it is there can fail
        raise Stop(f"{wrong.filename} cannot be read: {wrong.strerror}", COULD_NOT_RUN) from wrong
    verdicts = [verdict for book in found for verdict in _told(book, wanted, language)]
    if not verdicts:
        raise Stop(_nothing_told(found, wanted), COULD_NOT_RUN)
    if wanted.junit:
        _write(wanted.junit, junit(verdicts, wanted.durable))
    reached = [one for book in found for one in _reached(book, verdicts, wanted)]
    if say.as_json:
        json_out(_as_json(verdicts, reached, wanted, language))
    else:
        _print(verdicts, reached, wanted, language)
    return FINE if all(verdict.passed for verdict in verdicts) else REFUSED


def _show(wanted: Path, usual: Path, language: str, say: Say) -> int:
    """Print what happens in one story, named by its file or by its name."""
    path = wanted if wanted.exists() else usual / STORIES / f"{wanted.name.removesuffix('.yaml')}.yaml"
    (book,) = books((path,), usual, draft=True)
    if len(book.files) != 1:
        raise Stop(f"--show {wanted} names {len(book.files)} stories: name one, by its file or name.", COULD_NOT_RUN)
    file = book.files[0]
    if file.story is None:
        told = "\n".join(map(str, file.findings))
        raise Stop(told, REFUSED, {"findings": [asdict(finding) for finding in file.findings]})
    policy = book.policies[file.story.policy].policy
    try:
        _, lines = tell(file.story, policy)
    except StoryRefused as refused:
        raise Stop(str(refused), REFUSED) from refused
    if say.as_json:
        json_out({"story": file.name, "expect": [expected(line) for line in lines]})
        return FINE
    for row in expect_lines(lines, Speech(policy, language)):
        out(row)
    return FINE


def _told(book: Book, wanted: Wanted, language: str) -> list[Verdict]:
    """Each story of a folder told to the rules, and to the workflow where that is wanted."""
    verdicts = []
    with progress_bar("telling stories", len(book.files)) as step:
        for file in book.files:
            began = perf_counter()
            known = file.story and book.policies.get(file.story.policy)
            verdict = judge(file, known, language) if known else Verdict(file, findings=file.findings)
            verdicts.append(replace(verdict, seconds=perf_counter() - began))
            step()
    verdicts = [verdict for verdict in verdicts if wanted.policy in (None, verdict.policy_name)]
    return _lived(book.folder, verdicts, language) if wanted.durable else verdicts


def _lived(folder: Path, verdicts: list[Verdict], language: str) -> list[Verdict]:
    """The verdicts with what the real workflow did otherwise."""
    from console.logs import set_up_logs
    from console.stories.house import live
    from console.stories.otherwise import not_as_told

    set_up_logs()
    logging.getLogger().setLevel(logging.WARNING)  # each letter that went out is no news here
    telling = [(number, one) for number, one in enumerate(verdicts) if one.life]
    pairs = [(one.story, one.policy) for _, one in telling if one.story and one.policy]
    if not pairs:
        return verdicts
    try:
        creditor = load_creditor(folder / CREDITOR)
    except (CannotRead, CreditorRefused) as wrong:
        raise Stop(str(wrong), COULD_NOT_RUN) from wrong
    began = perf_counter()
    with progress_bar("telling stories to the workflow", len(pairs)) as step:
        lived = live(pairs, creditor, step)
    share = (perf_counter() - began) / len(pairs)
    for (number, one), told in zip(telling, lived, strict=True):
        verdicts[number] = replace(one, otherwise=not_as_told(one, told, language), seconds=one.seconds + share)
    return verdicts


def _reached(book: Book, verdicts: Sequence[Verdict], wanted: Wanted) -> list[tuple[LoadedPolicy, Coverage]]:
    """What the stories of one folder reach: of all its policies, or of those spoken of when files were named."""
    if not wanted.coverage and not wanted.coverage_only:
        return []
    paths = {file.path for file in book.files}
    mine = [(one.story, one.life) for one in verdicts if one.file.path in paths and one.story and one.life]
    found = []
    for name, loaded in book.policies.items():
        if wanted.policy in (None, name):
            lives = [(story, life) for story, life in mine if story.policy == name]
            if lives or book.whole:
                found.append((loaded, coverage(loaded.policy, lives)))
    return found


def _print(
    verdicts: Sequence[Verdict], reached: Sequence[tuple[LoadedPolicy, Coverage]], wanted: Wanted, language: str
) -> None:
    if not wanted.coverage_only:
        widest = max(len(verdict.file.name) for verdict in verdicts)
        for verdict in verdicts:
            print_verdict(verdict, language, widest)
        out(summary(verdicts, wanted.durable, language))
    print_coverage(reached, language)


def _as_json(
    verdicts: Sequence[Verdict], reached: Sequence[tuple[LoadedPolicy, Coverage]], wanted: Wanted, language: str
) -> dict[str, Any]:
    failed = sum(not verdict.passed for verdict in verdicts)
    told = {"passed": len(verdicts) - failed, "failed": failed, "durable": wanted.durable}
    stories = [] if wanted.coverage_only else [_story_json(verdict) for verdict in verdicts]
    return told | {"stories": stories, "coverage": [_coverage_json(*one, language) for one in reached]}


def _story_json(verdict: Verdict) -> dict[str, Any]:
    return {
        "story": verdict.file.name,
        "file": verdict.file.file,
        "policy": verdict.policy_name,
        "title": verdict.story.title if verdict.story else None,
        "passed": verdict.passed,
        "differences": _differences_json(verdict),
        "in_the_workflow": verdict.otherwise,
        "findings": [asdict(finding) for finding in verdict.findings],
    }


def _differences_json(verdict: Verdict) -> list[dict[str, Any]]:
    rows = [row for row in verdict.rows if row.kind != "same"]
    if not rows:
        return [{"kind": "not_told", "sentence": sentence} for sentence in verdict.wrong]
    return [
        {
            "kind": row.kind,
            "expected": row.expected.model_dump(exclude_none=True) if row.expected else None,
            "happened": expected(row.line) if row.line else None,
            "sentence": sentence,
        }
        for row, sentence in zip(rows, verdict.wrong, strict=True)
    ]


def _coverage_json(loaded: LoadedPolicy, found: Coverage, language: str) -> dict[str, Any]:
    missed = [asdict(goal) | {"in_words": goal_words(loaded.policy, goal, language)} for goal in found.missed]
    counts = {kind: {"reached": n, "of": every} for kind, (n, every) in found.counts().items()}
    return {"policy": found.policy, "stories": found.stories, "counts": counts, "not_reached": missed}


def _nothing_told(found: Sequence[Book], wanted: Wanted) -> str:
    folders = ", ".join(str(book.folder / STORIES) for book in found)
    of = f" of the policy {wanted.policy}" if wanted.policy else ""
    return f"There is no story{of} in {folders}. The page docs/policy/test.md says how to write one."


def _write(file: Path, content: bytes) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    except OSError as wrong:
        raise Stop(f"{file} cannot be written: {wrong.strerror}", COULD_NOT_RUN) from wrong
