"""How staff find accounts among a million: by any part of a name, the beginning of an address, a whole number.

Names are compared by ``accounts_search_key``, a function of the database (migration 0009) over which their indexes are
built, so that whoever writes a name keeps it found; ``phonebook`` and the inbox fold alike (common.text.search_key).
"""

from django.db.models import BooleanField, F, Func, Q, QuerySet, TextField, Value

from accounts.models import Account, Membership, SearchKey
from common import phones

FEWEST_LETTERS = 3  # a trigram index is of no use for less


class _Anywhere(Func):
    template = "('%%%%' || %(expressions)s || '%%%%')"
    output_field = TextField()


class HoldsName(Func):
    """Whether a name holds a text, whatever their letters' forms: served by a trigram index on SearchKey(name)."""

    template = "%(expressions)s"
    arg_joiner = " LIKE "
    output_field = BooleanField()
    conditional = True

    def __init__(self, name: str, text: str) -> None:
        literal = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        super().__init__(SearchKey(F(name)), _Anywhere(SearchKey(Value(literal))))


def named(text: str, most: int) -> list[QuerySet]:
    """Queries of at most ``most`` account ids each: by the account's name, its people's names and user names."""
    ids = Account.objects.filter(HoldsName("name", text)).values_list("pk", flat=True)
    people = [Q(HoldsName("user__full_name", text)), Q(user__username__startswith=text)]
    return [query.order_by()[:most] for query in [ids, *map(_of_people, people)]]


def addressed(text: str, most: int) -> list[QuerySet]:
    """By the beginning of an e-mail address: the account's, or of one of its people."""
    ids = Account.objects.filter(email__istartswith=text).values_list("pk", flat=True)
    return [ids.order_by()[:most], _of_people(Q(user__email__istartswith=text)).order_by()[:most]]


def numbered(digits: str, most: int) -> list[QuerySet]:
    """By a whole number: the account's id, a mobile (in any form), a person's national id."""
    found = []
    if digits.isdecimal() and len(digits) < 18:
        found.append(Account.objects.filter(pk=int(digits)).values_list("pk", flat=True))
        found.append(_of_people(Q(user__national_id=digits)).order_by()[:most])
    mobile = phones.normalise(digits)
    if mobile is not None:
        forms = [phones.e164(mobile), phones.national(mobile), str(mobile)]
        found.append(Account.objects.filter(mobile__in=forms).values_list("pk", flat=True).order_by()[:most])
        found.append(_of_people(Q(user__mobile__in=forms)).order_by()[:most])
    return found


def _of_people(person: Q) -> QuerySet:
    return Membership.objects.filter(person).values_list("account_id", flat=True)
