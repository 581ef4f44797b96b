"""What a bench stands on: a database of its own, an account with money, a file of numbers, an operator, binds."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from bench import usage

ROOT = Path(__file__).resolve().parent.parent


class Stage:
    """A context: the database ``bench_…`` is made and migrated, and dropped at the end; processes are ended."""

    def __init__(self, *, keep: str = "") -> None:
        """``keep``: the name of a database that stays."""
        self._keep = keep

    def __enter__(self) -> "Stage":
        self._server = os.environ["DATABASE_URL"]
        self.database = f"bench_{self._keep or uuid.uuid4().hex[:8]}"
        with psycopg.connect(self._server, autocommit=True) as connection:
            there = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.database]).fetchone()
            if not there:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(self.database)))
        known = {key: value for key, value in conninfo_to_dict(self._server).items() if value is not None}
        self.conninfo = make_conninfo(**known | {"dbname": self.database})
        os.environ["DATABASE_URL"] = _url(known | {"dbname": self.database})
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smsplatform.settings")
        os.environ.setdefault("LOG_LEVEL", "WARNING")
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        self._processes: list[subprocess.Popen] = []
        self._named: dict[str, list[int]] = {}
        self.environment = dict(os.environ)
        self._open_account()
        return self

    def __exit__(self, *_) -> None:
        self.stop_processes()
        from django.db import connections

        connections.close_all()
        if self._keep:
            return
        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(self.database)))

    def _open_account(self) -> None:
        from accounts.models import Account
        from billing.services import top_up
        from numbers.models import Line

        self.account, _made = Account.objects.get_or_create(name="bench")
        self.line, made = Line.objects.get_or_create(
            number="30001234", defaults={"account": self.account, "kind": "service", "prefix_family": "3000"}
        )
        if made:
            top_up(account=self.account, amount=10**14, reference="bench", reason="bench")

    def kept(self, name: str, make: Callable[[], dict]) -> dict:
        """What ``make`` answered when it first made something in this database."""
        from django.db import connection, transaction

        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("CREATE TABLE IF NOT EXISTS bench_kept (name text PRIMARY KEY, value text)")
            cursor.execute("SELECT value FROM bench_kept WHERE name = %s", [name])
            found = cursor.fetchone()
            if found:
                return json.loads(found[0])
            made = make()
            cursor.execute("INSERT INTO bench_kept VALUES (%s, %s)", [name, json.dumps(made)])
            return made

    def numbers_file(self, rows: int):
        """An Upload of ``rows`` different mobile numbers, one a line."""
        from django.conf import settings

        from messaging.models import Upload

        settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
        path = settings.MEDIA_ROOT / f"bench-{rows}.txt"
        if not path.exists():
            path.write_text("".join(f"09{120_000_000 + 7 * n:09}\n" for n in range(rows)))
        return Upload.objects.create(
            account=self.account, path=path.name, filename="numbers.txt", size=path.stat().st_size
        )

    def campaign(self, rows: int):
        """A campaign of the file, not yet planned."""
        from messaging.models import Campaign

        return Campaign.objects.create(
            account=self.account,
            line=self.line,
            kind=Campaign.Kind.ADVANCED,
            state=Campaign.State.PLANNING,
            text="جشنواره پاییزه از فردا آغاز می‌شود",
            upload=self.numbers_file(rows),
            sources={"column": 0},
        )

    def simulator(self, *, latency_ms: float) -> int:
        """A simulated operator in a process of its own; its port."""
        return self.controlled_simulator(latency_ms=latency_ms)[0]

    def controlled_simulator(self, *options: str, latency_ms: float = 0.0) -> tuple[int, int]:
        """The same, with the port of its control."""
        process = self.start(
            "manage.py",
            "smsc_simulator",
            "--port",
            "0",
            "--no-fates",
            "--latency-ms",
            str(latency_ms),
            *options,
            stdout=subprocess.PIPE,
            name="simulator",
        )
        ports = json.loads(process.stdout.readline())
        return ports["port"], ports["control_port"]

    def worker(self) -> None:
        """The worker of everything but the binds, as script/server starts it."""
        self.start(
            "-m", "celery", "-A", "smsplatform", "worker", "--pool", "threads", "--concurrency", "4",
            "--without-gossip", "--without-mingle", "--queues", "default", "--hostname", "bench@%h",
            "--loglevel", "WARNING",
        )  # fmt: skip

    def binds(self, gateway, count: int) -> None:
        for number in range(1, count + 1):
            self.start(
                "-m", "celery", "-A", "smsplatform", "worker", "--pool", "solo", "--without-gossip", "--without-mingle",
                "--queues", gateway.queue, "--hostname", f"bench{number}@%h", "--loglevel", "WARNING", name="binds",
            )  # fmt: skip

    def web(self, application: str, **environment: str) -> int:
        """A web server as script/server starts it, with two processes; its port."""
        port = free_port()
        self.environment |= environment
        options = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--http", "1", "--no-ws"]
        options += ["--workers", "2", "--blocking-threads", "32", "--log-level", "warning"]
        self.start("-m", "granian", *options, application, name="web")
        wait_for_port(port)
        return port

    def run(self, *arguments: str) -> str:
        """A python process to its end; its output."""
        command = [sys.executable, *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment, check=True, stdout=subprocess.PIPE, text=True
        ).stdout

    def usage(self) -> dict[str, usage.Usage]:
        """What the processes that were given a name have used so far, and PostgreSQL."""
        with psycopg.connect(self.conninfo) as connection:
            backend = connection.execute("SELECT pg_backend_pid()").fetchone()[0]
            postmaster = int(Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()[1])
            used = {name: usage.of(pids) for name, pids in self._named.items()}
            return used | {"PostgreSQL": usage.of_server(postmaster)}

    def stop_processes(self) -> None:
        for process in reversed(self._processes):
            process.send_signal(signal.SIGTERM)
        for process in self._processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
        self._processes.clear()
        self._named.clear()

    def start(self, *arguments: str, stdout=None, name: str = "") -> subprocess.Popen:
        return self.start_program(sys.executable, *arguments, stdout=stdout, name=name)

    def start_program(self, *command: str, stdout=None, name: str = "") -> subprocess.Popen:
        """Any program, ended with the others."""
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=self.environment,
            stdout=stdout,
            text=True,
            start_new_session=True,
        )
        self._processes.append(process)
        if name:
            self._named.setdefault(name, []).append(process.pid)
        return process


def wait_until(condition, *, seconds: float, every: float = 0.05) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not reached within {seconds} s")
        time.sleep(every)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def wait_for_port(port: int, *, seconds: float = 30) -> None:
    def answers() -> bool:
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", port)) == 0

    wait_until(answers, seconds=seconds)


def _url(known: dict) -> str:
    from urllib.parse import quote, urlencode

    user = quote(known.pop("user", ""), safe="")
    password = f":{quote(known.pop('password'), safe='')}" if known.get("password") else ""
    name = known.pop("dbname")
    known.pop("password", None)
    return f"postgresql://{user}{password}@/{name}?{urlencode(known)}"
