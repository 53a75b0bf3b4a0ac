"""The Kubernetes example and the Temporal profiles, read by the parsers of those who will read them."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import tomllib
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]  # it ships no types
import pytest
import yaml
from temporalio.envconfig import ClientConfig

from activities.settings import Settings
from console.health import Health
from tests.test_worker_process import answers
from worker import DRAIN_SECONDS

HOUSE = Path(__file__).resolve().parents[1]
FOLDER = HOUSE / "deploy" / "kubernetes"
RELEASE = "1.33"
SPARE_SECONDS = 15  # for what a worker does after it drained, before the platform kills it
Thing = dict[str, Any]


@cache
def things() -> dict[str, Thing]:
    """Every object of the example by kind and name."""
    found = [thing for file in sorted(FOLDER.glob("*.yaml")) for thing in yaml.safe_load_all(file.read_text())]
    return {
        f"{thing['kind']}/{thing['metadata']['name']}": thing for thing in found if thing["kind"] != "Kustomization"
    }


def pod(name: str) -> Thing:
    spec = things()[name]["spec"]
    told: Thing = (spec["jobTemplate"]["spec"] if "jobTemplate" in spec else spec)["template"]
    return told


@pytest.mark.parametrize("name", things())
def test_an_object_keeps_to_the_schema_of_kubernetes(name: str) -> None:
    """The published schemas, with no field that they do not know, find nothing."""
    kubernetes_validate.validate(deepcopy(things()[name]), RELEASE, strict=True)


@pytest.mark.parametrize(
    ("place", "value"),
    [(("livenessProb",), {}), (("ports", 0, "containerPort"), "health"), (("resources", "limit"), {"memory": "1Gi"})],
)
def test_a_slip_in_the_deployment_is_seen(place: tuple[str | int, ...], value: object) -> None:
    """A typing error would be dropped in silence, and the worker would run without its probe."""
    wrong = deepcopy(things()["Deployment/relance-worker"])
    inner: Any = wrong["spec"]["template"]["spec"]["containers"][0]
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, RELEASE, strict=True)


def test_kustomize_takes_every_file_but_the_pattern_of_the_secret() -> None:
    """One command applies the example, and never the secret with its CHANGE-ME."""
    listed = set(yaml.safe_load((FOLDER / "kustomization.yaml").read_text())["resources"])
    assert listed == {file.name for file in FOLDER.glob("*.yaml")} - {"kustomization.yaml", "secret.example.yaml"}
    if shutil.which("kubectl") is None:
        pytest.skip("needs the program `kubectl` to build the whole")
    built = subprocess.run(["kubectl", "kustomize", str(FOLDER)], capture_output=True, text=True, check=True).stdout
    kinds = sorted(thing["kind"] for thing in yaml.safe_load_all(built))
    assert kinds == sorted(name.partition("/")[0] for name in things() if not name.startswith("Secret"))


@pytest.mark.parametrize("name", ["Deployment/relance-worker", "CronJob/relance-doctor"])
def test_a_pod_is_nobody_and_may_write_only_where_it_must(name: str) -> None:
    """Whoever breaks into a pod has no account, no privilege, no token, and a read-only file system."""
    spec = pod(name)["spec"]
    inside = spec["containers"][0]["securityContext"]
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["runAsUser"] == 10001
    assert spec["automountServiceAccountToken"] is False
    assert inside["readOnlyRootFilesystem"] is True
    assert inside["allowPrivilegeEscalation"] is False
    assert inside["capabilities"] == {"drop": ["ALL"]}
    writable = {mount["mountPath"] for mount in spec["containers"][0]["volumeMounts"] if not mount.get("readOnly")}
    assert writable == {"/var/lib/relance", "/tmp"}
    assert {mount["name"] for mount in spec["containers"][0]["volumeMounts"]} == {
        one["name"] for one in spec["volumes"]
    }


def test_a_roll_out_keeps_workers_at_work_and_lets_each_finish_its_letter() -> None:
    """A release at ten in the morning: two workers stay, and each one that goes has its 45 seconds and some."""
    spec = things()["Deployment/relance-worker"]["spec"]
    assert spec["replicas"] == 2
    assert spec["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    assert spec["template"]["spec"]["terminationGracePeriodSeconds"] >= DRAIN_SECONDS + SPARE_SECONDS
    labels = spec["template"]["metadata"]["labels"]
    for guard in ("PodDisruptionBudget/relance-worker", "NetworkPolicy/relance-worker"):
        told = things()[guard]["spec"]
        assert (told.get("selector") or told["podSelector"])["matchLabels"] == labels == spec["selector"]["matchLabels"]
    version = tomllib.loads((HOUSE / "pyproject.toml").read_text())["project"]["version"]
    assert {pod(name)["spec"]["containers"][0]["image"] for name in things() if name[:4] in ("Depl", "Cron")} == {
        f"relance:{version}"
    }


async def test_the_probes_ask_what_the_worker_answers() -> None:
    """Temporal is away: the worker is not ready, but it is alive, so that Kubernetes does not restart it."""

    async def away() -> None:
        raise ConnectionError("Temporal is away")

    container = pod("Deployment/relance-worker")["spec"]["containers"][0]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    assert ports == {"health": 8070, "metrics": 9464}
    health = Health({"temporal": away})
    from tests.ports import HOST, free_port

    address = f"{HOST}:{free_port()}"
    await health.start(address)
    status = {}
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        assert container[probe]["httpGet"]["port"] == "health"
        status[probe] = (await asyncio.to_thread(answers, address, container[probe]["httpGet"]["path"]))[0]
    await health.close()
    assert status == {"startupProbe": 200, "livenessProbe": 200, "readinessProbe": 503}
    assert container["startupProbe"]["periodSeconds"] * container["startupProbe"]["failureThreshold"] > 120


def test_settings_and_secrets_of_the_example_are_settings() -> None:
    """A variable with a typing error would be ignored in silence."""
    known = {f"RELANCE_{name}".upper() for name in Settings.model_fields} | {"RELANCE_SECRETS_DIR"}
    given = things()["ConfigMap/relance-settings"]["data"]
    assert {name for name in given if name.startswith("RELANCE_")} <= known
    assert {name.upper() for name in things()["Secret/relance-secrets"]["stringData"]} <= known
    mounts = {
        mount["name"]: mount["mountPath"]
        for mount in pod("Deployment/relance-worker")["spec"]["containers"][0]["volumeMounts"]
    }
    assert given["RELANCE_SECRETS_DIR"] == mounts["secrets"]


def test_the_profiles_are_read_by_the_sdk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One file for three clusters: TLS files for staging, a key from the environment for production."""
    file = str(HOUSE / "deploy" / "temporal.toml")
    plain = ClientConfig.load_client_connect_config(profile="default", config_file=file)
    assert plain["target_host"] == "127.0.0.1:7233"
    staging = ClientConfig.load(config_source=Path(file)).profiles["staging"]
    assert staging.tls is not None
    assert (staging.namespace, staging.tls.server_name) == ("relance", "temporal.staging.example.com")
    assert staging.tls.client_private_key == Path("/etc/relance/tls/tls.key")
    monkeypatch.setenv("TEMPORAL_API_KEY", "made-up")
    prod = ClientConfig.load_client_connect_config(profile="prod", config_file=file)
    assert (prod["namespace"], prod["api_key"], bool(prod["tls"])) == ("relance.a1b2c", "made-up", True)
    assert "key =" not in Path(file).read_text().replace("client_key_path =", "")
