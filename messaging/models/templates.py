"""Texts with places for values (patterns), approved by staff before they are sent."""

import re
from collections.abc import Mapping, Sequence

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account, OwnedQuerySet
from numbers.models import Line

# {name}, {0}, and Kavenegar's %token, %token2, %token3, %token10, %token20, so that texts can be moved here unchanged.
_PLACE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]{0,39}|[0-9]{1,2})\}|%(token(?:10|20|2|3)?)(?![A-Za-z0-9_])")


def validate_places(text: str) -> None:
    """Refuse a text that has nothing to fill in."""
    if not _PLACE.search(text):
        raise ValidationError(_("Mark at least one place for a value, such as {code}."))


class Template(models.Model):
    """A text of an account with places for values. Only an approved one is sent; staff approve and refuse."""

    class State(models.TextChoices):
        """pending → approved ⇄ refused; staff move it."""

        PENDING = "pending", gettext_lazy("Waiting for approval")
        APPROVED = "approved", gettext_lazy("Approved")
        REFUSED = "refused", gettext_lazy("Refused")

    account = models.ForeignKey(Account, models.CASCADE, related_name="templates", verbose_name=gettext_lazy("account"))
    name = models.CharField(
        gettext_lazy("name"), max_length=60, validators=[RegexValidator(r"^[A-Za-z0-9_.-]+$")],
        help_text=gettext_lazy("By which programs call it: Latin letters, digits, - _ and dots."),
    )  # fmt: skip
    text = models.TextField(
        gettext_lazy("text"), max_length=900, validators=[validate_places],
        help_text=gettext_lazy("Places for values are written {code}, {0} or %token."),
    )  # fmt: skip
    line = models.ForeignKey(
        Line, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=gettext_lazy("line"),
        help_text=gettext_lazy("Empty: a shared service line, or else the account's first line."),
    )  # fmt: skip
    state = models.CharField(gettext_lazy("state"), max_length=10, choices=State, default=State.PENDING)
    reason = models.CharField(
        gettext_lazy("reason of the refusal"), max_length=300, blank=True,
        help_text=gettext_lazy("The account reads it; write it before you refuse."),
    )  # fmt: skip
    created_at = models.DateTimeField(gettext_lazy("created"), default=timezone.now, editable=False)
    decided_at = models.DateTimeField(gettext_lazy("decided"), null=True, blank=True, editable=False)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("template")
        verbose_name_plural = gettext_lazy("templates")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="template_name_once")]
        indexes = [
            models.Index(fields=["created_at"], condition=models.Q(state="pending"), name="template_waiting"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def places(self) -> list[str]:
        """Names of the places: {0} {1} … by their numbers, others in the order in which they first come."""
        names = list(dict.fromkeys(found[1] or found[2] for found in _PLACE.finditer(self.text)))
        return sorted(names, key=int) if all(name.isdecimal() for name in names) else names

    def filled(self, values: Mapping[str, str] | Sequence[str]) -> str:
        """The text with a value in each place: by name, or in the order of ``places``.

        Raises KeyError for a place without a value, ValueError for a list of another length.
        """
        if not isinstance(values, Mapping):
            values = dict(zip(self.places, values, strict=True))
        return _PLACE.sub(lambda found: values[found[1] or found[2]], self.text)
