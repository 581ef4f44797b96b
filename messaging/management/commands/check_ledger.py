"""``manage.py check_ledger``: is every rial explained?"""

import json

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from credit.services import check_ledger
from messaging.checks import check_charges


class Command(BaseCommand):
    help = (
        "Prove that balances are the sums of their entries, that charges are messages × tariff, and that what came "
        "back is what the messages say. Reads one snapshot; changes nothing; exits 1 when something is wrong."
    )

    def add_arguments(self, parser):
        parser.add_argument("--account", type=int, help="only this account's id")
        parser.add_argument("--json", action="store_true", help="print the findings as JSON")

    def handle(self, *, account, **options):
        with transaction.atomic():
            if not connection.in_atomic_block or len(connection.savepoint_ids) == 0:
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            findings = [str(problem) for problem in check_ledger()] + [
                f"campaign {problem.campaign_id}: {problem.sentence}" for problem in check_charges(account_id=account)
            ]
        if options["json"]:
            self.stdout.write(json.dumps({"clean": not findings, "problems": findings}, ensure_ascii=False))
        elif findings:
            self.stdout.write("\n".join(findings))
        else:
            self.stdout.write("The ledger is clean.")
        if findings:
            raise CommandError(f"{len(findings)} problems found")
