"""A program that keeps the terminal (pytest, a benchmark) while the launcher's servers run beside it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence

from launcher.environment import say
from launcher.processes import Supervisor, signal_on_parents_death
from launcher.variables import ROOT

PATIENCE_SECONDS = 60


def run(supervisor: Supervisor, command: Sequence[str], env: Mapping[str, str]) -> int:
    """Its exit code. It stays in our process group, so that the terminal's Ctrl-C and a debugger work as usual."""
    process = subprocess.Popen(
        list(command), cwd=ROOT, env={**os.environ, **env}, preexec_fn=signal_on_parents_death(signal.SIGINT)
    )
    while process.poll() is None and not supervisor.stopping:
        supervisor.look_after(time.monotonic())
        supervisor.wait(1)
    if process.poll() is None:
        if not (sys.stdin and sys.stdin.isatty()):
            process.send_signal(signal.SIGINT)
        try:
            process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            say(f"{command[-1]} does not end; it is killed.")
            process.kill()
    return process.wait()
