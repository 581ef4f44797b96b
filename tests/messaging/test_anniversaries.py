"""A send on a date of each contact (2.5): by its calendar, once a year, exactly once whatever is killed."""

import uuid
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import jdatetime
import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from billing.selectors import balance
from common.jalali import jalali_parts
from messaging.anniversaries import Calendar, come_round, year_of
from messaging.models import Anniversary, Campaign, Message, Occurrence, RecurringSend
from messaging.services.recurring import run_recurring
from messaging.tasks import run_recurring as task
from phonebook.models import Contact, Group
from phonebook.own_fields import create_field, delete_field
from phonebook.trash import delete_contacts
from tests.factories import make_contact

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)  # Sunday 1405/09/01, 11:30 in Tehran
AT_TEN = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)  # 1405/09/02
PRICE = 1_800


def jalali(year: int, month: int, day: int) -> date:
    return jdatetime.date(year, month, day).togregorian()


@pytest.fixture(autouse=True)
def now(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def birthday(business):
    return create_field(account=business.account, name="تولد", kind="date", key="birthday")


def person(business, number: int, born: date, *groups, **fields) -> Contact:
    return make_contact(
        business.account, 989121110000 + number, *groups, values={"birthday": born.isoformat()}, **fields
    )


def save(business, **fields):
    data = {"token": str(uuid.uuid4()), "line": business.line.pk, "text": "تولدت مبارک", "frequency": "dates"}
    data |= {"clock": "10:00", "short_credit": "skip", "date_key": "birthday", "calendar": "jalali", "when": "on"}
    return business.client.post(reverse("messaging:recurring_new"), data | fields)


def come(now, at: datetime) -> list[int]:
    """What is sent by the time ``at``: the numbers, in order."""
    before = set(Message.objects.values_list("pk", flat=True))
    now.move_to(at, tick=False)
    task()
    return sorted(Message.objects.exclude(pk__in=before).values_list("msisdn", flat=True))


def test_those_whose_birthday_it_is_get_it_with_their_names(business, birthday, now):
    person(business, 1, jalali(1369, 9, 2), first_name="سارا")
    person(business, 2, jalali(1405, 9, 2), first_name="علی")
    person(business, 3, jalali(1369, 9, 3))
    person(business, 4, date(1990, 11, 23))  # 1369/09/02 as well
    person(business, 5, date(1988, 11, 23))  # 1367/09/02
    person(business, 6, date(1991, 11, 22))  # 1370/09/01
    make_contact(business.account, 989121119999)
    answer = save(business, text="{first_name|دوست} عزیز، تولدت مبارک")
    assert answer.status_code == 302, answer.context["form"].errors
    assert come(now, AT_TEN) == [989121110001, 989121110002, 989121110004, 989121110005]
    assert Message.objects.get(msisdn=989121110001).text == "سارا عزیز، تولدت مبارک"
    assert (Occurrence.objects.get().state, Campaign.objects.get().state) == ("sent", "queued")
    assert come(now, AT_TEN + timedelta(days=1)) == [989121110003]
    page = business.client.get(reverse("messaging:recurring")).content.decode()
    assert "در روز «تولد» هر مخاطب" in page


def test_a_day_without_anybody_leaves_no_trace(business, birthday, now):
    person(business, 1, jalali(1369, 9, 4))
    save(business)
    assert come(now, AT_TEN) == []
    made = RecurringSend.objects.get()
    assert (made.times, made.next_at) == (0, AT_TEN + timedelta(days=1))
    assert not Occurrence.objects.exists()


@pytest.mark.parametrize(("when", "days", "born"), [("before", 3, (9, 5)), ("after", 10, (8, 22))])
def test_days_before_and_after(business, birthday, now, when, days, born):
    person(business, 1, jalali(1369, *born))
    person(business, 2, jalali(1369, 9, 2))
    save(business, when=when, days=days)
    assert come(now, AT_TEN) == [989121110001]


def test_by_the_gregorian_calendar_and_only_the_groups(business, birthday, now):
    group = Group.objects.create(account=business.account, name="مشتریان")
    person(business, 1, date(1990, 11, 23), group)
    person(business, 2, date(1991, 11, 23), group)  # 1370/09/02
    person(business, 3, date(1992, 11, 23))  # not in the group
    person(business, 4, date(1992, 11, 22), group)
    save(business, calendar="gregorian", groups=[group.pk])
    assert come(now, AT_TEN) == [989121110001, 989121110002]


def test_each_number_once_a_year_whatever_happens_to_the_contact(business, birthday, now):
    contact = person(business, 1, jalali(1369, 9, 2))
    save(business)
    assert come(now, AT_TEN) == [989121110001]
    contact.values["birthday"] = jalali(1369, 9, 3).isoformat()  # it was a mistake
    contact.save()
    assert come(now, AT_TEN + timedelta(days=1)) == []
    assert Occurrence.objects.latest("pk").state == "skipped"
    delete_contacts(account=business.account, contact_ids=[contact.pk], deletion=uuid4(), now=timezone.now())
    person(business, 1, jalali(1369, 9, 4))
    assert come(now, AT_TEN + timedelta(days=2)) == []
    assert balance(business.account) == 1_000_000 - PRICE
    next_year = datetime(2027, 11, 26, 6, 30, tzinfo=UTC)  # 1406/09/05: the day after
    RecurringSend.objects.update(next_at=next_year - timedelta(days=1))
    assert come(now, next_year - timedelta(days=1)) == [989121110001]


def test_killed_between_its_steps_it_still_comes_once(business, birthday, now, monkeypatch):
    person(business, 1, jalali(1369, 9, 2))
    save(business)
    now.move_to(AT_TEN, tick=False)

    def dies(*args, **fields):
        raise KeyboardInterrupt

    for step in ("take_up", "compose", "_following"):
        with monkeypatch.context() as patch:
            patch.setattr(f"messaging.services.recurring.{step}", dies)
            with pytest.raises(KeyboardInterrupt):
                run_recurring(now=AT_TEN)
        assert not Anniversary.objects.exists()
        assert not Campaign.objects.exists()
    task()
    task()
    assert Message.objects.count() == 1
    assert balance(business.account) == 1_000_000 - PRICE


def test_a_send_that_is_refused_takes_nobody_up(business, birthday, now):
    person(business, 1, jalali(1369, 9, 2))
    save(business)
    business.line.state = "suspended"
    business.line.save()
    assert come(now, AT_TEN) == []
    assert Occurrence.objects.get().state == "failed"
    assert not Anniversary.objects.exists()


def test_a_deleted_contact_and_a_deleted_field_are_in_no_send(business, birthday, now):
    contact = person(business, 1, jalali(1369, 9, 2))
    delete_contacts(account=business.account, contact_ids=[contact.pk], deletion=uuid4(), now=timezone.now())
    person(business, 2, jalali(1369, 9, 3))
    save(business)
    assert come(now, AT_TEN) == []
    delete_field(field=birthday)
    assert come(now, AT_TEN + timedelta(days=1)) == []
    assert (RecurringSend.objects.get().state, Occurrence.objects.get().state) == ("ended", "failed")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"date_key": ""}, "date_key"),
        ({"date_key": "city"}, "date_key"),
        ({"when": "before", "days": ""}, "days"),
        ({"when": "before", "days": "61"}, "days"),
        ({"typed": "09121234567"}, "typed"),
        ({"calendar": "lunar"}, "calendar"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(business, birthday, fields, field):
    create_field(account=business.account, name="city", kind="text", key="city")
    answer = save(business, title="تولدها", **fields)
    assert answer.status_code == 200
    assert answer.context["form"].errors[field]
    assert answer.context["form"]["title"].value() == "تولدها"
    assert not RecurringSend.objects.exists()


def test_the_days_that_a_year_lacks_come_round_on_its_last():
    born = jalali(1399, 12, 30)  # a leap year
    assert born in come_round(jalali(1404, 12, 29), Calendar.JALALI)
    assert born not in come_round(jalali(1403, 12, 29), Calendar.JALALI)
    assert born in come_round(jalali(1403, 12, 30), Calendar.JALALI)  # leap too
    assert date(2000, 2, 29) in come_round(date(2026, 2, 28), Calendar.GREGORIAN)
    assert date(2000, 2, 29) not in come_round(date(2028, 2, 28), Calendar.GREGORIAN)
    assert date(2000, 2, 29) in come_round(date(2028, 2, 29), Calendar.GREGORIAN)


@given(born=st.dates(date(1930, 1, 1), date(2020, 1, 1)), calendar=st.sampled_from(Calendar), year=st.integers(0, 60))
def test_every_date_comes_round_once_in_each_year(born, calendar, year):
    if calendar is Calendar.JALALI:
        first = jalali(max(jalali_parts(born)[0], 1350) + year % 40, 1, 1)
    else:
        first = date(max(born.year, 1971) + year % 40, 1, 1)
    days = [first + timedelta(days=ahead) for ahead in range(366)]
    days = [day for day in days if year_of(day, calendar) == year_of(first, calendar)]
    assert sum(born in come_round(day, calendar) for day in days) == (1 if born < first or born in days else 0)
