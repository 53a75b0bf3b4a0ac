"""A flood meets two real workers: the brake stops it, Prometheus sees it, a person resumes, all goes out once."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
import yaml
from sqlalchemy import text

from activities.settings import Settings
from console.cases import Cases
from console.embedded import ensure_server, stop_server
from console.metrics import READ_AT
from ledger.metrics import GAUGES, readings
from ledger.sending import Day, plan_seen
from ledger.store import Ledger
from tests.durable import Room, message, policy
from tests.ports import HOST, free_port
from worker import connect, prepare_namespace

ROOT = Path(__file__).parents[1]
RULES, DASHBOARD = ROOT / "deploy" / "alerts" / "relance.yaml", ROOT / "deploy" / "grafana" / "relance.json"
FLOOD, FLOOR = 200, 50
# `python worker.py`, but it reads the ledger's numbers every half second, and a try that got lost is made again soon.
_EAGER = (
    "import console.metrics as m; m.EVERY_SECONDS = 0.5; "
    "import datetime as d, workflows.case as c; c.ONE_TRY = d.timedelta(seconds=15); import worker; worker.main()"
)


def until(condition: Callable[[], bool], seconds: float, what: str) -> float:
    """Wait for the condition and return how many seconds it took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, f"{what}: not within {seconds} s"
        time.sleep(0.1)
    return time.monotonic() - began


@dataclass
class House:
    """An embedded server, a ledger with 200 cases, and worker processes with their metrics."""

    var: Path
    room: Room
    metrics: list[str] = field(default_factory=list)
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    cases: list[str] = field(default_factory=list)

    def environment(self, **extra: str) -> dict[str, str]:
        return {
            **os.environ,
            "RELANCE_VAR_DIR": str(self.var),
            "RELANCE_HEALTH_ADDRESS": f"{HOST}:0",
            "RELANCE_LOG_FORMAT": "json",
            **extra,
        }

    def start_worker(self) -> None:
        address = f"{HOST}:{free_port()}"
        log = (self.var / f"worker-{address[-5:]}.log").open("wb")
        environment = self.environment(RELANCE_METRICS_ADDRESS=address)
        with log:
            command = [sys.executable, "-c", _EAGER]
            self.workers.append(subprocess.Popen(command, env=environment, cwd=ROOT, stdout=log, stderr=log))
        self.metrics.append(address)

    def stop_workers(self) -> None:
        for worker in self.workers:
            worker.terminate()
        for worker in self.workers:
            assert worker.wait(timeout=50) == 0, self.said()
        self.workers.clear()
        self.metrics.clear()

    def said(self) -> str:
        return "\n".join(log.read_text() for log in self.var.glob("worker-*.log"))

    def scalar(self, query: str) -> int:
        with self.room.ledger.read() as db:
            return int(db.execute(text(query)).scalar_one())

    def relance(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", "from console.main import main; main()", *words]
        return subprocess.run(
            command, env=self.environment(), cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
        )

    def page(self, number: int = 0) -> dict[str, float]:
        """What one worker shows: each series of ours with its value, without Temporal's own labels."""
        with urllib.request.urlopen(f"http://{self.metrics[number]}/metrics", timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        found = (re.fullmatch(r"(relance_\w+)(?:\{(.*)\})? (\S+)", line) for line in lines)
        return {f"{one[1]}{{{_ours(one[2])}}}": float(one[3]) for one in found if one}


def _ours(labels: str | None) -> str:
    told = re.findall(r'(\w+)="([^"]*)"', labels or "")
    return ",".join(f"{name}={value}" for name, value in told if name != "service_name")


async def _bring(house: House) -> None:
    """Last week: 200 cases that wait for autumn. This morning: a wrong import makes their invoices due already."""
    client = await connect(Settings(var_dir=house.var))
    await prepare_namespace(client)
    cases = Cases(client, house.room.ledger)
    await cases.start(house.cases)
    await asyncio.to_thread(_a_night, house)
    yesterday, money = datetime.now(UTC).date() - timedelta(days=1), {"minor": 100_000, "currency": "EUR"}
    wrong = {"fact": "InvoiceChanged", "id": "wrong", "amount": money, "due_date": yesterday.isoformat()}
    await cases.tell_all((case_id, wrong) for case_id in house.cases)


def _a_night(house: House) -> None:
    """All cases wait; the workers are stopped, the day's plan is over, and two workers begin a new day."""
    waiting = "SELECT count(*) FROM cases WHERE doing = 'wait'"
    until(lambda: house.scalar(waiting) == FLOOD, 90, "200 cases wait for autumn")
    house.stop_workers()
    with house.room.ledger.write() as db:
        db.execute(text("DELETE FROM sending_plans"))
    house.start_worker()
    house.start_worker()
    until(lambda: house.said().count("worker ready") == 3, 90, "both workers are ready")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The house after the flood: sending is stopped, and every case either went out or waits."""
    var = tmp_path_factory.mktemp("flood") / "var"
    ensure_server(var, ui=False)
    built = House(var, Room(cast("Any", None), var, f"sqlite:///{var / 'relance.db'}"))
    try:
        autumn = (datetime.now(UTC) + timedelta(days=183)).date()
        built.cases = [built.room.add(policy(message("first", 0)), autumn) for _ in range(FLOOD)]
        built.start_worker()
        asyncio.run(_bring(built))
        settled = "SELECT count(*) FROM cases WHERE doing = 'ask' OR because LIKE '%sending_stopped%'"
        until(lambda: built.scalar(settled) == FLOOD, 90, "every case went out or waits")
        yield built
        built.stop_workers()
    finally:
        for worker in built.workers:
            worker.kill()
            worker.wait()
        stop_server(var)
        built.room.ledger.close()


def mails(house: House) -> Counter[str]:
    """How many e-mails each case has in the outbox."""
    files = (house.var / "outbox" / "email").glob("*.eml")
    return Counter(file.name.partition("_first_")[0] for file in files)


def test_a_flood_of_200_is_stopped_at_fifty_and_a_handful(house: House) -> None:
    """A wrong import makes 200 cases due at once: about fifty letters leave, one task asks, one error is logged."""
    assert FLOOR <= sum(mails(house).values()) <= FLOOR + 5
    assert house.scalar("SELECT count(*) FROM tasks WHERE kind = 'sending_stopped' AND state = 'open'") == 1
    stops = [line for line in house.said().splitlines() if '"sending stopped"' in line]
    assert stops
    assert json.loads(stops[0])["level"] == "error"


@pytest.mark.parametrize("number", [0, 1])
def test_both_workers_show_the_stop_to_prometheus(house: House, number: int) -> None:
    """Whichever worker Prometheus asks: sending is stopped, about fifty cases were contacted, none is lost."""
    until(lambda: house.page(number).get("relance_sending_stopped{}") == 1, 10, "the stop is shown")
    until(lambda: house.page(number)["relance_sending_contacted{}"] >= FLOOR, 10, "what went out is counted")
    page = house.page(number)
    assert page["relance_sending_foreseen{}"] == 0
    assert page["relance_cases_without_next_action{}"] == 0
    assert page["relance_tasks_open{kind=sending_stopped}"] == 1
    assert {name for name in GAUGES if not any(key.startswith(name + "{") for key in page)} == set()
    assert time.time() - page[f"{READ_AT}{{}}"] < 10


def test_what_two_workers_did_adds_up(house: House) -> None:
    """Counters belong to each worker: summed over both they are the letters that left."""
    pages = [house.page(number) for number in (0, 1)]
    tries = {key: sum(page.get(key, 0) for page in pages) for key in pages[0].keys() | pages[1].keys()}
    sent = sum(
        count for key, count in tries.items() if key.startswith("relance_delivery_tries_total") and "=sent" in key
    )
    confirmed = sum(count for key, count in tries.items() if key.startswith("relance_delivery_confirm_seconds_count"))
    assert sent == confirmed == sum(mails(house).values())


def test_after_resume_the_rest_goes_out_within_a_minute_and_once(house: House) -> None:
    """The operator looks, resumes, and goes for a coffee: 200 debtors have one e-mail each, and the task is done."""
    assert "Sending is stopped" in house.relance("sending").stdout
    assert house.relance("sending", "stop", "--why", "too").returncode == 1
    resumed = house.relance("sending", "resume", "--why", "the new policy is meant", "--by", "anne", "--json")
    assert resumed.returncode == 0, resumed.stderr
    assert json.loads(resumed.stdout)["told"] >= FLOOD - FLOOR - 5
    until(lambda: sum(mails(house).values()) >= FLOOD, 60, "all went out")
    assert mails(house) == Counter(house.cases)
    assert house.scalar("SELECT count(*) FROM tasks WHERE kind = 'sending_stopped' AND state = 'open'") == 0
    assert house.relance("sending", "resume", "--why", "again").returncode == 1
    until(lambda: house.page()["relance_sending_stopped{}"] == 0, 10, "the stop is gone from the page")


@pytest.fixture
def prometheus(house: House, tmp_path: Path) -> Iterator[str]:
    """A real Prometheus with our rules that asks both workers every second; its address."""
    program = shutil.which("prometheus")
    if program is None:
        pytest.skip("needs the system package `prometheus`")
    config = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(RULES)],
        "scrape_configs": [{"job_name": "relance", "static_configs": [{"targets": house.metrics}]}],
    }
    (tmp_path / "prometheus.yml").write_text(yaml.safe_dump(config))
    address = f"{HOST}:{free_port()}"
    storage = f"--storage.tsdb.path={tmp_path / 'data'}"
    command = [program, f"--config.file={tmp_path / 'prometheus.yml'}", storage, f"--web.listen-address={address}"]
    with (tmp_path / "log").open("wb") as log:
        running = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        until(lambda: _scraped(address) == 2, 60, "both workers are asked")
        yield address
    finally:
        running.terminate()
        running.wait(timeout=30)


def asked(address: str, query: str) -> list[dict[str, Any]]:
    """The series that Prometheus answers with; empty when it does not answer yet."""
    url = f"http://{address}/api/v1/query?{urllib.parse.urlencode({'query': query})}"
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            found: list[dict[str, Any]] = json.load(answer)["data"]["result"]
            return found
    except OSError:
        return []


def _scraped(address: str) -> int:
    # Twice at least: a rate needs two samples.
    return sum(float(one["value"][1]) >= 2 for one in asked(address, "count_over_time(relance_sending_stopped[1m])"))


def test_every_panel_of_the_dashboard_gets_an_answer(house: House, prometheus: str) -> None:
    """Grafana asks a real Prometheus that asked two real workers: no panel is empty, and the stop's alert is over."""
    panels = json.loads(DASHBOARD.read_text())["panels"]
    queries = [target["expr"] for panel in panels for target in panel["targets"]]
    assert len(queries) > 15
    assert [query for query in queries if not asked(prometheus, query)] == []
    with urllib.request.urlopen(f"http://{prometheus}/api/v1/rules", timeout=10) as answer:
        loaded = [rule for group in json.load(answer)["data"]["groups"] for rule in group["rules"]]
    assert loaded
    assert {rule["health"] for rule in loaded} <= {"ok", "unknown"}
    assert not [rule["name"] for rule in loaded if rule["alerts"] and rule["name"] == "RelanceSendingStopped"]


def _plans(db: Any, query: str, parameters: Any) -> list[str]:
    sqlite = db.dialect.name == "sqlite"
    rows = db.exec_driver_sql(f"EXPLAIN {'QUERY PLAN ' if sqlite else ''}{query}", parameters).all()
    return [str(row[-1]) for row in rows]


def test_every_number_comes_from_an_index(ledger: Ledger) -> None:
    """With a million cases a reading must not read them all: no question scans a whole table without an index."""
    from sqlalchemy import event

    asked: list[tuple[str, Any]] = []
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    day = Day(now.date(), now.replace(hour=0), now.replace(hour=0) + timedelta(days=1))

    def note(_conn: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    with ledger.read() as db:
        event.listen(ledger.engine, "before_cursor_execute", note)
        readings(db, plan_seen(db, day, now), now)
        event.remove(ledger.engine, "before_cursor_execute", note)
    assert len(asked) > 12
    with ledger.read() as db:
        if db.dialect.name == "postgresql":
            db.exec_driver_sql("SET enable_seqscan = off")  # an empty table is always scanned: what else could be done?
        for query, parameters in asked:
            plan = _plans(db, query, parameters)
            assert not any(re.search(r"Seq Scan on (cases|deliveries|tasks|journal)", line) for line in plan), query
            bare = [line for line in plan if re.match(r"SCAN (cases|deliveries|tasks)$", line)]
            assert not bare, (query, plan)
