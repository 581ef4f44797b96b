"""Between a started database and the first request, in one process: migrations, static files, the sandbox, the demo."""

import hashlib
import io
import os
from pathlib import Path

import django


def main() -> None:
    django.setup()
    from django.conf import settings
    from django.core.management import call_command, get_commands

    state = Path(settings.STATE_DIR)
    settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
    call_command("migrate", interactive=False, verbosity=1)
    collect_static(state)
    if os.environ.get("SANDBOX") == "1":
        place = ("--host", settings.SIMULATOR_HOST, "--port", str(settings.SIMULATOR_PORT))
        call_command("gateway", "sandbox", *place)
    if os.environ.get("DEMO") == "1" and "demo" in get_commands():
        out = io.StringIO()
        call_command("demo", stdout=out)
        write_demo(state / "demo.jsonl", out.getvalue())


def collect_static(state: Path) -> None:
    """Hash and compress the static files into STATIC_ROOT, unless no source file has changed since the last time."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    digest = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in get_finders():
        for name, storage in finder.list(ignore_patterns=[]):
            details = os.stat(storage.path(name))
            digest.update(f"{name} {details.st_size} {details.st_mtime_ns}\n".encode())
    stamp = state / "static.stamp"
    if not stamp.is_file() or stamp.read_text() != digest.hexdigest() or not settings.STATIC_ROOT.is_dir():
        stamp.unlink(missing_ok=True)
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        stamp.write_text(digest.hexdigest())


def write_demo(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)


if __name__ == "__main__":
    main()
