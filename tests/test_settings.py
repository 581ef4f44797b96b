"""Every variable that the settings or the launcher read is explained in .env.example, and nothing else is."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
READ = re.compile(r'\benv(?:_bool|_int|_list)?\(\s*"([A-Z][A-Z0-9_]*)"')
READ_BY_LAUNCHER = re.compile(r'os\.environ\.get\("([A-Z][A-Z0-9_]*)"\)')
LISTED = re.compile(r"^#?([A-Z][A-Z0-9_]*)=", re.MULTILINE)
OF_OTHERS = {"CI", "PATH"}


def variables_read() -> set[str]:
    names = set(READ.findall((ROOT / "smsplatform" / "settings.py").read_text(encoding="utf-8")))
    for path in (ROOT / "launcher").glob("*.py"):
        names |= set(READ_BY_LAUNCHER.findall(path.read_text(encoding="utf-8")))
    return names - OF_OTHERS


def test_env_example_lists_every_variable_that_is_read():
    listed = LISTED.findall((ROOT / ".env.example").read_text(encoding="utf-8"))
    assert variables_read() - set(listed) == set()
    assert len(listed) == len(set(listed))


def test_env_example_lists_nothing_that_is_not_read():
    listed = set(LISTED.findall((ROOT / ".env.example").read_text(encoding="utf-8")))
    assert listed - variables_read() == set()


def test_every_variable_of_env_example_follows_a_sentence():
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        if LISTED.match(line):
            assert lines[number - 1].startswith("#"), line
