"""Whom a send on contacts' dates meets today (2.5): each number once a year, whatever is killed, changed or added."""

from datetime import timedelta

from common.jalali import in_tehran
from messaging.anniversaries import Calendar, come_round, year_of
from messaging.models import Anniversary, Occurrence, RecurringSend
from phonebook.selectors import with_date

BATCH = 5_000
MOST_DAYS = 60
"""How far before or after its date a message may come."""


def people_of(occurrence: Occurrence) -> list[tuple[int, int]]:
    """(id, number) of the contacts whose date, as it stands now, comes round for this occurrence."""
    recurring = occurrence.recurring
    day = _day_meant(occurrence)
    dates = come_round(day, Calendar(recurring.calendar))
    return with_date(recurring.account, recurring.date_key, dates, recurring.sources.get("groups", ()))


def take_up(occurrence: Occurrence) -> list[int]:
    """The contacts of a saved occurrence that have not been taken up in this year of theirs, marked as such in the
    caller's transaction: if that is lost, nobody was marked."""
    people = people_of(occurrence)
    recurring: RecurringSend = occurrence.recurring
    year = year_of(_day_meant(occurrence), Calendar(recurring.calendar))
    for start in range(0, len(people), BATCH):
        rows = [
            Anniversary(recurring=recurring, occurrence=occurrence, year=year, msisdn=msisdn)
            for _pk, msisdn in people[start : start + BATCH]
        ]
        Anniversary.objects.bulk_create(rows, ignore_conflicts=True)
    mine = set(Anniversary.objects.filter(occurrence=occurrence).values_list("msisdn", flat=True))
    return [pk for pk, msisdn in people if msisdn in mine]


def _day_meant(occurrence: Occurrence):
    return in_tehran(occurrence.due_at).date() - timedelta(days=occurrence.recurring.offset_days)
