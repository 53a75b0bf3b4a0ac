"""The doctor's look at one machine and at the providers, each fault being a real one."""

from __future__ import annotations

import asyncio
import http.server
import json
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from temporalio.testing import WorkflowEnvironment

from activities.settings import Settings
from console.doctor.doctor import doctor
from console.doctor.house import mail, policies, room
from console.doctor.line import Check, Line, looked, ok
from console.doctor.server import Server, _skew
from console.main import run
from ledger.stuck import stuck_cases
from tests.mail_server import Postmaster, Start, start
from tests.ports import HOST, free_port
from tests.temporal_env import queue_name, skipping_env
from tests.test_import import POLICIES

__all__ = ["skipping_env", "start"]

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


def verdicts(lines: list[Line]) -> list[str]:
    return [line.verdict for line in lines]


# --------------------------------------------------------------------------------------------------------- the disk


def test_a_full_disk_is_found(tmp_path: Path) -> None:
    """The outbox lies on a disk of its own, and a log filled it over the weekend."""
    disk = tmp_path / "outbox"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("needs the right to mount a small disk")
    try:
        nearly = room(Settings(var_dir=tmp_path, outbox=disk))
        (disk / "log").write_bytes(bytes(64 * 1024))
        full = room(Settings(var_dir=tmp_path, outbox=disk))
    finally:
        subprocess.run(["umount", str(disk)], check=True)
    assert verdicts(nearly) == verdicts(full) == ["ok", "problem"]
    assert "0.0 GB free" in nearly[1].what
    assert "No space left" in full[1].what


def test_a_folder_that_may_not_be_written_is_found() -> None:
    """The data folder is one that nobody may write: it is named with the reason."""
    (line,) = room(Settings(var_dir=Path("/proc/relance")))
    assert (line.verdict, line.where) == ("problem", "/proc")


# -------------------------------------------------------------------------------------------------------- the texts


def test_a_slip_in_a_policy_is_found(tmp_path: Path) -> None:
    """Somebody edits a policy on Friday and slips: imports would refuse on Monday, and the doctor says so today."""
    folder = shutil.copytree(POLICIES, tmp_path / "policies")
    assert verdicts(policies(Settings(policies_dir=folder))) == ["ok"]
    hard = folder / "letters" / "reminder.courteous.en.txt"
    soft = hard.read_text("utf-8")
    hard.write_text(soft + "\nOr we go to court.\n", "utf-8")
    (line,) = policies(Settings(policies_dir=folder))
    assert line.verdict == "warning"
    assert "P311 'court' is too hard for a courteous text" in line.what
    hard.write_text(soft, "utf-8")
    file = folder / "standard-b2b.yaml"
    file.write_text(file.read_text().replace("steps:", "setps:", 1))
    (line,) = policies(Settings(policies_dir=folder))
    assert line.verdict == "problem"
    assert "standard-b2b.yaml:" in line.what


async def test_a_creditor_that_is_missing_is_found(tmp_path: Path) -> None:
    """A new machine without creditor.yaml: one line, and the doctor goes on."""
    from console.doctor.house import creditor

    settings = Settings(policies_dir=tmp_path)

    async def look() -> list[Line]:
        return creditor(settings)

    (line,) = await looked(Check("creditor", look))
    assert "creditor.yaml" in line.what


# --------------------------------------------------------------------------------------------------------- the mail


def by_smtp(port: int) -> Settings:
    return Settings(
        policies_dir=POLICIES, email="smtp", smtp_host=HOST, smtp_port=port, smtp_tls="none", provider_timeout=2
    )


def test_a_mail_server_is_greeted_and_gets_no_letter(start: Start) -> None:
    """The mail server is up: it lets us in, and no message was sent to find that out."""
    postmaster = Postmaster()
    server = start(postmaster)
    assert server.port is not None
    assert verdicts(mail(by_smtp(server.port), online=False)) == ["ok"]
    assert postmaster.taken == []


def test_a_mail_server_that_is_down_or_refuses_tls_is_found(start: Start) -> None:
    """It is down; or it is up, but has no TLS, which our settings ask for."""
    (line,) = mail(by_smtp(free_port()), online=False)
    assert (line.verdict, "did not let us in" in line.what) == ("problem", True)
    plain = start(Postmaster())
    settings = by_smtp(plain.port or 0).model_copy(update={"smtp_tls": "starttls"})
    assert verdicts(mail(settings, online=False)) == ["problem"]


class SendGridsDoor(http.server.BaseHTTPRequestHandler):
    """Answers `GET /v3/scopes` as SendGrid does, by the key."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        key = self.headers["Authorization"].removeprefix("Bearer ")
        self.asked.append(self.path)
        self.send_response(200 if key != "SG.wrong" else 401)
        self.end_headers()
        self.wfile.write(json.dumps({"scopes": ["mail.send"] if key == "SG.good" else ["stats.read"]}).encode())

    def log_message(self, *told: Any) -> None:
        """Quiet."""


@pytest.fixture
def sendgrid() -> Iterator[str]:
    SendGridsDoor.asked.clear()
    with http.server.HTTPServer((HOST, 0), SendGridsDoor) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://{HOST}:{server.server_port}"
        server.shutdown()
        thread.join()


def test_sendgrid_is_asked_only_when_told_to(sendgrid: str) -> None:
    """Every hour the doctor looks, and SendGrid hears of it only with --online: a good, a weak and a wrong key."""
    told = {}
    for key in ("SG.good", "SG.weak", "SG.wrong"):
        given: dict[str, Any] = {"email": "sendgrid", "sendgrid_api_key": key, "sendgrid_host": sendgrid}
        settings = Settings(policies_dir=POLICIES, **given)
        assert verdicts(mail(settings, online=False)) == ["ok"]
        told[key] = mail(settings, online=True)[0]
    assert SendGridsDoor.asked == ["/v3/scopes"] * 3
    assert [told[key].verdict for key in told] == ["ok", "problem", "problem"]
    assert "lacks mail.send" in told["SG.weak"].what
    assert "401" in told["SG.wrong"].what
    assert "SG.w" not in str(told["SG.wrong"]) + str(told["SG.weak"])


# ------------------------------------------------------------------------------------------------------- the checks


async def test_a_check_that_hangs_or_breaks_spoils_no_other() -> None:
    """The database hangs and the policies' disk breaks: each is a line of its own, and the third check is told."""

    async def hangs() -> list[Line]:
        await asyncio.sleep(60)
        return []

    async def breaks() -> list[Line]:
        raise OSError("disk /dev/sdb is gone; ask jean.dupont@example.org")

    async def fine() -> list[Line]:
        return [ok("third", "well")]

    began = time.monotonic()
    checks = (Check("first", hangs, 0.2), Check("second", breaks), Check("third", fine))
    lines = [line for found in await asyncio.gather(*map(looked, checks)) for line in found]
    assert time.monotonic() - began < 5
    assert verdicts(lines) == ["problem", "problem", "ok"]
    assert "0.2 seconds" in lines[0].what
    assert "jean.dupont" not in lines[1].what


def test_settings_that_cannot_be_read_end_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without its settings the doctor does not know where to look: exit code 2 and the setting's name."""
    monkeypatch.setenv("RELANCE_EMAIL", "pigeon")
    assert run(["doctor"]) == 2
    assert "RELANCE_EMAIL" in capsys.readouterr().err
    assert doctor.__doc__


@pytest.mark.parametrize(("ahead", "words"), [(-60, "59 s behind"), (60, "60 s ahead of"), (3, ""), (-3, "")])
def test_clocks_that_differ_are_found(ahead: int, words: str) -> None:
    """This machine's clock is a minute off the server's on 23 November: letters would go out at the wrong hour."""
    line = _skew(MONDAY - timedelta(seconds=ahead), MONDAY, MONDAY + timedelta(seconds=1), "here")
    assert line.verdict == ("problem" if words else "ok")
    assert words in line.what


@pytest.mark.xdist_group("temporal")
async def test_the_servers_clock_and_an_empty_queue_are_read(skipping_env: WorkflowEnvironment) -> None:
    """The server notes when we poll, so its clock can be read; and a queue that nobody polls is a problem."""
    client = skipping_env.client
    server = Server(client.service_client, client.namespace, "here", queue_name())
    (clock,) = await server.clock()
    assert "agree within" in clock.what
    (line,) = await server.workers()
    assert (line.verdict, line.what) == ("problem", "no worker polls for work")


def test_every_ailment_has_its_words() -> None:
    """A new kind of stuck case without a sentence would break the doctor just when it is needed."""
    from typing import get_args

    from console.doctor.ledger import _AILMENTS
    from ledger.stuck import Ailment

    assert set(_AILMENTS) == set(get_args(Ailment))
    assert stuck_cases.__doc__
