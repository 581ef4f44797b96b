"""First steps of every ``script/*`` file, written so that a Python too old for the project can read it and say so."""

import importlib
import os
import shutil
import sys

OLDEST = (3, 11)
NEWEST_TRIED = 14


def run(command, requirements="requirements.txt"):
    """Run ``launcher.<command>.main(arguments)`` inside the virtual environment that has ``requirements`` installed."""
    if sys.version_info < OLDEST:
        start_again_with_newer_python()
    from launcher import environment

    try:
        environment.enter(requirements)
        return importlib.import_module("launcher." + command).main(sys.argv[1:])
    except environment.LauncherError as error:
        print("\n%s: %s" % (os.path.basename(sys.argv[0]), error), file=sys.stderr)  # noqa: UP031
        return 1
    except PermissionError as error:
        message = "%s: not allowed to use %s; was it made by another user, such as root?"
        print(message % (os.path.basename(sys.argv[0]), error.filename), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def start_again_with_newer_python():
    for minor in range(NEWEST_TRIED, OLDEST[1] - 1, -1):
        python = shutil.which("python3.%d" % minor)  # noqa: UP031
        if python:
            os.execv(python, [python] + sys.argv)  # noqa: RUF005
    sys.exit("Python 3.11 or newer is needed; this is %s (%s)." % (sys.version.split()[0], sys.executable))  # noqa: UP031
