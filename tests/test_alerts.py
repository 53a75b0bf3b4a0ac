"""The example alert rules and the dashboard: they load, the rules fire when they should, and each number exists."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from activities.numbers import CONFIRMED, DELIVERIES, FACTS
from console.metrics import READ_AT
from ledger.metrics import GAUGES

DEPLOY = Path(__file__).parents[1] / "deploy"
RULES = DEPLOY / "alerts" / "relance.yaml"
DASHBOARD = DEPLOY / "grafana" / "relance.json"
OURS = {*GAUGES, DELIVERIES, FACTS, READ_AT, f"{CONFIRMED}_bucket"}


def promtool(*words: str | Path) -> str:
    """What promtool says when it is content; the test is skipped on a machine without it."""
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("needs the system package `prometheus`, which holds promtool")
    done = subprocess.run([program, *words], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def rules() -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = yaml.safe_load(RULES.read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(DASHBOARD.read_text())["panels"]
    return found


def queries() -> list[str]:
    return [target["expr"] for panel in panels() for target in panel["targets"]]


def test_promtool_accepts_the_rules() -> None:
    """An operator copies the file into Prometheus: it loads, with every rule."""
    assert f"{len(rules())} rules found" in promtool("check", "rules", RULES)


QUIET = {
    "relance_sending_stopped": 0,
    "relance_sending_too_few": 0,
    "relance_due_oldest_seconds": 60,
    "relance_cases_without_next_action": 0,
    "relance_outcomes_unknown": 0,
    'relance_delivery_tries_total{ended="sent"}': "0+60x240",
    'relance_delivery_tries_total{ended="later"}': "0+1x240",
    'relance_delivery_confirm_seconds_bucket{channel="email",le="1"}': "0+60x240",
    'relance_delivery_confirm_seconds_bucket{channel="email",le="20"}': "0+60x240",
    'relance_delivery_confirm_seconds_bucket{channel="email",le="+Inf"}': "0+60x240",
    "relance_ledger_read_timestamp_seconds": "0+60x240",
}
# What goes wrong, when it is looked at, and which alerts speak then.
STORIES: dict[str, tuple[dict[str, Any], str, set[str]]] = {
    "a quiet day": ({}, "4h", set()),
    "the brake was pulled": ({"relance_sending_stopped": 1}, "1m", {"RelanceSendingStopped"}),
    "steps wait because the brake is on": (
        {"relance_sending_stopped": 1, "relance_due_oldest_seconds": 9000},
        "2h",
        {"RelanceSendingStopped"},
    ),
    "half of the day is missing, for ten minutes": ({"relance_sending_too_few": 1}, "10m", set()),
    "half of the day is missing": ({"relance_sending_too_few": 1}, "20m", {"RelanceTooFewSent"}),
    "a step waits for two hours": ({"relance_due_oldest_seconds": 7200}, "20m", {"RelanceDueStepsWait"}),
    "a case is lost": ({"relance_cases_without_next_action": 1}, "15m", {"RelanceCaseWithoutNextAction"}),
    "an outcome is unknown": ({"relance_outcomes_unknown": 2}, "90m", {"RelanceOutcomeUnknown"}),
    "the mail server refuses everybody": (
        {'relance_delivery_tries_total{ended="later"}': "0+90x240"},
        "1h",
        {"RelanceSendingBreaks"},
    ),
    "the provider answers after fifteen seconds": (
        {'relance_delivery_confirm_seconds_bucket{channel="email",le="1"}': "0+1x240"},
        "1h",
        {"RelanceSlowProvider"},
    ),
    "the ledger stopped answering after ten minutes": (
        {"relance_ledger_read_timestamp_seconds": "0+60x10 600+0x230"},
        "1h",
        {"RelanceNumbersAreOld"},
    ),
}


def _test_of(story: str, worlds: dict[str, Any], at: str, expected: set[str]) -> dict[str, Any]:
    # Two workers report the same: a rule must speak once, not twice.
    series = [
        {"series": _from(name, worker), "values": value if isinstance(value, str) else f"{value}+0x240"}
        for name, value in (QUIET | worlds).items()
        for worker in ("a:9000", "b:9000")
    ]
    return {"name": story, "interval": "1m", "input_series": series, "alert_rule_test": _expected(at, expected)}


def _from(name: str, worker: str) -> str:
    bare, _, labels = name.rstrip("}").partition("{")
    return f'{bare}{{{labels + "," if labels else ""}instance="{worker}"}}'


def _expected(at: str, names: set[str]) -> list[dict[str, Any]]:
    wanted = []
    for rule in rules():
        one = {"exp_labels": rule["labels"] | ({"channel": "email"} if "channel" in rule["expr"] else {})}
        wanted.append(
            {"eval_time": at, "alertname": rule["alert"], "exp_alerts": [one] if rule["alert"] in names else []}
        )
    return wanted


def test_each_rule_fires_when_it_should_and_is_quiet_otherwise(tmp_path: Path) -> None:
    """Eleven days, good and bad, are played to the rules: each alert speaks on its day, once, and on no other."""
    bare = {"groups": [{"name": "relance", "rules": [_without_words(rule) for rule in rules()]}]}
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump(bare))
    tests = [_test_of(story, *told) for story, told in STORIES.items()]
    absent = {
        "name": "no worker",
        "interval": "1m",
        "input_series": [],
        "alert_rule_test": _expected("10m", {"RelanceNoWorker"}),
    }
    (tmp_path / "tests.yaml").write_text(yaml.safe_dump({"rule_files": ["rules.yaml"], "tests": [*tests, absent]}))
    assert "SUCCESS" in promtool("test", "rules", tmp_path / "tests.yaml")
    fired = set.union(*(expected for _, _, expected in STORIES.values())) | {"RelanceNoWorker"}
    assert fired == {rule["alert"] for rule in rules()}, "a rule without a day on which it fires"


def _without_words(rule: dict[str, Any]) -> dict[str, Any]:
    """promtool compares annotations too, and their sentences are not what is tested here."""
    return {name: value for name, value in rule.items() if name != "annotations"}


def test_every_number_named_is_one_that_a_worker_shows() -> None:
    """A gauge is renamed on a Friday: neither a rule nor a panel may keep asking for the old name."""
    asked = "\n".join([*queries(), *(rule["expr"] for rule in rules())])
    assert set(re.findall(r"relance_\w+", asked)) == OURS


def test_the_dashboard_has_what_grafana_needs() -> None:
    """Grafana imports the file: panels with ids of their own, side by side, each with a data source to choose."""
    board = json.loads(DASHBOARD.read_text())
    assert {"title", "uid", "schemaVersion", "templating", "time", "panels"} <= board.keys()
    assert [variable["type"] for variable in board["templating"]["list"]] == ["datasource"]
    assert len({panel["id"] for panel in panels()}) == len(panels())
    taken: set[tuple[int, int]] = set()
    for panel in panels():
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, f"{panel['title']} lies over another panel"
        assert max(x for x, _ in cells) < 24, f"{panel['title']} is beyond the page's 24 columns"
        taken |= cells
        assert panel["type"] in ("stat", "timeseries")
        assert all(target["datasource"]["uid"] == "${datasource}" for target in panel["targets"])
