"""Where the servers' Unix sockets lie, and what an unprivileged account can reach."""

import contextlib
import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from launcher.environment import LauncherError

LONGEST_SOCKET_PATH = 107  # sockaddr_un.sun_path on Linux, less its closing zero
LONGEST_NAME = len("/postgres/.s.PGSQL.5432.lock")


@contextlib.contextmanager
def socket_folder(state: Path) -> Iterator[Path]:
    """A folder for sockets: ``run`` in the state folder, or a short one under the system's temporary folder.

    The short one is used when the path would be too long for a socket, or when root's PostgreSQL, which runs as
    ``nobody``, cannot reach the state folder. Its name is the same at every start.
    """
    folder = state / "run"
    folder.mkdir(parents=True, exist_ok=True)
    if is_short(folder) and (os.geteuid() != 0 or reachable(folder, unprivileged())):
        close_to_others(folder)
        yield folder
        return
    name = hashlib.sha256(str(state).encode()).hexdigest()[:10]
    short = Path(tempfile.gettempdir()) / f"sms-{os.geteuid()}-{name}"
    with contextlib.suppress(FileExistsError):
        short.mkdir(mode=0o711)
    details = short.lstat()
    if not stat.S_ISDIR(details.st_mode) or details.st_uid != os.geteuid():
        raise LauncherError(f"{short} belongs to somebody else; remove it or set TMPDIR to another folder.")
    close_to_others(short)
    try:
        yield short
    finally:
        shutil.rmtree(short, ignore_errors=True)


def close_to_others(folder: Path) -> None:
    """Only root's servers let others pass, to reach the folder of their own account; nobody else can list or write."""
    folder.chmod(0o711 if os.geteuid() == 0 else 0o700)


def is_short(folder: Path) -> bool:
    return len(os.fsencode(folder)) + LONGEST_NAME <= LONGEST_SOCKET_PATH


def unprivileged() -> tuple[int, int]:
    """User and group that PostgreSQL runs as when the launcher is root, which it refuses to be."""
    entry = pwd.getpwnam("nobody")
    return entry.pw_uid, entry.pw_gid


def reachable(folder: Path, user: tuple[int, int]) -> bool:
    """Whether that account can enter ``folder``: every folder above lets it pass."""
    probe = ["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)]
    return run_as(user, probe) == 0


def run_as(user: tuple[int, int], command: list[str]) -> int:
    """The command's exit code under that account, 127 when it cannot be started at all."""
    try:
        done = subprocess.run(
            command, user=user[0], group=user[1], extra_groups=[], cwd="/",
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False,
        )  # fmt: skip
    except OSError:
        return 127
    return done.returncode
