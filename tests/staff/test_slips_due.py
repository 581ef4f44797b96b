"""Slips are promised within a working day: Thursday is half, Friday and holidays are none (ISP-7.8)."""

from datetime import datetime

import pytest
import time_machine
from django.core.cache import cache

from billing.models import Slip
from common.jalali import TEHRAN
from support.calendar import in_a_working_day
from support.models import Holiday
from tests.factories import make_account, make_slip
from tests.pages import staff_client

pytestmark = pytest.mark.django_db
WEDNESDAY = datetime(2026, 11, 18, 15, tzinfo=TEHRAN)  # two of nine hours are left


def test_a_working_day_is_nine_hours_of_work():
    assert in_a_working_day([]) == []
    assert in_a_working_day([WEDNESDAY]) == [datetime(2026, 11, 21, 10, tzinfo=TEHRAN)]  # 2 + 5 on Thursday + 2
    Holiday.objects.create(day=datetime(2026, 11, 19, tzinfo=TEHRAN).date())
    assert in_a_working_day([WEDNESDAY]) == [datetime(2026, 11, 21, 15, tzinfo=TEHRAN)]


@pytest.mark.parametrize(("hour", "is_late"), [(9, False), (11, True)])
def test_the_queue_says_what_is_late_in_a_constant_number_of_queries(hour, is_late, django_assert_max_num_queries):
    slips = [make_slip(make_account()) for _ in range(3)]
    Slip.objects.filter(pk__in=[slip.pk for slip in slips]).update(created_at=WEDNESDAY)
    client = staff_client()
    cache.clear()
    with time_machine.travel(datetime(2026, 11, 21, hour, tzinfo=TEHRAN), tick=False):
        page = client.get("/staff/slips/").content.decode()
        with django_assert_max_num_queries(12):
            client.get("/staff/slips/")
    assert page.count(">Late<") == (3 if is_late else 0)
    assert page.count("promised until") == (0 if is_late else 3)
