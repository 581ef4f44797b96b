"""Patterns: an account asks for one, staff have their word on it; only an approved text is sent (W5)."""

from datetime import datetime

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import Account, User
from messaging.models import Template
from numbers.models import Line

MOST_TEMPLATES = 200


class TemplateRefused(Exception):
    """The account cannot ask for this template, or staff decide about it; the message says why."""


def request_template(
    *,
    account: Account,
    name: str,
    text: str,
    line: Line | None = None,
    by: User | None = None,
    request: HttpRequest | None = None,
) -> Template:
    """A new template, waiting for approval. Raises ValidationError for its fields, and TemplateRefused where the name
    is taken or the account has MOST_TEMPLATES."""
    template = Template(account=account, name=name.strip(), text=text.strip(), line=line, created_at=timezone.now())
    template.clean_fields()
    with transaction.atomic():
        Account.objects.select_for_update(no_key=True).get(pk=account.pk)
        mine = Template.objects.of(account)
        if mine.filter(name=template.name).exists():
            raise TemplateRefused(_("There is a template with this name already. Choose another name."))
        if mine.count() >= MOST_TEMPLATES:
            sentence = _("You have %(most)d templates, which is all there is room for. Delete one.")
            raise TemplateRefused(sentence % {"most": MOST_TEMPLATES})
        template.save()
        record(action="template.requested", user=by, account=account, target=template.name, request=request)
    return template


def delete_template(*, template: Template, by: User | None, request: HttpRequest | None = None) -> None:
    """It is not sent any more; what was sent stays as it is."""
    with transaction.atomic():
        record(action="template.deleted", user=by, account=template.account, target=template.name, request=request)
        Template.objects.filter(pk=template.pk).delete()


def approve_template(*, template: Template, by: User | None, now: datetime, seen: str = "") -> bool:
    """Let it be sent; False where it was approved already. With ``seen``, the state in which its judge saw it, raises
    TemplateRefused where somebody decided meanwhile."""
    return _decide(template, Template.State.APPROVED, "template.approved", by, now, seen=seen)


def refuse_template(*, template: Template, by: User | None, now: datetime, reason: str = "", seen: str = "") -> bool:
    """It may not be sent, or no longer, for a ``reason`` that the account reads; False where it was refused already.
    ``seen``: as for ``approve_template``."""
    return _decide(template, Template.State.REFUSED, "template.refused", by, now, reason, seen=seen)


@transaction.atomic
def _decide(
    template: Template, state: Template.State, action: str, by: User | None, now: datetime, reason: str = "",
    *, seen: str = "",
) -> bool:  # fmt: skip
    there = Template.objects.select_for_update().filter(pk=template.pk).first()
    if there is None:
        raise TemplateRefused(_("The account has deleted this template."))
    if seen and there.state != seen:
        sentence = _("This template is decided already: %(state)s.")
        raise TemplateRefused(sentence % {"state": there.get_state_display()})
    if there.state == state:
        return False
    there.state, there.decided_at = state, now
    there.reason = (reason or there.reason) if state == Template.State.REFUSED else ""
    there.save(update_fields=["state", "decided_at", "reason"])
    record(action=action, user=by, account=there.account, target=there.name)
    template.state, template.decided_at, template.reason = state, now, there.reason
    return True
