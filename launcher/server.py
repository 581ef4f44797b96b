"""``script/server``: the whole platform on this machine, from the databases to the web server, until Ctrl-C."""

import http.client
import os
import socket
import sys
from pathlib import Path

from launcher import frontend
from launcher.embedded import servers
from launcher.environment import LauncherError, say
from launcher.gateways import Gateways
from launcher.processes import Child, Supervisor, stop_all
from launcher.testing import compile_translations
from launcher.variables import ROOT, load_dotenv, state_folder

PREPARE_SECONDS, WEB_SECONDS = 600, 120
SIMULATOR_PORT = 2775


def main(arguments: list[str]) -> int:
    if arguments:
        raise LauncherError("script/server takes no arguments; .env.example lists the variables it heeds.")
    load_dotenv()
    host, port = os.environ.get("HOST") or "127.0.0.1", port_from_environment()
    refuse_taken_port(host, port)
    frontend.ensure()
    compile_translations()
    supervisor = Supervisor()
    with supervisor.signals(), servers(supervisor, state_folder()) as env:
        env.setdefault("PUBLIC_URL", os.environ.get("PUBLIC_URL") or address(host, port))
        platform = Platform(supervisor, env, host, port)
        try:
            platform.start()
            supervisor.run(platform.gateways.follow)
        finally:
            platform.stop()
    say("Stopped.")
    return 0


def port_from_environment() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise LauncherError(f"PORT is {text!r}; it must be a number from 1 to 65535.")
    return int(text)


def refuse_taken_port(host: str, port: int) -> None:
    try:
        with socket.create_server((host, port)):
            pass
    except OSError as error:
        raise LauncherError(f"Cannot listen on {host}:{port} ({error.strerror}). Set PORT to a free port.") from None


def address(host: str, port: int) -> str:
    """What to type into a browser on this machine."""
    return f"http://{'127.0.0.1' if host in ('0.0.0.0', '::') else host}:{port}"  # noqa: S104 - compared, not bound


def has_demo() -> bool:
    """``DEMO=0`` leaves out the demo account, for a server with real gateways."""
    return is_wanted("DEMO")


def has_simulator() -> bool:
    """The demo's operators are simulated, and so is the one of test keys; ``SANDBOX=0`` leaves that out."""
    return has_demo() or is_wanted("SANDBOX")


def is_wanted(variable: str) -> bool:
    return (os.environ.get(variable) or "1").strip().lower() not in {"0", "false", "no", "off"}


def simulator_port(state: Path) -> int:
    """The port of earlier starts, for demo gateways have it in their rows; another when somebody else listens there."""
    path = state / "simulator.port"
    kept = int(path.read_text()) if path.is_file() else SIMULATOR_PORT
    for wanted in (kept, 0):
        try:
            with socket.create_server(("127.0.0.1", wanted)) as listener:
                port = listener.getsockname()[1]
        except OSError:
            continue
        path.write_text(str(port))
        return port
    raise LauncherError("No free port for the simulator on 127.0.0.1.")


def counting_folder(state: Path) -> Path:
    """Where the processes of this start count for /metrics; what an earlier start counted goes."""
    folder = state / "metrics"
    folder.mkdir(parents=True, exist_ok=True)
    for counted in folder.glob("*.db"):
        counted.unlink()
    return folder


class Platform:
    """Every process of ours, in the order in which they start; they stop the other way round."""

    def __init__(self, supervisor: Supervisor, env: dict[str, str], host: str, port: int) -> None:
        self.supervisor = supervisor
        self.env = env
        self.state = Path(env["STATE_DIR"])
        self.host, self.port = host, port
        self.simulator = self.worker = self.webhooks = self.beat = self.web = None
        self.env["PROMETHEUS_MULTIPROC_DIR"] = str(counting_folder(self.state))
        self.env["DEMO"] = "1" if has_demo() else "0"
        self.env["SANDBOX"] = "1" if is_wanted("SANDBOX") else "0"
        if has_simulator():
            self.env |= {"SIMULATOR_HOST": "127.0.0.1", "SIMULATOR_PORT": str(simulator_port(self.state))}
        self.gateways = Gateways(supervisor, self.child, self.state)

    def child(self, name: str, *command: str, patience: float = 20.0, env: dict[str, str] | None = None) -> Child:
        """One of our processes: it works in the project's folder and writes to ``log/<name>.log``."""
        return Child(
            name=name,
            command=command,
            log=self.state / "log" / f"{name}.log",
            env=self.env | {"PROCESS_NAME": name} | (env or {}),
            cwd=ROOT,
            patience=patience,
        )

    def start(self) -> None:
        self.prepare()
        celery = ("-m", "celery", "-A", "smsplatform")
        quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "INFO")
        threads = os.environ.get("WORKER_THREADS") or "4"
        queues = os.environ.get("WORKER_QUEUES") or "default"
        schedule = str(self.state / "beat-schedule")
        if has_simulator():
            kept = str(self.state / "simulator-receipts")
            simulator = ("manage.py", "smsc_simulator", "--port", self.env["SIMULATOR_PORT"], "--receipts-file", kept)
            self.simulator = self.add(self.child("simulator", sys.executable, *simulator))
        worker = ("worker", "-n", "default@%h", "-Q", queues, "--pool", "threads", "-c", threads)
        self.web = self.add(self.child("web", sys.executable, *self.granian(), patience=15))
        self.worker = self.add(self.child("worker", sys.executable, *celery, *worker, *quiet, patience=30))
        webhooks = ("worker", "-n", "webhooks@%h", "-Q", "webhooks", "--pool", "threads", "-c", "8")
        self.webhooks = self.add(self.child("webhooks", sys.executable, *celery, *webhooks, *quiet, patience=30))
        self.gateways.start()
        beat = ("beat", "--schedule", schedule, "--pidfile", "", "--loglevel", "INFO")
        self.beat = self.add(self.child("beat", sys.executable, *celery, *beat, patience=10))
        self.wait_for_web()

    def add(self, child: Child) -> Child:
        return self.supervisor.add(child)

    def granian(self) -> list[str]:
        threads = os.environ.get("WEB_THREADS") or "8"
        workers = os.environ.get("WEB_WORKERS") or "1"
        options = ["--interface", "wsgi", "--host", self.host, "--port", str(self.port), "--http", "1", "--no-ws"]
        options += ["--workers", workers, "--blocking-threads", threads, "--workers-kill-timeout", "10"]
        return ["-m", "granian", *options, "--respawn-failed-workers", "smsplatform.wsgi:application"]

    def prepare(self) -> None:
        """Migrations, static files, demo data, in one process; its words about the demo are printed after READY."""
        child = self.child("prepare", sys.executable, "-m", "launcher.prepare")
        child.log.unlink(missing_ok=True)
        child.start()
        self.supervisor.wait_for_end(child, PREPARE_SECONDS)
        if self.supervisor.stopping or child.is_running():
            stop_all([child])
            raise KeyboardInterrupt if self.supervisor.stopping else LauncherError("Preparing took too long.")
        if child.process.returncode:
            raise LauncherError(f"Preparing the database failed; the end of {child.log}:\n{child.last_lines(30)}")

    def wait_for_web(self) -> None:
        self.web.ready = lambda _: self.answers()
        if self.supervisor.wait_ready(self.web, WEB_SECONDS):
            print(f"READY {address(self.host, self.port)}", flush=True)
            demo = self.state / "demo.jsonl"
            if has_demo() and demo.is_file() and (text := demo.read_text(encoding="utf-8").strip()):
                print(text, flush=True)
            say(f"Logs are in {self.state / 'log'}; Ctrl-C stops everything.")
        elif not self.supervisor.stopping:
            raise LauncherError(f"No answer from the web server; the end of {self.web.log}:\n{self.web.last_lines(30)}")

    def answers(self) -> bool:
        connection = http.client.HTTPConnection(address(self.host, self.port).removeprefix("http://"), timeout=2)
        try:
            connection.request("GET", "/")
            return connection.getresponse().status < 500
        except OSError:
            return False
        finally:
            connection.close()

    def stop(self) -> None:
        """No new work first, then those who do it, then those they talk to; the databases stop after us."""
        for group in (
            [self.web],
            [self.beat, *self.gateways.watchers()],
            [self.worker, self.webhooks, *self.gateways.binds()],
        ):
            self.supervisor.remove([child for child in group if child])
        self.supervisor.remove([self.simulator] if self.simulator else [])
