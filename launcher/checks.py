"""``script/check``: what can be known without running the tests. Every step runs; the last line names the failed."""

import os
import subprocess
import sys
import time
from pathlib import Path

from launcher.embedded import servers
from launcher.environment import LauncherError, say
from launcher.processes import Supervisor
from launcher.testing import free_state_folder
from launcher.variables import ROOT


def main(arguments: list[str]) -> int:
    if arguments:
        raise LauncherError("script/check takes no arguments.")
    python = sys.executable
    failed = run_steps(
        {
            "ruff check": [python, "-m", "ruff", "check", "."],
            "ruff format": [python, "-m", "ruff", "format", "--check", "."],
            "import rules": [str(Path(python).with_name("lint-imports")), "--no-cache"],
            "translations": [python, "-m", "launcher.messages", "check"],
        },
        {},
    )
    supervisor = Supervisor()
    with supervisor.signals(), servers(supervisor, free_state_folder(), durable=False) as env:
        failed += run_steps(
            {
                "Django's checks": [python, "manage.py", "check", "--fail-level", "WARNING"],
                "missing migrations": [python, "manage.py", "makemigrations", "--check", "--dry-run"],
            },
            env,
        )
    say(f"Failed: {', '.join(failed)}" if failed else "All checks passed.")
    return 1 if failed else 0


def run_steps(steps: dict[str, list[str]], env: dict[str, str]) -> list[str]:
    failed = []
    for name, command in steps.items():
        started = time.monotonic()
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=os.environ | env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        say(f"{'FAILED' if done.returncode else 'ok':6} {name} ({time.monotonic() - started:.1f} s)")
        if done.returncode:
            failed.append(name)
            say(done.stdout.rstrip())
    return failed
