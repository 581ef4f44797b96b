"""Templates, and the line that each is sent from."""

from django.db.models import QuerySet

from accounts.models import Account
from messaging.models import Template
from messaging.selectors.campaigns import lines_for
from numbers.models import Line


def templates(account: Account) -> QuerySet[Template]:
    """The account's templates by name."""
    return Template.objects.of(account).select_related("line").order_by("name")


def line_for(template: Template) -> Line | None:
    """The template's own line while it may be sent from, else a shared service line, else the account's first line."""
    usable = lines_for(template.account)
    own = usable.filter(pk=template.line_id).first() if template.line_id else None
    return own or usable.filter(kind=Line.Kind.SHARED_SERVICE).first() or usable.first()
