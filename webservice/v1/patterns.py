"""Texts with places, filled in by a request: only an approved template is sent, and only with all its values (W2)."""

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.models import Account
from common.phones import normalise_line
from messaging.models import Template
from numbers.models import Line
from webservice.problems import Code, FieldCode, FieldError, Problem


def approved(account: Account, name: str) -> Template:
    """The account's approved template of this name. Raises ValidationError."""
    template = Template.objects.of(account).filter(name=name).first()
    if template is None:
        sentence = _("The account has no template with this name; GET /templates lists those it has.")
        raise serializers.ValidationError(sentence, FieldCode.NOT_FOUND)
    if template.state == Template.State.PENDING:
        sentence = _("This template waits for approval; it can be sent once staff have approved it.")
        raise serializers.ValidationError(sentence, FieldCode.NOT_APPROVED)
    if template.state == Template.State.REFUSED:
        sentence = _("This template was refused and cannot be sent. Mend its text and ask again under another name.")
        raise serializers.ValidationError(sentence, FieldCode.NOT_APPROVED)
    return template


def filled(template: Template, values: Mapping[str, str], *, where: str = "parameters") -> str:
    """The text. Raises Problem naming each place without a value and each value without a place."""
    places = template.places
    errors = [
        FieldError(f"{where}.{name}", FieldCode.REQUIRED, _("The template has this place; give a value for it."))
        for name in places
        if name not in values
    ]
    errors += [
        FieldError(f"{where}.{name}", FieldCode.UNKNOWN_FIELD, _("The template has no such place."))
        for name in values
        if name not in places
    ]
    if errors:
        raise Problem(Code.VALIDATION_FAILED, errors=errors)
    return template.filled(values)


def line_of(usable: Iterable[Line], written: str) -> Line:
    """The line with this number among those that may be sent from. Raises Problem."""
    number = normalise_line(written) or ""
    found = next((line for line in usable if line.number == number), None)
    if found is None:
        sentence = _("The account has no active line with this number; GET /lines lists those it has.")
        raise Problem(Code.VALIDATION_FAILED, errors=[FieldError("line", FieldCode.NOT_FOUND, sentence)])
    return found
