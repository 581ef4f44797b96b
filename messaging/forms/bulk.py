"""The form of a send to the number bank (3): target, count, selection; then what every send asks."""

import hashlib
import json
import re
import secrets
from typing import Any

from django import forms
from django.core import signing
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import Account
from common import showing
from common.text import ascii_digits
from messaging.forms.bulk_modes import Mode
from messaging.forms.compose import ComposeForm
from messaging.forms.fields import IdsField
from messaging.models import Campaign
from messaging.services.targeting import may_target
from numberbank.targets import Choice, Criteria, Target

LARGEST_VALUE = 2_000_000
MOST_RANGES = 50
LONGEST_REACHED_DAYS = 365
COUNT_HOLDS_SECONDS = 24 * 3600
_SALT = "messaging.bulk.counted"
_CODE = re.compile(r"([1-9]\d{4})(?:\d{5})?(?:-([1-9]\d{4})(?:\d{5})?)?")


class ValuesField(IdsField):
    """The chosen values of a criterion."""

    def clean(self, value: list[str] | None) -> list[int]:
        return [one for one in super().clean(value) if one <= LARGEST_VALUE]


class PostalField(forms.CharField):
    """First five digits of postal codes, or ranges of them (13456, 13500-13599), as (first, last) pairs."""

    def clean(self, value: str) -> list[tuple[int, int]]:
        written = ascii_digits(super().clean(value) or "").replace("–", "-").replace("تا", "-")
        pieces = [piece for piece in re.split(r"[\s,،;؛]+", re.sub(r"\s*-\s*", "-", written)) if piece]
        if len(pieces) > MOST_RANGES:
            raise forms.ValidationError(
                ngettext(
                    "Write at most %(most)s code or range.", "Write at most %(most)s codes or ranges.", MOST_RANGES
                )
                % {"most": showing.number(MOST_RANGES)}
            )
        return [self._range(piece) for piece in pieces]

    def _range(self, piece: str) -> tuple[int, int]:
        found = _CODE.fullmatch(piece)
        if found is None:
            raise forms.ValidationError(
                _("“%(written)s” is no postal code. Write the first five digits, or a range such as 13500-13599.")
                % {"written": piece[:30]}
            )
        first, last = int(found[1]), int(found[2] or found[1])
        return min(first, last), max(first, last)


class TargetFields(forms.Form):
    """Whom the send is meant for."""

    districts = ValuesField()
    suburbs = ValuesField()
    guilds = ValuesField()
    prefixes = ValuesField()
    genders = ValuesField()
    provinces = ValuesField()
    cities = ValuesField()
    postal = PostalField(required=False, max_length=2_000)
    reached_days = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=LONGEST_REACHED_DAYS,
        label=_("Leave out those you wrote to in the last … days"),
    )

    def criteria(self) -> Criteria:
        """Of a form whose fields of the target are valid. A province whose cities are chosen means these cities."""
        names = ("districts", "suburbs", "guilds", "prefixes", "genders", "provinces", "cities", "postal")
        return Criteria(**{name: tuple(self.cleaned_data.get(name) or ()) for name in names})


class CountForm(TargetFields):
    """The target alone: what “calculate count” and “save the audience” need."""

    def __init__(self, *args, mode: Mode, **options) -> None:
        super().__init__(*args, **options)
        self.mode = mode

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        check_needs(self, self.mode)
        return data


class BulkForm(TargetFields, ComposeForm):
    """A whole send; ``counted`` is the ticket of a count of exactly this target."""

    typed = groups = contacts = upload = column = None

    choice = forms.ChoiceField(
        choices=[
            (Choice.ALL.value, _("Broadcast: all of them")),
            (Choice.ROWS.value, _("Sequential: from one row to another")),
            (Choice.RANDOM.value, _("Random: some of them, by chance")),
        ],
        initial=Choice.ALL.value,
        widget=forms.RadioSelect,
        label=_("How many of them"),
    )
    first = forms.IntegerField(required=False, min_value=1, label=_("From row"))
    last = forms.IntegerField(required=False, min_value=1, label=_("To row"))
    amount = forms.IntegerField(required=False, min_value=1, label=_("How many"))
    seed = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
    counted = forms.CharField(required=False, max_length=500)

    def __init__(self, *args, account: Account, mode: Mode, **options) -> None:
        super().__init__(*args, account=account, kind=Campaign.Kind.BULK, **options)
        self.mode = mode
        self.all_lines = self.lines
        self.lines = [line for line in self.all_lines if may_target(line)]
        self.fields["line"].initial = self.lines[0].pk if self.lines else None
        self.fields["seed"].initial = lambda: secrets.randbelow(2**31)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        check_needs(self, self.mode)
        if not any(name in self.errors for name in TargetFields.base_fields) and not self.non_field_errors():
            self._check_count(data)
        return data

    def _check_count(self, data: dict[str, Any]) -> None:
        matching = counted_size(data.get("counted", ""), self.account, self.criteria(), data.get("reached_days"))
        if matching is None:
            self.add_error("counted", _("Press “Calculate count” first; it belongs to exactly this target."))
            return
        choice = data.get("choice")
        if choice == Choice.RANDOM:
            self._within("amount", matching)
        elif choice == Choice.ROWS:
            self._within("first", matching)
            self._within("last", matching)
            if not self.errors and data["last"] < data["first"]:
                self.add_error("last", _("The last row comes before the first."))

    def _within(self, name: str, matching: int) -> None:
        value = self.cleaned_data.get(name)
        if name in self.errors:
            return
        if value is None:
            self.add_error(name, _("Write a number."))
        elif value > matching:
            self.add_error(
                name, _("Only %(count)s numbers match; write at most that.") % {"count": showing.number(matching)}
            )

    def target(self) -> Target:
        data = self.cleaned_data
        choice = Choice(data["choice"])
        of_rows, of_random = choice is Choice.ROWS, choice is Choice.RANDOM
        return Target(
            criteria=self.criteria(),
            choice=choice,
            first=data["first"] if of_rows else 0,
            last=data["last"] if of_rows else 0,
            amount=data["amount"] if of_random else 0,
            seed=data["seed"],
            reached_days=data.get("reached_days"),
            mode=self.mode.slug,
        )

    def request(self) -> dict[str, Any]:
        data = self.cleaned_data
        names = ("line", "title", "text", "send_at", "validity_minutes")
        return {name: data[name] for name in names} | {"kind": self.kind, "target": self.target()}


def check_needs(form: forms.Form, mode: Mode) -> None:
    """A page's own criterion must be there, so that nobody writes to the whole bank by an empty form."""
    for names in mode.needs:
        if any(name in form.errors for name in names):
            continue
        if not any(form.cleaned_data.get(name) for name in names):
            form.add_error(None, mode.missing)
            return


def ticket(matching: int, account: Account, criteria: Criteria, reached_days: int | None) -> str:
    """Proof that this target was counted."""
    return signing.dumps([_digest(account, criteria, reached_days), matching], salt=_SALT)


def counted_size(written: str, account: Account, criteria: Criteria, reached_days: int | None) -> int | None:
    """What the ticket counted; None where it is of another target, or too old."""
    try:
        digest, matching = signing.loads(written, salt=_SALT, max_age=COUNT_HOLDS_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return matching if digest == _digest(account, criteria, reached_days) else None


def _digest(account: Account, criteria: Criteria, reached_days: int | None) -> str:
    plain = json.dumps([account.pk, criteria.as_json(), reached_days], sort_keys=True)
    return hashlib.sha256(plain.encode()).hexdigest()


def initial_of_target(target: Target) -> dict[str, Any]:
    """The fields of a target, as the form shows them again."""
    criteria = target.criteria
    postal = [str(first) if first == last else f"{first}-{last}" for first, last in criteria.postal]
    names = ("districts", "suburbs", "guilds", "prefixes", "genders", "provinces", "cities")
    return {name: list(getattr(criteria, name)) for name in names} | {
        "postal": "\n".join(postal),
        "reached_days": target.reached_days,
        "choice": target.choice.value,
        "first": target.first or None,
        "last": target.last or None,
        "amount": target.amount or None,
        "seed": target.seed or secrets.randbelow(2**31),
    }
