"""``manage.py demo``: a demo to look around in; prints its credentials as one line of JSON, the same every time."""

import json

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from webservice.demo import NotADemo, make


class Command(BaseCommand):
    help = "Make the demo account, once, and print its login and API key as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--yes", action="store_true", help="also where there are users already")

    def handle(self, *args, yes: bool, **options) -> None:
        if not (yes or settings.DEMO):
            raise CommandError("This adds a demo account. Say --yes, or set DEMO=1 in the environment.")
        try:
            made = make(now=timezone.now(), is_forced=yes)
        except NotADemo:
            self.stderr.write("There are users here already, so no demo was added. Say --yes to add it beside them.")
            return
        self.stdout.write(json.dumps(made))
