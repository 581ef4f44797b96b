"""Templates: their places, filling them, staff's word, the line they leave from."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import AuditEntry
from messaging.models import Template
from messaging.selectors import line_for
from messaging.services import approve_template, refuse_template
from tests.factories import make_account, make_line


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("کد شما: {code}", ["code"]),
        ("{1} و {0} و {1}", ["0", "1"]),
        ("{10} {9}", ["9", "10"]),
        ("%token %token20 %token2 %token10", ["token", "token20", "token2", "token10"]),
        ("{name} %token {name}", ["name", "token"]),
        ("100% {} {a b} %tokens", []),
    ],
)
def test_places(text, places):
    assert Template(text=text).places == places


def test_filling_by_name_and_by_place():
    template = Template(text="{1}، {0}")
    assert template.filled({"0": "الف", "1": "{0}"}) == "{0}، الف"
    assert template.filled(["a", "b"]) == "b، a"
    with pytest.raises(KeyError):
        template.filled({"0": "a"})
    with pytest.raises(ValueError):
        template.filled(["a"])


@pytest.mark.django_db
def test_a_text_without_a_place_and_a_name_with_spaces_are_refused():
    template = Template(account=make_account(), name="a b", text="سلام")
    with pytest.raises(ValidationError) as refused:
        template.full_clean()
    assert set(refused.value.message_dict) == {"name", "text"}


@pytest.mark.django_db
def test_staff_approve_and_refuse_once():
    template = Template.objects.create(account=make_account(), name="t", text="{a}")
    now = timezone.now()
    assert approve_template(template=template, by=None, now=now)
    assert not approve_template(template=template, by=None, now=now)
    assert (template.state, template.decided_at) == (Template.State.APPROVED, now)
    assert refuse_template(template=template, by=None, now=now)
    assert Template.objects.get().state == Template.State.REFUSED
    assert list(AuditEntry.objects.order_by("id").values_list("action", "target")) == [
        ("template.approved", "t"),
        ("template.refused", "t"),
    ]


@pytest.mark.django_db
def test_the_line_is_its_own_else_a_shared_one_else_the_first():
    account = make_account()
    template = Template.objects.create(account=account, name="t", text="{a}")
    assert line_for(template) is None
    first, second = make_line(account), make_line(account)
    assert line_for(template) == first
    shared = make_line(None, kind="shared", number="20001")
    assert line_for(template) == shared
    template.line = second
    assert line_for(template) == second
    second.state = "suspended"
    second.save()
    assert line_for(template) == shared
