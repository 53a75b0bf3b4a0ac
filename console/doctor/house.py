"""What the doctor looks at on this machine and at the mail provider: files, room on disk, keys, sender."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from activities.knocking import knock
from activities.message import TryLater
from activities.senders import choose_senders
from activities.sendgrid import SendGrid
from activities.settings import Settings
from activities.smtp import Smtp
from console.doctor.line import Line, named, ok
from console.encryption import data_converter
from console.policies.files import CREDITOR, load_creditor, load_folder

LEAST_BYTES = 1_000_000_000
FULL_BYTES = 50_000_000


def settings_given(settings: Settings) -> list[Line]:
    """The settings were read; this names those that were given, never their values."""
    given = sorted(f"RELANCE_{name.upper()}" for name in settings.model_fields_set)
    return [ok("settings", ", ".join(given) or "none given: everything as it ships", "environment")]


def encryption(settings: Settings) -> list[Line]:
    """Whether what Temporal keeps is encrypted, and whether the keys can be used."""
    data_converter(settings)
    if settings.encryption_keys is None and settings.encryption_keys_file is None:
        return [ok("encryption", "off: Temporal keeps ids, amounts, dates and typed reasons as plain text")]
    return [ok("encryption", "the keys can be used")]


def policies(settings: Settings) -> list[Line]:
    """Whether an import would take them."""
    folder = str(settings.policies_dir)
    loaded = load_folder(settings.policies_dir)
    if loaded.findings:
        what = f"{len(loaded.findings)} findings; first: {str(loaded.findings[0]).splitlines()[0]}"
        return [Line("policies", "problem", what, folder, "`relance policy check` lists them; imports wait for it.")]
    if loaded.policies and loaded.warnings:
        what = f"{len(loaded.warnings)} warnings; first: {str(loaded.warnings[0]).splitlines()[0]}"
        return [Line("policies", "warning", what, folder, "`relance policy check` lists them; imports go on.")]
    if not loaded.policies:
        return [Line("policies", "problem", "there is none", folder, "Check RELANCE_POLICIES_DIR.")]
    return [ok("policies", named([one.policy.policy for one in loaded.policies]), folder)]


def creditor(settings: Settings) -> list[Line]:
    """Who asks for the money."""
    file = settings.policies_dir / CREDITOR
    return [ok("creditor", load_creditor(file).name, str(file))]


def room(settings: Settings) -> list[Line]:
    """Room on the disks of the data folder and the outbox, and whether we may write there."""
    wanted = (settings.var_dir.resolve(), settings.outbox.resolve())
    there = (next(place for place in (folder, *folder.parents) if place.exists()) for folder in wanted)
    return [_room(folder) for folder in dict.fromkeys(there)]


def _room(folder: Path) -> Line:
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".relance-doctor-") as probe:
            probe.write(bytes(4096))
    except OSError as error:
        advice = "Make room, or give this user the folder (RELANCE_VAR_DIR, RELANCE_OUTBOX)."
        return Line("disk", "problem", f"cannot be written ({error.strerror})", str(folder), advice)
    free = shutil.disk_usage(folder).free
    what = f"{free / 1_000_000_000:.1f} GB free"
    if free >= LEAST_BYTES:
        return ok("disk", what, str(folder))
    advice = "Make room: when it is full, every case waits."
    return Line("disk", "problem" if free < FULL_BYTES else "warning", what, str(folder), advice)


def mail(settings: Settings, online: bool) -> list[Line]:
    """Whether the way e-mail goes out is open. No message is sent; SendGrid is asked only `online`."""
    match choose_senders(settings, load_creditor(settings.policies_dir / CREDITOR))["email"]:
        case Smtp(server=server) as smtp:
            where = f"{server.host}:{server.port or 'usual port'}"
            return _knocked(smtp.knock, "the mail server lets us in", where)
        case SendGrid(account=account) if online:
            return _knocked(lambda: knock(account), "SendGrid takes our key for sending", account.host)
        case SendGrid(account=account):
            return [ok("e-mail", "by SendGrid, which was not asked (--online asks it)", account.host)]
        case _:
            return [ok("e-mail", "into files: nothing leaves this machine by itself", str(settings.outbox))]


def _knocked(at: Callable[[], None], well: str, where: str) -> list[Line]:
    try:
        at()
    except TryLater as refusal:
        advice = "Is the provider up, and reachable from here? Check RELANCE_SMTP_... or RELANCE_SENDGRID_..."
        return [Line("e-mail", "problem", str(refusal), where, advice)]
    return [ok("e-mail", well, where)]
