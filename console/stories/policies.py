"""Brings stories and the policies they speak of together, and says which story cannot be told and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from console.policies.files import CREDITOR, CannotRead, Loaded, LoadedPolicy, load_folder
from console.policies.findings import Finding, in_order, spelled
from console.stories.codes import at, finding
from console.stories.reading import StoryFile, read_story
from console.stories.story import Story, case_of, sayings
from dunning import facts as f
from dunning.calendar import knows_country, knows_zone
from dunning.opening import takes
from dunning.policy import Policy

STORIES = "stories"


@dataclass(frozen=True)
class Book:
    """Stories with the policies folder they belong to, those that can be told and those that cannot.

    `whole`: a folder was named, and these are all its stories.
    """

    folder: Path
    loaded: Loaded
    files: tuple[StoryFile, ...]
    whole: bool

    @property
    def policies(self) -> dict[str, LoadedPolicy]:
        """The sound policies by name."""
        return {one.policy.policy: one for one in self.loaded.policies}


def books(paths: Sequence[Path], usual: Path, draft: bool = False) -> list[Book]:
    """The stories that the paths name: story files, folders of stories, folders of policies, policy files.

    Without a path those of the `usual` policies folder. CannotRead names what is not there.
    """
    by_folder: dict[Path, dict[Path, None]] = {}
    whole: set[Path] = set()
    for path in paths or (usual,):
        folder, files = _named(path, usual)
        by_folder.setdefault(folder, {}).update(dict.fromkeys(files))
        if path.is_dir():
            whole.add(folder)
    found = []
    for folder, named in by_folder.items():
        loaded = load_folder(folder)
        read = [_sound(read_story(file, draft), folder, loaded) for file in named]
        found.append(Book(folder, loaded, tuple(read), folder in whole))
    return found


def _named(path: Path, usual: Path) -> tuple[Path, list[Path]]:
    """The policies folder that a path speaks of, and its story files."""
    if not path.exists():
        raise CannotRead(f"{path} cannot be read: there is no such file or folder")
    if path.is_dir() and (path / STORIES).is_dir():
        return path, _yaml(path / STORIES)
    if path.is_dir():
        inside = _yaml(path)
        return _policies_of(path / "any", usual), inside if path.name == STORIES else list(filter(_is_story, inside))
    if path.parent.name == STORIES or _is_story(path):
        return _policies_of(path, usual), [path]
    return path.parent, [file for file in _yaml(path.parent / STORIES) if _speaks_of(file, path.stem)]


def _yaml(folder: Path) -> list[Path]:
    return sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")])


def _policies_of(story: Path, usual: Path) -> Path:
    """The folder above `stories/`; the usual one for a story that lies elsewhere."""
    whole = story.absolute()
    if whole.parent.name != STORIES:
        return usual
    return story.parent.parent if story.parent.name == STORIES else whole.parent.parent


def _is_story(file: Path) -> bool:
    if file.name == CREDITOR:
        return False
    data = read_story(file).reading.data
    return not isinstance(data, dict) or "steps" not in data


def _speaks_of(file: Path, policy: str) -> bool:
    data = read_story(file).reading.data
    return isinstance(data, dict) and data.get("policy") == policy


def _sound(file: StoryFile, folder: Path, loaded: Loaded) -> StoryFile:
    """The story when it can be told with these policies, else its findings."""
    if file.path.suffix != ".yaml":
        return replace(file, story=None, findings=(finding(file.file, "S212", (1, 1)),))
    if file.story is None:
        return file
    found = list(_against(file, file.story, folder, loaded))
    return replace(file, story=None, findings=in_order(found)) if found else file


def _against(file: StoryFile, story: Story, folder: Path, loaded: Loaded) -> Iterator[Finding]:
    policies = {one.policy.policy: one.policy for one in loaded.policies}
    if story.policy not in policies:
        yield _without_policy(file, story, folder, loaded)
        return
    policy = policies[story.policy]
    if unknown := list(_unknown_steps(file, story, policy)):
        yield from unknown
        return
    if nowhere := list(_unknown_places(file, story)):
        yield from nowhere
        return
    case = case_of(story, policy)
    if reason := takes(policy, case.invoice, case.debtor):
        place = at(file.reading, "debtor" if story.debtor != type(story.debtor)() else "invoice")
        yield finding(file.file, "S208", place, policy=policy.policy, reason=reason)
    if any(other.amount.currency != story.invoice.amount.currency for other in story.debtor.also_owes):
        detail = "what the debtor also owes is in another currency than the invoice"
        yield finding(file.file, "S209", at(file.reading, "debtor", "also_owes"), detail=detail)
    yield from _senseless(file, story, policy)


def _without_policy(file: StoryFile, story: Story, folder: Path, loaded: Loaded) -> Finding:
    place, names = at(file.reading, "policy"), [one.policy.policy for one in loaded.policies]
    broken = folder / f"{story.policy}.yaml"
    if broken.is_file():
        return finding(file.file, "S206", place, policy=story.policy, file=str(broken))
    return finding(file.file, "S205", place, policy=story.policy, folder=str(folder), hint=spelled(story.policy, names))


def _unknown_steps(file: StoryFile, story: Story, policy: Policy) -> Iterator[Finding]:
    names = [step.step for step in policy.steps]
    said: list[tuple[str, tuple[str | int, ...]]] = []
    if story.taken_over:
        said.append((story.taken_over.step, ("taken_over", "step")))
    for number, told in enumerate(story.facts):
        inner = getattr(getattr(told, told.word), "step", None)
        if inner:
            said.append((inner, ("facts", number, told.word, "step")))
    for number, expected in enumerate(story.expect):
        if expected.verb in ("sends", "calls", "skips"):
            said.append((expected.noun, ("expect", number, expected.verb)))
    for step, where in said:
        if step not in names:
            place = at(file.reading, *where)
            yield finding(file.file, "S207", place, policy=policy.policy, step=step, hint=spelled(step, names))


def _unknown_places(file: StoryFile, story: Story) -> Iterator[Finding]:
    debtor, reading = story.debtor, file.reading
    if not knows_country(debtor.country):
        wanted = "the two letters of ISO 3166-1, such as FR, BE or GB"
        yield finding(file.file, "S203", at(reading, "debtor", "country"), found=debtor.country, wanted=wanted)
    elif not knows_country(debtor.country, debtor.subdivision):
        wanted = "a subdivision that the calendar of holidays knows, such as '57' for Moselle, or leave it out"
        found = str(debtor.subdivision)
        yield finding(file.file, "S203", at(reading, "debtor", "subdivision"), found=found, wanted=wanted)
    if debtor.time_zone is not None and not knows_zone(debtor.time_zone):
        wanted = "a continent and a city, such as Europe/Paris"
        yield finding(file.file, "S203", at(reading, "debtor", "time_zone"), found=debtor.time_zone, wanted=wanted)


def _senseless(file: StoryFile, story: Story, policy: Policy) -> Iterator[Finding]:
    """Facts that the doors would refuse whatever the case."""
    for said in sayings(story, policy):
        read = f.read_fact(said.raw, said.at, act=said.act)
        if isinstance(read, f.FactRefused):
            place = at(file.reading, "facts", said.number - 1)
            yield finding(file.file, "S209", place, detail=read.detail.partition(": {")[0])
