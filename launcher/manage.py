"""``script/manage COMMAND``: Django's commands with the settings and servers of this folder's ``script/server``."""

import os
import sys

from launcher.variables import ROOT, load_for_manage


def main(arguments: list[str]) -> int:
    load_for_manage()
    os.execv(sys.executable, [sys.executable, str(ROOT / "manage.py"), *arguments])
