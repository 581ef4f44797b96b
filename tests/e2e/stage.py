"""The platform at work for browser tests: its web server, its worker, its binds and a simulated operator."""

import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from django.conf import settings

from launcher.environment import one_at_a_time
from launcher.variables import ROOT
from messaging.delivery.engine import BindEngine
from messaging.models import Gateway
from messaging.smpp.simulator.thread import Simulator, simulator
from tests.e2e.ports import free_port
from webservice.demo.gateways import connect

SECONDS = 120
COLLECT = """
import django; django.setup()
from django.conf import settings
from launcher.prepare import collect_static
collect_static(settings.STATE_DIR)
"""


@dataclass
class Stage:
    """What a test may look at: the address of the web server, the operator, the binds."""

    url: str
    smsc: Simulator
    engines: list[BindEngine] = field(default_factory=list)


@contextmanager
def stage(env: Mapping[str, str], logs: Path):
    """A running platform on the committed rows of the test database; everything is stopped at the end.

    The web server and the worker are processes of their own, as in production; the binds are threads of ours.
    """
    state = Path(settings.STATE_DIR) / "e2e"
    state.mkdir(exist_ok=True)
    env = dict(env) | {"STATE_DIR": str(state), "DEBUG": "0", "DEMO": "0", "PROCESS_NAME": "e2e"}
    with one_at_a_time(state / "static.lock"):
        subprocess.run([sys.executable, "-c", COLLECT], cwd=ROOT, env=env, check=True, timeout=SECONDS)
    port = free_port()
    with ExitStack() as stack:
        smsc = stack.enter_context(simulator())
        settings.SIMULATOR_HOST, settings.SIMULATOR_PORT = "127.0.0.1", smsc.port
        gateways = connect()
        web = ["granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--http", "1", "--no-ws"]
        web += ["--workers", "1", "--blocking-threads", "4", "smsplatform.wsgi:application"]
        worker = ["celery", "-A", "smsplatform", "worker", "-n", f"e2e{port}@%h", "-Q", "default", "--pool", "threads"]
        worker += ["-c", "2", "-B", "-s", str(logs / "beat"), "--without-gossip", "--without-mingle"]
        stack.enter_context(process(web, env, logs / "web.log"))
        stack.enter_context(process([*worker, "--loglevel", "INFO"], env, logs / "worker.log"))
        url = f"http://127.0.0.1:{port}"
        running = Stage(url, smsc)
        for gateway in gateways.values():
            running.engines.append(stack.enter_context(bind(gateway)))
        until(lambda: answers(f"{url}/readyz"), SECONDS)
        until(lambda: " ready." in (logs / "worker.log").read_text(), SECONDS)
        yield running


@contextmanager
def bind(gateway: Gateway):
    engine = BindEngine(gateway)
    engine.start()
    try:
        yield engine
    finally:
        engine.stop(drain_seconds=1)
        assert engine.join(15)


@contextmanager
def process(module: list[str], env: Mapping[str, str], log: Path):
    with log.open("w") as output:
        child = subprocess.Popen([sys.executable, "-m", *module], cwd=ROOT, env=env, stdout=output, stderr=output)
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(30)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def answers(url: str) -> bool:
    try:
        return httpx.get(url).status_code == 200
    except httpx.TransportError:
        return False


def until(condition: Callable[[], object], seconds: float = 60):
    """The first true value of ``condition()``."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)
    return value
