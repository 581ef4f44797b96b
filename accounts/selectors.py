"""Reads over accounts and their people."""

import unicodedata

from django.db.models import Case, When

from accounts.models import Account, AuditEntry, Membership, User
from common import phones
from common.text.folding import ascii_digits


def home_account(user: User) -> Account | None:
    """The account of a user who belongs to exactly one; what they do outside any account is kept in its trail."""
    memberships = list(Membership.objects.filter(user=user).select_related("account")[:2])
    return memberships[0].account if len(memberships) == 1 else None


def username_of(written: str) -> str:
    """The user name of whoever calls themselves so: a user name, an e-mail address, a mobile in any digits and form.

    Where nobody or more than one person answers to it, the text itself, folded: guesses at one name count together
    however they are written.
    """
    written = unicodedata.normalize("NFKC", written).strip()
    if User.objects.filter(username=written).exists():
        return written
    latin = ascii_digits(written)
    if name := _only(username__iexact=latin):
        return name
    if "@" in latin:
        return _only(email__iexact=latin) or latin.casefold()
    mobile = phones.normalise(latin)
    if mobile is not None:
        return _only(mobile=phones.e164(mobile)) or phones.e164(mobile)
    return latin.casefold()


def _only(**lookup) -> str | None:
    names = list(User.objects.filter(is_active=True, **lookup).values_list("username", flat=True)[:2])
    return names[0] if len(names) == 1 else None


def activity(account: Account, *, who: User | None = None, what: str = "", since=None, until=None):
    """The account's audit trail, newest first: of a person, of actions (comma-separated), since ≤ at < until."""
    found = AuditEntry.objects.of(account).select_related("user").order_by("-id")
    if who is not None:
        found = found.filter(user=who)
    if what:
        found = found.filter(action__in=what.split(","))
    if since is not None:
        found = found.filter(at__gte=since)
    if until is not None:
        found = found.filter(at__lt=until)
    return found


def members(account: Account):
    """The places in the account: owners first, then by name."""
    order = Case(*[When(role=role, then=place) for place, role in enumerate(Membership.Role)])
    return Membership.objects.of(account).select_related("user__two_factor").order_by(order, "user__full_name", "id")
