import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.paging import Page, page_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def ids() -> list[int]:
    return [group.id for group in Group.objects.bulk_create(Group(name=f"g{number:02}") for number in range(25))]


def groups(query: dict, descending: bool = True) -> Page:
    return page_of(Group.objects.all(), query, size=10, descending=descending)


def shown(page: Page) -> list[int]:
    return [group.id for group in page]


@pytest.mark.parametrize("descending", [True, False])
def test_forth_and_back(ids, descending):
    order = ids[::-1] if descending else ids
    first = groups({}, descending)
    second = groups({"after": str(first.next)}, descending)
    third = groups({"after": str(second.next)}, descending)
    assert [shown(first), shown(second), shown(third)] == [order[:10], order[10:20], order[20:]]
    assert (first.previous, third.next) == (None, None)
    assert shown(groups({"before": str(third.previous)}, descending)) == order[10:20]
    back = groups({"before": str(second.previous)}, descending)
    assert (shown(back), back.previous, back.next) == (order[:10], None, order[9])


def test_a_page_stays_the_same_while_rows_arrive(ids):
    first = groups({})
    Group.objects.create(name="new")
    second = groups({"after": str(first.next)})
    assert shown(second) == ids[::-1][10:20]


def test_another_key():
    Group.objects.bulk_create(Group(name=name) for name in "bdac")
    page = page_of(Group.objects.all(), {"after": "b"}, key="name", descending=False)
    assert [group.name for group in page] == ["c", "d"]


def test_one_query_without_count_or_offset(ids):
    with CaptureQueriesContext(connection) as queries:
        assert len(groups({"after": str(ids[-1])})) == 10
    assert len(queries) == 1
    assert "COUNT" not in queries[0]["sql"]
    assert "OFFSET" not in queries[0]["sql"]


@pytest.mark.parametrize("query", [{}, {"after": ""}, {"after": "x"}, {"before": "1e3"}, {"after": "1;drop"}])
def test_a_key_that_cannot_be_read_asks_for_the_first_page(ids, query):
    page = groups(query)
    assert (shown(page), page.previous) == (ids[::-1][:10], None)


def test_no_dead_ends(ids):
    assert shown(groups({"after": str(ids[0])})) == ids[::-1][:10]
    assert shown(groups({"before": str(ids[-1])})) == ids[::-1][:10]
    assert shown(groups({"before": str(ids[-4])})) == ids[::-1][:10]
    assert shown(page_of(Group.objects.none(), {})) == []
    assert shown(page_of(Group.objects.none(), {"after": "5"})) == []
