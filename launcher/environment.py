"""The virtual environment: made when it is missing, filled when the pinned requirements change, entered by exec."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from launcher.variables import ROOT

QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": False}


class LauncherError(Exception):
    """Something the person at the keyboard can mend; the text says how."""


def say(text: str) -> None:
    """Progress goes to standard error: standard output carries only what another program may want to read."""
    print(text, file=sys.stderr, flush=True)


def enter(requirements: str) -> None:
    """Continue inside the environment with ``requirements`` installed; does not return when it has to start again."""
    folder = ROOT / ".venv"
    ensure(folder, requirements)
    if Path(sys.prefix).resolve() != folder.resolve():
        python = python_of(folder)
        os.execv(python, [str(python), *sys.argv])


def python_of(folder: Path) -> Path:
    return folder / "bin" / "python"


def ensure(folder: Path, requirements: str) -> None:
    """Make ``folder`` an environment with every pin of ``requirements``, a file of the project, unless it is one."""
    wanted = fingerprint(folder, requirements)
    stamp = folder / f"{requirements}.installed"
    if is_current(stamp, wanted):
        return
    with one_at_a_time(ROOT / "var" / "environment.lock"):
        if is_current(stamp, wanted):
            return
        if not works(folder):
            make(folder)
        say(f"Installing the packages of {requirements} into {folder.name} …")
        install(folder, requirements)
        for path in sorted(ROOT.glob("requirements*.txt")):
            if path.name == requirements or path.name in included(requirements):
                (folder / f"{path.name}.installed").write_text(fingerprint(folder, path.name))


def is_current(stamp: Path, wanted: str) -> bool:
    return stamp.is_file() and stamp.read_text() == wanted


def fingerprint(folder: Path, requirements: str) -> str:
    """Changes with the pins, with Python's version and with the folder's place (scripts in it have absolute paths)."""
    digest = hashlib.sha256(f"{folder}\n{sys.version_info[:2]}\n".encode())
    for name in [requirements, *included(requirements)]:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def included(requirements: str) -> list[str]:
    """Requirement files that this one draws in by ``-r``, at any depth."""
    names = []
    for line in (ROOT / requirements).read_text(encoding="utf-8").splitlines():
        if line.startswith("-r "):
            name = line.removeprefix("-r ").strip()
            names += [name, *included(name)]
    return names


@contextlib.contextmanager
def one_at_a_time(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def works(folder: Path) -> bool:
    python = python_of(folder)
    if not python.exists():
        return False
    probe = "import pip, sys; print(*sys.version_info[:2], sys.prefix)"
    answer = subprocess.run([python, "-c", probe], capture_output=True, text=True, check=False)
    return answer.stdout.strip() == f"{sys.version_info[0]} {sys.version_info[1]} {folder}"


def make(folder: Path) -> None:
    say(f"Making the Python environment {folder.name} …")
    shutil.rmtree(folder, ignore_errors=True)
    base = base_python()
    if make_with_pip(base, folder) or make_with_systems_pip(base, folder):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        apt_install("python3-venv")
        if make_with_pip(base, folder):
            return
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    raise LauncherError(
        f"{base} cannot make a virtual environment: its venv or ensurepip module is missing.\n"
        f"Install it and run this again: apt-get install python3-venv (or python{version}-venv) on Debian and Ubuntu, "
        "or your system's package of the same name."
    )


def base_python() -> str:
    """The interpreter outside any environment: an environment made from another one breaks when that one goes."""
    return getattr(sys, "_base_executable", None) or sys.executable


def make_with_pip(base: str, folder: Path) -> bool:
    shutil.rmtree(folder, ignore_errors=True)
    return subprocess.run([base, "-m", "venv", str(folder)], **QUIET).returncode == 0 and works(folder)


def make_with_systems_pip(base: str, folder: Path) -> bool:
    """Debian ships venv without ensurepip; a pip outside the environment can then put itself into it."""
    shutil.rmtree(folder, ignore_errors=True)
    if subprocess.run([base, "-m", "venv", "--without-pip", str(folder)], **QUIET).returncode:
        return False
    install_pip = [base, "-m", "pip", "--python", str(python_of(folder)), "install", "--quiet", "pip"]
    return subprocess.run(install_pip, **QUIET).returncode == 0 and works(folder)


def apt_install(*packages: str) -> None:
    """Install Debian packages; the caller has checked that it is root and apt-get is there."""
    say(f"Installing the system's packages {' '.join(packages)} …")
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
        subprocess.run(["apt-get", *arguments], env=env, stdout=subprocess.DEVNULL, check=False)


def install(folder: Path, requirements: str) -> None:
    command = [
        python_of(folder),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--quiet",
        "--disable-pip-version-check",
        "--no-input",
    ]
    done = subprocess.run([*command, "-r", ROOT / requirements], cwd=ROOT, check=False)
    if done.returncode:
        raise LauncherError(
            f"pip could not install {requirements} (its words are above). "
            "Check that this machine reaches a Python package index, then run this again."
        )
