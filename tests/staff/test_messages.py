"""Staff find a message by its id and read its whole story (issue 3, 6)."""

import pytest
from django.urls import reverse

from messaging.models import Message
from tests.factories import make_account, make_confirmed, make_gateway, make_line
from tests.pages import staff_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def message() -> Message:
    make_gateway()
    account = make_account(credit=1_000_000)
    return Message.objects.get(campaign=make_confirmed(account, make_line(account), ["09121234567"]))


def test_by_its_id_in_either_digits(message):
    staff = staff_client()
    for written in (str(message.pk), str(message.pk).translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))):
        answer = staff.get(reverse("staff:messages"), {"message": written})
        assert (answer.status_code, answer["Location"]) == (302, reverse("staff:message", args=[message.pk]))


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("7", "There is no message with this id."),
        ("abc", "Enter a whole number."),
        ("", "This field is required."),
        ("9" * 30, "Ensure this value is less than or equal to 9223372036854775807."),
    ],
)
def test_what_is_no_message_is_said_beside_the_field(message, written, sentence):
    answer = staff_client().get(reverse("staff:messages"), {"message": written})
    assert answer.status_code == 422
    assert answer.context["form"].errors["message"] == [sentence]


def test_a_member_of_staff_who_sends_too_goes_there_from_the_sent_box(message):
    from django.test import Client

    from tests.factories import make_user

    client = Client()
    user = make_user(account=message.account, is_staff=True, is_superuser=True)
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("messaging:message", args=[message.pk])).content.decode()
    assert reverse("staff:message", args=[message.pk]) in page
    user.is_staff = False
    user.save()
    page = client.get(reverse("messaging:message", args=[message.pk])).content.decode()
    assert reverse("staff:message", args=[message.pk]) not in page
