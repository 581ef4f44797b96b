"""Exact counts, and the numbers that a target chooses."""

import numpy as np
import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.phones import Seen
from numberbank import bitmaps, demo
from numberbank.loading import remove
from numberbank.models import Bitmap, Dimension, Segment, Subscriber
from numberbank.rows import store
from numberbank.selection import count, numbers
from numberbank.targets import Choice, Criteria, Target
from tests.numberbank.bank import fill_bank, msisdn, people

pytestmark = pytest.mark.django_db


def chosen(**fields) -> list[int]:
    return [number for batch in numbers(Target(**fields)) for number in batch.tolist()]


@pytest.fixture
def bank():
    fill_bank(
        people(10, 0, district="5", gender="زن", guild="سوپرمارکت")
        + people(7, 100, district="5", gender="مرد", postal="1345612345")
        + people(5, 200, district="کرج 3", gender="مرد", guild="0102")
        + people(4, 300, prefix="0935", suburb="شهریار", gender="زن")
        + people(3, 400, prefix="0936", province="فارس", city="شیراز", postal="71345")
        + people(2, 500, prefix="0936", province="فارس")
    )


@pytest.mark.parametrize(
    ("criteria", "expected"),
    [
        ({}, 31),
        ({"districts": (5,)}, 17),
        ({"districts": (103,)}, 5),
        ({"districts": (5, 103)}, 22),
        ({"districts": (6,)}, 0),
        ({"districts": (5,), "genders": (1,)}, 10),
        ({"districts": (5,), "genders": (2,), "guilds": (101,)}, 0),
        ({"districts": (5, 103), "genders": (1, 2), "guilds": (101, 102)}, 15),
        ({"guilds": (1,)}, 15),
        ({"guilds": (1, 101)}, 15),
        ({"guilds": (102,)}, 5),
        ({"suburbs": (1,)}, 4),
        ({"suburbs": (1,), "districts": (5,)}, 21),
        ({"prefixes": (912,)}, 22),
        ({"prefixes": (935,), "genders": (1,)}, 4),
        ({"prefixes": (936,), "genders": (1,)}, 0),
        ({"provinces": (7,)}, 5),
        ({"provinces": (23,)}, 21),
        ({"postal": ((13456, 13456),)}, 7),
        ({"postal": ((13000, 13999), (71345, 71345))}, 10),
        ({"postal": ((13000, 13999),), "genders": (1,)}, 0),
        ({"postal": ((13457, 13999),)}, 0),
    ],
)
def test_counts_are_exact_and_match_what_is_chosen(bank, criteria, expected):
    assert count(Criteria(**criteria)) == expected
    found = chosen(criteria=Criteria(**criteria))
    assert len(found) == len(set(found)) == expected


def test_a_city_is_not_the_rest_of_its_province(bank):
    [shiraz] = Subscriber.objects.exclude(city=None).filter(province=7).values_list("city_id", flat=True).distinct()
    assert count(Criteria(cities=(shiraz,))) == 3
    assert count(Criteria(cities=(shiraz,), provinces=(7,))) == 5


def test_everybody_with_a_place_of_tehran_has_its_province(bank):
    assert set(Subscriber.objects.filter(district=5).values_list("province_id", flat=True)) == {23}
    assert set(Subscriber.objects.filter(district=103).values_list("province_id", flat=True)) == {30}


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [(1, 3, [0, 1, 2]), (3, 3, [2]), (9, 12, [8, 9, 100, 101]), (16, 99, [105, 106]), (18, 20, []), (5, 4, [])],
)
def test_sequential_rows_count_from_one_both_ends_included(bank, first, last, expected):
    target = Target(criteria=Criteria(districts=(5,)), choice=Choice.ROWS, first=first, last=last)
    found = [number for batch in numbers(target) for number in batch.tolist()]
    assert found == [msisdn(f"0912{serial:07}") for serial in expected]
    assert target.size(17) == len(expected)


def test_random_is_exactly_n_distinct_and_stable_for_its_seed(bank):
    fields = {"criteria": Criteria(districts=(5, 103)), "choice": Choice.RANDOM, "amount": 9}
    first, again, other = chosen(seed=1, **fields), chosen(seed=1, **fields), chosen(seed=2, **fields)
    assert len(first) == len(set(first)) == 9
    assert first == again
    assert set(first) != set(other)
    assert set(first) <= set(chosen(criteria=Criteria(districts=(5, 103))))


@pytest.mark.parametrize(("amount", "expected"), [(0, 0), (1, 1), (31, 31), (500, 31)])
def test_random_takes_no_more_than_there_are(bank, amount, expected):
    assert len(set(chosen(choice=Choice.RANDOM, amount=amount, seed=7))) == expected


def test_random_chooses_from_everywhere_alike(bank):
    """500 draws of 3 of 31: nobody comes much more, nor less, than 48 times."""
    drawn = [number for seed in range(500) for number in chosen(choice=Choice.RANDOM, amount=3, seed=seed)]
    _, times = np.unique(drawn, return_counts=True)
    assert len(times) == 31
    assert times.min() > 20
    assert times.max() < 85


def test_those_reached_lately_are_left_out_of_count_and_choice(bank):
    reached = Seen()
    reached.add_many(np.array([msisdn("09120000003"), msisdn("09120000101"), msisdn("09199999999")]))
    criteria = Criteria(districts=(5,))
    assert count(criteria, reached=reached) == 15
    left = [number for batch in numbers(Target(criteria=criteria), reached=reached) for number in batch.tolist()]
    assert len(left) == 15
    assert msisdn("09120000003") not in left


def test_a_removed_number_is_neither_counted_nor_chosen(bank):
    assert remove([msisdn("09120000003"), msisdn("09120000999")], now=timezone.now()) == 1
    assert count(Criteria(districts=(5,))) == 16
    assert msisdn("09120000003") not in chosen()
    assert len(chosen()) == 30
    fill_bank(people(1, 3, district="6"))
    assert (count(Criteria(districts=(6,))), count(Criteria())) == (1, 31)


def test_what_is_not_indexed_yet_is_not_there(bank):
    Segment.objects.update(is_changed=True)
    store(np.array([[msisdn("09120000900"), 23, -1, 5, -1, -1, -1, 13456, -1]]))
    assert count(Criteria(districts=(5,))) == len(chosen(criteria=Criteria(districts=(5,)))) == 17
    postal = Criteria(postal=((13456, 13456),))
    assert count(postal) == len(chosen(criteria=postal)) == 7


def test_segments_join_at_their_borders(bank, monkeypatch):
    """The same answers when the bank is cut into pieces of 64 places, with gaps."""
    monkeypatch.setattr(Segment, "SIZE", 64)
    monkeypatch.setattr(bitmaps, "OCTETS", 8)
    monkeypatch.setattr(bitmaps, "FEWEST_AS_BITS", 2)
    Subscriber.objects.update(position=F("position") * -7)
    Subscriber.objects.update(position=-F("position"))
    Segment.objects.all().delete()
    Bitmap.objects.all().delete()
    Segment.objects.bulk_create(Segment(pk=pk, numbers=b"", present=b"") for pk in range(4))
    for segment in range(4):
        bitmaps.refresh(segment, now=timezone.now())
    assert count(Criteria()) == 31
    assert count(Criteria(districts=(5, 103), genders=(1, 2), guilds=(101, 102))) == 15
    assert chosen(criteria=Criteria(districts=(5,)), choice=Choice.ROWS, first=9, last=12) == [
        msisdn(f"0912{serial:07}") for serial in (8, 9, 100, 101)
    ]
    assert len(set(chosen(choice=Choice.RANDOM, amount=20, seed=3))) == 20
    assert count(Criteria(postal=((13000, 13999), (71345, 71345)))) == 10


@pytest.fixture
def made_up():
    """5,000 made-up subscribers."""
    for rows in demo.subscribers(5_000):
        store(rows)
    for segment in bitmaps.changed_segments():
        bitmaps.refresh(segment, now=timezone.now())


places = st.fixed_dictionaries(
    {
        "districts": st.lists(st.integers(1, 6), max_size=3, unique=True).map(tuple),
        "genders": st.lists(st.sampled_from([1, 2]), max_size=2, unique=True).map(tuple),
        "prefixes": st.lists(st.sampled_from([912, 935]), max_size=2, unique=True).map(tuple),
    }
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(criteria=places)
def test_any_combination_counts_what_sql_counts(made_up, criteria):
    rows = Subscriber.objects.all()
    for field, column in (("districts", "district_id__in"), ("genders", "gender__in")):
        rows = rows.filter(**{column: criteria[field]}) if criteria[field] else rows
    wanted = criteria["prefixes"]
    expected = sum(not wanted or number // 10**7 - 98000 in wanted for number in rows.values_list("msisdn", flat=True))
    assert count(Criteria(**criteria)) == expected
    assert len(chosen(criteria=Criteria(**criteria))) == expected


def test_made_up_numbers_are_distinct_and_carry_what_their_prefix_may(made_up):
    assert count(Criteria()) == Subscriber.objects.count() == 5_000
    known = bitmaps.tallies(Dimension.PREFIX_WITH_GENDER, Dimension.PREFIX_WITH_REGION)
    assert set(known[Dimension.PREFIX_WITH_GENDER]) == {912, 935}
    assert {936, 937, 938, 939}.isdisjoint(known[Dimension.PREFIX_WITH_REGION])


MANY = 250_000  # enough that the planner has reason to choose; a load of more takes minutes on two busy cores


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_count_of_many_reads_a_few_bitmaps_by_their_key():
    """The shape, not the time: which plans, and how many rows of bitmaps, for each kind of target."""
    for rows in demo.subscribers(MANY):
        store(rows)
    for segment in bitmaps.changed_segments():
        bitmaps.refresh(segment, now=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE numberbank_bitmap; ANALYZE numberbank_subscriber")
    assert count(Criteria()) == MANY
    shapes = [
        (Criteria(districts=(5,), genders=(1,)), 8),
        (Criteria(districts=tuple(range(1, 23)), guilds=(1, 2), genders=(2,)), 100),
        (Criteria(prefixes=(935,), districts=(1, 2), suburbs=(1, 2)), 20),
        (Criteria(cities=(394,), genders=(1,), postal=((13456, 13456),)), 12),
    ]
    for criteria, most in shapes:
        asked, read = watched(criteria)
        assert sum(read) <= most
        for query, parameters in asked:
            plan = explained(query, parameters)
            assert "Seq Scan on numberbank_bitmap" not in plan
            assert "numberbank_subscriber" not in plan
    plan = explained(bitmaps.POSTAL.format(first=13456, last=13499), [])
    assert "Seq Scan" not in plan
    assert "subscriber_postal" in plan
    for query in (bitmaps.COUNT,):
        assert "Seq Scan" not in explained(query, [int(Dimension.DISTRICT), [5]])


def watched(criteria: Criteria) -> tuple[list[tuple[str, list]], list[int]]:
    """The queries for bits that a count asks, and how many rows each gets."""
    asked, read = [], []
    fetch = bitmaps.fetch

    def watching(query, parameters):
        rows = list(fetch(query, parameters))
        asked.append((query, parameters))
        read.append(len(rows))
        return iter(rows)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bitmaps, "fetch", watching)
        with CaptureQueriesContext(connection) as queries:
            count(criteria)
    subscribers = [query["sql"] for query in queries if "numberbank_subscriber" in query["sql"]]
    assert len(subscribers) == len(criteria.postal)
    return [(query, parameters) for query, parameters in asked if "numberbank_bitmap" in query], read


def explained(query: str, parameters: list) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {query}", parameters)
        return "\n".join(row[0] for row in cursor)
