"""Reads the two sides of a comparison: a policy file, a folder of policies, or a policy that the ledger keeps."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from pathlib import Path

from activities.plain import one_line
from activities.settings import load_settings
from console.desk import Desk
from console.output import COULD_NOT_RUN, Stop
from console.policies.files import Loaded, load_file, load_folder
from dunning.compare.policies import PolicyText
from dunning.policy import Policy
from ledger.policies import policies_kept, policy

_KEPT = re.compile(r"([a-z0-9-]{1,60})@([0-9a-f]{0,64})")
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SHOWN = 12  # digits of a hash that tell policies apart


@dataclass(frozen=True)
class Named:
    """One policy with its letters, and where it came from."""

    text: PolicyText
    source: str


@dataclass(frozen=True)
class Side:
    """What OLD or NEW gave: one policy, or all of a folder."""

    named: str
    policies: tuple[Named, ...]
    folder: bool = False

    def find(self, name: str) -> Named | None:
        return next((one for one in self.policies if one.text.policy.policy == name), None)


def read_side(asked: str) -> Side:
    """The policies of a path, of a name in the policies folder, or of NAME@HASH in the ledger.

    Stop when there is none, or when what is there has findings: only sound policies can be compared.
    """
    path = Path(asked)
    if path.is_dir():
        return Side(asked, _sound(load_folder(path), asked), folder=True)
    if path.exists() or path.suffix == ".yaml":
        return Side(asked, _sound(load_file(path), asked))
    if kept := _KEPT.fullmatch(asked):
        return Side(asked, (_kept(kept[1], kept[2]),))
    shipped = load_settings().policies_dir / f"{asked}.yaml"
    if _NAME.fullmatch(asked) and shipped.exists():
        return Side(asked, _sound(load_file(shipped), asked))
    words = f"{one_line(asked)} is no policy: name a file, a folder, a policy of the policies folder"
    raise Stop(f"{words}, or one that the ledger keeps, by its name, an @ and its hash.", COULD_NOT_RUN)


def _sound(loaded: Loaded, asked: str) -> tuple[Named, ...]:
    if loaded.findings:
        told = "\n".join(str(finding) for finding in loaded.findings)
        words = f"{told}\n{one_line(asked)} has findings: mend them first, only sound policies can be compared."
        raise Stop(words, COULD_NOT_RUN, {"findings": [asdict(finding) for finding in loaded.findings]})
    if not loaded.policies:
        raise Stop(f"There is no policy in {one_line(asked)}.", COULD_NOT_RUN)
    return tuple(Named(PolicyText(one.policy, one.bundle["letters"]), one.source_file) for one in loaded.policies)


def _kept(name: str, beginning: str) -> Named:
    with Desk().ledger.read() as db:
        known = [one for one in policies_kept(db) if one.name == name]
        found = [one for one in known if one.hash.startswith(beginning)]
        if len(found) != 1:
            there = "\n".join(f"    {one.hash[:_SHOWN]}, kept on {one.added_at:%Y-%m-%d}" for one in known)
            many = "no policy" if not found else "several policies"
            which = f"{many} {name} whose hash begins with {beginning or 'nothing'}"
            words = f"The ledger keeps {which}. Of {name} it keeps:\n{there or '    none'}"
            raise Stop(words, COULD_NOT_RUN)
        bundle = policy(db, found[0].hash)
    text = PolicyText(Policy.model_validate(bundle["policy"]), bundle["letters"])
    return Named(text, f"{name}@{found[0].hash[:_SHOWN]}")


@dataclass(frozen=True)
class Couples:
    """The policies of both sides beside each other, and those that only one side has."""

    both: tuple[tuple[Named, Named], ...]
    gone: tuple[Named, ...]
    added: tuple[Named, ...]


def couples(old: Side, new: Side) -> Couples:
    """Two single policies are compared whatever their names; folders by name. Stop when one is a folder and one not."""
    if old.folder != new.folder:
        words = f"{one_line(old.named)} and {one_line(new.named)} are a folder and a single policy"
        raise Stop(f"{words}: compare two folders, or two policies.", COULD_NOT_RUN)
    if not old.folder:
        return Couples(((old.policies[0], new.policies[0]),), (), ())
    known = [(one, new.find(one.text.policy.policy)) for one in old.policies]
    return Couples(
        tuple((one, other) for one, other in known if other),
        tuple(one for one, other in known if other is None),
        tuple(one for one in new.policies if old.find(one.text.policy.policy) is None),
    )
