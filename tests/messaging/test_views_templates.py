"""The page on which an account asks for patterns (W5)."""

import pytest

from accounts.models import AuditEntry
from messaging.models import Template
from messaging.services import refuse_template

pytestmark = pytest.mark.django_db


def test_a_template_is_asked_for_and_waits(business):
    answer = business.client.post(
        "/templates/", {"name": "login", "text": "کد شما: {code}", "line": business.line.pk}, follow=True
    )
    assert answer.redirect_chain == [("/templates/", 302)]
    template = Template.objects.get()
    assert (template.account, template.state, template.line) == (business.account, "pending", business.line)
    page = answer.content.decode()
    assert "کد شما: {code}" in page
    assert "در انتظار تأیید" in page
    entry = AuditEntry.objects.get(action="template.requested")
    assert (entry.user, entry.target) == (business.owner, "login")


def test_the_reason_of_a_refusal_is_read(business):
    from django.utils import timezone

    template = Template.objects.create(account=business.account, name="t", text="{a}")
    refuse_template(template=template, by=None, now=timezone.now(), reason="نام فروشگاه را بنویسید")
    assert "نام فروشگاه را بنویسید" in business.client.get("/templates/").content.decode()


@pytest.mark.parametrize(
    ("change", "field"), [({"name": "دو کلمه"}, "name"), ({"text": "بی جا"}, "text"), ({"name": "taken"}, "name")]
)
def test_what_is_refused_keeps_what_was_written(business, change, field):
    Template.objects.create(account=business.account, name="taken", text="{a}")
    answer = business.client.post("/templates/", {"name": "new", "text": "کد {code}"} | change)
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [field]
    assert Template.objects.count() == 1


def test_deleting(business):
    template = Template.objects.create(account=business.account, name="t", text="{a}")
    business.client.post(f"/templates/{template.pk}/delete/")
    assert not Template.objects.exists()
    assert AuditEntry.objects.filter(action="template.deleted", target="t").exists()
