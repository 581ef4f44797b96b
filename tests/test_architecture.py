"""Who may import whom, foreign keys included, and the two lives of ``numbers``."""

import ast
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.launcher import numbers_probe

ROOT = Path(__file__).resolve().parent.parent
# From the top down. import-linter holds the same order, but cannot see ``numbers``: to it that is Python's own module.
LAYERS = (
    "smsplatform",
    "staff",
    "webservice",
    "reports",
    "autoreply",
    "support",
    "messaging",
    "numberbank",
    "phonebook",
    "credit",
    "numbers",
    "billing",
    "accounts",
    "common",
)
RELATIONS = {"ForeignKey", "OneToOneField", "ManyToManyField"}
PYTHONS_OWN_NUMBERS = {"Number", "Complex", "Real", "Rational", "Integral"}


def sources(app: str) -> list[Path]:
    return sorted((ROOT / app).rglob("*.py"))


def app_of(module: str) -> str | None:
    head = module.partition(".")[0]
    return head if head in LAYERS else None


def imported_apps(tree: ast.AST) -> set[tuple[str, int]]:
    """Apps that a module imports anywhere, also inside functions, with the line."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {(alias.name, node.lineno) for alias in node.names if alias.name != "numbers"}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            is_pythons = node.module == "numbers" and {alias.name for alias in node.names} <= PYTHONS_OWN_NUMBERS
            found |= set() if is_pythons else {(node.module, node.lineno)}
        elif isinstance(node, ast.Call) and called_name(node) == "import_module":
            found |= {(text, node.lineno) for text in literal_strings(node.args[:1])}
    return {(app, line) for name, line in found if (app := app_of(name))}


def related_apps(tree: ast.AST) -> set[tuple[str, int]]:
    """Apps named by strings: ``ForeignKey("accounts.Account")`` and ``apps.get_model("accounts", …)``."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called_name(node) in RELATIONS | {"get_model"}:
            named = [word.value for word in node.keywords if word.arg in {"to", "through", "app_label"}]
            strings = literal_strings([*node.args[:1], *named])
            found |= {(app, node.lineno) for text in strings if (app := app_of(text))}
    return found


def called_name(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def literal_strings(nodes: list[ast.expr]) -> list[str]:
    return [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]


@pytest.mark.parametrize("app", LAYERS)
def test_an_app_knows_only_the_apps_below_it(app):
    allowed = set(LAYERS[LAYERS.index(app) :])
    wrong = [
        f"{path.relative_to(ROOT)}:{line} reaches up to {other}"
        for path in sources(app)
        for tree in [ast.parse(path.read_text(encoding="utf-8"))]
        for other, line in sorted(imported_apps(tree) | related_apps(tree))
        if other not in allowed
    ]
    assert wrong == []


def test_the_rule_sees_imports_in_functions_and_foreign_keys_in_strings():
    tree = ast.parse(
        "from numbers import Number\n"
        "def f():\n    from numbers.models import Line\n    import messaging.models as m\n"
        "class A:\n    a = models.ForeignKey('credit.Charge', on_delete=1)\n    b = ForeignKey(to='webservice.Key')\n"
    )
    assert imported_apps(tree) == {("numbers", 3), ("messaging", 4)}
    assert related_apps(tree) == {("credit", 6), ("webservice", 7)}


def test_every_app_of_the_settings_has_its_layer(settings):
    ours = {name.partition(".")[0] for name in settings.INSTALLED_APPS if (ROOT / name.partition(".")[0]).is_dir()}
    assert ours == set(LAYERS)


def test_numbers_is_pythons_and_ours_under_pytest():
    numbers_probe.prove()


def test_numbers_is_pythons_and_ours_under_manage():
    done = run("manage.py", "shell", "-v", "0", "-c", "from tests.launcher import numbers_probe")
    assert (done.stdout.strip(), done.returncode) == (numbers_probe.PROVED, 0), done.stderr


def test_numbers_is_pythons_and_ours_under_celery():
    done = run("-m", "celery", "-A", "tests.launcher.numbers_probe", "report")
    assert numbers_probe.PROVED in done.stdout.splitlines(), done.stderr


def test_numbers_is_pythons_and_ours_under_granian():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    options = ["--interface", "wsgi", "--port", str(port), "--workers-kill-timeout", "1"]
    command = [sys.executable, "-m", "granian", *options, "tests.launcher.numbers_probe:application"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            assert first_answer(port) == numbers_probe.PROVED
        finally:
            server.terminate()


def run(*arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def first_answer(port: int) -> str:
    deadline = time.monotonic() + 60
    while True:
        try:
            return httpx.get(f"http://127.0.0.1:{port}/").text
        except httpx.TransportError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
