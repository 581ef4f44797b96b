"""What processes used: processor seconds and the most memory they ever held, read from /proc."""

import os
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Usage:
    """``seconds`` of processor time, user and system; ``peak_mb`` of resident memory."""

    seconds: float
    peak_mb: float

    def __sub__(self, before: "Usage") -> "Usage":
        return Usage(self.seconds - before.seconds, self.peak_mb)


def of(pids: list[int]) -> Usage:
    """Of these processes together; the memory is that of the largest."""
    return Usage(sum(_seconds(pid) for pid in pids), max((_peak_mb(pid) for pid in pids), default=0.0))


def of_server(postmaster: int) -> Usage:
    """Of PostgreSQL: the server's first process, its living children, and those that it has buried."""
    return Usage(_seconds(postmaster, buried=True) + sum(map(_seconds, _children(postmaster))), 0.0)


def _seconds(pid: int, *, buried: bool = False) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(int(field) for field in fields[11 : 15 if buried else 13]) / TICKS


def _peak_mb(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    line = next((line for line in status.splitlines() if line.startswith("VmHWM")), "VmHWM: 0 kB")
    return int(line.split()[1]) / 1024


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
