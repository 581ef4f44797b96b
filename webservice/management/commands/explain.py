"""``manage.py explain MESSAGE``: one message's whole story (issue 3, 6)."""

import json

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import override

from messaging.models import Message
from webservice.explaining import MESSAGE_WITH, Reader, as_json, explain


class Command(BaseCommand):
    help = (
        "Tell everything that is known of a message: who asked, what it cost, its chunk, route and PDUs, the "
        "operator's answers and receipts, the money, events and webhooks. Changes nothing."
    )

    def add_arguments(self, parser):
        parser.add_argument("message", type=int, help="the message's id")
        parser.add_argument("--json", action="store_true", help="print it as JSON")
        parser.add_argument("--numbers", action="store_true", help="print whole numbers; without it they are masked")
        parser.add_argument("--language", choices=["fa", "en"], default="en")

    def handle(self, *, message, numbers, language, **options):
        found = Message.objects.select_related(*MESSAGE_WITH).filter(pk=message).first()
        if found is None:
            raise CommandError(f"There is no message {message}.")
        with override(language):
            sections = explain(found, Reader(is_staff=True, sees_numbers=numbers))
            if options["json"]:
                self.stdout.write(json.dumps(as_json(sections), ensure_ascii=False, indent=2, default=str))
                return
            for section in sections:
                self._print(section)

    def _print(self, section):
        self.stdout.write(f"\n{section.title}")
        for number, group in enumerate(section.groups):
            if number:
                self.stdout.write("  --")
            for fact in group:
                self.stdout.write(f"  {fact.label}: {fact.shown}")
        if section.note:
            self.stdout.write(f"  ({section.note})")
