"""Children are watched, restarted with pauses, and stopped with everything that they started."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from launcher import leftovers
from launcher.processes import Child, Supervisor, stop_all

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def supervisor():
    supervisor = Supervisor()
    yield supervisor
    stop_all(supervisor.children + supervisor.retiring)
    os.close(supervisor.wake_read)
    os.close(supervisor.wake_write)


DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print('deaf', flush=True)
time.sleep(300)
"""


def child(tmp_path: Path, code: str, name: str = "child", **options) -> Child:
    return Child(name, [sys.executable, "-c", code], tmp_path / f"{name}.log", **options)


def until(condition, seconds: float = 20):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
    return found


def is_alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_an_ended_child_starts_again_after_a_pause_that_doubles(tmp_path, supervisor, capsys):
    one = supervisor.add(child(tmp_path, "print('the reason'); raise SystemExit(3)"))
    pauses = []
    for _ in range(3):
        one.process.wait()
        now = time.monotonic()
        supervisor.look_after(now)
        pauses.append(round(one.restart_at - now))
        supervisor.look_after(one.restart_at)
        assert one.restart_at is None
    assert pauses == [1, 2, 4]
    told = capsys.readouterr().err
    assert "child ended with code 3; it starts again in 1 s" in told
    assert "the reason" in told


def test_a_child_that_ran_steadily_starts_again_soon(tmp_path, supervisor):
    one = supervisor.add(child(tmp_path, "pass"))
    one.process.wait()
    one.pause = 16.0
    now = one.started_at + 61
    supervisor.look_after(now)
    assert one.restart_at - now == 1.0


def test_stopping_takes_grandchildren_along(tmp_path, supervisor):
    code = "import subprocess, time; print(subprocess.Popen(['sleep', '300']).pid, flush=True); time.sleep(300)"
    one = supervisor.add(child(tmp_path, code))
    grandchild = int(until(lambda: one.log.read_text().strip()))
    one.stop()
    assert not one.is_running()
    until(lambda: not is_alive(grandchild))


def test_a_child_that_will_not_stop_is_killed_when_its_patience_is_over(tmp_path, supervisor, capsys):
    one = supervisor.add(child(tmp_path, DEAF, patience=0.3))
    until(lambda: one.log.read_text())
    one.stop()
    assert one.process.returncode == -signal.SIGKILL
    assert "did not stop in time" in capsys.readouterr().err


def test_a_retired_child_is_not_restarted_and_is_killed_when_late(tmp_path, supervisor):
    one = supervisor.add(child(tmp_path, DEAF, patience=5))
    until(lambda: one.log.read_text())
    supervisor.retire(one)
    supervisor.look_after(time.monotonic())
    assert supervisor.retiring == [one]
    supervisor.look_after(one.kill_at)
    assert (supervisor.retiring, supervisor.children, one.is_running()) == ([], [], False)


def test_a_signal_ends_the_watch(tmp_path, supervisor):
    supervisor.add(child(tmp_path, "import time; time.sleep(300)"))
    with supervisor.signals():
        os.kill(os.getpid(), signal.SIGTERM)
        supervisor.run(lambda: pytest.fail("must not go on"))
    assert supervisor.stop_requests == 1


LAUNCHER = """
import sys, time
from pathlib import Path
from launcher.processes import Child, Supervisor
Supervisor().add(Child("c", ["sleep", "300"], Path(sys.argv[1]), env={sys.argv[2]: sys.argv[3]}))
print(1, flush=True)
time.sleep(300)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's help is Linux's")
def test_children_end_when_the_launcher_is_killed(tmp_path):
    command = [sys.executable, "-c", LAUNCHER, str(tmp_path / "log"), leftovers.MARK, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as launcher:
        launcher.stdout.readline()
        assert len(until(lambda: leftovers.marked(tmp_path))) == 1
        launcher.kill()
    until(lambda: leftovers.marked(tmp_path) == [])


def test_the_next_launcher_ends_what_an_earlier_one_left(tmp_path):
    left = subprocess.Popen(["sleep", "300"], env={leftovers.MARK: str(tmp_path)}, start_new_session=True)
    other = subprocess.Popen(["sleep", "300"], env={leftovers.MARK: str(tmp_path / "other")})
    try:
        until(lambda: leftovers.marked(tmp_path) == [left.pid])
        leftovers.clear(tmp_path, tmp_path / "postgres")
        assert left.wait(5) == -signal.SIGTERM
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()
