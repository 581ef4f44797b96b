"""The life of a ticket: replies, closing, reopening, merging, time, and what the desk may do."""

import uuid
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry
from common.jalali import TEHRAN
from common.models import Notice
from messaging.signals import messages_received
from numbers.services import carry_notices
from support import services
from support.calendar import after_working, working_minutes
from support.machine import TRANSITIONS, Event, WrongState, after
from support.models import Entry, Holiday, Ticket, Unit
from support.selectors import figures
from tests.factories import make_account, make_attachment, make_line, make_received, make_ticket, make_user
from tests.pages import client_of, staff_client, table_of

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=TEHRAN)  # a Sunday at ten
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@pytest.fixture
def account():
    return make_account()


@pytest.fixture
def owner(account):
    return make_user(account=account, email="a@example.ir", mobile="+989121234567", language="en")


@pytest.fixture
def staff():
    user = make_user(is_staff=True, full_name="کارشناس")
    user.user_permissions.add(Permission.objects.get(codename="work_desk"))
    return user


@pytest.fixture
def ticket(account, owner):
    return make_ticket(account, by=owner, now=NOW, sms_on_reply=True)


def again(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def answer(ticket, staff, at=NOW, **fields) -> Entry:
    return services.answer(ticket=ticket, by=staff, body="بررسی شد.", now=at, **fields)


def reply(ticket, owner, at=NOW, **fields) -> Ticket:
    return services.reply(ticket=ticket, by=owner, body="هنوز نرسیده است.", now=at, **fields)


def said(response) -> str:
    return response.content.decode()


# --- States -----------------------------------------------------------------------------------------------------------


def test_every_state_and_event_is_in_the_table_or_refused():
    for state in Ticket.State.values:
        for event in Event:
            subject = Ticket(state=state)
            if (state, event) in TRANSITIONS:
                assert after(subject, event) in Ticket.State.values
            else:
                with pytest.raises(WrongState):
                    after(subject, event)
    closed = {event for state, event in TRANSITIONS if state == Ticket.State.CLOSED}
    assert closed == {Event.REOPEN}


def test_opening_by_staff_sets_seen_once_and_is_logged(ticket):
    client = staff_client()
    assert client.get(f"/staff/support/{ticket.pk}/").status_code == 200
    first = again(ticket)
    client.get(f"/staff/support/{ticket.pk}/")
    assert (first.state, again(ticket).seen_at) == ("seen", first.seen_at)
    assert AuditEntry.objects.filter(action="ticket.seen", target=f"#{ticket.pk}").count() == 1


def test_a_reply_stands_in_the_same_conversation_and_goes_back_to_the_queue(ticket, owner, staff):
    answer(ticket, staff)
    assert again(ticket).state == "answered"
    assert reply(ticket, owner) == ticket
    assert again(ticket).state == "seen"
    assert list(ticket.entries.filter(number__isnull=False).values_list("number", "kind")) == [
        (1, "user"), (2, "staff"), (3, "user"),
    ]  # fmt: skip


@pytest.mark.parametrize(("days", "is_same"), [(7, True), (7.01, False)])
def test_a_reply_on_a_closed_ticket(ticket, owner, staff, days, is_same):
    services.close(ticket=ticket, reason="resolved", by=staff, now=NOW)
    written = reply(ticket, owner, NOW + days * DAY)
    assert (written.pk == ticket.pk) is is_same
    if is_same:
        assert (written.state, written.close_reason, written.closed_at, written.reopened) == ("seen", "", None, 1)
    else:
        assert (written.follows_id, written.state, again(ticket).state) == (ticket.pk, "new", "closed")
        assert written.entries.get().body == "هنوز نرسیده است."


@pytest.mark.parametrize("days", [0, 8])
def test_a_reply_sent_twice_is_written_once(ticket, owner, staff, days):
    services.close(ticket=ticket, reason="resolved", by=staff, now=NOW)
    token = uuid.uuid4()
    first, second = (reply(ticket, owner, NOW + days * DAY, form_token=token) for _twice in range(2))
    assert first.pk == second.pk
    assert Entry.objects.filter(kind="user").count() == 2


def test_the_closed_ticket_shows_a_cross_and_its_reason(ticket, owner, staff):
    services.close(ticket=ticket, reason="rules", by=staff, now=NOW)
    client = Client()
    client.force_login(owner, "django.contrib.auth.backends.ModelBackend")
    page = said(client.get(f"/support/{ticket.pk}/"))
    assert 'class="ticket-closed"' in page
    assert "It breaks the rules of writing tickets" in page
    with pytest.raises(WrongState):
        services.close(ticket=ticket, reason="resolved", by=staff, now=NOW)


def test_the_user_closes_and_rates(account, ticket):
    client = client_of(account)
    client.post(f"/support/{ticket.pk}/close/", {"stars": "4", "note": "سریع بود"})
    closed = again(ticket)
    assert (closed.state, closed.close_reason, closed.rating, closed.rating_note) == (
        "closed",
        "resolved",
        4,
        "سریع بود",
    )
    client.post(f"/support/{ticket.pk}/rate/", {"stars": "9"})
    assert again(ticket).rating == 4


def test_messages_are_never_changed_not_even_by_the_database(account):
    attachment = make_attachment(account)
    for change in (
        lambda: Entry.objects.update(body="x"), lambda: Entry.objects.all()._raw_delete("default"),
        lambda: type(attachment).objects.update(filename="x"),
    ):  # fmt: skip
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            change()
    assert Entry.objects.get().body != "x"


# --- Telling ----------------------------------------------------------------------------------------------------------


def sms() -> list[str]:
    return list(Notice.objects.filter(way="sms").order_by("id").values_list("key", flat=True))


def test_a_burst_of_answers_is_one_sms(ticket, staff):
    first = answer(ticket, staff)
    answer(ticket, staff, NOW + 4 * MINUTE)
    later = answer(ticket, staff, NOW + 5 * MINUTE)
    assert sms() == [f"ticket.answer:{first.pk}", f"ticket.answer:{later.pk}"]
    assert Notice.objects.filter(way="email").count() == 3


def test_an_account_without_addresses_is_answered_all_the_same(staff):
    ticket = make_ticket(make_account(), by=make_user(), sms_on_reply=True)
    answer(ticket, staff)
    assert (again(ticket).state, Notice.objects.count()) == ("answered", 0)


def test_whoever_writes_to_the_line_of_the_notices_is_told_once_a_day(account):
    line = make_line(make_account())
    carry_notices(line=line, by=None)
    line.refresh_from_db()
    messages = [make_received(line.account, line, received_at=NOW + hours * timedelta(hours=1)) for hours in (0, 1, 24)]
    other = make_received(account, make_line(account))
    messages_received.send(sender=None, messages=[*messages, other])
    assert sms() == ["notice.reply:989125550000:2026-11-22", "notice.reply:989125550000:2026-11-23"]


# --- Waiting too long -------------------------------------------------------------------------------------------------


def test_who_does_not_reply_is_reminded_once_and_then_the_ticket_closes(ticket, staff):
    answer(ticket, staff)
    nothing = {"waiting": 0, "reminded": 0, "closed": 0}
    for days, expected in (
        (0.5, nothing), (1, nothing | {"waiting": 1}), (2.9, nothing), (3, nothing | {"reminded": 1}),
        (4, nothing), (5, nothing | {"closed": 1}), (6, nothing),
    ):  # fmt: skip
        assert services.sweep(now=NOW + days * DAY) == expected, days
    closed = again(ticket)
    assert (closed.state, closed.close_reason) == ("closed", "no_reply")
    assert len([key for key in sms() if key.startswith("ticket.reminder")]) == 1


def test_nobody_is_closed_out_without_a_reminder_however_long_the_sweeper_slept(ticket, staff):
    answer(ticket, staff, asks=True)
    assert services.sweep(now=NOW + 30 * DAY) == {"waiting": 0, "reminded": 1, "closed": 0}
    assert services.sweep(now=NOW + 32 * DAY)["closed"] == 1


def test_a_reply_ends_the_waiting(ticket, owner, staff):
    answer(ticket, staff, asks=True)
    assert again(ticket).state == "waiting"
    services.sweep(now=NOW + 3 * DAY)
    reply(ticket, owner, NOW + 3 * DAY)
    assert services.sweep(now=NOW + 30 * DAY) == {"waiting": 0, "reminded": 0, "closed": 0}


# --- Working time -----------------------------------------------------------------------------------------------------


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=TEHRAN)  # the 21st is a Saturday, the 26th a Thursday


@pytest.mark.parametrize(
    ("since", "until", "minutes"),
    [
        (at(22, 10), at(22, 11), 60), (at(22, 16), at(23, 9), 120), (at(22, 20), at(23, 7), 0),
        (at(26, 12), at(28, 9), 120), (at(27, 8), at(27, 17), 0), (at(23, 9), at(22, 16), -120),
        (at(21, 0), at(28, 0), 5 * 540 + 300),
    ],
)  # fmt: skip
def test_working_minutes(since, until, minutes):
    assert working_minutes(since, until) == minutes
    if minutes > 0:
        assert working_minutes(since, after_working(since, minutes)) == minutes


def test_holidays_are_no_working_time():
    Holiday.objects.create(day=at(23, 0).date(), name="تعطیل")
    assert working_minutes(at(22, 16), at(24, 9)) == 120
    assert after_working(at(22, 16), 120) == at(24, 9)


def test_the_promise_stands_still_while_the_user_is_waited_for(ticket, owner, staff):
    assert ticket.response_due_at == NOW + timedelta(hours=4)
    answer(ticket, staff, NOW + timedelta(hours=1))
    paused = again(ticket)
    assert (paused.response_minutes, paused.response_due_at, paused.resolution_due_at) == (60, None, None)
    assert paused.resolution_left == 960 - 60
    reply(ticket, owner, at(24, 10))
    assert working_minutes(at(24, 10), again(ticket).resolution_due_at) == 900
    services.close(ticket=ticket, reason="resolved", by=staff, now=at(24, 11))
    assert again(ticket).resolution_minutes == 120


# --- Staff ------------------------------------------------------------------------------------------------------------


def test_lowering_the_urgency_needs_a_reason_which_the_user_sees(account, owner, staff):
    ticket = make_ticket(account, by=owner, priority=4, now=NOW)
    client = staff_client()
    client.post(f"/staff/support/{ticket.pk}/priority/", {"priority": 2, "reason": " "})
    assert again(ticket).priority == 4
    client.post(f"/staff/support/{ticket.pk}/priority/", {"priority": 2, "reason": "کار متوقف نیست"})
    assert again(ticket).priority == 2
    assert "کار متوقف نیست" in said(client_of(account).get(f"/support/{ticket.pk}/"))


def test_referring_shows_the_unit_and_hides_the_reason(account, ticket, staff):
    client, finance = staff_client(), Unit.objects.get(code="finance")
    client.post(f"/staff/support/{ticket.pk}/refer/", {"unit": finance.pk, "to": staff.pk, "reason": "پیگیری بانک"})
    moved = again(ticket)
    assert (moved.unit, moved.assigned_to, moved.state) == (finance, staff, "referred")
    page = said(client_of(account).get(f"/support/{ticket.pk}/"))
    assert "Referred to: Finance." in page
    assert "پیگیری بانک" not in page
    assert "In charge" not in page
    assert "پیگیری بانک" in said(client.get(f"/staff/support/{ticket.pk}/"))


def test_a_ticket_is_not_given_to_somebody_outside_the_desk(ticket, owner, staff):
    with pytest.raises(services.TicketRefused):
        services.assign(ticket=ticket, to=owner, by=staff, now=NOW)
    assert again(ticket).assigned_to is None


def test_notes_are_found_and_seen_by_staff_only(account, ticket, staff):
    services.note(ticket=ticket, by=staff, body="مشتری بدحساب", now=NOW)
    assert "بدحساب" not in said(client_of(account).get(f"/support/{ticket.pk}/"))
    assert table_of(client_of(account).get("/support/", {"text": "بدحساب"})) == []
    assert len(table_of(staff_client().get("/staff/support/", {"text": "بدحساب"}))) == 1


def test_a_message_becomes_a_ticket_of_its_own_and_stays_where_it_was(account, owner, staff):
    entry = make_attachment(account, by=owner).entry
    sales = Unit.objects.get(code="sales")
    made = services.split(entry=entry, title="خرید خط تازه", unit=sales, by=staff, now=NOW)
    copy = made.entries.get(kind="user")
    assert (made.opened_by, made.unit, made.follows_id, copy.body) == (owner, sales, entry.ticket_id, entry.body)
    assert copy.attachments.get().path == entry.attachments.get().path
    assert entry.ticket.entries.filter(kind="user").count() == 1
    with pytest.raises(services.TicketRefused):
        services.split(entry=entry, title="خرید خط تازه", unit=sales, by=staff, now=NOW)


def test_a_reply_to_a_merged_ticket_lands_in_its_target(account, ticket, owner, staff):
    target = make_ticket(account, by=owner, now=NOW)
    last = make_ticket(account, by=owner, now=NOW)
    services.merge(ticket=ticket, into=target, by=staff, now=NOW)
    services.merge(ticket=target, into=last, by=staff, now=NOW)
    assert (again(ticket).state, again(ticket).close_reason) == ("closed", "duplicate")
    assert reply(ticket, owner).pk == last.pk
    assert (last.entries.filter(kind="user").count(), ticket.entries.filter(kind="user").count()) == (2, 1)


def test_what_cannot_be_merged(ticket, owner, account, staff):
    closed = services.close(ticket=make_ticket(account), reason="rules", by=staff, now=NOW)
    for into in (ticket, closed, make_ticket(make_account())):
        with pytest.raises(services.TicketRefused):
            services.merge(ticket=ticket, into=into, by=staff, now=NOW)
    assert again(ticket).state == "new"


def test_an_answer_waits_while_somebody_else_has_written(ticket, owner):
    client = staff_client()
    form = client.get(f"/staff/support/{ticket.pk}/").context["answer_form"]
    reply(ticket, owner)
    data = {"token": uuid.uuid4(), "body": "پاسخ من", "last": form["last"].value()}
    page = client.post(f"/staff/support/{ticket.pk}/answer/", data)
    assert "Somebody has written meanwhile" in said(page)
    assert "پاسخ من" in said(page)
    assert not ticket.entries.filter(kind="staff").exists()
    data["last"] = page.context["answer_form"]["last"].value()
    client.post(f"/staff/support/{ticket.pk}/answer/", data)
    assert ticket.entries.get(kind="staff").body == "پاسخ من"


def test_who_else_looks_at_the_ticket(ticket, staff):
    first, second = Client(), staff_client()
    first.force_login(staff, "django.contrib.auth.backends.ModelBackend")
    assert "Also looking" not in said(first.get(f"/staff/support/{ticket.pk}/watchers/"))
    assert "Also looking at this ticket: کارشناس" in said(second.get(f"/staff/support/{ticket.pk}/watchers/"))


def test_the_queue_has_the_most_urgent_first_and_filters(account, owner, staff):
    now = timezone.now()
    low, urgent, normal = (make_ticket(account, by=owner, priority=priority, now=now) for priority in (1, 4, 2))
    make_ticket(account, unit="finance", priority=3, now=now - 30 * DAY)
    client = staff_client()
    titles = [row[0] for row in table_of(client.get("/staff/support/"))]
    assert len(titles) == 4
    for title, one in zip([titles[0], *titles[2:]], [urgent, normal, low], strict=True):
        assert title.startswith(one.title)
    technical = Unit.objects.get(code="technical").pk
    assert len(table_of(client.get("/staff/support/", {"unit": technical}))) == 3
    assert len(table_of(client.get("/staff/support/", {"late": "on"}))) == 1
    services.assign(ticket=low, to=staff, by=staff, now=now)
    mine = Client()
    mine.force_login(staff, "django.contrib.auth.backends.ModelBackend")
    assert len(table_of(mine.get("/staff/support/", {"mine": "on"}))) == 1
    services.close(ticket=low, reason="resolved", by=staff, now=now)
    assert len(table_of(client.get("/staff/support/", {"turn": "closed"}))) == 1


def test_ready_answers_are_filled_in(account, ticket, owner):
    canned = dict(staff_client().get(f"/staff/support/{ticket.pk}/").context["canned"])
    assert f"{owner} گرامی، مورد «{ticket.title}» برطرف شد" in canned["رفع شد"]


def test_staff_without_the_right_are_kept_out(ticket):
    client = Client()
    client.force_login(make_user(is_staff=True), "django.contrib.auth.backends.ModelBackend")
    assert client.get(f"/staff/support/{ticket.pk}/").status_code == 403
    assert client.post(f"/staff/support/{ticket.pk}/note/", {"body": "x"}).status_code == 403
    assert again(ticket).state == "new"


def test_figures(account, owner, staff):
    quick, late = (make_ticket(account, by=owner, now=NOW) for _two in range(2))
    make_ticket(account, by=owner, unit="finance", now=NOW - 60 * DAY)
    answer(quick, staff, NOW + timedelta(hours=1))
    answer(late, staff, NOW + timedelta(hours=5))
    for one in (quick, late):
        services.close(ticket=one, reason="resolved", by=staff, now=NOW + timedelta(hours=5))
    services.rate(ticket=quick, stars=5, by=owner)
    reply(late, owner, NOW + DAY)
    [technical], together = figures(since=NOW - DAY, until=NOW + DAY)
    assert (technical.opened, technical.closed, technical.response_minutes) == (2, 1, 180)
    assert (technical.late_percent, technical.reopened_percent, technical.rating) == (50, 50, 5)
    assert (together.opened, together.late_percent) == (2, 50)


def test_another_part_of_the_platform_opens_a_ticket_once(account):
    slip = {"unit": "finance", "title": "Deposit slip refused", "body": "x", "key": "slip:7"}
    first, second = (services.open_ticket(account=account, now=NOW, **slip) for _twice in range(2))
    assert first.pk == second.pk
    assert (first.opened_by, first.entries.count(), first.unit.code) == (None, 1, "finance")
