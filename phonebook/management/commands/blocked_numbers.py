"""``manage.py blocked_numbers load FILE``: the operators' list of those who refuse advertising (R4)."""

import json
import sys
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import audit
from phonebook.blocklist import load


def opened(path: str) -> AbstractContextManager[TextIO]:
    """The file, or standard input for -."""
    if path == "-":
        return nullcontext(sys.stdin)
    return Path(path).open(encoding="utf-8-sig", errors="replace")


class Command(BaseCommand):
    help = "Load the operators' block list: a text or CSV file whose lines begin with a mobile number."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        loading = actions.add_parser("load", help="add the numbers of a file")
        loading.add_argument("file", help="path of the file, or - for standard input")
        loading.add_argument("--replace", action="store_true", help="take off the numbers that are not in the file")

    def handle(self, *args, **options) -> None:
        path = options["file"]
        try:
            with opened(path) as lines:
                loaded = load(lines, replace=options["replace"])
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        if loaded.added or loaded.removed:
            audit.record(action="blocklist.loaded", target=Path(path).name, details=asdict(loaded))
        self.stdout.write(json.dumps(asdict(loaded)))
