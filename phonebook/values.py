"""Values of own fields (9.3): as people write them, as they are kept, as they are shown. No queries here.

Kept as text: a number in plain digits ("12.5"), a date as ISO 8601 ("1990-05-01"), a choice as its words. So one column
of JSON holds every kind, compares equal after an export and an import, and goes into a message without surprises.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from common import date_words, jalali, showing
from common.jalali import DateRefused, parse_jalali
from common.text import ascii_digits, clean, fold
from phonebook.models import Field

LONGEST_TEXT = 500
MOST_DIGITS = 15
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
BUILT_IN = ("mobile", "first_name", "last_name", "name", "groups", "created_at", "id")


class ValueRefused(ValueError):
    """A value that the field cannot take; the message says why in the reader's language."""


def read(field: Field, written: object) -> str:
    """The value as it is kept; "" for nothing. Raises ValueRefused."""
    text = without_controls(str("" if written is None else written))
    if not text:
        if field.is_required:
            raise ValueRefused(_("Fill in “%(field)s”.") % {"field": field.name})
        return ""
    return _READERS[field.kind](field, text)


def without_controls(text: str) -> str:
    """The text as it can stand in any file: single spaces, no control characters, no half pair."""
    return " ".join(_CONTROLS.sub("", clean(text)).split())


def _text(field: Field, text: str) -> str:
    if len(text) > LONGEST_TEXT:
        sentence = _("“%(field)s” may have at most %(most)s characters.")
        raise ValueRefused(sentence % {"field": field.name, "most": showing.number(LONGEST_TEXT)})
    return text


def _number(field: Field, text: str) -> str:
    plain = ascii_digits(text).translate(str.maketrans({"٫": ".", "٬": "", ",": "", " ": "", "−": "-", "\u200e": ""}))
    try:
        number = Decimal(plain)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number.adjusted()) > MOST_DIGITS:
        raise ValueRefused(_("“%(field)s” takes a number such as 12 or 12.5.") % {"field": field.name})
    shown = f"{number:f}"
    shown = shown.rstrip("0").rstrip(".") if "." in shown else shown
    if sum(character.isdecimal() for character in shown) > MOST_DIGITS:
        sentence = _("“%(field)s” takes a number of at most %(most)s digits.")
        raise ValueRefused(sentence % {"field": field.name, "most": showing.number(MOST_DIGITS)})
    return "0" if shown in {"-0", ""} else shown


def _date(field: Field, text: str) -> str:
    try:
        return parse_jalali(text).astimezone(jalali.TEHRAN).date().isoformat()
    except DateRefused as error:
        raise ValueRefused(f"{field.name}: {date_words.sentence(error)}") from error


def _choice(field: Field, text: str) -> str:
    folded = fold(text)
    for choice in field.choices:
        if fold(choice) == folded:
            return choice
    sentence = _("“%(field)s” takes one of: %(choices)s.")
    raise ValueRefused(sentence % {"field": field.name, "choices": "، ".join(field.choices)})


_READERS = {Field.Kind.TEXT: _text, Field.Kind.NUMBER: _number, Field.Kind.DATE: _date, Field.Kind.CHOICE: _choice}


def read_all(fields: Sequence[Field], written: Mapping[str, object]) -> dict[str, str]:
    """Key → kept value of the filled ones. Raises ValueRefused for the first that cannot be taken."""
    kept = {field.key: read(field, written.get(field.key)) for field in fields}
    return {key: value for key, value in kept.items() if value}


def shown(field: Field, kept: str) -> str:
    """A kept value for the reader's eyes: dates Jalali in Persian, digits Persian in Persian."""
    if not kept:
        return ""
    if field.kind == Field.Kind.DATE:
        return showing.day(date.fromisoformat(kept))
    return showing.number(kept) if field.kind == Field.Kind.NUMBER else kept


def in_form(field: Field, kept: str) -> str:
    """A kept value as it stands in an input or a file: dates in the reader's calendar, Latin digits."""
    if field.kind != Field.Kind.DATE or not kept:
        return kept
    return in_message(field, kept) if showing.is_persian() else kept


def in_message(field: Field, kept: str) -> str:
    """A kept value as subscribers read it: dates Jalali, 1369/02/11, whoever sends."""
    if field.kind != Field.Kind.DATE or not kept:
        return kept
    year, month, day = jalali.jalali_parts(date.fromisoformat(kept))
    return f"{year:04}/{month:02}/{day:02}"
