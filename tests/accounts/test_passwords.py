"""Changing a password, and choosing a new one by e-mail."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth import SESSION_KEY
from django.core import mail
from django.test import Client

from accounts.models import AuditEntry
from smsplatform import celery_app
from tests.factories import make_account, make_user

pytestmark = pytest.mark.django_db
PASSWORD = "درِ باغ-7391"
NEW = "پنجره باز-5528"
NOON = datetime(2026, 3, 21, 8, 30, tzinfo=UTC)


@pytest.fixture
def user():
    return make_user(
        account=make_account(), username="sara", password=PASSWORD, email="sara@example.ir", full_name="سارا احمدی"
    )


@pytest.fixture(autouse=True)
def tasks_run_at_once():
    celery_app.conf.task_always_eager = True
    yield
    celery_app.conf.task_always_eager = False


def change(client, old=PASSWORD, new=NEW, repeat=None):
    data = {"old_password": old, "new_password1": new, "new_password2": new if repeat is None else repeat}
    return client.post("/accounts/password/", data)


def ask(client, email="sara@example.ir"):
    return client.post("/accounts/password/reset/", {"email": email})


def link() -> str:
    return re.search(r"http://127\.0\.0\.1:8000(/accounts/password/reset/\S+)", mail.outbox[-1].body)[1]


def test_a_change_ends_the_other_sessions_and_keeps_this_one(client, user):
    other = Client()
    for session in (client, other):
        session.post("/accounts/login/", {"username": "sara", "password": PASSWORD})
    assert change(client).url == "/accounts/profile/"
    assert client.get("/accounts/account/").status_code == 200
    assert other.get("/accounts/account/").url == "/accounts/login/?next=/accounts/account/"
    user.refresh_from_db()
    assert user.check_password(NEW)
    entry = AuditEntry.objects.get(action="password.changed")
    assert (entry.user, entry.account, entry.details) == (user, user.accounts.get(), {})


@pytest.mark.parametrize(
    ("old", "new", "repeat", "sentence"),
    [
        ("wrong", NEW, NEW, "گذرواژهٔ فعلی نادرست است."),
        (PASSWORD, NEW, "other", "با هم مطابقت ندارند"),
        (PASSWORD, "کوتاه", "کوتاه", "گذرواژه خیلی کوتاه است. گذرواژه دست‌کم ۸ نویسه دارد."),
        (PASSWORD, "password1", "password1", "این گذرواژه را افراد بسیاری"),
        (PASSWORD, "8264915037", "8264915037", "گذرواژه فقط رقم دارد"),
        (PASSWORD, "sara@example", "sara@example", "به «ایمیل» شما شبیه است"),
    ],
)
def test_bad_passwords_are_refused_in_persian(client, user, old, new, repeat, sentence):
    client.force_login(user)
    response = change(client, old, new, repeat)
    assert response.status_code == 200
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    assert sentence in text
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_the_form_asks_for_the_new_password_twice_not_for_the_old_one(client, user):
    client.force_login(user)
    form = client.get("/accounts/password/").context["form"]
    labels = [str(field.label) for field in form]
    assert labels == ["گذرواژهٔ قدیمی", "گذرواژهٔ تازه", "تکرار گذرواژهٔ تازه"]
    assert "دست‌کم ۸ نویسه" in str(form["new_password1"].help_text)
    assert form["new_password2"].help_text == ""


def test_strangers_cannot_change_a_password(client):
    assert client.get("/accounts/password/").url == "/accounts/login/?next=/accounts/password/"
    assert change(client).url == "/accounts/login/?next=/accounts/password/"


def test_a_new_password_by_mail(client, user):
    assert ask(client).url == "/accounts/password/reset/sent/"
    assert mail.outbox[0].to == ["sara@example.ir"]
    assert mail.outbox[0].subject == "انتخاب گذرواژه تازه"
    assert "سلام سارا احمدی" in mail.outbox[0].body
    page = client.get(link(), follow=True)
    assert page.redirect_chain[-1][0].endswith("/set-password/")
    done = client.post(page.redirect_chain[-1][0], {"new_password1": NEW, "new_password2": NEW})
    assert done.url == "/accounts/password/reset/done/"
    assert client.post("/accounts/login/", {"username": "sara", "password": NEW}).status_code == 302
    assert AuditEntry.objects.filter(action="password.reset", user=user).count() == 1


def test_the_mail_is_in_the_users_language_whatever_the_page_was(client, user):
    user.language = "en"
    user.save()
    ask(client)
    assert mail.outbox[0].subject == "Choose a new password"


def test_the_answer_does_not_tell_whether_the_address_is_known(client, user):
    known, unknown = ask(client), ask(client, "nobody@example.ir")
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert client.get(known.url).content.count(b"nobody") == 0
    assert len(mail.outbox) == 1


def test_one_address_is_not_flooded(client, user):
    for _ in range(8):
        assert ask(client).status_code == 302
    assert len(mail.outbox) == 5


def test_from_one_place_not_everybody_is_written_to(client):
    people = [make_user(email=f"person{number}@example.ir") for number in range(22)]
    for person in people[:21]:
        assert ask(client, person.email).url == "/accounts/password/reset/sent/"  # the answer is the same
    assert len(mail.outbox) == 20
    elsewhere = Client(REMOTE_ADDR="10.9.8.7")
    ask(elsewhere, people[21].email)
    assert (len(mail.outbox), mail.outbox[-1].to) == (21, [people[21].email])


def test_a_link_works_once(client, user):
    ask(client)
    page = client.get(link(), follow=True)
    client.post(page.redirect_chain[-1][0], {"new_password1": NEW, "new_password2": NEW})
    again = Client().get(link(), follow=True)
    assert again.context["validlink"] is False


def test_a_link_works_for_an_hour(client, user):
    with time_machine.travel(NOON, tick=False) as clock:
        ask(client)
        clock.shift(timedelta(minutes=59))
        assert Client().get(link(), follow=True).context["validlink"] is True
        clock.shift(timedelta(minutes=2))
        assert Client().get(link(), follow=True).context["validlink"] is False


def test_a_link_names_our_own_address_not_the_host_that_was_asked(client, user, settings):
    settings.ALLOWED_HOSTS = ["*"]
    client.post("/accounts/password/reset/", {"email": "sara@example.ir"}, headers={"Host": "evil.example"})
    assert "evil.example" not in mail.outbox[0].body
    assert link()


def test_a_new_password_opens_a_closed_login(client, user):
    for _ in range(3):
        client.post("/accounts/login/", {"username": "sara", "password": "wrong"})
    ask(client)
    page = client.get(link(), follow=True)
    client.post(page.redirect_chain[-1][0], {"new_password1": NEW, "new_password2": NEW})
    assert client.post("/accounts/login/", {"username": "sara", "password": NEW}).status_code == 302
    assert SESSION_KEY in client.session


def test_a_user_who_was_switched_off_gets_no_link(client, user):
    user.is_active = False
    user.save()
    ask(client)
    assert mail.outbox == []
