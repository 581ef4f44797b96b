"""Where things are, and the variables that children get: the environment, then ``.env``, then what was made here."""

import os
import secrets
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def state_folder() -> Path:
    """``STATE_DIR`` or ``var/`` in the project: databases, uploads, logs, generated secrets."""
    return Path(os.environ.get("STATE_DIR") or ROOT / "var").resolve()


def read_file(path: Path) -> dict[str, str]:
    """``NAME=value`` lines; blank lines, comments and surrounding quotes are dropped. A missing file is empty."""
    values = {}
    if path.is_file():
        for line in path.read_text(encoding="utf-8").splitlines():
            name, equals, value = line.strip().partition("=")
            if equals and not name.startswith("#"):
                value = value.strip()
                if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
                    value = value[1:-1]
                values[name.strip()] = value
    return values


def write_private(path: Path, values: dict[str, str]) -> None:
    """Write ``NAME=value`` lines readable by the owner only, all at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".new")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.writelines(f"{name}={value}\n" for name, value in values.items())
    partial.replace(path)


def load_dotenv() -> None:
    """Take over the lines of ``.env`` that the environment does not have already."""
    for name, value in read_file(ROOT / ".env").items():
        os.environ.setdefault(name, value)


def generated_secrets(state: Path) -> dict[str, str]:
    """Keys made at the first start and kept in ``secrets.env``: losing them ends every session and bind password."""
    path = state / "secrets.env"
    values = read_file(path)
    wanted = {
        "SECRET_KEY": lambda: secrets.token_urlsafe(48),
        "FIELD_ENCRYPTION_KEYS": lambda: secrets.token_urlsafe(32),
        "POSTGRES_PASSWORD": lambda: secrets.token_urlsafe(24),
    }
    missing = {name: make() for name, make in wanted.items() if not values.get(name)}
    if missing:
        values |= missing
        write_private(path, values)
    return values


def running_file(state: Path) -> Path:
    """Written while servers run, so that ``manage.py`` in another terminal reaches the same ones."""
    return state / "running.env"


def load_for_manage() -> None:
    """Give ``manage.py`` the settings of this folder's server; what the environment says comes first."""
    load_dotenv()
    for name, value in read_file(running_file(state_folder())).items():
        os.environ.setdefault(name, value)
