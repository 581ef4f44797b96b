"""What a launcher that was killed left behind: processes marked with its state folder, and a PostgreSQL on its data."""

import contextlib
import fcntl
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from launcher.environment import LauncherError, say

MARK = "LAUNCHER_STATE_FOLDER"


@contextlib.contextmanager
def only_launcher(state: Path) -> Iterator[None]:
    """Hold the state folder's lock. The kernel lets go of it when the launcher dies, however it dies."""
    state.mkdir(parents=True, exist_ok=True)
    with (state / "launcher.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise LauncherError(
                f"Already running with {state} (process {file.read().strip() or 'unknown'}). "
                "Stop it first, or set STATE_DIR to another folder and PORT to another port."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def clear(state: Path, data: Path) -> None:
    """End what an earlier launcher of this state folder left running. Call it while holding the folder's lock."""
    end(lambda: marked(state), [(signal.SIGTERM, 20), (signal.SIGKILL, 5)])
    end(lambda: postmaster(data), [(signal.SIGINT, 20), (signal.SIGQUIT, 10), (signal.SIGKILL, 5)])


def end(find: Callable[[], list[int]], steps: list[tuple[signal.Signals, float]]) -> None:
    for number, seconds in steps:
        found = find()
        if not found:
            return
        say(f"Ending processes left by a launcher that was killed ({number.name}): {', '.join(map(str, found))}")
        for process in found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(process, number)
        deadline = time.monotonic() + seconds
        while find() and time.monotonic() < deadline:
            time.sleep(0.05)
    if left := find():
        raise LauncherError(f"Processes {left} of an earlier run do not end; end them by hand and run this again.")


def marked(state: Path) -> list[int]:
    """Processes whose environment names this state folder: children of the launcher, and theirs (Linux)."""
    wanted = f"{MARK}={state}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            is_ours = wanted in (folder / "environ").read_bytes().split(b"\0")
            is_zombie = (folder / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
            if is_ours and not is_zombie and int(folder.name) != os.getpid():
                found.append(int(folder.name))
    return found


def postmaster(data: Path) -> list[int]:
    """The server that ``postmaster.pid`` names, if that number is still a PostgreSQL on this very folder."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        process = int((data / "postmaster.pid").read_text().splitlines()[0])
        arguments = Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
        if str(data).encode() in arguments:
            return [process]
    return []
