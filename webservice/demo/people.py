"""Contacts with Persian names, on numbers that are nobody's agreed digits of the simulator."""

from random import Random

from accounts.models import Account
from numbers.models import Prefix
from phonebook.models import Contact, Group, GroupMember
from webservice.demo.words import WORDS

SHARES = {"mci": 52, "irancell": 38, "rightel": 10}


def add_contacts(account: Account, count: int, *, groups: dict[str, int], seed: int) -> dict[str, list[int]]:
    """Add ``count`` contacts and spread them over ``groups`` (name → members); their numbers by group name."""
    random = Random(seed)
    first_names, last_names = WORDS["first_names"].split(), WORDS["last_names"].split()
    contacts = Contact.objects.bulk_create(
        Contact(
            account=account,
            msisdn=number,
            first_name=random.choice(first_names),
            last_name=random.choice(last_names),
        )
        for number in _numbers(count, random)
    )
    members = {}
    for name, size in groups.items():
        group = Group.objects.create(account=account, name=name)
        chosen = random.sample(contacts, min(size, count))
        GroupMember.objects.bulk_create([GroupMember(group=group, contact=contact) for contact in chosen])
        members[name] = [contact.msisdn for contact in chosen]
    return members


def _numbers(count: int, random: Random) -> list[int]:
    """Different numbers of the demo's operators. None ends in 0…: such endings have agreed fates in the simulator."""
    prefixes = {
        code: list(
            Prefix.objects.filter(operator__code=code, accepts_bulk=True, prefix__regex=r"^\d{4}$")
            .order_by("prefix")
            .values_list("prefix", flat=True)
        )
        for code in SHARES
    }
    codes = random.choices(list(SHARES), SHARES.values(), k=count * 2)
    found: dict[int, None] = {}
    for code in codes:
        prefix = random.choice(prefixes[code])
        found[int(f"98{prefix[1:]}{random.randrange(1000):03}{random.randrange(1000, 10000)}")] = None
        if len(found) == count:
            break
    return list(found)
