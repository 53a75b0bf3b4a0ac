"""What Temporal keeps is encrypted when there are keys, and no key that is missing or wrong loses a fact or a case."""

from __future__ import annotations

import asyncio
import base64
import copy
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from temporalio.api.common.v1 import Payload
from temporalio.client import Client, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner

from activities.settings import Settings, SettingsWrong, load_settings
from console.encryption import (
    ENCRYPTED,
    KEY_ID,
    UNREADABLE,
    Encryption,
    KeyMissing,
    KeysWrong,
    check_keys,
    data_converter,
    new_key,
    read_keys,
)
from console.main import run
from dunning.case import Case
from tests.durable import Room, message, policy, room
from tests.temporal_env import skipping_env, worker_on
from workflows.case import CaseWorkflow

__all__ = ["skipping_env"]

A, B = (new_key(date(2026, 3, 9)) for _ in range(2))
# What the SDK's core writes of its own, past every codec, when a local activity ends: numbers, moments and its type.
BOOKKEEPING = set("seq attempt activity_id activity_type activation_index backoff".split()) | {
    "complete_time",
    "original_schedule_time",
}
LETTER = Payload(metadata={"encoding": b"json/plain"}, data=b'{"reason": "the boiler leaks"}')
FAR = datetime.now(UTC).date() + timedelta(days=60)  # nothing is due while the test runs


def name(line: str) -> str:
    return line.partition(":")[0]


def codec(*lines: str) -> Encryption:
    return Encryption(read_keys("\n".join(lines)))


def settings(*lines: str) -> Settings:
    return Settings.model_validate({"encryption_keys": "\n".join(lines)} if lines else {})


def with_keys(env: WorkflowEnvironment, *lines: str) -> WorkflowEnvironment:
    """The same server, seen by a process that has these keys."""
    config = env.client.config()
    config["data_converter"] = data_converter(settings(*lines))
    other = copy.copy(env)
    other._client = Client(**config)
    return other


def paid(ident: str, euros: int = 100) -> dict[str, Any]:
    money = {"minor": euros * 100, "currency": "EUR"}
    return {"fact": "PaymentReceived", "id": ident, "amount": money, "received_on": "2026-11-01"}


async def sealed(value: dict[str, Any], *lines: str) -> Payload:
    (payload,) = await data_converter(settings(*lines)).encode([value])
    return payload


# ------------------------------------------------------------------------------------------------------------ the codec


async def test_what_is_sealed_is_opened_and_never_looks_the_same_twice() -> None:
    """The same letter goes out on 9 and on 10 March: both open, and nobody sees that they are the same."""
    (first,), (second,) = [await codec(A).encode([LETTER]) for _ in range(2)]
    assert (first.metadata["encoding"], first.metadata[KEY_ID]) == (ENCRYPTED, name(A).encode())
    assert first.data != second.data
    assert b"boiler" not in first.SerializeToString()
    assert b"json/plain" not in first.SerializeToString()
    assert await codec(A).decode([first, second]) == [LETTER, LETTER]


async def test_the_first_key_writes_and_every_key_reads() -> None:
    """A key of March is replaced in June: June's key writes, what March's wrote is still read."""
    (march,) = await codec(A).encode([LETTER])
    (june,) = await codec(B, A).encode([LETTER])
    assert june.metadata[KEY_ID] == name(B).encode()
    assert await codec(B, A).decode([march, june]) == [LETTER, LETTER]


async def test_plain_in_the_first_place_writes_plainly_and_reads_on() -> None:
    """Encryption is switched off in July: what is new is plain, what is old is still read."""
    (old,) = await codec(A).encode([LETTER])
    assert await codec("plain", A).encode([LETTER]) == [LETTER]
    assert await codec("plain", A).decode([old, LETTER]) == [LETTER, LETTER]


async def test_a_key_that_is_missing_is_named_and_asked_for_once(caplog: pytest.LogCaptureFixture) -> None:
    """A worker of 9 March meets a payload of a key it was not given: one line tells which, and no line tells a key."""
    caplog.set_level("INFO", "console.encryption")  # a command that ran before in this process has silenced it
    converter = data_converter(settings(B))
    payloads = await codec(A).encode([LETTER])
    for _ in range(3):
        with pytest.raises(KeyMissing, match=name(A)):
            await converter.decode(payloads)
    with pytest.raises(KeyMissing, match=name(A)):
        check_keys(converter)
    check_keys(data_converter(settings(A)))
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert name(A) in caplog.text
    for line in (A, B):
        assert line.partition(":")[2] not in caplog.text


def forgeries() -> dict[str, tuple[bytes, bytes]]:
    """Data and key id of what no key opens, named after what was done to it."""
    sealed_data = bytes(range(80))
    return {
        "garbage": (sealed_data, name(A).encode()),
        "nothing": (b"", name(A).encode()),
        "half-a-nonce": (b"\x00" * 7, name(A).encode()),
        "no-key-id": (sealed_data, b""),
        "key-id-with-a-line-break": (sealed_data, b"k1\nERROR all is lost"),
        "key-id-that-is-no-text": (sealed_data, b"\xff\xfe"),
    }


@pytest.mark.parametrize("kind", list(forgeries()))
async def test_a_forgery_is_given_up_without_an_error(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    """What can never be opened raises nothing, which would be tried again for ever; the same bytes read the same."""
    caplog.set_level("INFO", "console.encryption")
    data, key = forgeries()[kind]
    forged = Payload(metadata={"encoding": ENCRYPTED, KEY_ID: key}, data=data)
    (once,), (twice,) = [await codec(A).decode([forged]) for _ in range(2)]
    assert once == twice
    assert once.metadata["encoding"] == UNREADABLE
    assert json.loads(once.data)["fact"] == "CannotBeDecrypted"
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]
    assert "all is lost" not in caplog.text


async def test_a_payload_altered_in_any_byte_or_under_another_key_does_not_open() -> None:
    """Somebody changes one bit in the database, or the name of the key: neither passes for what was written."""
    (good,) = await codec(A).encode([LETTER])
    altered = [Payload(metadata=good.metadata, data=flipped(good.data, place)) for place in range(len(good.data))]
    same_key = f"other:{A.partition(':')[2]}"
    altered.append(Payload(metadata={"encoding": ENCRYPTED, KEY_ID: b"other"}, data=good.data))
    opened = await codec(A, same_key).decode(altered)
    assert {bytes(payload.metadata["encoding"]) for payload in opened} == {UNREADABLE}
    assert len({payload.data for payload in opened}) == len(good.data) + 1


def flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


async def test_only_a_raw_letter_takes_what_cannot_be_opened() -> None:
    """An altered result of an activity stops the task, to be tried again; only a letter may be anything."""
    forged = Payload(metadata={"encoding": ENCRYPTED, KEY_ID: name(A).encode()}, data=bytes(80))
    converter = data_converter(settings(A))
    (raw,) = await converter.decode([forged], [RawValue])
    assert b"CannotBeDecrypted" in raw.payload.data
    with pytest.raises(KeyError, match="binary/unreadable"):
        await converter.decode([forged], [dict])


# ------------------------------------------------------------------------------------------------------------- the keys

HALF = f"k1:{base64.b64encode(bytes(16)).decode()}"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "there is no key in it"),
        ("# only a comment", "there is no key in it"),
        (A.partition(":")[2], "entry 1 is not a line of"),
        (f"{A}\nsecret-without-a-colon", "entry 2 is not a line of"),
        ("k1:secret-that-is-no-base64", "entry 1 is not a key of 256 bits"),
        (HALF, "entry 1 is not a key of 256 bits"),
        (f"{A}\n{A}", "entry 2 has the id of an earlier one"),
        (f"{A}\nplain", "entry 2 is not a line of"),
        ("-k:" + A.partition(":")[2], "entry 1 is not a line of"),
    ],
    ids=["empty", "comment", "no-id", "no-colon", "no-base64", "half", "twice", "late-plain", "bad-id"],
)
def test_keys_that_cannot_be_used_are_refused_by_their_place(text: str, sentence: str) -> None:
    """An operator pastes half a line on a Friday evening: the sentence tells which entry, and shows nothing of it."""
    with pytest.raises(KeysWrong, match=sentence) as refused:
        data_converter(settings(text) if text else Settings.model_validate({"encryption_keys": text}))
    for part in ("secret", HALF.partition(":")[2], A.partition(":")[2]):
        assert part not in str(refused.value)
    assert refused.value.__cause__ is None


def test_keys_may_stand_on_lines_or_behind_commas() -> None:
    """A file has a comment on each key, a variable has one line: both mean the same."""
    file = read_keys(f"# newest first\n{B}  # since June\n\n  {A}\n")
    assert list(file.by_id) == [name(B), name(A)]
    assert list(read_keys(f"{B},{A}").by_id) == list(file.by_id)
    assert (file.first, read_keys("plain").first, read_keys(None).first) == (name(B), None, None)


def test_a_key_file_open_to_everybody_is_refused(tmp_path: Path) -> None:
    """`relance key new > keys` on 9 March leaves a file that all may read: it is refused until it is closed."""
    file = tmp_path / "keys"
    file.write_text(A)
    for mode in (0o644, 0o602):
        file.chmod(mode)
        with pytest.raises(KeysWrong, match="chmod 600"):
            data_converter(Settings(encryption_keys_file=file))
    for mode in (0o600, 0o440):
        file.chmod(mode)
        assert isinstance(data_converter(Settings(encryption_keys_file=file)).payload_codec, Encryption)


def test_a_key_file_that_is_not_one_is_named(tmp_path: Path) -> None:
    """The file was not mounted, or is a picture: the sentence names the setting and the file."""
    (tmp_path / "picture").write_bytes(b"\x89PNG\xff")
    (tmp_path / "picture").chmod(0o600)
    for wrong, said in (("missing", "cannot be read"), ("picture", "holds no keys")):
        with pytest.raises(KeysWrong, match=f"RELANCE_ENCRYPTION_KEYS_FILE.*{wrong}.*{said}"):
            data_converter(Settings(encryption_keys_file=tmp_path / wrong))


def test_keys_come_from_the_folder_of_secrets_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A platform lays every secret into one folder; keys named twice are refused, since one set would be ignored."""
    (tmp_path / "relance_encryption_keys").write_text(f"{B}\n{A}\n")
    monkeypatch.setenv("RELANCE_SECRETS_DIR", str(tmp_path))
    codec_used = data_converter(load_settings()).payload_codec
    assert isinstance(codec_used, Encryption)
    assert codec_used._keys.first == name(B)
    monkeypatch.setenv("RELANCE_ENCRYPTION_KEYS_FILE", str(tmp_path / "other"))
    with pytest.raises(SettingsWrong, match="say the same"):
        load_settings()


def test_nothing_that_holds_a_key_shows_it() -> None:
    """A traceback or a log line prints an object that holds the keys: only ids are seen."""
    used = settings(A, B)
    converter = data_converter(used)
    shown = (
        f"{used!r} {used} {converter!r} {converter.payload_codec!r} {read_keys(A)!r} {vars(converter.payload_codec)}"
    )
    for line in (A, B):
        assert line.partition(":")[2] not in shown
        assert repr(base64.b64decode(line.partition(":")[2])) not in shown


def test_a_new_key_is_one_line_that_works(capsys: pytest.CaptureFixture[str]) -> None:
    """`relance key new >> keys`: the file gets the key and nothing else, the screen gets what to do and no key."""
    assert run(["key", "new"]) == 0
    said = capsys.readouterr()
    assert said.out.count("\n") == 1
    key = said.out.strip()
    assert read_keys(key).first == name(key)
    assert key.partition(":")[2] not in said.err
    assert "chmod 600" in said.err
    assert len({new_key(date(2026, 3, 9)) for _ in range(20)}) == 20


# --------------------------------------------------------------------------------------------------- on the real server


async def events(handle: WorkflowHandle[Any, Any], env: WorkflowEnvironment) -> list[Any]:
    """The history as the server has it, whatever keys the handle's process has."""
    plain = env.client.get_workflow_handle(handle.id, run_id=handle.first_execution_run_id)
    return [event async for event in plain.fetch_history_events()]


def encodings(found: Any, path: str = "") -> list[tuple[str, str]]:
    """Where payloads are in a history, and the encoding of each."""
    if isinstance(found, list):
        return [pair for n, one in enumerate(found) for pair in encodings(one, f"{path}/{n}")]
    if not isinstance(found, dict):
        return []
    if "encoding" in found.get("metadata", {}):
        return [(path, base64.b64decode(found["metadata"]["encoding"]).decode())]
    return [pair for name_, one in found.items() for pair in encodings(one, f"{path}/{name_}")]


async def readable(handle: WorkflowHandle[Any, Any], env: WorkflowEnvironment) -> list[str]:
    """Every payload of the history that is not encrypted, but for the bookkeeping of the SDK's core."""
    told = await events(handle, env)
    for event in told:
        details = event.marker_recorded_event_attributes.details
        if "data" in details:
            assert set(json.loads(details.pop("data").payloads[0].data)) <= BOOKKEEPING
    found = encodings([MessageToDict(event) for event in told])
    assert len(found) >= 10
    return [place for place, encoding in found if encoding != "binary/encrypted"]


async def until_known(handle: WorkflowHandle[Any, Any], *seen: str) -> dict[str, Any]:
    """The state once these facts were taken in."""
    known: list[str] = []
    for _ in range(100):
        state: dict[str, Any] = await handle.query("state")
        known = (state["case"] or {}).get("seen", [])
        if all(one in known for one in seen):
            return state
        await asyncio.sleep(0.05)
    raise AssertionError(f"{seen} are not all in {known}")


def case_of(state: dict[str, Any]) -> Case:
    return Case.model_validate(state["case"])


async def replay(handle: WorkflowHandle[Any, Any], *lines: str) -> None:
    history = await handle.fetch_history()
    runner = UnsandboxedWorkflowRunner()
    converter = data_converter(settings(*lines))
    await Replayer(workflows=[CaseWorkflow], data_converter=converter, workflow_runner=runner).replay_workflow(history)


async def test_a_whole_life_leaves_nothing_readable_and_can_be_replayed(
    skipping_env: WorkflowEnvironment, tmp_path: Path
) -> None:
    """Two reminders in March, 100 EUR in April, a hold in May: every payload is encrypted."""
    env = with_keys(skipping_env, A)
    async with room(env, tmp_path) as here:
        case_id = here.add(policy(message("first", 5), message("second", 20)), datetime.now(UTC).date())
        handle = await here.start(case_id, paid("B1"))
        await env.fast_forward(handle, timedelta(days=30))
        await handle.execute_update("act", {"fact": "HoldPlaced", "id": "H1", "reason": "asked by sales"})
        state = await until_known(handle, "PaymentReceived:B1", "HoldPlaced:H1")
        assert [record.step for record in case_of(state).steps] == ["first", "second"]
        assert await readable(handle, skipping_env) == []
        await replay(handle, A)
        await replay(handle, B, A)
        with pytest.raises(RuntimeError, match="KeyMissing"):
            await replay(handle, B)


async def test_a_forged_letter_becomes_a_task_and_the_case_goes_on(
    skipping_env: WorkflowEnvironment, tmp_path: Path
) -> None:
    """On 9 March a letter is altered, another names a key of nobody's: given any key of that id, both are problems."""
    lines = (A, f"nobody:{B.partition(':')[2]}")
    env = with_keys(skipping_env, *lines)
    async with room(env, tmp_path) as here:
        handle = await here.start(here.add(policy(message("first", 5)), FAR))
        altered = await sealed(paid("B0"), A)
        altered.data = flipped(altered.data, 40)
        raw = skipping_env.client.get_workflow_handle(handle.id)
        for letter in (Payload(metadata={"encoding": ENCRYPTED, KEY_ID: b"nobody"}, data=bytes(80)), altered):
            await raw.signal("fact", RawValue(letter))
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await raw.execute_update("act", RawValue(altered))
        assert isinstance(refused.value.cause, ApplicationError)
        assert refused.value.cause.type == "NotPossible"
        await handle.signal("fact", paid("B1"))
        state = await until_known(handle, "PaymentReceived:B1")
        assert case_of(state).balance.minor == 90000
        assert len([kind for kind in here.tasks(handle.id.removeprefix("case/")) if kind == "problem"]) == 2
        await replay(handle, *lines)


async def test_a_plain_signal_of_an_integrator_counts(skipping_env: WorkflowEnvironment, tmp_path: Path) -> None:
    """The bank's program has no key and signals 100 EUR plainly on 9 March: they count."""
    async with room(with_keys(skipping_env, A), tmp_path) as here:
        handle = await here.start(here.add(policy(message("first", 5)), FAR))
        await skipping_env.client.get_workflow_handle(handle.id).signal("fact", paid("B1"))
        assert case_of(await until_known(handle, "PaymentReceived:B1")).balance.minor == 90000


async def test_keys_are_changed_while_a_case_runs(skipping_env: WorkflowEnvironment, tmp_path: Path) -> None:
    """Plain in March, key A from April, key B from June: each release reads what the ones before it wrote."""
    here = Room(skipping_env, tmp_path)
    handle = await here.start(here.add(policy(message("first", 5)), FAR))
    releases: Sequence[tuple[str, ...]] = ((), ("plain", A), (A,), (A, B), (B, A))
    for number, lines in enumerate(releases):
        env = with_keys(skipping_env, *lines)
        seen = env.client.get_workflow_handle(handle.id)
        async with worker_on(env, here.queue, [CaseWorkflow], [here.activities.ask, here.activities.perform]):
            await seen.signal("fact", paid(f"B{number}"))
            state = await until_known(seen, f"PaymentReceived:B{number}")
        assert case_of(state).balance.minor == 100_000 - 10_000 * (number + 1)
    signals = [event.workflow_execution_signaled_event_attributes for event in await events(handle, skipping_env)]
    used = [signal.input.payloads[0].metadata.get(KEY_ID, b"").decode() for signal in signals if signal.signal_name]
    assert used == ["", "", name(A), name(A), name(B)]
    await replay(handle, B, A)
