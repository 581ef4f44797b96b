"""An account's own quiet hours (2.5): what it sends waits, and nothing is refused."""

from datetime import UTC, datetime

import pytest

from messaging.dispatch import claim
from messaging.models import Chunk, MessageClass
from messaging.services import send
from numbers.models import QuietHours
from numbers.quiet import HoursRefused, set_quiet_hours
from numbers.selectors import next_opening, sending_hours
from tests.factories import make_campaign, make_confirmed, make_line
from tests.webservice.conftest import Api
from webservice.services import create_key

NIGHT = datetime(2026, 11, 22, 19, 0, tzinfo=UTC)  # 22:30 in Tehran
MORNING = datetime(2026, 11, 23, 5, 30, tzinfo=UTC)  # 09:00
PAGE = "/numbers/quiet-hours/"


@pytest.fixture(autouse=True)
def now(time_machine):
    time_machine.move_to(NIGHT, tick=False)


@pytest.fixture
def quiet(business):
    set_quiet_hours(account=business.account, hours=(540, 1260), by=None)
    return business


def hours() -> list[tuple]:
    return list(Chunk.objects.order_by("id").values_list("opens_minute", "closes_minute"))


def test_the_page_saves_shows_and_ends_them(business):
    form = {"is_kept": "on", "opens": "۹:۳۰", "closes": "21:00"}
    assert business.client.post(PAGE, form).status_code == 302
    assert QuietHours.objects.get(account=business.account).hours == (570, 1260)
    assert 'value="09:30"' in business.client.get(PAGE).content.decode()
    business.client.post(PAGE, {"opens": "09:30", "closes": "21:00"})
    assert not QuietHours.objects.exists()


@pytest.mark.parametrize(
    ("opens", "closes", "field"),
    [
        ("21:00", "09:00", "__all__"),
        ("9", "21:00", "opens"),
        ("09:00", "24:01", "closes"),
        ("", "21:00", "opens"),
        ("09:00", "", "closes"),
        ("22:00", "24:00", "__all__"),  # no hour of an advertising line
        ("21:30", "24:00", "__all__"),
    ],
)
def test_hours_that_cannot_be_kept_are_refused(business, opens, closes, field):
    make_line(business.account, kind="advertising", sending_hours="08:00-22:00")
    answer = business.client.post(PAGE, {"is_kept": "on", "opens": opens, "closes": closes})
    assert answer.context["form"].errors.keys() == {field}
    assert answer.context["form"]["closes"].value() == closes
    assert not QuietHours.objects.exists()


def test_a_message_waits_for_the_opening(quiet):
    make_confirmed(quiet.account, quiet.line, ["09121234567"])
    assert hours() == [(540, 1260)]
    asked = {"gateway_id": quiet.gateway.pk, "bind_number": 1, "token": 1, "most": 10}
    assert claim(**asked, now=NIGHT) == []
    assert len(claim(**asked, now=MORNING)) == 1


def test_the_hours_of_both_the_line_and_the_account_hold(quiet):
    line = make_line(quiet.account, kind="advertising", sending_hours="08:00-20:00")
    assert sending_hours(line, NIGHT, quiet.account) == (540, 1200)
    assert sending_hours(line, NIGHT) == (480, 1200)
    assert next_opening(line, NIGHT, quiet.account) == datetime(2026, 11, 23, 5, 30, tzinfo=UTC)
    line.sending_hours = "06:00-08:00"  # staff changed it later: they have no hour in common
    assert sending_hours(line, NIGHT, quiet.account) == (360, 480)
    line.save()
    with pytest.raises(HoursRefused):
        set_quiet_hours(account=quiet.account, hours=(540, 1260), by=None)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"class": "otp"}, (None, None)),
        ({"class": "transactional"}, (540, 1260)),
        ({"class": "bulk"}, (540, 1260)),
    ],
)
@pytest.mark.parametrize("headers", [{}, {"Accept": "application/json, */*"}])  # the fast lane, the ordinary way
def test_the_web_service_keeps_them_but_for_passwords(quiet, body, expected, headers):
    _key, secret = create_key(account=quiet.account, name="key", scopes=["send"])
    answer = Api(secret).post("messages", {"to": "09121234567", "text": "سلام"} | body, **headers)
    assert answer.status_code == 201, answer.content
    assert hours() == [expected]


@pytest.mark.parametrize("kind", ["test", "reply", "auto"])
def test_what_somebody_waits_for_leaves_at_any_hour(quiet, kind):
    send(
        account=quiet.account, line=quiet.line, text="سلام", recipients=[989121234567], kind=kind, created_by=None,
        message_class=MessageClass.TRANSACTIONAL, now=NIGHT,
    )  # fmt: skip
    assert hours() == [(None, None)]


def test_the_review_says_when_they_leave(quiet):
    campaign = make_campaign(quiet.account, quiet.line, ["09121234567"])
    page = quiet.client.get(f"/campaigns/{campaign.pk}/review/").content.decode()
    assert "ساعت‌های سکوت" in page
    assert "۰۹:۰۰" in page
