"""Rows for tests: each with what it needs and nothing more."""

from itertools import count

from accounts.models import Account, Membership, User
from billing.services import top_up
from numbers.models import Line
from phonebook.models import Contact, Group, GroupMember

_numbers = count(1)


def make_account(*, credit: int = 0, **fields) -> Account:
    """An active account; with ``credit`` rials in its wallet."""
    serial = next(_numbers)
    account = Account.objects.create(**{"name": f"account {serial}", **fields})
    if credit:
        top_up(account=account, amount=credit, reference=f"test:{account.pk}:{serial}", reason="top_up")
    return account


def make_user(*, account: Account | None = None, role: str = Membership.Role.OWNER, **fields) -> User:
    """A user with the password "pass"; a member of ``account`` in ``role``."""
    user = User.objects.create_user(**{"username": f"user{next(_numbers)}", "password": "pass", **fields})
    if account:
        Membership.objects.create(account=account, user=user, role=role)
    return user


def make_line(account: Account | None, **fields) -> Line:
    """An active advertising line of the 3000 family."""
    return Line.objects.create(
        **{
            "account": account,
            "number": f"3000{next(_numbers):06}",
            "kind": Line.Kind.ADVERTISING,
            "prefix_family": "3000",
            **fields,
        }
    )


def make_contact(account: Account, msisdn: int | None = None, *groups: Group, **fields) -> Contact:
    """A contact in the given groups; the number is the next free one of 0912 000 ...."""
    contact = Contact.objects.create(account=account, msisdn=msisdn or 989_120_000_000 + next(_numbers), **fields)
    GroupMember.objects.bulk_create(GroupMember(group=group, contact=contact) for group in groups)
    return contact
