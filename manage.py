#!/usr/bin/env python3
"""Django's command line for this project."""

import os
import sys


def main() -> None:
    from launcher.variables import load_for_manage

    load_for_manage()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smsplatform.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
