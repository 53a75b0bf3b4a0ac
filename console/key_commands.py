"""Makes keys for what Temporal keeps, so that nobody has to know how a good one is made."""

from __future__ import annotations

from datetime import UTC, datetime

from cyclopts import App

from console.output import FINE, note, out

key_app = App(name="key", help="Keys that encrypt what Temporal keeps.")

_NEXT = """\
The line above is the only copy of this key: nothing keeps it for you, and without it open cases cannot be read.
Put it into a file that only you can read (chmod 600) and name the file with RELANCE_ENCRYPTION_KEYS_FILE.
Every worker and every command needs it before any of them encrypts with it: first put the line last
(below a first line `plain` when there is no other key yet), start all workers again, then move it to the top and
start them again. Keep older lines until no case and no kept run needs them."""


@key_app.command
def new() -> int:
    """Print a new key for RELANCE_ENCRYPTION_KEYS; what to do with it goes to stderr."""
    from console.encryption import new_key

    out(new_key(datetime.now(UTC).date()))
    note(_NEXT)
    return FINE
