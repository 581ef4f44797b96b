"""Lines and what staff do to them."""

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from numbers.models import Line, Operator
from numbers.services import LineRefused, activate, add_line, family_of, suspend
from tests.factories import make_account, make_line
from tests.pages import staff_client

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.mark.parametrize(
    ("number", "family"),
    [
        ("1000123", "1000"),
        ("20001234", "2000"),
        ("300012345678", "3000"),
        ("50001", "5000"),
        ("90008361", "9000"),
        ("02191001234", "021"),
        ("982191001234", "021"),
        ("02636101234", "026"),
        ("989121234567", ""),
        ("9821", ""),
        ("4444", ""),
    ],
)
def test_the_family_is_read_from_the_number(number, family):
    assert family_of(number) == family


def test_adding_a_line():
    account = make_account()
    line = add_line(account=account, number="۳۰۰۰ ۱۲۳۴", kind=Line.Kind.SERVICE, now=NOW)
    assert (line.number, line.prefix_family, line.kind, line.state, line.activated_at) == (
        "30001234", "3000", "service", "active", NOW,
    )  # fmt: skip
    assert AuditEntry.objects.get().action == "line.added"


@pytest.mark.parametrize(("number", "kind"), [("12", "service"), ("x", "service"), ("30001", "advertising")])
def test_a_line_that_cannot_be_added(number, kind):
    with pytest.raises(LineRefused):
        add_line(account=None, number=number, kind=kind)
    assert not Line.objects.exists()


def test_a_number_is_one_line_only():
    account = make_account()
    add_line(account=account, number="30001234", kind=Line.Kind.SERVICE)
    with pytest.raises(LineRefused, match="30001234"):
        add_line(account=account, number="30001234", kind=Line.Kind.SERVICE)


def test_a_line_is_suspended_and_activated_again():
    line = make_line(make_account())
    assert suspend(line=line, by=None, now=NOW)
    assert not suspend(line=line, by=None, now=NOW)
    line.refresh_from_db()
    assert line.state == "suspended"
    assert activate(line=line, by=None, now=NOW)
    line.refresh_from_db()
    assert line.state == "active"
    assert list(AuditEntry.objects.order_by("id").values_list("action", flat=True)) == [
        "line.suspended",
        "line.activated",
    ]


def test_a_pending_line_gets_its_date_when_it_is_activated_and_a_closed_one_stays_closed():
    account = make_account()
    pending = make_line(account, state=Line.State.PENDING, activated_at=None)
    activate(line=pending, by=None, now=NOW)
    pending.refresh_from_db()
    assert pending.activated_at == NOW
    closed = make_line(account, state=Line.State.CLOSED)
    with pytest.raises(LineRefused):
        activate(line=closed, by=None, now=NOW)


def test_staff_suspend_and_activate_from_the_list():
    line = make_line(make_account())
    client = staff_client()
    for action, state in (("suspend", "suspended"), ("activate", "active")):
        client.post("/admin/numbers/line/", {"action": action, "_selected_action": [line.pk]})
        line.refresh_from_db()
        assert line.state == state
    assert client.get(f"/admin/numbers/line/?q={line.number}&state__exact=active").status_code == 200
    assert client.post(f"/admin/numbers/line/{line.pk}/delete/", {"post": "yes"}).status_code == 403


def test_staff_add_a_line_and_its_family_follows():
    account = make_account()
    form = {"number": "2000111", "account": account.pk, "kind": "advertising", "sending_hours": "09:00-21:00"}
    staff_client().post("/admin/numbers/line/add/", form)
    assert Line.objects.get().prefix_family == "2000"


@pytest.mark.parametrize(
    "wrong",
    [
        {"account": ""},
        {"sending_hours": "21:00-09:00"},
        {"kind": "service", "sending_hours": "09:00-21:00"},
        {"number": "x"},
    ],
)
def test_staff_are_told_of_a_wrong_line(wrong):
    form = {"number": "2000111", "account": make_account().pk, "kind": "advertising"} | wrong
    response = staff_client().post("/admin/numbers/line/add/", form)
    assert b"errorlist" in response.content
    assert not Line.objects.exists()


@pytest.mark.parametrize("table", ["operator", "prefix", "portednumber", "line"])
def test_every_staff_list_opens_and_searches(table):
    client = staff_client()
    assert client.get(f"/admin/numbers/{table}/?q=0912").status_code == 200
    assert client.get(f"/admin/numbers/{table}/add/").status_code == 200


def test_a_ported_number_is_understood_however_it_is_written():
    from numbers.selectors import operator_of

    rightel = Operator.objects.get(code="rightel")
    client = staff_client()
    client.post("/admin/numbers/portednumber/add/", {"msisdn": "9121234567", "operator": rightel.pk})
    assert operator_of(989121234567) == rightel


def test_an_operator_is_not_hosted_by_a_guest():
    codes = {operator.code: operator for operator in Operator.objects.all()}
    form = {"name_fa": "x", "name_en": "x", "host": codes["aptel"].pk}
    response = staff_client().post(f"/admin/numbers/operator/{codes['samantel'].pk}/change/", form)
    assert b"errorlist" in response.content
