"""One Celery worker per bind, following the rows of the gateways while the platform runs.

The first half runs in the launcher; run as a module this file is the watcher, a Django process that asks
``manage.py gateway processes`` every few seconds and writes the answer down when it has changed.
"""

import io
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from launcher.environment import say
from launcher.processes import Child, Supervisor

EVERY_SECONDS = 5.0
BIND_PATIENCE_SECONDS = 35.0  # to drain the window and unbind


class Gateways:
    """Keeps one child for every process that the watcher's file lists."""

    def __init__(self, supervisor: Supervisor, make: Callable[..., Child], state: Path) -> None:
        self.supervisor = supervisor
        self.make = make
        self.list_path = state / "gateways.json"
        self.watcher: Child | None = None
        self.running: dict[str, tuple[dict, Child]] = {}
        self.settled: int | None = None

    def start(self) -> None:
        self.list_path.unlink(missing_ok=True)
        watcher = self.make("gateways", sys.executable, "-m", "launcher.gateways", str(self.list_path), patience=5)
        self.watcher = self.supervisor.add(watcher)

    def watchers(self) -> list[Child]:
        return [self.watcher] if self.watcher else []

    def binds(self) -> list[Child]:
        return [child for _, child in self.running.values()] + self.supervisor.retiring

    def follow(self) -> None:
        """Start what is listed and not running; retire what is not listed any more or is listed otherwise."""
        try:
            changed_at = self.list_path.stat().st_mtime_ns
        except FileNotFoundError:
            return
        if changed_at == self.settled:
            return
        waiting = {child.name for child in self.supervisor.retiring}
        wanted = {entry["name"]: entry for entry in json.loads(self.list_path.read_text(encoding="utf-8"))}
        for name, (entry, child) in list(self.running.items()):
            if wanted.get(name) != entry:
                say(f"Stopping {name}")
                self.supervisor.retire(child)
                waiting.add(name)
                del self.running[name]
        for name, entry in wanted.items():
            if name not in self.running and name not in waiting:
                say(f"Starting {name}")
                self.running[name] = entry, self.supervisor.add(self.bind(entry))
        self.settled = changed_at if wanted.keys() == self.running.keys() else None

    def bind(self, entry: dict) -> Child:
        return self.make(entry["name"], *entry["command"], env=entry.get("env") or {}, patience=BIND_PATIENCE_SECONDS)


def watch(path: Path) -> None:
    """Write the list whenever it differs from the last one. Ends only by a signal or an error."""
    import django
    from django.core.management import call_command
    from django.db import close_old_connections

    django.setup()
    last = None
    while True:
        out = io.StringIO()
        call_command("gateway", "processes", stdout=out)
        answer = out.getvalue()
        if answer != last:
            json.loads(answer)
            partial = path.with_suffix(".new")
            partial.write_text(answer, encoding="utf-8")
            partial.replace(path)
            last = answer
        close_old_connections()
        time.sleep(EVERY_SECONDS)


if __name__ == "__main__":
    watch(Path(sys.argv[1]))
