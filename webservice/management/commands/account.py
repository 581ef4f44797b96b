"""``manage.py account create|list|credit|key|notices``: customers from the command line. Prints lines of JSON."""

import argparse
import json

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.models import Account
from billing.selectors import balance
from billing.services import InsufficientCredit, InvalidAmount
from common.text.folding import ascii_digits
from numbers.models import Line
from numbers.services import LineRefused, carry_notices
from webservice.models import ApiKey
from webservice.provisioning import SCOPES, ProvisionRefused, add_credit, provision
from webservice.services import KeyRefused, create_key

REFUSALS = (ProvisionRefused, LineRefused, InsufficientCredit, InvalidAmount, KeyRefused)


def rials(written: str) -> int:
    """50000000, 50,000,000 or ۵۰٬۰۰۰٬۰۰۰; a leading minus takes."""
    plain = ascii_digits(written).strip().replace(",", "").replace("٬", "").replace("_", "")
    if not plain.removeprefix("-").isdecimal() or len(plain) > 16:
        raise argparse.ArgumentTypeError(f"“{written}” is not an amount of rials")
    return int(plain)


class Command(BaseCommand):
    help = "Make accounts, list them, add to their credit. Each answer is one line of JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="what", required=True, metavar="create|list|credit|key|notices")
        create = commands.add_parser("create", help="an account with its owner, credit, lines and an API key")
        create.add_argument("name")
        create.add_argument("--credit", type=rials, default=0, metavar="RIALS")
        create.add_argument("--line", action="append", default=[], metavar="NUMBER", help="may be given several times")
        create.add_argument(
            "--kind", choices=Line.Kind.values, default=Line.Kind.ADVERTISING, help="of the lines (advertising)"
        )
        create.add_argument("--username", default="", help="of the owner; made up otherwise")
        create.add_argument("--password", default="", help="made up otherwise")
        create.add_argument("--email", default="")
        create.add_argument("--mobile", default="")
        commands.add_parser("list", help="every account with its state and balance")
        credit = commands.add_parser("credit", help="add rials to an account, or take some with a minus")
        credit.add_argument("account", metavar="NAME|ID")
        credit.add_argument("amount", type=rials, metavar="RIALS")
        credit.add_argument("--reason", default="")
        key = commands.add_parser("key", help="a key of the web service")
        key.add_argument("account", metavar="NAME|ID")
        key.add_argument("--test", action="store_true", help="simulated operator, free of charge")
        key.add_argument("--name", default="key", help="what uses it")
        key.add_argument("--scope", action="append", choices=ApiKey.Scope.values, help="repeatable; every customer's")
        notices = commands.add_parser("notices", help="send the platform's notices from this line; its account pays")
        notices.add_argument("line", metavar="NUMBER")

    def handle(self, *args, what: str, **options) -> None:
        try:
            getattr(self, what)(**options)
        except REFUSALS as refusal:
            raise CommandError(str(refusal)) from refusal

    def create(self, *, name, credit, line, kind, username, password, email, mobile, **_options) -> None:
        made = provision(
            name=name,
            credit=credit,
            lines=line,
            line_kind=Line.Kind(kind),
            username=username,
            password=password,
            email=email,
            mobile=mobile,
            now=timezone.now(),
        )
        self.say(
            account_id=made.account.pk,
            name=made.account.name,
            login={"username": made.owner.username, "password": made.password},
            api_key=made.api_key,
            lines=[row.number for row in made.lines],
            balance=made.balance,
        )

    def list(self, **_options) -> None:
        for account in Account.objects.prefetch_related("lines", "users"):
            self.say(
                account_id=account.pk,
                name=account.name,
                state=account.state,
                balance=balance(account),
                lines=[line.number for line in account.lines.all()],
                users=[user.username for user in account.users.all()],
            )

    def credit(self, *, account, amount, reason, **_options) -> None:
        found = self.find(account)
        self.say(account_id=found.pk, name=found.name, balance=add_credit(account=found, amount=amount, reason=reason))

    def notices(self, *, line, **_options) -> None:
        found = Line.objects.select_related("account").filter(number=line).first()
        if found is None:
            raise CommandError(f"No line has the number {line}.")
        carry_notices(line=found, by=None)
        self.say(line=found.number, account_id=found.account_id, name=found.account.name)

    def key(self, *, account, test, name, scope, **_options) -> None:
        found = self.find(account)
        made, secret = create_key(account=found, name=name, scopes=scope or SCOPES, is_test=test)
        self.say(account_id=found.pk, name=made.name, is_test=test, scopes=made.scopes, api_key=secret)

    def find(self, written: str) -> Account:
        """By id where it is a number that some account has, else by its whole name."""
        by_id = Account.objects.filter(pk=int(written)) if written.isdecimal() and len(written) < 18 else None
        found = list(by_id or Account.objects.filter(name=written)[:2])
        if len(found) != 1:
            raise CommandError(f"{'Several accounts are' if found else 'No account is'} named {written}; give an id.")
        return found[0]

    def say(self, **answer) -> None:
        self.stdout.write(json.dumps(answer, ensure_ascii=False))
