"""Workbooks (xls, xlsx), read through a process of its own: see sheet_process."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from common.tables.errors import DamagedFile, EmptyFile, PasswordProtected, TableError, TooLarge

PROCESS = Path(__file__).with_name("sheet_process.py")
MEMORY_BYTES = 1_500 * 1024 * 1024
CPU_SECONDS = 120

_ERRORS: dict[str, type[TableError]] = {
    "password": PasswordProtected,
    "damaged": DamagedFile,
    "empty": EmptyFile,
    "large": TooLarge,
}


def sheet_rows(path: Path, limit: int | None = None) -> Iterator[int | list[list[str]]]:
    """First the number of the first row in the sheet, then lists of rows. Raises a TableError.

    The process is ended when the iterator is closed, however far it was read.
    """
    command = [sys.executable, "-I", str(PROCESS), str(path), str(MEMORY_BYTES), str(CPU_SECONDS)]
    if limit is not None:
        command.append(str(limit))
    process = subprocess.Popen(  # noqa: S603 - our own program and an uploaded file's path, no shell
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        yield from _answers(process)
    finally:
        process.kill()
        process.stdout.close()
        process.wait()


def _answers(process: subprocess.Popen) -> Iterator[int | list[list[str]]]:
    for line in process.stdout:
        answer = json.loads(line)
        if isinstance(answer, list):
            yield answer
        elif "error" in answer:
            raise _ERRORS[answer["error"]]
        else:
            yield answer["start"]
    # Out of memory the allocator aborts, out of time the kernel kills: either way the workbook asked for too much.
    if (code := process.wait()) != 0:
        raise TooLarge if code < 0 else DamagedFile
