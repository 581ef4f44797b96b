"""Every page of the panel asks the database as often over a thousand rows of everything as over a few (issue 4)."""

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.filling import fill_everything
from bench.lists import FILTERED, OF_ONE, plain_pages
from billing.services import top_up
from tests.factories import make_account, make_gateway, make_line, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(240)]
FEW, MANY = 60, 1_200
OF_PAGING = 2  # a list that goes on beyond its page is counted, and one that is no longer empty reads its rows


def ended(answer):
    """The answer, read to its end, so that what it reads from is closed."""
    if answer.streaming:
        list(answer)
    return answer


def counts(rows: int) -> dict[str, int]:
    """Page → queries, over so many rows; for the owner, or staff where the owner may not look."""
    account = make_account()
    top_up(account=account, amount=1_000_000, reference="filling", reason="top_up")
    owner, staff = make_user(account=account), make_user(is_staff=True, is_superuser=True)
    line, gateway = make_line(account, kind="service"), make_gateway()
    shown = fill_everything(account, owner, line, gateway, rows=rows)
    found = {}
    for path in [*plain_pages(), *FILTERED, *OF_ONE]:
        for user in (owner, staff):
            client = Client()
            client.force_login(user)
            address = "/" + path.lstrip("/").format(**shown)
            ended(client.get(address))  # what is read once and kept is not the list's
            with CaptureQueriesContext(connection) as captured:
                answer = ended(client.get(address))
            if answer.status_code == 200 and answer.headers.get("Content-Type", "").startswith("text/html"):
                found[path] = len(captured)
                break
    return found


def test_the_number_of_queries_does_not_grow_with_the_rows():
    found = []
    for rows in (FEW, MANY):
        with transaction.atomic():
            found.append(counts(rows))
            transaction.set_rollback(True)
    few, many = found
    assert len(few) > 70
    assert few.keys() == many.keys()
    grown = {path: (few[path], many[path]) for path in few if many[path] > few[path] + OF_PAGING}
    assert grown == {}
