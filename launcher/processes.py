"""Children: started in sessions of their own, watched, restarted with growing pauses, and stopped in order."""

import contextlib
import ctypes
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from launcher.environment import say

PR_SET_PDEATHSIG = 1
LOG_LIMIT_BYTES = 50 * 1024 * 1024
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 30.0
STEADY_SECONDS = 60.0


@dataclass(eq=False)
class Child:
    """One program and what it takes to keep it running. ``patience`` is how long it may take to stop, in seconds."""

    name: str
    command: Sequence[str]
    log: Path
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | str = "/"
    stop_signal: signal.Signals = signal.SIGTERM
    patience: float = 20.0
    user: tuple[int, int] | None = None
    ready: Callable[["Child"], bool] | None = None
    stdout: int | None = None

    process: subprocess.Popen | None = field(default=None, init=False)
    started_at: float = field(default=0.0, init=False)
    pause: float = field(default=FIRST_PAUSE_SECONDS, init=False)
    restart_at: float | None = field(default=None, init=False)
    kill_at: float | None = field(default=None, init=False)

    def start(self) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches the launcher alone, which stops it in its turn."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        identity = {"user": self.user[0], "group": self.user[1], "extra_groups": []} if self.user else {}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                list(self.command),
                stdin=subprocess.DEVNULL,
                stdout=log if self.stdout is None else self.stdout,
                stderr=log,
                cwd=self.cwd,
                env={**os.environ, **self.env},
                start_new_session=True,
                preexec_fn=signal_on_parents_death(self.stop_signal),
                **identity,
            )
        self.started_at = time.monotonic()
        self.restart_at = None

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def signal(self, number: signal.Signals) -> None:
        if self.is_running():
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(number)

    def stop(self) -> None:
        """Ask, wait for ``patience`` seconds, then kill the whole session."""
        stop_all([self])

    def kill(self) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def last_lines(self, count: int = 15) -> str:
        if not self.log.is_file():
            return ""
        with self.log.open("rb") as file:
            file.seek(max(0, self.log.stat().st_size - 8192))
            return "\n".join(file.read().decode(errors="replace").splitlines()[-count:])


def signal_on_parents_death(number: signal.Signals) -> Callable[[], None] | None:
    """For ``preexec_fn``: on Linux the kernel sends ``number`` to the child when the launcher is killed."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    launcher = os.getpid()

    def ask_kernel() -> None:
        prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != launcher:
            os._exit(1)

    return ask_kernel


def stop_all(children: Sequence[Child], hurry: Callable[[], bool] = lambda: False) -> None:
    """Stop several at once: all are asked first, then each has until its own deadline. ``hurry`` ends the waiting."""
    asked_at = time.monotonic()
    for child in children:
        child.restart_at = None
        child.signal(child.stop_signal)
    for child in children:
        while child.is_running() and time.monotonic() < asked_at + child.patience and not hurry():
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(0.1)
        if child.is_running():
            say(f"{child.name} did not stop in time and is killed; the end of {child.log}:\n{child.last_lines()}")
        child.kill()


def trim_log(path: Path) -> None:
    """Keep one older log beside the current one. Children append, so the file can be emptied under them."""
    if path.is_file() and path.stat().st_size > LOG_LIMIT_BYTES:
        shutil.copyfile(path, path.with_name(path.name + ".1"))
        os.truncate(path, 0)


class Supervisor:
    """Keeps the children that it was given running until it is told to stop."""

    def __init__(self) -> None:
        self.children: list[Child] = []
        self.retiring: list[Child] = []
        self.stop_requests = 0
        self.wake_read, self.wake_write = os.pipe()
        os.set_blocking(self.wake_read, False)
        os.set_blocking(self.wake_write, False)

    @contextlib.contextmanager
    def signals(self) -> Iterator[None]:
        """Take SIGINT, SIGTERM and SIGHUP as the request to stop, and wake up when a child ends."""
        before = {}
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            before[number] = signal.signal(number, self.request_stop)
        before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
        old_descriptor = signal.set_wakeup_fd(self.wake_write, warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(old_descriptor)
            for number, handler in before.items():
                signal.signal(number, handler)

    def request_stop(self, number: int | None = None, _frame: object = None) -> None:
        self.stop_requests += 1
        if self.stop_requests == 1 and number is not None:
            say(f"\n{signal.Signals(number).name}: stopping every process in order (once more to hurry) …")

    @property
    def stopping(self) -> bool:
        return self.stop_requests > 0

    def add(self, child: Child) -> Child:
        child.start()
        self.children.append(child)
        return child

    def remove(self, children: Sequence[Child]) -> None:
        """Stop these for good; the others run on."""
        stop_all(children, hurry=lambda: self.stop_requests > 1)
        for child in children:
            (self.children if child in self.children else self.retiring).remove(child)

    def retire(self, child: Child) -> None:
        """Stop this one for good without waiting for it; ``run`` kills it when its patience is over."""
        child.signal(child.stop_signal)
        child.kill_at = time.monotonic() + child.patience
        self.children.remove(child)
        self.retiring.append(child)

    def wait_ready(self, child: Child, seconds: float) -> bool:
        """Wait until ``child.ready`` says so. False when it ended, when time is up or when a stop was requested."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not self.stopping:
            if not child.is_running():
                return False
            if child.ready is None or child.ready(child):
                return True
            self.wait(0.05)
        return False

    def wait_for_end(self, child: Child, seconds: float) -> None:
        """Wait until it has ended, time is up or a stop was requested."""
        deadline = time.monotonic() + seconds
        while child.is_running() and time.monotonic() < deadline and not self.stopping:
            self.wait(0.2)

    def wait(self, seconds: float) -> None:
        """Sleep, but wake for signals and ended children."""
        if select.select([self.wake_read], [], [], seconds)[0]:
            with contextlib.suppress(BlockingIOError):
                os.read(self.wake_read, 4096)

    def run(self, each_time: Callable[[], None]) -> None:
        """Watch until a stop is requested; ``each_time`` is called about once a second."""
        next_trim = 0.0
        while not self.stopping:
            now = time.monotonic()
            due = self.look_after(now)
            each_time()
            if now >= next_trim:
                next_trim = now + 60
                for child in self.children:
                    trim_log(child.log)
            self.wait(max(0.0, min(due - now, 1.0)))

    def look_after(self, now: float) -> float:
        """Restart what has ended and waited long enough; return when the next restart is due."""
        due = now + 3600
        for child in list(self.retiring):
            if not child.is_running() or now >= child.kill_at:
                child.kill()
                self.retiring.remove(child)
        for child in list(self.children):
            if child.is_running():
                continue
            if child.restart_at is None:
                self.plan_restart(child, now)
            if now >= child.restart_at:
                child.start()
            else:
                due = min(due, child.restart_at)
        return due

    def plan_restart(self, child: Child, now: float) -> None:
        steady = now - child.started_at > STEADY_SECONDS
        child.pause = FIRST_PAUSE_SECONDS if steady else child.pause
        child.restart_at = now + child.pause
        code = child.process.returncode
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
        child.kill()
        say(
            f"{child.name} {how}; it starts again in {child.pause:.0f} s. The end of {child.log}:\n{child.last_lines()}"
        )
        child.pause = min(child.pause * 2, LONGEST_PAUSE_SECONDS)
