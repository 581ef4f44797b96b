"""Workers follow the list of binds: new ones start, changed ones start again, listed no more they stop."""

import json

import pytest

from launcher.gateways import Gateways
from launcher.processes import Child, Supervisor, stop_all
from tests.launcher.test_processes import until


@pytest.fixture
def supervisor():
    supervisor = Supervisor()
    yield supervisor
    stop_all(supervisor.children + supervisor.retiring)


@pytest.fixture
def gateways(supervisor, tmp_path):
    def make(name, *command, env=None, **options):
        return Child(name, command, tmp_path / f"{name}.log", env=env or {}, **options)

    return Gateways(supervisor, make, tmp_path)


def write(gateways, *entries: dict) -> None:
    gateways.list_path.write_text(json.dumps(entries))


def entry(name: str, **env: str) -> dict:
    return {"name": name, "command": ["sleep", "300"], "env": env}


def running(supervisor) -> dict[str, int]:
    return {child.name: child.process.pid for child in supervisor.children if child.is_running()}


def settle(gateways, supervisor, names: set[str]) -> dict[str, int]:
    def is_settled() -> bool:
        supervisor.look_after(0)
        gateways.follow()
        return not supervisor.retiring and set(running(supervisor)) == names

    until(is_settled)
    return running(supervisor)


def test_nothing_runs_before_the_watcher_has_written(gateways, supervisor):
    gateways.follow()
    assert supervisor.children == []


def test_workers_follow_the_rows(gateways, supervisor):
    write(gateways, entry("smpp-mci-1"), entry("smpp-mci-2"))
    first = settle(gateways, supervisor, {"smpp-mci-1", "smpp-mci-2"})
    write(gateways, entry("smpp-mci-1"), entry("smpp-mci-2", WINDOW="50"), entry("smpp-irancell-1"))
    second = settle(gateways, supervisor, {"smpp-mci-1", "smpp-mci-2", "smpp-irancell-1"})
    assert second["smpp-mci-1"] == first["smpp-mci-1"]
    assert second["smpp-mci-2"] != first["smpp-mci-2"]
    write(gateways)
    settle(gateways, supervisor, set())


def test_a_bind_gets_time_to_drain_its_window(gateways):
    assert gateways.bind(entry("smpp-mci-1")).patience == 35
